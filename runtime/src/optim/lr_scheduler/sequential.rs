//! One scheduler after another.

use std::fmt;

use super::composite::Parts;
use super::multi_step::increasing;
use super::rates::{named, present, read};
use super::LrScheduler;
use crate::error::{Error, Result};
use crate::ops::options::options;
use crate::optim::{Optimizer, Setting, Settings};

/// Schedulers of one optimizer, each from one milestone to the next (`torch.optim.lr_scheduler.SequentialLR`).
///
/// At a milestone the next scheduler is [set to epoch 0](LrScheduler::set_epoch). The schedulers must have been made from
/// the same optimizer, in the order of their turns; their first steps are taken back. As in PyTorch, a chain or another
/// sequence can only be the first, and then is one step ahead, since it can't tell its first step from the others.
///
/// # Example
/// ```
/// use taper::optim::lr_scheduler::{ExponentialLr, LinearLr, LrScheduler, SequentialLr};
/// use taper::optim::Sgd;
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
/// let mut opt = Sgd::new([&w], 0.1)?;
/// let warm_up = Box::new(LinearLr::new(&mut opt)?);
/// let decay = Box::new(ExponentialLr::new(&mut opt, 0.5)?);
/// let mut scheduler = SequentialLr::new(&mut opt, vec![warm_up, decay], &[5])?;
/// for _ in 0..6 {
///     scheduler.step(&mut opt)?;
/// }
/// assert!((scheduler.last_lr()[0] - 0.05).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
pub struct SequentialLr {
    schedulers: Parts,
    milestones: Vec<usize>,
    last_epoch: i64,
    last_lr: Vec<f64>,
}

options! {
    /// The optional arguments of [`SequentialLr`].
    ///
    /// ```
    /// use taper::optim::lr_scheduler::SequentialLrOptions;
    /// assert_eq!(SequentialLrOptions::default().last_epoch, -1);
    /// ```
    SequentialLrOptions {
        /// The epoch to go on after. Default: −1, from the beginning.
        last_epoch: i64 = -1,
    }
}

const NAME: &str = "SequentialLr";

impl SequentialLr {
    /// The first scheduler, and from each of the `milestones` on the next.
    ///
    /// # Errors
    /// If the milestones are not one fewer than the schedulers or not in increasing order, or a scheduler after the first
    /// can't be set to an epoch.
    pub fn new(
        optimizer: &mut dyn Optimizer,
        schedulers: Vec<Box<dyn LrScheduler>>,
        milestones: &[usize],
    ) -> Result<Self> {
        Self::new_with(
            optimizer,
            schedulers,
            milestones,
            SequentialLrOptions::default(),
        )
    }

    /// [`new`](Self::new) with options.
    ///
    /// # Errors
    /// As [`new`](Self::new); and if `last_epoch` is less than −1.
    pub fn new_with(
        optimizer: &mut dyn Optimizer,
        schedulers: Vec<Box<dyn LrScheduler>>,
        milestones: &[usize],
        options: SequentialLrOptions,
    ) -> Result<Self> {
        let last_epoch = options.last_epoch;
        if last_epoch < -1 {
            let expected = "-1 or more";
            return Err(Error::argument(NAME, "last_epoch", last_epoch, expected));
        }
        let mut schedulers = Parts::new(NAME, schedulers)?;
        check_milestones(milestones, schedulers.0.len())?;
        // One that can't be set back should say so now, and not at its milestone. The rates are set anew below.
        for scheduler in &mut schedulers.0[1..] {
            let epoch = scheduler.last_epoch();
            scheduler.set_epoch(optimizer, epoch.max(0))?;
        }
        for group in optimizer.param_groups_mut() {
            if let Some(lr) = group.initial_lr() {
                group.set_lr(lr);
            }
        }
        schedulers.undo();
        let first = turn(milestones, 0);
        schedulers.0[first].initial_step(optimizer)?;
        Ok(SequentialLr {
            schedulers,
            milestones: milestones.to_vec(),
            last_epoch: last_epoch + 1,
            last_lr: present(optimizer),
        })
    }
}

/// Whose turn an epoch is: the number of milestones up to it.
fn turn(milestones: &[usize], epoch: i64) -> usize {
    milestones.partition_point(|&milestone| milestone as i64 <= epoch)
}

fn check_milestones(milestones: &[usize], schedulers: usize) -> Result<()> {
    if milestones.len() + 1 != schedulers {
        let expected = format!("{} for {schedulers} schedulers", schedulers - 1);
        return Err(Error::argument(NAME, "milestones", milestones, expected));
    }
    increasing(NAME, milestones)
}

impl LrScheduler for SequentialLr {
    fn step(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        let epoch = self.last_epoch + 1;
        let turn = turn(&self.milestones, epoch);
        let scheduler = &mut self.schedulers.0[turn];
        if turn > 0 && self.milestones[turn - 1] as i64 == epoch {
            scheduler.set_epoch(optimizer, 0)?;
        } else {
            scheduler.step(optimizer)?;
        }
        self.last_epoch = epoch;
        self.last_lr = scheduler.last_lr().to_vec();
        Ok(())
    }

    fn last_lr(&self) -> &[f64] {
        &self.last_lr
    }

    fn last_epoch(&self) -> i64 {
        self.last_epoch
    }

    fn state_dict(&self) -> Settings {
        let milestones = self.milestones.iter();
        let milestones = milestones.map(|&milestone| (milestone as i64).into());
        named(vec![
            ("_milestones", Setting::List(milestones.collect())),
            ("last_epoch", self.last_epoch.into()),
            ("_last_lr", self.last_lr.clone().into()),
            ("_schedulers", self.schedulers.save()),
        ])
    }

    fn load_state_dict(&mut self, state: &Settings) -> Result<()> {
        let milestones: Vec<f64> = read(NAME, state, "_milestones")?;
        let milestones: Vec<usize> = milestones.iter().map(|&epoch| epoch as usize).collect();
        check_milestones(&milestones, self.schedulers.0.len())?;
        let last_epoch = read(NAME, state, "last_epoch")?;
        let last_lr = read(NAME, state, "_last_lr")?;
        self.schedulers.load(NAME, state)?;
        self.milestones = milestones;
        self.last_epoch = last_epoch;
        self.last_lr = last_lr;
        Ok(())
    }

    fn initial_step(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        self.step(optimizer)
    }

    fn undo(&mut self) {
        self.schedulers.undo();
    }
}

impl fmt::Debug for SequentialLr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(NAME)
            .field("milestones", &self.milestones)
            .field("last_epoch", &self.last_epoch)
            .field("last_lr", &self.last_lr)
            .finish_non_exhaustive()
    }
}
