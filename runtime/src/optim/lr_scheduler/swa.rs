//! The rate of stochastic weight averaging.

use std::f64::consts::PI;

use super::per_group::PerGroup;
use super::rates::{read, read_count, scheduler, At, Formula, Rates};
use super::words::AnnealStrategy;
use crate::error::Result;
use crate::ops::options::options;
use crate::optim::{Optimizer, Setting, Settings};

/// From the present rate to `swa_lr` in `anneal_epochs` epochs, and then constant: for stochastic weight averaging
/// (`torch.optim.swa_utils.SWALR`).
///
/// With the share a of the way, which is t / `anneal_epochs` or `(1 − cos(π t / anneal_epochs)) / 2`, the rate is
/// `swa_lr · a + η₀ · (1 − a)`. As in PyTorch, η₀ is computed from the present rate, so that rates changed meanwhile keep their
/// change, and `swa_lr` is kept in the groups.
///
/// # Example
/// ```
/// use taper::optim::lr_scheduler::{AnnealStrategy, LrScheduler, SwaLr, SwaLrOptions};
/// use taper::optim::Sgd;
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], 0.1)?;
/// let options = SwaLrOptions::default().anneal_epochs(2usize).anneal_strategy(AnnealStrategy::Linear);
/// let mut scheduler = SwaLr::new_with(&mut opt, 0.05, options)?;
/// scheduler.step(&mut opt)?;
/// assert!((scheduler.last_lr()[0] - 0.075).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SwaLr {
    formula: Swa,
    rates: Rates,
}

options! {
    /// The optional arguments of [`SwaLr`].
    ///
    /// ```
    /// use taper::optim::lr_scheduler::SwaLrOptions;
    /// assert_eq!(SwaLrOptions::default().anneal_epochs, 10);
    /// ```
    SwaLrOptions {
        /// The number of epochs until the rate is `swa_lr`; 0: at once. Default: 10.
        anneal_epochs: usize = 10,
        /// The curve. Default: [`Cos`](AnnealStrategy::Cos).
        anneal_strategy: AnnealStrategy = AnnealStrategy::Cos,
        /// The epoch to go on after; the groups then need an initial rate. Default: −1, from the beginning.
        last_epoch: i64 = -1,
    }
}

const NAME: &str = "SwaLr";
const SWA_LR: &str = "swa_lr";

impl SwaLr {
    /// A scheduler that reaches `swa_lr`, one number for all groups or a list, after 10 epochs.
    ///
    /// # Errors
    /// If a list is not of one number for each group, or a number not finite.
    pub fn new(optimizer: &mut dyn Optimizer, swa_lr: impl Into<PerGroup>) -> Result<Self> {
        Self::new_with(optimizer, swa_lr, SwaLrOptions::default())
    }

    /// [`new`](Self::new) with options.
    ///
    /// # Errors
    /// As [`new`](Self::new); and if `last_epoch` is given without initial rates.
    pub fn new_with(
        optimizer: &mut dyn Optimizer,
        swa_lr: impl Into<PerGroup>,
        options: SwaLrOptions,
    ) -> Result<Self> {
        let groups = optimizer.param_groups().len();
        let swa_lrs = swa_lr.into().each(NAME, SWA_LR, groups)?;
        let mut rates = Rates::before(NAME, optimizer, options.last_epoch)?;
        for (group, swa_lr) in optimizer.param_groups_mut().into_iter().zip(swa_lrs) {
            group.keep(SWA_LR, swa_lr)?;
        }
        let formula = Swa {
            anneal_epochs: options.anneal_epochs,
            anneal_strategy: options.anneal_strategy,
        };
        rates.initial_step(optimizer, &formula)?;
        Ok(SwaLr { formula, rates })
    }
}

#[derive(Clone, Debug)]
struct Swa {
    anneal_epochs: usize,
    anneal_strategy: AnnealStrategy,
}

impl Swa {
    /// The share of the way after so many steps.
    fn share(&self, steps: i64) -> f64 {
        let t = (steps as f64 / self.anneal_epochs.max(1) as f64).clamp(0., 1.);
        match self.anneal_strategy {
            AnnealStrategy::Cos => (1. - (PI * t).cos()) / 2.,
            AnnealStrategy::Linear => t,
        }
    }
}

impl Formula for Swa {
    const NAME: &'static str = NAME;

    fn lr(&self, at: &At) -> Result<f64> {
        let swa_lr = at.kept(NAME, SWA_LR)?;
        let steps = if self.anneal_epochs == 0 {
            at.steps.max(1)
        } else {
            at.steps
        };
        let before = self.share(steps - 1);
        let start = if before == 1. {
            swa_lr
        } else {
            (at.lr - before * swa_lr) / (1. - before)
        };
        let now = self.share(steps);
        Ok(swa_lr * now + start * (1. - now))
    }

    fn save(&self) -> Vec<(&'static str, Setting)> {
        vec![
            ("anneal_epochs", (self.anneal_epochs as i64).into()),
            ("_anneal_strategy", self.anneal_strategy.into()),
        ]
    }

    fn load(&self, state: &Settings) -> Result<Self> {
        Ok(Swa {
            anneal_epochs: read_count(NAME, state, "anneal_epochs")?,
            anneal_strategy: read(NAME, state, "_anneal_strategy")?,
        })
    }
}

scheduler!(SwaLr);
