//! Saving, and going on from there.

use super::*;
use crate::optim::OptimizerState;

/// Through JSON, as a file would be.
fn again<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    let text = serde_json::to_string(value).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn saved(opt: &Sgd) -> Result<OptimizerState> {
    OptimizerState::from_parts(again(&opt.state_dict()?.param_groups), [])
}

fn momenta(opt: &Sgd) -> Vec<f64> {
    let groups = opt.param_groups().iter();
    groups.map(|group| group.momentum).collect()
}

#[test]
fn a_saved_schedule_goes_on_where_it_was() -> Result<()> {
    for (i, (make, other)) in ALL.into_iter().enumerate() {
        let mut opt = optimizer(0.1)?;
        let mut scheduler = make(&mut opt)?;
        for _ in 0..4 {
            scheduler.step(&mut opt)?;
        }
        let (state, opt_state) = (scheduler.state_dict(), opt.state_dict()?);

        let mut resumed_opt = optimizer(0.7)?;
        let mut resumed = other(&mut resumed_opt)?;
        resumed.load_state_dict(&state)?;
        resumed_opt.load_state_dict(&opt_state)?;
        assert_eq!(resumed.state_dict(), state, "scheduler {i}");
        for _ in 0..20 {
            scheduler.step(&mut opt)?;
            resumed.step(&mut resumed_opt)?;
            assert_eq!(
                resumed.state_dict(),
                scheduler.state_dict(),
                "scheduler {i}"
            );
            assert_eq!(scheduler.last_lr(), resumed.last_lr(), "scheduler {i}");
            assert_eq!(momenta(&opt), momenta(&resumed_opt), "scheduler {i}");
        }
    }
    Ok(())
}

/// serde_json reads numbers to the last bit but one.
fn assert_near(found: &[f64], expected: &[f64], scheduler: usize) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!(
            (a - b).abs() <= 1e-14 * b.abs(),
            "scheduler {scheduler}: {a} {b}"
        );
    }
}

#[test]
fn a_schedule_saved_as_json_goes_on_where_it_was() -> Result<()> {
    for (i, (make, other)) in ALL.into_iter().enumerate() {
        let mut opt = optimizer(0.1)?;
        let mut scheduler = make(&mut opt)?;
        for _ in 0..4 {
            scheduler.step(&mut opt)?;
        }
        let (state, opt_state) = (again(&scheduler.state_dict()), saved(&opt)?);

        let mut resumed_opt = optimizer(0.7)?;
        let mut resumed = other(&mut resumed_opt)?;
        resumed.load_state_dict(&state)?;
        resumed_opt.load_state_dict(&opt_state)?;
        for _ in 0..20 {
            scheduler.step(&mut opt)?;
            resumed.step(&mut resumed_opt)?;
            assert_near(resumed.last_lr(), scheduler.last_lr(), i);
            assert_near(&momenta(&resumed_opt), &momenta(&opt), i);
            assert_eq!(
                scheduler.last_epoch(),
                resumed.last_epoch(),
                "scheduler {i}"
            );
        }
    }
    Ok(())
}

#[test]
fn a_saved_plateau_goes_on_where_it_was() -> Result<()> {
    let options = ReduceLrOnPlateauOptions::default().patience(2usize);
    let options = options.min_lr([1e-3, 1e-4]).cooldown(1usize);
    let max = options.clone().mode(PlateauMode::Max).factor(0.5);
    for (options, steps) in [(&options, 4), (&max, 4), (&max, 0)] {
        let mut opt = optimizer(0.1)?;
        let mut scheduler = ReduceLrOnPlateau::new_with(&mut opt, options.clone())?;
        for _ in 0..steps {
            scheduler.step(&mut opt, 1.)?;
        }
        let mut resumed_opt = optimizer(0.7)?;
        let mut resumed = ReduceLrOnPlateau::new(&mut resumed_opt)?;
        resumed.load_state_dict(&again(&scheduler.state_dict()))?;
        resumed_opt.load_state_dict(&saved(&opt)?)?;
        for metric in [0.5, 1., 0.9, 1.1, 1.1, 1., 1., 1., 1.] {
            scheduler.step(&mut opt, metric)?;
            resumed.step(&mut resumed_opt, metric)?;
            assert_eq!(scheduler.state_dict(), resumed.state_dict());
        }
        assert!(opt.param_groups()[0].lr < 0.1);
    }
    Ok(())
}

#[test]
fn a_plateau_keeps_an_infinite_metric() -> Result<()> {
    let mut opt = optimizer(0.1)?;
    let mut scheduler = ReduceLrOnPlateau::new(&mut opt)?;
    scheduler.step(&mut opt, f64::NEG_INFINITY)?;
    let state = again(&scheduler.state_dict());
    scheduler.step(&mut opt, 0.)?;
    scheduler.load_state_dict(&state)?;
    assert_eq!(scheduler.best(), f64::NEG_INFINITY);
    Ok(())
}

#[test]
fn nothing_is_loaded_from_a_state_that_does_not_fit() -> Result<()> {
    for (i, (make, _)) in ALL.into_iter().enumerate() {
        let mut opt = optimizer(0.1)?;
        let mut scheduler = make(&mut opt)?;
        let before = scheduler.state_dict();
        scheduler.step(&mut opt)?;
        let mut damaged = scheduler.state_dict();
        scheduler.load_state_dict(&before)?;
        damaged.insert("_last_lr".into(), true.into());
        assert!(
            scheduler.load_state_dict(&damaged).is_err(),
            "scheduler {i}"
        );
        assert_eq!(scheduler.state_dict(), before, "scheduler {i}");
    }
    Ok(())
}

#[test]
fn nothing_is_loaded_if_one_part_does_not_fit() -> Result<()> {
    let mut opt = optimizer(0.1)?;
    let parts = |opt: &mut Sgd| -> Result<Vec<Box<dyn LrScheduler>>> {
        Ok(vec![
            Box::new(StepLr::new(opt, 6)?),
            Box::new(ExponentialLr::new(opt, 0.9)?),
        ])
    };
    let schedulers = parts(&mut opt)?;
    let mut scheduler = ChainedScheduler::new(&mut opt, schedulers)?;
    let before = scheduler.state_dict();
    scheduler.step(&mut opt)?;
    let mut state = scheduler.state_dict();
    scheduler.load_state_dict(&before)?;
    if let Some(crate::optim::Setting::List(parts)) = state.get_mut("_schedulers") {
        parts[1] = crate::optim::Setting::Map(Settings::new());
    }
    assert_eq!(
        message(scheduler.load_state_dict(&state)),
        "ExponentialLr: `gamma` is None, but expected a number"
    );
    assert_eq!(scheduler.state_dict(), before);
    Ok(())
}

#[test]
fn what_is_kept_in_the_groups_is_saved_with_the_optimizer() -> Result<()> {
    let mut opt = optimizer(0.1)?;
    OneCycleLr::new(&mut opt, [0.5, 0.25], 10)?;
    SwaLr::new(&mut opt, 0.05)?;
    let saved = saved(&opt)?;
    let options = &saved.param_groups[1].options;
    let names = [
        "initial_lr",
        "max_lr",
        "min_lr",
        "base_momentum",
        "max_momentum",
        "swa_lr",
    ];
    let values = names.map(|name| options[name].as_f64().unwrap());
    assert_eq!(values, [0.01, 0.25, 1e-6, 0.85, 0.95, 0.05]);
    let mut resumed = optimizer(0.)?;
    resumed.load_state_dict(&saved)?;
    let groups = Optimizer::param_groups(&resumed);
    assert_eq!(
        (groups[1].kept("max_lr"), groups[1].kept("lr")),
        (Some(0.25), None)
    );
    Ok(())
}
