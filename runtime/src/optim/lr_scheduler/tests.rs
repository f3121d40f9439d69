//! The schedulers' behaviour beyond PyTorch's sequences.

use super::*;
use crate::optim::Sgd;
use crate::tensor::{Param, Tensor};
use crate::{Device, Error};

fn optimizer(lr: f64) -> Result<Sgd> {
    Sgd::new([Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?], lr)
}

#[test]
fn a_saved_schedule_goes_on_where_it_was() -> Result<()> {
    let mut opt = optimizer(0.1)?;
    let mut scheduler = CosineAnnealingLr::new(&mut opt, 7)?;
    for _ in 0..4 {
        scheduler.step(&mut opt)?;
    }
    let text = serde_json::to_string(&scheduler.state_dict()).unwrap();
    let (state, saved_opt) = (serde_json::from_str(&text).unwrap(), opt.state_dict()?);

    let mut resumed_opt = optimizer(0.)?;
    let mut resumed = CosineAnnealingLr::new(&mut resumed_opt, 100)?;
    resumed.load_state_dict(&state)?;
    resumed_opt.load_state_dict(&saved_opt)?;
    for _ in 0..20 {
        scheduler.step(&mut opt)?;
        resumed.step(&mut resumed_opt)?;
        assert_eq!(scheduler.last_lr(), resumed.last_lr());
    }
    Ok(())
}

#[test]
fn refusals_name_the_argument() -> Result<()> {
    let mut opt = optimizer(0.1)?;
    let error = CosineAnnealingLr::new(&mut opt, 0)
        .err()
        .map(|e| e.to_string());
    assert_eq!(
        error.as_deref(),
        Some("CosineAnnealingLr: `t_max` is 0, but expected at least 1")
    );
    let options = CosineAnnealingLrOptions::default().last_epoch(3);
    assert!(matches!(
        CosineAnnealingLr::new_with(&mut opt, 10, options),
        Err(Error::Argument {
            name: "last_epoch",
            ..
        })
    ));
    let mut scheduler = CosineAnnealingLr::new(&mut opt, 10)?;
    let missing = scheduler
        .load_state_dict(&Settings::new())
        .unwrap_err()
        .to_string();
    assert_eq!(
        missing,
        "CosineAnnealingLr: `T_max` is None, but expected a whole number"
    );
    let added = Param::new(Tensor::new(&[1f32], &Device::Cpu)?)?;
    opt.add_param_group([added], |o| o)?;
    assert!(scheduler.step(&mut opt).is_err());
    Ok(())
}
