//! Rates that fall when a metric no longer improves.

use super::per_group::PerGroup;
use super::rates::{finite, named, present, read, read_count};
use super::words::words;
use crate::error::{Error, Result};
use crate::ops::options::options;
use crate::optim::{Optimizer, Setting, Settings};

/// The rate times `factor` when a metric has not improved for more than `patience` epochs
/// (`torch.optim.lr_scheduler.ReduceLROnPlateau`).
///
/// It is no [`LrScheduler`](super::LrScheduler), since its [`step`](Self::step) needs the metric: it can't be part of a
/// [`SequentialLr`](super::SequentialLr) or [`ChainedScheduler`](super::ChainedScheduler). A metric that is NaN is no
/// improvement, as in PyTorch.
///
/// # Example
/// ```
/// use taper::optim::lr_scheduler::{ReduceLrOnPlateau, ReduceLrOnPlateauOptions};
/// use taper::optim::Sgd;
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], 0.1)?;
/// let options = ReduceLrOnPlateauOptions::default().factor(0.5).patience(1usize);
/// let mut scheduler = ReduceLrOnPlateau::new_with(&mut opt, options)?;
/// for loss in [2., 1., 1.5, 1.2] {
///     scheduler.step(&mut opt, loss)?;
/// }
/// assert_eq!((scheduler.best(), scheduler.last_lr()), (1., &[0.05][..]));
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ReduceLrOnPlateau {
    settings: Plateau,
    best: f64,
    cooldown_counter: i64,
    num_bad_epochs: i64,
    last_epoch: i64,
    last_lr: Vec<f64>,
}

options! {
    /// The optional arguments of [`ReduceLrOnPlateau`].
    ///
    /// ```
    /// use taper::optim::lr_scheduler::ReduceLrOnPlateauOptions;
    /// assert_eq!(ReduceLrOnPlateauOptions::default().patience, 10);
    /// ```
    ReduceLrOnPlateauOptions {
        /// Whether the metric should fall or rise. Default: [`Min`](PlateauMode::Min), fall.
        mode: PlateauMode = PlateauMode::Min,
        /// What the rate is multiplied by, in [0, 1). Default: 0.1.
        factor: f64 = 0.1,
        /// The number of epochs without improvement that are let pass. Default: 10.
        patience: usize = 10,
        /// How much better a metric must be to be an improvement. Default: 1e-4.
        threshold: f64 = 1e-4,
        /// What the threshold is a part of. Default: [`Rel`](ThresholdMode::Rel), the best metric.
        threshold_mode: ThresholdMode = ThresholdMode::Rel,
        /// The number of epochs after a fall that don't count. Default: 0.
        cooldown: usize = 0,
        /// The least rate, for all groups or each. Default: 0.
        min_lr: PerGroup = PerGroup::All(0.),
        /// A rate is left as it is if it would change by no more. Default: 1e-8.
        eps: f64 = 1e-8,
    }
}

words! {
    /// Which way a metric of [`ReduceLrOnPlateau`] should go.
    PlateauMode, "\"min\" or \"max\"" {
        /// It should fall, as a loss.
        Min = "min",
        /// It should rise, as an accuracy.
        Max = "max",
    }
}

words! {
    /// What the threshold of [`ReduceLrOnPlateau`] is a part of.
    ThresholdMode, "\"rel\" or \"abs\"" {
        /// The best metric: it must be below `best · (1 − threshold)`, or above `best · (1 + threshold)`.
        Rel = "rel",
        /// It is a difference: the metric must be below `best − threshold`, or above `best + threshold`.
        Abs = "abs",
    }
}

const NAME: &str = "ReduceLrOnPlateau";

impl ReduceLrOnPlateau {
    /// A scheduler that divides the rates by 10 after 11 epochs in which a loss has not improved.
    ///
    /// # Errors
    /// None that are known: the result is that of all schedulers.
    pub fn new(optimizer: &mut dyn Optimizer) -> Result<Self> {
        Self::new_with(optimizer, ReduceLrOnPlateauOptions::default())
    }

    /// [`new`](Self::new) with options.
    ///
    /// # Errors
    /// If `factor` is not in [0, 1), another number not finite, or `min_lr` a list that is not of one number for each group.
    pub fn new_with(
        optimizer: &mut dyn Optimizer,
        options: ReduceLrOnPlateauOptions,
    ) -> Result<Self> {
        let groups = optimizer.param_groups().len();
        let settings = Plateau::new(options, groups)?;
        Ok(ReduceLrOnPlateau {
            best: settings.worst(),
            settings,
            cooldown_counter: 0,
            num_bad_epochs: 0,
            last_epoch: 0,
            last_lr: present(optimizer),
        })
    }

    /// Goes to the next epoch, with the metric of the last one.
    ///
    /// # Errors
    /// If the rates are to fall, `min_lr` was a list, and the optimizer has not as many groups.
    pub fn step(&mut self, optimizer: &mut dyn Optimizer, metric: f64) -> Result<()> {
        let mut next = self.clone();
        next.last_epoch += 1;
        next.num_bad_epochs += 1;
        if self.settings.is_better(metric, self.best) {
            next.best = metric;
            next.num_bad_epochs = 0;
        }
        if self.in_cooldown() {
            next.cooldown_counter -= 1;
            next.num_bad_epochs = 0;
        }
        if next.num_bad_epochs > self.settings.patience {
            next.settings.reduce(optimizer)?;
            next.cooldown_counter = self.settings.cooldown;
            next.num_bad_epochs = 0;
        }
        next.last_lr = present(optimizer);
        *self = next;
        Ok(())
    }

    /// The best metric so far; ∞ or −∞ before the first.
    pub fn best(&self) -> f64 {
        self.best
    }

    /// The number of epochs without an improvement.
    pub fn num_bad_epochs(&self) -> usize {
        usize::try_from(self.num_bad_epochs).unwrap_or_default()
    }

    /// Whether the rates have fallen so recently that epochs don't count.
    pub fn in_cooldown(&self) -> bool {
        self.cooldown_counter > 0
    }

    /// The rates after the last step, per group (`get_last_lr`).
    pub fn last_lr(&self) -> &[f64] {
        &self.last_lr
    }

    /// The number of steps.
    pub fn last_epoch(&self) -> i64 {
        self.last_epoch
    }

    /// The state under PyTorch's names, to be saved.
    pub fn state_dict(&self) -> Settings {
        let mut state = self.settings.save();
        state.extend([
            ("best", number(self.best)),
            ("cooldown_counter", self.cooldown_counter.into()),
            ("num_bad_epochs", self.num_bad_epochs.into()),
            ("last_epoch", self.last_epoch.into()),
            ("_last_lr", self.last_lr.clone().into()),
        ]);
        named(state)
    }

    /// Takes over a saved state. The optimizer's rates stay as they are: they are part of the optimizer's own state.
    ///
    /// # Errors
    /// If a value is missing or of another kind; nothing has changed then.
    pub fn load_state_dict(&mut self, state: &Settings) -> Result<()> {
        let settings = Plateau::load(state)?;
        let best = state.get("best").unwrap_or(&Setting::None);
        // JSON has no infinity: it writes null.
        let best = match best {
            Setting::None => Some(settings.worst()),
            Setting::Text(text) => text.parse().ok(),
            other => other.as_f64(),
        }
        .ok_or_else(|| Error::argument(NAME, "best", best, "a number"))?;
        *self = ReduceLrOnPlateau {
            settings,
            best,
            cooldown_counter: read(NAME, state, "cooldown_counter")?,
            num_bad_epochs: read(NAME, state, "num_bad_epochs")?,
            last_epoch: read(NAME, state, "last_epoch")?,
            last_lr: read(NAME, state, "_last_lr")?,
        };
        Ok(())
    }
}

/// A number that JSON keeps.
fn number(value: f64) -> Setting {
    if value.is_finite() {
        value.into()
    } else {
        Setting::Text(value.to_string())
    }
}

#[derive(Clone, Debug)]
struct Plateau {
    mode: PlateauMode,
    factor: f64,
    patience: i64,
    threshold: f64,
    threshold_mode: ThresholdMode,
    cooldown: i64,
    /// What groups that are added later have.
    default_min_lr: Option<f64>,
    min_lrs: Vec<f64>,
    eps: f64,
}

impl Plateau {
    fn new(options: ReduceLrOnPlateauOptions, groups: usize) -> Result<Self> {
        let factor = options.factor;
        if !(0. ..1.).contains(&factor) {
            return Err(Error::argument(
                NAME,
                "factor",
                factor,
                "a number in [0, 1)",
            ));
        }
        finite(NAME, "threshold", options.threshold)?;
        finite(NAME, "eps", options.eps)?;
        Ok(Plateau {
            mode: options.mode,
            factor,
            patience: options.patience as i64,
            threshold: options.threshold,
            threshold_mode: options.threshold_mode,
            cooldown: options.cooldown as i64,
            default_min_lr: match options.min_lr {
                PerGroup::All(min_lr) => Some(min_lr),
                PerGroup::Each(_) => None,
            },
            min_lrs: options.min_lr.each(NAME, "min_lr", groups)?,
            eps: options.eps,
        })
    }

    /// What every metric is better than.
    fn worst(&self) -> f64 {
        match self.mode {
            PlateauMode::Min => f64::INFINITY,
            PlateauMode::Max => f64::NEG_INFINITY,
        }
    }

    fn is_better(&self, metric: f64, best: f64) -> bool {
        match (self.mode, self.threshold_mode) {
            (PlateauMode::Min, ThresholdMode::Rel) => metric < best * (1. - self.threshold),
            (PlateauMode::Min, ThresholdMode::Abs) => metric < best - self.threshold,
            (PlateauMode::Max, ThresholdMode::Rel) => metric > best * (1. + self.threshold),
            (PlateauMode::Max, ThresholdMode::Abs) => metric > best + self.threshold,
        }
    }

    fn reduce(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        let mut groups = optimizer.param_groups_mut();
        if groups.len() != self.min_lrs.len() {
            let Some(min_lr) = self.default_min_lr else {
                let message = format!(
                    "the optimizer has {} parameter groups, but `min_lr` was given for {}",
                    groups.len(),
                    self.min_lrs.len()
                );
                return Err(Error::op("ReduceLrOnPlateau::step", message)
                    .help("make the scheduler after the last `add_param_group`, or give one `min_lr` for all groups"));
            };
            self.min_lrs = vec![min_lr; groups.len()];
        }
        for (group, &min_lr) in groups.iter_mut().zip(&self.min_lrs) {
            let lr = (group.lr() * self.factor).max(min_lr);
            if group.lr() - lr > self.eps {
                group.set_lr(lr);
            }
        }
        Ok(())
    }

    fn save(&self) -> Vec<(&'static str, Setting)> {
        vec![
            ("mode", self.mode.into()),
            ("mode_worse", number(self.worst())),
            ("factor", self.factor.into()),
            ("patience", self.patience.into()),
            ("threshold", self.threshold.into()),
            ("threshold_mode", self.threshold_mode.into()),
            ("cooldown", self.cooldown.into()),
            (
                "default_min_lr",
                self.default_min_lr.map_or(Setting::None, Setting::from),
            ),
            ("min_lrs", self.min_lrs.clone().into()),
            ("eps", self.eps.into()),
        ]
    }

    fn load(state: &Settings) -> Result<Self> {
        let min_lrs: Vec<f64> = read(NAME, state, "min_lrs")?;
        let groups = min_lrs.len();
        let default = state.get("default_min_lr").and_then(Setting::as_f64);
        let options = ReduceLrOnPlateauOptions {
            mode: read(NAME, state, "mode")?,
            factor: read(NAME, state, "factor")?,
            patience: read_count(NAME, state, "patience")?,
            threshold: read(NAME, state, "threshold")?,
            threshold_mode: read(NAME, state, "threshold_mode")?,
            cooldown: read_count(NAME, state, "cooldown")?,
            min_lr: PerGroup::Each(min_lrs),
            eps: read(NAME, state, "eps")?,
        };
        Ok(Plateau {
            default_min_lr: default,
            ..Plateau::new(options, groups)?
        })
    }
}
