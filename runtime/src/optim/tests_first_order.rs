//! Both forms of each formula, half precision, saved state, refusals.

use candle_core::DType;

use super::tests::{param, set_grad};
use super::*;
use crate::ops::compute::plain_only;
use crate::tensor::{Generator, Tensor};
use crate::testing::assert_close;
use crate::{Device, Error};

/// The one-pass form and the form in Candle operations give the same trajectory, in few elements and in many.
fn forms_agree<R: UpdateRule>(options: R) -> Result<()> {
    assert!(R::ONE_PASS, "{}", R::NAME);
    for (dtype, shape, limit) in [
        (DType::F32, [3, 5], 1e-5),
        (DType::F64, [3, 5], 1e-13),
        (DType::F32, [3, 12_345], 1e-5),
    ] {
        let steps = if shape[1] == 5 { 20 } else { 2 };
        let mut generator = Generator::new(1);
        let mut normal = || generator.normal(shape, 0., 1., dtype, &Device::Cpu);
        let a = Param::new(normal()?)?;
        let b = a.clone();
        let mut in_place = FirstOrder::<R>::new([&a], options.clone())?;
        let mut plain = FirstOrder::<R>::new([&b], options.clone())?;
        for _ in 0..steps {
            let grad = normal()?;
            a.set_grad(Some(grad.clone()))?;
            b.set_grad(Some(grad))?;
            in_place.step()?;
            plain_only::run(|| plain.step())?;
        }
        assert_close(&format!("{options:?}"), a.as_candle(), b.as_candle(), limit)?;
        let left = in_place.state_dict()?.tensors();
        let right = plain.state_dict()?.tensors();
        for (name, tensor) in &left {
            assert_close(name, tensor.as_candle(), right[name].as_candle(), limit)?;
        }
        assert_eq!(left.len(), right.len());
    }
    Ok(())
}

#[test]
fn both_forms_of_sgd_and_adam_agree() -> Result<()> {
    let sgd = || SgdOptions::default().lr(0.1);
    forms_agree(sgd())?;
    forms_agree(sgd().weight_decay(0.1).maximize(true))?;
    forms_agree(sgd().momentum(0.9).dampening(0.3))?;
    forms_agree(sgd().momentum(0.9).nesterov(true).weight_decay(0.1))?;
    let adam = || AdamOptions::default().lr(0.1);
    forms_agree(adam())?;
    forms_agree(adam().weight_decay(0.1).maximize(true).betas((0.5, 0.9)))?;
    forms_agree(adam().amsgrad(true).eps(1e-3))?;
    forms_agree(adam().weight_decay(0.1).decoupled_weight_decay(true))?;
    forms_agree(AdamWOptions::from(0.1).weight_decay(0.2).amsgrad(true))
}

#[test]
fn both_forms_of_adams_relatives_agree() -> Result<()> {
    forms_agree(AdamaxOptions::from(0.1).weight_decay(0.1).maximize(true))?;
    let nadam = || NAdamOptions::from(0.1).weight_decay(0.1);
    forms_agree(nadam().momentum_decay(0.1).maximize(true))?;
    forms_agree(nadam().decoupled_weight_decay(true))?;
    let radam = || RAdamOptions::from(0.1).weight_decay(0.1);
    forms_agree(radam().betas((0.8, 0.9)).maximize(true))?;
    forms_agree(radam().decoupled_weight_decay(true))?;
    forms_agree(LionOptions::from(0.1).weight_decay(0.1).maximize(true))
}

#[test]
fn both_forms_of_the_others_agree() -> Result<()> {
    let adagrad = || AdagradOptions::from(0.1).weight_decay(0.1);
    forms_agree(adagrad().lr_decay(0.1).maximize(true))?;
    forms_agree(adagrad().initial_accumulator_value(0.5))?;
    forms_agree(AdadeltaOptions::default().weight_decay(0.1).maximize(true))?;
    let rmsprop = || RmsPropOptions::from(0.1).alpha(0.9).eps(1e-3);
    forms_agree(rmsprop().weight_decay(0.1))?;
    forms_agree(rmsprop().momentum(0.5).maximize(true))?;
    forms_agree(rmsprop().centered(true))?;
    forms_agree(rmsprop().centered(true).momentum(0.5))?;
    forms_agree(
        RpropOptions::default()
            .step_sizes((1e-3, 0.02))
            .maximize(true),
    )?;
    forms_agree(AsgdOptions::from(0.1).weight_decay(0.1).t0(5.).lambd(0.1))?;
    forms_agree(AsgdOptions::default().maximize(true))
}

/// A rule with more slots than the loops are unrolled for, whose slots are values of other tensors.
#[derive(Clone, Debug)]
struct Copies(f64);

impl Hyperparameters for Copies {
    const NAMES: &'static [&'static str] = &[];

    fn get(&self, _: &str) -> Option<Setting> {
        None
    }

    fn set(&mut self, _: &str, _: &Setting) -> Result<bool> {
        Ok(false)
    }

    fn rate(&self) -> f64 {
        self.0
    }

    fn set_rate(&mut self, lr: f64) {
        self.0 = lr;
    }
}

impl Formula for Copies {
    const NAME: &'static str = "Copies";
    const SLOTS: &'static [&'static str] = &["a", "b", "c", "d"];

    fn update<V: Number>(&self, _: Moment<'_>) -> impl Fn(V, V, &mut [V]) -> V + Sync {
        let lr = self.0;
        move |p, g, state| {
            let [a, b, c, d] = state else {
                return p;
            };
            (*a, *b, *c, *d) = (p.clone(), g.clone(), a.clone(), a.clone());
            p - g * lr
        }
    }
}

#[test]
fn what_is_kept_is_a_copy() -> Result<()> {
    let step = || -> Result<Vec<Vec<f64>>> {
        let w = param(&[1., 2.], DType::F64)?;
        let mut opt = FirstOrder::<Copies>::new([&w], Copies(1.))?;
        for grad in [0.25, 0.5] {
            set_grad(&w, grad)?;
            opt.step()?;
        }
        w.set(w.zeros_like()?)?;
        set_grad(&w, 7.)?;
        let state = opt.state_dict()?.state.remove(&0).unwrap_or_default();
        state
            .values()
            .map(|tensor| tensor.to_vec::<f64>())
            .collect()
    };
    let expected = [[0.75, 1.75], [0.5, 0.5], [1., 2.], [1., 2.]];
    assert_eq!(step()?, expected);
    assert_eq!(plain_only::run(step)?, expected);
    Ok(())
}

#[test]
fn a_half_weight_moves_as_its_master_does() -> Result<()> {
    for plain in [false, true] {
        let (w, exact) = (param(&[1.], DType::BF16)?, param(&[1.], DType::F32)?);
        let mut opts = [Sgd::new([&w], 1e-4)?, Sgd::new([&exact], 1e-4)?];
        for param in [&w, &exact] {
            set_grad(param, 1.)?;
        }
        let mut step = || opts.iter_mut().try_for_each(|opt| opt.step());
        for _ in 0..1000 {
            match plain {
                true => plain_only::run(&mut step)?,
                false => step()?,
            }
        }
        let rounded = Tensor::from(exact.as_candle().to_dtype(DType::BF16)?);
        assert!((exact.item()? - 0.9).abs() < 1e-4);
        assert_eq!(w.item()?, rounded.item()?);
        let state = opts[0].state_dict()?;
        assert_eq!(state.state[&0]["master_param"].item()?, exact.item()?);
    }
    Ok(())
}

#[test]
fn without_masters_a_half_weight_stays() -> Result<()> {
    let w = param(&[1.], DType::BF16)?;
    let mut opt = Sgd::new([&w], 1e-4)?.master_weights(false);
    set_grad(&w, 1.)?;
    opt.step()?;
    assert_eq!(w.item()?, 1.);
    assert!(opt.state_dict()?.state.is_empty());
    Ok(())
}

/// Weights that are set between steps are gone on from; the others keep their masters.
#[test]
fn a_value_set_from_outside_replaces_its_master() -> Result<()> {
    for dtype in [DType::BF16, DType::F16] {
        let masters = || -> Result<Vec<f32>> {
            let w = param(&[1., 1., 1.], dtype)?;
            let mut opt = Sgd::new([&w], 1e-5)?;
            set_grad(&w, 1.)?;
            opt.step()?;
            w.set(Tensor::new(&[1f32, 3., f32::NAN], &Device::Cpu)?)?;
            opt.step()?;
            opt.state_dict()?.state[&0]["master_param"].to_vec()
        };
        for found in [masters()?, plain_only::run(masters)?] {
            assert_eq!(found[..2], [1f32 - 1e-5 - 1e-5, 3. - 1e-5]);
            assert!(found[2].is_nan(), "{found:?}");
        }
    }
    Ok(())
}

/// Also when the optimizer's state is loaded before the model's.
#[test]
fn a_master_is_resumed() -> Result<()> {
    let w = param(&[1.], DType::F16)?;
    let mut opt = Adam::new([&w], 1e-5)?;
    set_grad(&w, 1.)?;
    for _ in 0..100 {
        opt.step()?;
    }
    let copy = param(&[5.], DType::F16)?;
    let mut resumed = Adam::new([&copy], 0.)?;
    resumed.load_state_dict(&opt.state_dict()?)?;
    copy.set(&*w)?;
    set_grad(&copy, 1.)?;
    for opt in [&mut opt, &mut resumed] {
        opt.step()?;
    }
    let (left, right) = (opt.state_dict()?.tensors(), resumed.state_dict()?.tensors());
    assert_eq!(left.len(), 4);
    for (name, tensor) in &left {
        assert_eq!(
            tensor.to_vec::<f32>()?,
            right[name].to_vec::<f32>()?,
            "{name}"
        );
    }
    Ok(())
}

/// Numbers per parameter are resumed to the last bit.
#[test]
fn saved_numbers_are_exact() -> Result<()> {
    fn resume<R: UpdateRule>(options: R, names: &[&str]) -> Result<()> {
        let w = param(&[1., -2.], DType::F64)?;
        let mut opt = FirstOrder::<R>::new([&w], options.clone())?;
        set_grad(&w, 0.3)?;
        for _ in 0..3 {
            opt.step()?;
        }
        let (copy, saved) = (w.clone(), opt.state_dict()?);
        let mut resumed = FirstOrder::<R>::new([&copy], options)?;
        resumed.load_state_dict(&saved)?;
        set_grad(&copy, 0.3)?;
        opt.step()?;
        resumed.step()?;
        assert_eq!(w.to_vec::<f64>()?, copy.to_vec::<f64>()?);
        assert!(
            saved.state[&0].keys().eq(names),
            "{:?}",
            saved.state[&0].keys()
        );
        Ok(())
    }
    resume(
        NAdamOptions::from(0.1),
        &["exp_avg", "exp_avg_sq", "mu_product", "step"],
    )?;
    resume(AsgdOptions::from(0.1).t0(1.), &["ax", "eta", "mu", "step"])?;
    resume(RpropOptions::from(0.1), &["prev", "step", "step_size"])?;
    resume(LionOptions::from(0.1), &["exp_avg"])
}

#[test]
fn a_state_of_another_formula_says_what_this_one_keeps() -> Result<()> {
    let w = param(&[1.], DType::F32)?;
    let mut nadam = NAdam::new([&w], 0.1)?;
    set_grad(&w, 1.)?;
    nadam.step()?;
    let mut state = nadam.state_dict()?;
    state.param_groups[0].options.retain(|name, _| name == "lr");
    let refused = |error: Option<Error>| error.map(|error| error.to_string()).unwrap_or_default();
    assert_eq!(
        refused(Asgd::new([&w], 0.5)?.load_state_dict(&state).err()),
        "load_state_dict: `exp_avg` of a parameter without a name: the optimizer keeps ax, eta, mu\n  help: the state may \
         be that of another kind of optimizer"
    );
    Ok(())
}

/// PyTorch's AdamW saves what makes it one; it is one here whatever that says.
#[test]
fn adamw_is_decoupled_whatever_is_loaded() -> Result<()> {
    let w = param(&[1.], DType::F64)?;
    let adam = Adam::new([&w], AdamOptions::from(0.1).weight_decay(0.5))?;
    let mut opt = AdamW::new([&w], 1.)?;
    opt.load_state_dict(&adam.state_dict()?)?;
    set_grad(&w, 0.)?;
    opt.step()?;
    assert!((w.item()? - 0.95).abs() < 1e-15);
    Ok(())
}

/// The message of the refusal of these options.
fn refusal<R: UpdateRule>(options: R) -> String {
    let error =
        param(&[1.], DType::F32).and_then(|w| FirstOrder::<R>::new([&w], options).map(|_| ()));
    error
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default()
}

#[test]
fn a_negative_setting_is_refused_by_all() {
    let negative = |message: String, at: &str, name: &str| {
        let expected = format!("{at}: `{name}` is -0.5, but expected a number ≥ 0");
        assert_eq!(message, expected);
    };
    negative(refusal(AdamWOptions::from(-0.5)), "AdamW", "lr");
    negative(refusal(AdamaxOptions::from(-0.5)), "Adamax", "lr");
    negative(refusal(NAdamOptions::from(-0.5)), "NAdam", "lr");
    negative(refusal(RAdamOptions::from(-0.5)), "RAdam", "lr");
    negative(refusal(AdagradOptions::from(-0.5)), "Adagrad", "lr");
    negative(refusal(AdadeltaOptions::from(-0.5)), "Adadelta", "lr");
    negative(refusal(RmsPropOptions::from(-0.5)), "RmsProp", "lr");
    negative(refusal(RpropOptions::from(-0.5)), "Rprop", "lr");
    negative(refusal(AsgdOptions::from(-0.5)), "Asgd", "lr");
    negative(refusal(LionOptions::from(-0.5)), "Lion", "lr");

    let d = || -0.5;
    negative(refusal(AdamWOptions::default().eps(d())), "AdamW", "eps");
    negative(
        refusal(AdamWOptions::default().weight_decay(d())),
        "AdamW",
        "weight_decay",
    );
    negative(refusal(AdamaxOptions::default().eps(d())), "Adamax", "eps");
    negative(
        refusal(AdamaxOptions::default().weight_decay(d())),
        "Adamax",
        "weight_decay",
    );
    negative(
        refusal(NAdamOptions::default().momentum_decay(d())),
        "NAdam",
        "momentum_decay",
    );
    negative(
        refusal(RAdamOptions::default().weight_decay(d())),
        "RAdam",
        "weight_decay",
    );
    negative(
        refusal(AdagradOptions::default().lr_decay(d())),
        "Adagrad",
        "lr_decay",
    );
    let accumulator = AdagradOptions::default().initial_accumulator_value(d());
    negative(refusal(accumulator), "Adagrad", "initial_accumulator_value");
    negative(
        refusal(AdadeltaOptions::default().eps(d())),
        "Adadelta",
        "eps",
    );
    negative(
        refusal(RmsPropOptions::default().alpha(d())),
        "RmsProp",
        "alpha",
    );
    negative(
        refusal(RmsPropOptions::default().momentum(d())),
        "RmsProp",
        "momentum",
    );
    negative(refusal(AsgdOptions::default().lambd(d())), "Asgd", "lambd");
    negative(refusal(AsgdOptions::default().alpha(d())), "Asgd", "alpha");
    negative(
        refusal(LionOptions::default().weight_decay(d())),
        "Lion",
        "weight_decay",
    );
}

#[test]
fn settings_with_two_bounds_are_refused_outside_of_them() {
    let beta = |message: String, at: &str, name: &str, value: &str| {
        let expected = format!("{at}: `{name}` is {value}, but expected a number in [0, 1)");
        assert_eq!(message, expected);
    };
    beta(
        refusal(AdamWOptions::default().betas((1., 0.9))),
        "AdamW",
        "betas.0",
        "1.0",
    );
    beta(
        refusal(AdamaxOptions::default().betas((0.9, -0.1))),
        "Adamax",
        "betas.1",
        "-0.1",
    );
    beta(
        refusal(NAdamOptions::default().betas((f64::NAN, 0.9))),
        "NAdam",
        "betas.0",
        "NaN",
    );
    beta(
        refusal(RAdamOptions::default().betas((0.9, 1.5))),
        "RAdam",
        "betas.1",
        "1.5",
    );
    beta(
        refusal(LionOptions::default().betas((0.9, 1.))),
        "Lion",
        "betas.1",
        "1.0",
    );
    assert_eq!(
        refusal(AdadeltaOptions::default().rho(1.5)),
        "Adadelta: `rho` is 1.5, but expected a number in [0, 1]"
    );
    assert_eq!(
        refusal(RpropOptions::default().etas((0.5, 1.))),
        "Rprop: `etas` is (0.5, 1.0), but expected a number in (0, 1) and one > 1"
    );
    assert_eq!(
        refusal(RpropOptions::default().step_sizes((2., 1.))),
        "Rprop: `step_sizes` is (2.0, 1.0), but expected a number ≥ 0 and one that is no less"
    );
    assert_eq!(
        refusal(AsgdOptions::default().t0(f64::INFINITY)),
        "Asgd: `t0` is inf, but expected a number"
    );
}
