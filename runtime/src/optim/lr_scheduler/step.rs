//! Rates that fall in equal stairs.

use super::rates::{finite, read, read_count, scheduler, At, Formula, Rates};
use crate::error::{Error, Result};
use crate::ops::options::options;
use crate::optim::{Optimizer, Setting, Settings};

/// The rate times `gamma` every `step_size` epochs (`torch.optim.lr_scheduler.StepLR`).
///
/// In epoch t, from the rate η₀: `η₀ · gamma^⌊t / step_size⌋`. As in PyTorch, it is the present rate that is multiplied, so
/// that rates changed meanwhile keep their change; [`closed_form`](Self::closed_form) is the formula itself.
///
/// # Example
/// ```
/// use taper::optim::lr_scheduler::{LrScheduler, StepLr};
/// use taper::optim::Sgd;
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], 0.1)?;
/// let mut scheduler = StepLr::new(&mut opt, 30)?;
/// for _ in 0..30 {
///     scheduler.step(&mut opt)?;
/// }
/// assert!((scheduler.last_lr()[0] - 0.01).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct StepLr {
    formula: Stairs,
    rates: Rates,
}

options! {
    /// The optional arguments of [`StepLr`].
    ///
    /// ```
    /// use taper::optim::lr_scheduler::StepLrOptions;
    /// assert_eq!(StepLrOptions::default().gamma, 0.1);
    /// ```
    StepLrOptions {
        /// What the rate is multiplied by. Default: 0.1.
        gamma: f64 = 0.1,
        /// The epoch to go on after; the groups then need an initial rate. Default: −1, from the beginning.
        last_epoch: i64 = -1,
    }
}

const NAME: &str = "StepLr";

impl StepLr {
    /// A scheduler that divides the rates by 10 every `step_size` epochs.
    ///
    /// # Errors
    /// If `step_size` is 0.
    pub fn new(optimizer: &mut dyn Optimizer, step_size: usize) -> Result<Self> {
        Self::new_with(optimizer, step_size, StepLrOptions::default())
    }

    /// [`new`](Self::new) with options.
    ///
    /// # Errors
    /// If `step_size` is 0, `gamma` no finite number, or `last_epoch` given without initial rates.
    pub fn new_with(
        optimizer: &mut dyn Optimizer,
        step_size: usize,
        options: StepLrOptions,
    ) -> Result<Self> {
        let formula = Stairs::new(step_size, options.gamma)?;
        let rates = Rates::start(optimizer, options.last_epoch, &formula)?;
        Ok(StepLr { formula, rates })
    }
}

#[derive(Clone, Debug)]
struct Stairs {
    step_size: i64,
    gamma: f64,
}

impl Stairs {
    fn new(step_size: usize, gamma: f64) -> Result<Self> {
        finite(NAME, "gamma", gamma)?;
        match i64::try_from(step_size) {
            Ok(step_size) if step_size > 0 => Ok(Stairs { step_size, gamma }),
            _ => Err(Error::argument(NAME, "step_size", step_size, "at least 1")),
        }
    }
}

impl Formula for Stairs {
    const NAME: &'static str = NAME;

    fn lr(&self, at: &At) -> Result<f64> {
        let falls = at.epoch != 0 && at.epoch % self.step_size == 0;
        Ok(if falls { at.lr * self.gamma } else { at.lr })
    }

    fn closed_form(&self, base_lr: f64, epoch: i64) -> Option<f64> {
        Some(base_lr * self.gamma.powf((epoch / self.step_size) as f64))
    }

    fn save(&self) -> Vec<(&'static str, Setting)> {
        vec![
            ("step_size", self.step_size.into()),
            ("gamma", self.gamma.into()),
        ]
    }

    fn load(&self, state: &Settings) -> Result<Self> {
        Stairs::new(
            read_count(NAME, state, "step_size")?,
            read(NAME, state, "gamma")?,
        )
    }
}

scheduler!(StepLr, closed_form);
