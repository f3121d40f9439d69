//! The optimizers' behaviour that has no counterpart in PyTorch's trajectories.

use candle_core::DType;

use super::*;
use crate::tensor::{no_grad, Tensor};
use crate::testing::assert_close;
use crate::{Device, Error};

pub(super) fn param(values: &[f64], dtype: DType) -> Result<Param> {
    Param::new(Tensor::new(values, &Device::Cpu)?.to_dtype(dtype)?)
}

pub(super) fn set_grad(param: &Param, value: f64) -> Result<()> {
    let grad = Tensor::full(param.shape(), value, param.dtype(), param.device())?;
    param.set_grad(Some(grad))
}

/// The features of the SGD example of PyTorch's own tutorials.
#[test]
fn a_group_added_later_inherits_the_momentum() -> Result<()> {
    let near = |t: &Tensor, expected: &[f64]| {
        let expected = Tensor::new(expected, &Device::Cpu)?;
        assert_close(
            "figure",
            &t.as_candle().flatten_all()?,
            expected.as_candle(),
            2e-4,
        )
    };
    let start = [[0.2549f32, 0.0609], [-2.0199, -0.8439]];
    let w = Param::new(Tensor::new(&start, &Device::Cpu)?)?;
    let mut opt = Sgd::new([&w], SgdOptions::default().lr(0.1).momentum(0.9))?;
    set_grad(&w, 1.)?;
    opt.step()?;
    near(&w, &[0.1549, -0.0391, -2.1199, -0.9439])?;
    near(&opt.state_dict()?.state[&0]["momentum_buffer"], &[1.; 4])?;

    opt.zero_grad(false)?;
    let added = param(&[1., 2., 3.], DType::F32)?;
    opt.add_param_group([&added], |o| o.lr(1e-4).nesterov(true))?;
    assert_eq!(opt.param_groups()[1].momentum, 0.9);
    for _ in 0..50 {
        opt.step()?;
    }
    near(&w, &[-0.7405, -0.9345, -3.0153, -1.8393])?;
    let state = opt.state_dict()?;
    let buffer = state.state[&0]["momentum_buffer"].to_vec::<f64>()?;
    assert!(
        buffer.iter().all(|b| (b - 0.0052).abs() < 5e-5),
        "{buffer:?}"
    );
    assert!(!state.state.contains_key(&1));
    Ok(())
}

#[test]
fn an_optimizer_built_with_lr_0_resumes() -> Result<()> {
    let w = param(&[1., -2.], DType::F32)?;
    let mut opt = Sgd::new([&w], SgdOptions::default().lr(0.01).momentum(0.9))?;
    set_grad(&w, 1.)?;
    opt.step()?;
    let state = opt.state_dict()?;
    let copy = w.clone();
    let mut resumed = Sgd::new([&copy], SgdOptions::default().lr(0.).momentum(0.9))?;
    resumed.load_state_dict(&state)?;
    assert_eq!(resumed.param_groups()[0].lr, 0.01);
    set_grad(&w, 0.5)?;
    set_grad(&copy, 0.5)?;
    opt.step()?;
    resumed.step()?;
    assert_eq!(w.to_vec::<f32>()?, copy.to_vec::<f32>()?);
    Ok(())
}

#[test]
fn an_own_function_sets_the_rates() -> Result<()> {
    let w = param(&[1.], DType::F32)?;
    let mut opt = Sgd::new([&w], 0.1)?;
    let mut rates = Vec::new();
    for epoch in 0..90 {
        let lr = 0.1 * 0.1f64.powi(epoch / 30);
        for group in opt.param_groups_mut() {
            group.lr = lr;
        }
        rates.push(opt.param_groups()[0].lr);
    }
    assert_eq!(
        (rates[29], rates[30], rates[60]),
        (0.1, 0.1 * 0.1, 0.1 * 0.1f64.powi(2))
    );
    Ok(())
}

#[test]
fn half_types_stay_finite_where_the_gradient_is_zero() -> Result<()> {
    for dtype in [DType::F16, DType::BF16] {
        let w = param(&[1., 2.], dtype)?;
        let mut opt = Adam::new([&w], 0.1)?;
        set_grad(&w, 0.)?;
        opt.step()?;
        assert_eq!(w.to_vec::<f32>()?, [1., 2.]);
        assert_eq!(opt.state_dict()?.state[&0]["exp_avg"].dtype(), DType::F32);
    }
    Ok(())
}

#[test]
fn what_is_not_trained_is_skipped_until_it_is() -> Result<()> {
    let (w, frozen) = (param(&[1.], DType::F32)?, param(&[1.], DType::F32)?);
    frozen.set_frozen(true);
    let mut opt = Adam::new(
        [&w, &frozen],
        AdamOptions::default().lr(0.1).weight_decay(1.),
    )?;
    set_grad(&w, 1.)?;
    set_grad(&frozen, 1.)?;
    opt.step()?;
    assert_eq!(frozen.to_vec::<f32>()?, [1.]);
    assert_eq!(opt.state_dict()?.state.keys().collect::<Vec<_>>(), [&0]);
    frozen.set_frozen(false);
    opt.step()?;
    assert!(frozen.item()? < 1.);
    Ok(())
}

#[test]
fn a_gradient_that_is_the_parameter_itself_is_read_before_it_changes() -> Result<()> {
    let w = param(&[1., 2.], DType::F64)?;
    w.set_grad(Some(w.detach()))?;
    Sgd::new([&w], 0.5)?.step()?;
    assert_eq!(w.to_vec::<f64>()?, [0.5, 1.]);
    Ok(())
}

#[test]
fn a_step_between_forward_and_backward_is_found() -> Result<()> {
    let w = param(&[2.], DType::F64)?;
    let mut opt = Sgd::new([&w], 0.1)?;
    let data = no_grad(|| w.as_candle().sqr())?;
    let saved = w.save();
    let square = Tensor::record("square", data, [&w], move |grad, _| {
        Ok([Some(((grad * 2.)? * saved.get()?)?)])
    });
    set_grad(&w, 1.)?;
    opt.step()?;
    assert!(matches!(
        square.backward(),
        Err(Error::ChangedInPlace { .. })
    ));
    Ok(())
}

#[test]
fn refusals_name_the_argument() -> Result<()> {
    let w = param(&[1.], DType::F32)?;
    let text = |error: Option<Error>| error.map(|error| error.to_string()).unwrap_or_default();
    let sgd = |options: SgdOptions| text(Sgd::new([&w], options).err());
    let adam = |options: AdamOptions| text(Adam::new([&w], options).err());
    assert_eq!(
        sgd(SgdOptions::from(-0.1)),
        "Sgd: `lr` is -0.1, but expected a number ≥ 0"
    );
    assert_eq!(
        sgd(SgdOptions::from(f64::NAN)),
        "Sgd: `lr` is NaN, but expected a number ≥ 0"
    );
    assert!(sgd(SgdOptions::default().nesterov(true)).starts_with("Sgd: `nesterov` is true"));
    assert_eq!(
        adam(AdamOptions::default().betas((0.9, 1.))),
        "Adam: `betas.1` is 1.0, but expected a number in [0, 1)"
    );
    assert_eq!(
        text(Sgd::new([&w; 0], 0.1).err()),
        "Sgd: `params` is [], but expected at least one parameter"
    );
    w.set_name("fc.weight");
    let mut opt = Sgd::new([&w], 0.1)?;
    let twice = text(opt.add_param_group([w.share()], |o| o).err());
    assert!(twice.starts_with("Sgd: parameter `fc.weight` is in a parameter group already"));
    let unknown = text(
        opt.add_group(vec![w.clone()], &[("betas", 1.0.into())])
            .err(),
    );
    assert!(
        unknown.contains("one of lr, momentum, dampening"),
        "{unknown}"
    );
    assert!(matches!(
        Sgd::new([&w, &w], 0.1),
        Err(Error::DuplicateParam { .. })
    ));
    opt.param_groups_mut()[0].lr = -1.;
    assert!(matches!(opt.step(), Err(Error::Argument { .. })));
    Ok(())
}

#[test]
fn a_state_of_another_optimizer_is_refused_whole() -> Result<()> {
    let (w, v) = (param(&[1.], DType::F32)?, param(&[1., 2.], DType::F32)?);
    let mut adam = Adam::new([&w], 0.1)?;
    set_grad(&w, 1.)?;
    adam.step()?;
    let state = adam.state_dict()?;
    let error = Sgd::new([&w], 0.5)?
        .load_state_dict(&state)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("Sgd has no hyperparameter `amsgrad`"),
        "{error}"
    );
    let mut other = Adam::new([&v], 0.5)?;
    let error = other.load_state_dict(&state).unwrap_err().to_string();
    assert!(
        error.contains("shape [1], but the parameter has [2]"),
        "{error}"
    );
    assert_eq!(other.param_groups()[0].lr, 0.5);
    Ok(())
}

#[test]
fn a_moved_parameter_is_found() -> Result<()> {
    let mut w = param(&[1.], DType::F32)?;
    let mut opt = Sgd::new([&w], 0.1)?;
    w.to_dtype(DType::F64)?;
    assert!(matches!(opt.step(), Err(Error::Moved { .. })));
    Ok(())
}
