//! Rates that fall at milestones.

use std::collections::BTreeMap;

use super::rates::{finite, read, scheduler, At, Formula, Rates};
use crate::error::{Error, Result};
use crate::ops::options::options;
use crate::optim::{Optimizer, Setting, Settings};

/// The rate times `gamma` at each of the `milestones` (`torch.optim.lr_scheduler.MultiStepLR`).
///
/// In epoch t, from the rate η₀: `η₀ · gamma^(milestones ≤ t)`. A milestone that is given twice counts twice. As in PyTorch,
/// it is the present rate that is multiplied; [`closed_form`](Self::closed_form) is the formula itself.
///
/// # Example
/// ```
/// use taper::optim::lr_scheduler::{LrScheduler, MultiStepLr};
/// use taper::optim::Sgd;
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], 0.1)?;
/// let mut scheduler = MultiStepLr::new(&mut opt, &[30, 80])?;
/// for _ in 0..80 {
///     scheduler.step(&mut opt)?;
/// }
/// assert!((scheduler.last_lr()[0] - 0.001).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MultiStepLr {
    formula: Milestones,
    rates: Rates,
}

options! {
    /// The optional arguments of [`MultiStepLr`].
    ///
    /// ```
    /// use taper::optim::lr_scheduler::MultiStepLrOptions;
    /// assert_eq!(MultiStepLrOptions::default().gamma, 0.1);
    /// ```
    MultiStepLrOptions {
        /// What the rate is multiplied by. Default: 0.1.
        gamma: f64 = 0.1,
        /// The epoch to go on after; the groups then need an initial rate. Default: −1, from the beginning.
        last_epoch: i64 = -1,
    }
}

const NAME: &str = "MultiStepLr";

impl MultiStepLr {
    /// A scheduler that divides the rates by 10 at each milestone.
    ///
    /// # Errors
    /// If the milestones are not in increasing order.
    pub fn new(optimizer: &mut dyn Optimizer, milestones: &[usize]) -> Result<Self> {
        Self::new_with(optimizer, milestones, MultiStepLrOptions::default())
    }

    /// [`new`](Self::new) with options.
    ///
    /// # Errors
    /// If the milestones are not in increasing order, `gamma` is no finite number, or `last_epoch` given without initial rates.
    pub fn new_with(
        optimizer: &mut dyn Optimizer,
        milestones: &[usize],
        options: MultiStepLrOptions,
    ) -> Result<Self> {
        increasing(NAME, milestones)?;
        let mut counts = BTreeMap::new();
        for &milestone in milestones {
            *counts.entry(milestone as i64).or_insert(0) += 1;
        }
        let formula = Milestones::new(counts, options.gamma)?;
        let rates = Rates::start(optimizer, options.last_epoch, &formula)?;
        Ok(MultiStepLr { formula, rates })
    }
}

/// An error if one of the milestones is before the one that it follows.
pub(super) fn increasing(at: &'static str, milestones: &[usize]) -> Result<()> {
    if milestones.is_sorted() {
        return Ok(());
    }
    let expected = "epochs in increasing order";
    Err(Error::argument(at, "milestones", milestones, expected))
}

#[derive(Clone, Debug)]
struct Milestones {
    /// How often each milestone was given.
    counts: BTreeMap<i64, i64>,
    gamma: f64,
}

impl Milestones {
    fn new(counts: BTreeMap<i64, i64>, gamma: f64) -> Result<Self> {
        finite(NAME, "gamma", gamma)?;
        Ok(Milestones { counts, gamma })
    }
}

impl Formula for Milestones {
    const NAME: &'static str = NAME;

    fn lr(&self, at: &At) -> Result<f64> {
        Ok(match self.counts.get(&at.epoch) {
            Some(&count) => at.lr * self.gamma.powf(count as f64),
            None => at.lr,
        })
    }

    fn closed_form(&self, base_lr: f64, epoch: i64) -> Option<f64> {
        let passed: i64 = self.counts.range(..=epoch).map(|(_, count)| count).sum();
        Some(base_lr * self.gamma.powf(passed as f64))
    }

    fn save(&self) -> Vec<(&'static str, Setting)> {
        let counts = self.counts.iter();
        let counts = counts.map(|(epoch, &count)| (epoch.to_string(), count.into()));
        vec![
            ("milestones", Setting::Map(counts.collect())),
            ("gamma", self.gamma.into()),
        ]
    }

    fn load(&self, state: &Settings) -> Result<Self> {
        let milestones = state.get("milestones").unwrap_or(&Setting::None);
        let counts = match milestones {
            Setting::Map(counts) => counts
                .iter()
                .map(|(epoch, count)| Some((epoch.parse().ok()?, count.as_i64()?)))
                .collect(),
            _ => None,
        };
        let expected = "the number of times each epoch was given";
        let counts =
            counts.ok_or_else(|| Error::argument(NAME, "milestones", milestones, expected))?;
        Milestones::new(counts, read(NAME, state, "gamma")?)
    }
}

scheduler!(MultiStepLr, closed_form);
