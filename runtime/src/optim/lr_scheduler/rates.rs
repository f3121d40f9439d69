//! What all schedulers keep: the rates they started from, the epoch, and the rates set last.

use crate::error::{Error, Result};
use crate::optim::{FromSetting, Optimizer, Setting, Settings};

/// The common part of the schedulers.
#[derive(Clone, Debug)]
pub(super) struct Rates {
    pub(super) base_lrs: Vec<f64>,
    pub(super) last_epoch: i64,
    step_count: i64,
    pub(super) last_lr: Vec<f64>,
}

/// A group as a formula sees it.
pub(super) struct At {
    pub(super) group: usize,
    /// The rate that the schedule started from.
    pub(super) base_lr: f64,
    /// The present rate.
    pub(super) lr: f64,
    /// The epoch that a rate is asked for.
    pub(super) epoch: i64,
    /// The scheduler is being made.
    pub(super) initial: bool,
}

impl Rates {
    /// Starts after `last_epoch` (−1: from the beginning) and sets the first rates.
    pub(super) fn start(
        at: &'static str,
        optimizer: &mut dyn Optimizer,
        last_epoch: i64,
        formula: impl Fn(At) -> f64,
    ) -> Result<Self> {
        if last_epoch < -1 {
            return Err(Error::argument(at, "last_epoch", last_epoch, "-1 or more"));
        }
        let mut base_lrs = Vec::new();
        for group in optimizer.param_groups_mut() {
            let lr = match group.initial_lr() {
                Some(lr) => lr,
                None if last_epoch == -1 => group.lr(),
                None => {
                    let expected = "-1 for an optimizer whose groups have no `initial_lr`: load its state first";
                    return Err(Error::argument(at, "last_epoch", last_epoch, expected));
                }
            };
            group.set_initial_lr(lr);
            base_lrs.push(lr);
        }
        let mut rates = Rates {
            base_lrs,
            last_epoch,
            step_count: 0,
            last_lr: Vec::new(),
        };
        rates.advance(optimizer, formula)?;
        Ok(rates)
    }

    /// Goes to the next epoch and sets every group's rate by the formula.
    pub(super) fn advance(
        &mut self,
        optimizer: &mut dyn Optimizer,
        formula: impl Fn(At) -> f64,
    ) -> Result<()> {
        let mut groups = optimizer.param_groups_mut();
        if groups.len() != self.base_lrs.len() {
            let message = format!(
                "the optimizer has {} parameter groups, but had {} when the scheduler was made",
                groups.len(),
                self.base_lrs.len()
            );
            return Err(Error::op("LrScheduler::step", message)
                .help("make the scheduler after the last `add_param_group`"));
        }
        self.last_epoch += 1;
        for (i, (group, &base_lr)) in groups.iter_mut().zip(&self.base_lrs).enumerate() {
            let at = At {
                group: i,
                base_lr,
                lr: group.lr(),
                epoch: self.last_epoch,
                initial: self.step_count == 0,
            };
            group.set_lr(formula(at));
        }
        self.step_count += 1;
        self.last_lr = groups.iter().map(|group| group.lr()).collect();
        Ok(())
    }

    pub(super) fn save(&self) -> Settings {
        let values: [(&str, Setting); 4] = [
            ("base_lrs", self.base_lrs.clone().into()),
            ("last_epoch", self.last_epoch.into()),
            ("_step_count", self.step_count.into()),
            ("_last_lr", self.last_lr.clone().into()),
        ];
        values.map(|(name, value)| (name.to_owned(), value)).into()
    }

    pub(super) fn load(&self, at: &str, state: &Settings) -> Result<Self> {
        let rates = Rates {
            base_lrs: read(at, state, "base_lrs")?,
            last_epoch: read(at, state, "last_epoch")?,
            step_count: read(at, state, "_step_count")?,
            last_lr: read(at, state, "_last_lr")?,
        };
        if rates.base_lrs.len() != self.base_lrs.len() {
            let expected = format!("one rate for each of {} groups", self.base_lrs.len());
            return Err(Error::argument(at, "base_lrs", rates.base_lrs, expected));
        }
        Ok(rates)
    }
}

/// The value of that name in a saved state.
pub(super) fn read<T: FromSetting>(at: &str, state: &Settings, name: &'static str) -> Result<T> {
    T::read(at, name, state.get(name).unwrap_or(&Setting::None))
}
