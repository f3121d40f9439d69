//! What all schedulers keep: the rates they started from, the epoch, and the rates set last.

use super::momentum;
use crate::error::{Error, Result};
use crate::optim::{FromSetting, Optimizer, ParamGroup, Setting, Settings};

/// The common part of the schedulers.
#[derive(Clone, Debug)]
pub(super) struct Rates {
    pub(super) base_lrs: Vec<f64>,
    pub(super) last_epoch: i64,
    step_count: i64,
    pub(super) last_lr: Vec<f64>,
    /// The optimizer's steps when the scheduler was made.
    made_at: Option<u64>,
}

/// A group as a formula sees it.
pub(super) struct At<'a> {
    /// The group's number.
    pub(super) index: usize,
    group: &'a dyn ParamGroup,
    /// The rate that the schedule started from.
    pub(super) base_lr: f64,
    /// The present rate.
    pub(super) lr: f64,
    /// The epoch that a rate is asked for.
    pub(super) epoch: i64,
    /// The steps of the scheduler before this one, the one that made it included.
    pub(super) steps: i64,
    /// The scheduler is being made.
    pub(super) initial: bool,
}

impl At<'_> {
    /// What a scheduler keeps in the group (`initial_lr`, `max_lr`).
    pub(super) fn kept(&self, at: &'static str, name: &'static str) -> Result<f64> {
        let value = match name {
            "initial_lr" => self.group.initial_lr(),
            _ => self.group.kept(name),
        };
        value.ok_or_else(|| {
            let message = format!("parameter group {} has no `{name}`", self.index);
            Error::op(at, message)
                .help("load the optimizer's state first, or start with last_epoch −1")
        })
    }
}

/// What makes one scheduler different from another.
pub(super) trait Formula: Sized {
    /// The scheduler's name, for messages.
    const NAME: &'static str;

    /// The rate of a group (`get_lr`).
    fn lr(&self, at: &At) -> Result<f64>;

    /// The momentum of a group, if it is scheduled too.
    fn momentum(&self, _at: &At) -> Result<Option<f64>> {
        Ok(None)
    }

    /// The rate from the initial one and the epoch alone, if there is a formula for it (`_get_closed_form_lr`).
    fn closed_form(&self, _base_lr: f64, _epoch: i64) -> Option<f64> {
        None
    }

    /// Its settings, under PyTorch's names.
    fn save(&self) -> Vec<(&'static str, Setting)>;

    /// The formula with saved settings.
    fn load(&self, state: &Settings) -> Result<Self>;
}

/// The moment that rates are set for.
struct Moment {
    epoch: i64,
    steps: i64,
    initial: bool,
    /// By the closed form, where there is one.
    closed: bool,
}

impl Rates {
    /// Starts after `last_epoch` (−1: from the beginning) and sets the first rates.
    pub(super) fn start<F: Formula>(
        optimizer: &mut dyn Optimizer,
        last_epoch: i64,
        formula: &F,
    ) -> Result<Self> {
        let mut rates = Self::before(F::NAME, optimizer, last_epoch)?;
        rates.initial_step(optimizer, formula)?;
        Ok(rates)
    }

    /// Before the first rates.
    pub(super) fn before(
        at: &'static str,
        optimizer: &mut dyn Optimizer,
        last_epoch: i64,
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
        Ok(Rates {
            base_lrs,
            last_epoch,
            step_count: 0,
            last_lr: Vec::new(),
            made_at: optimizer.steps(),
        })
    }

    /// Goes to the next epoch as a scheduler does when it is made (`_initial_step`).
    pub(super) fn initial_step<F: Formula>(
        &mut self,
        optimizer: &mut dyn Optimizer,
        formula: &F,
    ) -> Result<()> {
        self.next(optimizer, formula, 0, true)
    }

    /// Goes to the next epoch.
    pub(super) fn step<F: Formula>(
        &mut self,
        optimizer: &mut dyn Optimizer,
        formula: &F,
    ) -> Result<()> {
        let steps = optimizer.steps();
        if self.step_count == 1 && steps.is_some() && steps == self.made_at {
            tracing::warn!(
                scheduler = F::NAME,
                "the scheduler is stepped before its optimizer, which skips the first rate of the schedule: call the \
                 optimizer's `step` first"
            );
        }
        self.next(optimizer, formula, self.step_count, false)
    }

    fn next<F: Formula>(
        &mut self,
        optimizer: &mut dyn Optimizer,
        formula: &F,
        steps: i64,
        initial: bool,
    ) -> Result<()> {
        let moment = Moment {
            epoch: self.last_epoch + 1,
            steps,
            initial,
            closed: false,
        };
        self.set(optimizer, formula, moment)?;
        self.step_count = steps + 1;
        Ok(())
    }

    /// Goes to an epoch, by the closed form where there is one (`step(epoch)`).
    pub(super) fn set_epoch<F: Formula>(
        &mut self,
        optimizer: &mut dyn Optimizer,
        formula: &F,
        epoch: i64,
    ) -> Result<()> {
        if epoch < 0 {
            return Err(Error::argument(F::NAME, "epoch", epoch, "0 or more"));
        }
        let moment = Moment {
            epoch,
            steps: self.step_count - 1,
            initial: false,
            closed: true,
        };
        self.set(optimizer, formula, moment)
    }

    /// Sets every group's rate, and the epoch; nothing has changed after an error.
    fn set<F: Formula>(
        &mut self,
        optimizer: &mut dyn Optimizer,
        formula: &F,
        moment: Moment,
    ) -> Result<()> {
        let mut groups = optimizer.param_groups_mut();
        check_groups(groups.len(), self.base_lrs.len())?;
        let mut values = Vec::new();
        for (index, (group, &base_lr)) in groups.iter().zip(&self.base_lrs).enumerate() {
            let at = At {
                index,
                group: &**group,
                base_lr,
                lr: group.lr(),
                epoch: moment.epoch,
                steps: moment.steps,
                initial: moment.initial,
            };
            let closed = formula.closed_form(base_lr, moment.epoch);
            let lr = match closed.filter(|_| moment.closed) {
                Some(lr) => lr,
                None => formula.lr(&at)?,
            };
            values.push((lr, formula.momentum(&at)?));
        }
        for (group, (lr, momentum)) in groups.iter_mut().zip(values) {
            group.set_lr(lr);
            if let Some(momentum) = momentum {
                momentum::set(*group, momentum)?;
            }
        }
        self.last_epoch = moment.epoch;
        self.last_lr = groups.iter().map(|group| group.lr()).collect();
        Ok(())
    }

    /// The present epoch's rates by the closed form, per group.
    pub(super) fn closed_form<F: Formula>(&self, formula: &F) -> Vec<f64> {
        let base_lrs = self.base_lrs.iter();
        base_lrs
            .filter_map(|&base_lr| formula.closed_form(base_lr, self.last_epoch))
            .collect()
    }

    pub(super) fn save<F: Formula>(&self, formula: &F) -> Settings {
        let mut values = formula.save();
        values.extend([
            ("base_lrs", self.base_lrs.clone().into()),
            ("last_epoch", self.last_epoch.into()),
            ("_step_count", self.step_count.into()),
            ("_last_lr", self.last_lr.clone().into()),
        ]);
        named(values)
    }

    pub(super) fn load(&self, at: &str, state: &Settings) -> Result<Self> {
        let groups = self.base_lrs.len();
        Ok(Rates {
            base_lrs: read_rates(at, state, "base_lrs", groups)?,
            last_epoch: read(at, state, "last_epoch")?,
            step_count: read(at, state, "_step_count")?,
            last_lr: read_rates(at, state, "_last_lr", groups)?,
            made_at: self.made_at,
        })
    }
}

fn check_groups(found: usize, expected: usize) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    let message = format!("the optimizer has {found} parameter groups, but had {expected} when the scheduler was made");
    Err(Error::op("LrScheduler::step", message)
        .help("make the scheduler after the last `add_param_group`"))
}

/// Values by name.
pub(super) fn named(values: Vec<(&'static str, Setting)>) -> Settings {
    let values = values.into_iter();
    values
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The present rates.
pub(super) fn present(optimizer: &dyn Optimizer) -> Vec<f64> {
    let groups = optimizer.param_groups();
    groups.iter().map(|group| group.lr()).collect()
}

/// The value of that name in a saved state.
pub(super) fn read<T: FromSetting>(at: &str, state: &Settings, name: &'static str) -> Result<T> {
    T::read(at, name, state.get(name).unwrap_or(&Setting::None))
}

/// The number of that name in a saved state, which can't be negative.
pub(super) fn read_count(at: &str, state: &Settings, name: &'static str) -> Result<usize> {
    let value: i64 = read(at, state, name)?;
    usize::try_from(value).map_err(|_| Error::argument(at, name, value, "0 or more"))
}

/// The list of that name in a saved state, with a number for each group.
pub(super) fn read_rates(
    at: &str,
    state: &Settings,
    name: &'static str,
    groups: usize,
) -> Result<Vec<f64>> {
    let list: Vec<f64> = read(at, state, name)?;
    if list.len() == groups {
        return Ok(list);
    }
    let expected = format!("one number for each of {groups} groups");
    Err(Error::argument(at, name, list, expected))
}

/// An error unless `value` is a finite number.
pub(super) fn finite(at: &str, name: &'static str, value: f64) -> Result<()> {
    if value.is_finite() {
        return Ok(());
    }
    Err(Error::argument(at, name, value, "a finite number"))
}

/// An error unless `value` is in [0, 1].
pub(super) fn share(at: &str, name: &'static str, value: f64) -> Result<()> {
    if (0. ..=1.).contains(&value) {
        return Ok(());
    }
    Err(Error::argument(at, name, value, "a number in [0, 1]"))
}

/// Implements [`LrScheduler`](super::LrScheduler) for a struct of a `formula` and its `rates`; with `closed_form`, that method too.
macro_rules! scheduler {
    ($name:ident, closed_form) => {
        impl $name {
            /// The present epoch's rates by the formula, per group, whatever the rates are set to.
            pub fn closed_form(&self) -> Vec<f64> {
                self.rates.closed_form(&self.formula)
            }
        }
        $crate::optim::lr_scheduler::rates::scheduler!($name);
    };
    ($name:ident) => {
        impl $crate::optim::lr_scheduler::LrScheduler for $name {
            fn step(&mut self, optimizer: &mut dyn $crate::optim::Optimizer) -> $crate::Result<()> {
                self.rates.step(optimizer, &self.formula)
            }

            fn last_lr(&self) -> &[f64] {
                &self.rates.last_lr
            }

            fn last_epoch(&self) -> i64 {
                self.rates.last_epoch
            }

            fn state_dict(&self) -> $crate::optim::Settings {
                self.rates.save(&self.formula)
            }

            fn load_state_dict(&mut self, state: &$crate::optim::Settings) -> $crate::Result<()> {
                let formula =
                    $crate::optim::lr_scheduler::rates::Formula::load(&self.formula, state)?;
                self.rates = self.rates.load(stringify!($name), state)?;
                self.formula = formula;
                Ok(())
            }

            fn set_epoch(
                &mut self,
                optimizer: &mut dyn $crate::optim::Optimizer,
                epoch: i64,
            ) -> $crate::Result<()> {
                self.rates.set_epoch(optimizer, &self.formula, epoch)
            }

            fn initial_step(
                &mut self,
                optimizer: &mut dyn $crate::optim::Optimizer,
            ) -> $crate::Result<()> {
                self.rates.initial_step(optimizer, &self.formula)
            }

            fn undo(&mut self) {
                self.rates.last_epoch -= 1;
            }
        }
    };
}
pub(super) use scheduler;
