//! Schedulers of schedulers, and one's own among them.

use super::*;
use crate::optim::FromSetting;

/// Halves the rates in every step; with `jumps`, it can be set to an epoch.
struct Halve {
    epoch: i64,
    last_lr: Vec<f64>,
    jumps: bool,
}

impl Halve {
    fn new(optimizer: &dyn Optimizer, jumps: bool) -> Self {
        let groups = optimizer.param_groups();
        Halve {
            epoch: 0,
            last_lr: groups.iter().map(|group| group.lr()).collect(),
            jumps,
        }
    }
}

impl LrScheduler for Halve {
    fn step(&mut self, optimizer: &mut dyn Optimizer) -> Result<()> {
        self.epoch += 1;
        for (group, last) in optimizer
            .param_groups_mut()
            .into_iter()
            .zip(&mut self.last_lr)
        {
            *last = group.lr() / 2.;
            group.set_lr(*last);
        }
        Ok(())
    }

    fn last_lr(&self) -> &[f64] {
        &self.last_lr
    }

    fn last_epoch(&self) -> i64 {
        self.epoch
    }

    fn state_dict(&self) -> Settings {
        Settings::from([("last_epoch".to_owned(), self.epoch.into())])
    }

    fn load_state_dict(&mut self, state: &Settings) -> Result<()> {
        self.epoch = i64::read("Halve", "last_epoch", &state["last_epoch"])?;
        Ok(())
    }

    fn set_epoch(&mut self, optimizer: &mut dyn Optimizer, epoch: i64) -> Result<()> {
        if !self.jumps {
            return Err(Error::op("Halve::set_epoch", "no"));
        }
        self.epoch = epoch;
        for (group, last) in optimizer
            .param_groups_mut()
            .into_iter()
            .zip(&mut self.last_lr)
        {
            *last = group.initial_lr().unwrap_or(group.lr()) / 2f64.powi(epoch as i32);
            group.set_lr(*last);
        }
        Ok(())
    }
}

#[test]
fn ones_own_takes_its_turn() -> Result<()> {
    let mut opt = optimizer(0.8)?;
    let first = Box::new(ConstantLr::new_with(
        &mut opt,
        ConstantLrOptions::default().factor(0.5).total_iters(9usize),
    )?);
    let second = Box::new(Halve::new(&opt, true));
    let mut scheduler = SequentialLr::new(&mut opt, vec![first, second], &[2])?;
    let mut rates = vec![scheduler.last_lr()[0]];
    for _ in 0..4 {
        scheduler.step(&mut opt)?;
        rates.push(scheduler.last_lr()[0]);
    }
    assert_eq!(rates, [0.4, 0.4, 0.8, 0.4, 0.2]);
    Ok(())
}

#[test]
fn ones_own_may_come_first() -> Result<()> {
    let mut opt = optimizer(0.8)?;
    let second = Box::new(ExponentialLr::new(&mut opt, 0.5)?);
    let first = Box::new(Halve::new(&opt, true));
    let mut scheduler = SequentialLr::new(&mut opt, vec![first, second], &[2])?;
    let mut rates = vec![scheduler.last_lr()[0]];
    for _ in 0..3 {
        scheduler.step(&mut opt)?;
        rates.push(scheduler.last_lr()[0]);
    }
    assert_eq!(rates, [0.8, 0.4, 0.8, 0.4]);
    Ok(())
}

#[test]
fn what_can_not_take_its_turn_is_refused_at_once() -> Result<()> {
    let mut opt = optimizer(0.8)?;
    let first = || -> Result<Box<dyn LrScheduler>> {
        Ok(Box::new(ExponentialLr::new(&mut optimizer(0.8)?, 0.5)?))
    };
    let own = Box::new(Halve::new(&opt, false));
    assert_eq!(
        message(SequentialLr::new(&mut opt, vec![first()?, own], &[2])),
        "Halve::set_epoch: no"
    );
    let chain = Box::new(ChainedScheduler::new(&mut opt, vec![first()?])?);
    assert_eq!(
        message(SequentialLr::new(&mut opt, vec![first()?, chain], &[2])),
        "LrScheduler::set_epoch: this scheduler can't be set to an epoch\n  help: in a `SequentialLr`, chains and \
         sequences can only come first, and one's own scheduler needs `set_epoch`"
    );
    assert_eq!(opt.param_groups()[0].lr, 0.8);
    Ok(())
}

#[test]
fn a_chain_tells_the_epoch_of_its_first() -> Result<()> {
    let mut opt = optimizer(0.8)?;
    let parts: Vec<Box<dyn LrScheduler>> = vec![
        Box::new(ExponentialLr::new(&mut opt, 0.5)?),
        Box::new(StepLr::new(&mut opt, 2)?),
    ];
    let mut chain = ChainedScheduler::new(&mut opt, parts)?;
    for _ in 0..3 {
        chain.step(&mut opt)?;
    }
    assert_eq!(chain.last_epoch(), 3);
    assert!((chain.last_lr()[0] - 0.01).abs() < 1e-15);
    Ok(())
}
