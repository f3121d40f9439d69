//! Loss scaling for f16.

use std::collections::HashMap;

use candle_core::{DType, Tensor as Data};

use crate::error::{Error, Result};
use crate::ops::compute::dense;
use crate::ops::options::options;
use crate::optim::{FromSetting, Optimizer, Setting, Settings};
use crate::tensor::{total, Change, Param, Tensor};

options! {
    /// The options of a [`GradScaler`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::amp::GradScalerOptions;
    /// assert_eq!(GradScalerOptions::default().init_scale, 65536.);
    /// ```
    GradScalerOptions {
        /// The first scale. Default: 2¹⁶.
        init_scale: f64 = 65536.,
        /// What the scale is multiplied by after `growth_interval` steps in a row without an overflow, > 1. Default: 2.
        growth_factor: f64 = 2.,
        /// What the scale is multiplied by after an overflow, in (0, 1). Default: 0.5.
        backoff_factor: f64 = 0.5,
        /// How many steps without an overflow make the scale grow, at least 1. Default: 2000.
        growth_interval: u64 = 2000,
        /// Whether anything is scaled at all: turned off, `step` is the optimizer's. Default: true.
        enabled: bool = true,
    }
}

/// Scales the loss, so that small gradients don't vanish in f16, and leaves out steps whose gradients overflowed
/// (`torch.amp.GradScaler`).
///
/// With s the scale and n the steps since it changed last, [`update`](Self::update) sets
///
/// ```text
/// s ← s · backoff_factor, n ← 0                             if a gradient was infinite or NaN
/// s ← s · growth_factor,  n ← 0                             else, if n + 1 = growth_interval and that is finite
/// n ← n + 1                                                 else
/// ```
///
/// # Example
/// ```
/// use taper::amp::{autocast, GradScaler};
/// use taper::optim::Sgd;
/// use taper::{DType, Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[[1f32], [2.]], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], 0.1)?;
/// let mut scaler = GradScaler::new(Default::default())?;
/// for step in 0..4 {
///     let x = Tensor::new(&[[1f32, 1.]], &Device::Cpu)?;
///     let loss = autocast(DType::F16, || x.matmul(&w)?.sum(()))?;
///     scaler.scale(&loss)?.backward()?;
///     scaler.unscale(&mut opt)?; // only to clip gradients before the step
///     let stepped = scaler.step(&mut opt)?;
///     assert_eq!(stepped, step > 0); // 65536 is more than f16 holds: the first step is left out, and the scale halved
///     scaler.update()?;
///     w.zero_grad(true)?;
/// }
/// assert!((w.to_vec::<f64>()?[0] - 0.7).abs() < 1e-6);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct GradScaler {
    options: GradScalerOptions,
    /// f32, as in PyTorch.
    scale: f32,
    growth_tracker: u64,
    /// By the first parameter's id: what has been done with the optimizer since the last update.
    optimizers: HashMap<u64, Progress>,
}

/// What has been done with an optimizer since the last update.
#[derive(Clone, Copy, Debug)]
struct Progress {
    overflow: bool,
    stepped: bool,
}

const AT: &str = "GradScaler";

impl GradScaler {
    /// A scaler with these options.
    ///
    /// # Errors
    /// If an option is out of its range.
    ///
    /// ```
    /// use taper::amp::{GradScaler, GradScalerOptions};
    /// let error = GradScaler::new(GradScalerOptions::default().growth_factor(0.5)).unwrap_err();
    /// assert_eq!(error.to_string(), "GradScaler: `growth_factor` is 0.5, but expected a number > 1");
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn new(options: GradScalerOptions) -> Result<Self> {
        check_scale("init_scale", options.init_scale)?;
        check_factors(options.growth_factor, options.backoff_factor)?;
        if options.growth_interval == 0 {
            return Err(Error::argument(AT, "growth_interval", 0, "at least 1"));
        }
        Ok(GradScaler {
            scale: options.init_scale as f32,
            growth_tracker: 0,
            optimizers: HashMap::new(),
            options,
        })
    }

    /// The loss times the scale, to run `backward` from.
    ///
    /// # Errors
    /// Those of the product.
    pub fn scale(&self, loss: impl AsRef<Tensor>) -> Result<Tensor> {
        let loss = loss.as_ref();
        if !self.options.enabled {
            return Ok(loss.clone());
        }
        // In f32: the scale may be more than f16 holds.
        let loss = match loss.dtype() {
            DType::F16 | DType::BF16 => loss.to_dtype(DType::F32)?,
            _ => loss.clone(),
        };
        loss.mul(f64::from(self.scale))
    }

    /// Divides the gradients of the optimizer's parameters by the scale, for what must see their true size, as clipping does.
    /// [`step`](Self::step) does it where this has not.
    ///
    /// # Errors
    /// If it was done since the last [`update`](Self::update), or a gradient is f16: parameters stay f32 under autocast.
    pub fn unscale(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        if !self.options.enabled {
            return Ok(());
        }
        let key = key(optimizer);
        match self.optimizers.get(&key) {
            Some(Progress { stepped: true, .. }) => Err(Error::op(
                AT,
                "`unscale` comes before `step`, but was called after it",
            )),
            Some(_) => Err(Error::op(
                AT,
                "`unscale` was called twice for this optimizer since the last `update`",
            )
            .help("call `update` at the end of each iteration")),
            None => self.unscale_all(key, optimizer),
        }
    }

    fn unscale_all(&mut self, key: u64, optimizer: &dyn Optimizer) -> Result<()> {
        let inverse = f64::from((1. / f64::from(self.scale)) as f32);
        let groups = optimizer.param_groups();
        let params = || groups.iter().flat_map(|group| group.params());
        let has_gradient = |param: &Param| param.with_grad(|grad| grad.is_some());
        let is_half = |param: &&Param| param.dtype() == DType::F16 && has_gradient(param);
        if let Some(param) = params().find(is_half) {
            let message = format!(
                "the gradient of {} is f16 and can't be unscaled",
                param.describe()
            );
            return Err(Error::op(AT, message).help(
                "keep the parameters f32: `autocast` computes in f16 without a model that is",
            ));
        }
        let mut overflow = false;
        for param in params() {
            param.change_grad(Change::Scale(inverse))?;
            overflow |= !param.with_grad(|grad| grad.map_or(Ok(true), all_finite))?;
        }
        let stepped = false;
        self.optimizers.insert(key, Progress { overflow, stepped });
        Ok(())
    }

    /// Steps the optimizer with unscaled gradients, unless one of them is infinite or NaN. Whether it stepped.
    ///
    /// # Errors
    /// If it was called since the last [`update`](Self::update); those of [`unscale`](Self::unscale) and of the optimizer.
    pub fn step(&mut self, optimizer: &mut dyn Optimizer) -> Result<bool> {
        if !self.options.enabled {
            return optimizer.step().map(|()| true);
        }
        let key = key(optimizer);
        if !self.optimizers.contains_key(&key) {
            self.unscale_all(key, optimizer)?;
        }
        let Some(progress) = self.optimizers.get_mut(&key) else {
            return Ok(false);
        };
        if progress.stepped {
            let message = "`step` was called twice for this optimizer since the last `update`";
            return Err(Error::op(AT, message).help("call `update` at the end of each iteration"));
        }
        progress.stepped = true;
        if progress.overflow {
            return Ok(false);
        }
        optimizer.step().map(|()| true)
    }

    /// Whether gradients of a step since the last [`update`](Self::update) overflowed.
    pub fn overflowed(&self) -> bool {
        self.optimizers.values().any(|progress| progress.overflow)
    }

    /// Changes the scale by what the steps since the last update have met; at the end of each iteration.
    ///
    /// # Errors
    /// If there was no step.
    pub fn update(&mut self) -> Result<()> {
        if !self.options.enabled {
            return Ok(());
        }
        if self.optimizers.is_empty() {
            let message = "there was no `step` since the last `update`";
            return Err(Error::op(AT, message));
        }
        if self.overflowed() {
            self.scale *= self.options.backoff_factor as f32;
            self.growth_tracker = 0;
        } else if self.growth_tracker + 1 == self.options.growth_interval {
            let grown = self.scale * self.options.growth_factor as f32;
            if grown.is_finite() {
                self.scale = grown;
            }
            self.growth_tracker = 0;
        } else {
            self.growth_tracker += 1;
        }
        self.optimizers.clear();
        Ok(())
    }

    /// Ends an iteration with a scale of one's own (`update(new_scale)`).
    ///
    /// # Errors
    /// If it is not a finite number > 0.
    pub fn update_to(&mut self, scale: f64) -> Result<()> {
        check_scale("scale", scale)?;
        self.scale = scale as f32;
        self.optimizers.clear();
        Ok(())
    }

    /// The scale; 1 if nothing is scaled.
    pub fn get_scale(&self) -> f64 {
        if self.options.enabled {
            f64::from(self.scale)
        } else {
            1.
        }
    }

    /// The options it was made with, or that were loaded.
    pub fn options(&self) -> &GradScalerOptions {
        &self.options
    }

    /// The state under PyTorch's names; empty if nothing is scaled.
    pub fn state_dict(&self) -> Settings {
        if !self.options.enabled {
            return Settings::new();
        }
        let values: [(&str, Setting); 5] = [
            ("scale", f64::from(self.scale).into()),
            ("growth_factor", self.options.growth_factor.into()),
            ("backoff_factor", self.options.backoff_factor.into()),
            (
                "growth_interval",
                (self.options.growth_interval as i64).into(),
            ),
            ("_growth_tracker", (self.growth_tracker as i64).into()),
        ];
        values.map(|(name, value)| (name.to_owned(), value)).into()
    }

    /// Takes over a saved state.
    ///
    /// # Errors
    /// If a value is missing, of another kind or out of its range; nothing has changed then.
    pub fn load_state_dict(&mut self, state: &Settings) -> Result<()> {
        if !self.options.enabled {
            return Ok(());
        }
        let number = |name| f64::read(AT, name, value(state, name));
        let count = |name| {
            let n = i64::read(AT, name, value(state, name))?;
            u64::try_from(n).map_err(|_| Error::argument(AT, name, n, "a number ≥ 0"))
        };
        let scale = number("scale")?;
        let (growth, backoff) = (number("growth_factor")?, number("backoff_factor")?);
        let (interval, tracker) = (count("growth_interval")?, count("_growth_tracker")?);
        check_scale("scale", scale)?;
        check_factors(growth, backoff)?;
        if interval == 0 {
            return Err(Error::argument(AT, "growth_interval", 0, "at least 1"));
        }
        self.scale = scale as f32;
        self.growth_tracker = tracker;
        self.options.growth_factor = growth;
        self.options.backoff_factor = backoff;
        self.options.growth_interval = interval;
        self.optimizers.clear();
        Ok(())
    }
}

fn value<'s>(state: &'s Settings, name: &str) -> &'s Setting {
    state.get(name).unwrap_or(&Setting::None)
}

fn check_scale(name: &'static str, scale: f64) -> Result<()> {
    if scale > 0. && (scale as f32).is_finite() {
        return Ok(());
    }
    Err(Error::argument(AT, name, scale, "a finite number > 0"))
}

fn check_factors(growth: f64, backoff: f64) -> Result<()> {
    if !(growth > 1. && growth.is_finite()) {
        return Err(Error::argument(AT, "growth_factor", growth, "a number > 1"));
    }
    if !(backoff > 0. && backoff < 1.) {
        let expected = "a number in (0, 1)";
        return Err(Error::argument(AT, "backoff_factor", backoff, expected));
    }
    Ok(())
}

/// What an optimizer is known by: parameters belong to one only.
fn key(optimizer: &dyn Optimizer) -> u64 {
    let groups = optimizer.param_groups();
    let first = groups.iter().flat_map(|group| group.params()).next();
    first.map_or(0, Param::id)
}

/// Whether no element is infinite or NaN.
fn all_finite(x: &Data) -> Result<bool> {
    let all: Vec<usize> = (0..x.rank()).collect();
    // 0 · x is 0 for finite x, else NaN.
    let sum = total(&(dense(x)? * 0.)?, &all)?.to_dtype(DType::F64)?;
    Ok(sum
        .flatten_all()?
        .to_vec1::<f64>()?
        .iter()
        .all(|x| *x == 0.))
}
