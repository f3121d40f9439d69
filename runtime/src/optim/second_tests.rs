//! Row-sparse gradients in optimizers, and what Adafactor and Muon refuse.

use candle_core::DType;

use super::*;
use crate::ops::compute::plain_only;
use crate::ops::EmbeddingOptions;
use crate::tensor::{Generator, SparseGrad};
use crate::testing::assert_close;
use crate::Device;

fn message<T>(result: Result<T>) -> String {
    result.err().map(|e| e.to_string()).unwrap_or_default()
}

fn normal(shape: [usize; 2], seed: u64, dtype: DType) -> Result<Tensor> {
    Generator::new(seed).normal(shape, 0., 1., dtype, &Device::Cpu)
}

/// A gradient of two of five rows.
fn sparse(seed: u64, dtype: DType) -> Result<SparseGrad> {
    let rows = Tensor::new(&[3u32, 1], &Device::Cpu)?;
    SparseGrad::new(rows, normal([2, 3], seed, dtype)?, [5, 3])
}

/// The bits of the rows that the gradient leaves out: 0, 2 and 4.
fn others(values: &Tensor) -> Result<Vec<u64>> {
    let values = values.to_vec::<f64>()?;
    let kept = values.chunks(3).enumerate().filter(|(i, _)| i % 2 == 0);
    Ok(kept
        .flat_map(|(_, row)| row.iter().map(|v| v.to_bits()))
        .collect())
}

/// NaN with a payload, and −0, which any arithmetic would change.
#[test]
fn other_rows_are_not_touched() -> Result<()> {
    for dtype in [DType::F64, DType::F32] {
        let odd = [f64::NAN, -0., f64::INFINITY].repeat(5);
        let w = Param::new(Tensor::from_vec(odd, [5, 3], &Device::Cpu)?.to_dtype(dtype)?)?;
        let mut opt = SparseAdam::new([&w], 0.1)?;
        w.set_sparse_grad(sparse(1, dtype)?)?;
        opt.step()?;
        let state = opt.state_dict()?;
        // Moments that only a row of its own can keep.
        let mut marked = state.clone();
        for name in ["exp_avg", "exp_avg_sq"] {
            let moments = w.add(&state.state[&0][name])?;
            marked
                .state
                .entry(0)
                .or_default()
                .insert(name.into(), moments);
        }
        opt.load_state_dict(&marked)?;
        let (values, before) = (others(&w)?, opt.state_dict()?);
        opt.step()?;
        assert_eq!(others(&w)?, values);
        let after = opt.state_dict()?;
        for name in ["exp_avg", "exp_avg_sq"] {
            assert_eq!(
                others(&after.state[&0][name])?,
                others(&before.state[&0][name])?
            );
        }
        assert_eq!(after.state[&0]["step"].item()?, 2.);
    }
    Ok(())
}

/// A step's memory and time are those of the rows, since nothing else is in the gradient.
#[test]
fn the_gradient_holds_the_rows_alone() -> Result<()> {
    let table = Param::new(Tensor::zeros([1000, 4], DType::F32, &Device::Cpu)?)?;
    let ids = Tensor::new(&[7u32, 999, 7], &Device::Cpu)?;
    let read = ids.embedding_with(&table, EmbeddingOptions::default().sparse(true))?;
    read.sum(())?.backward()?;
    let values = table
        .sparse_grad()
        .map(|grad| grad.values().dims().to_vec());
    assert_eq!(values, Some(vec![2, 4]));
    Ok(())
}

/// In one pass over the rows, in Candle operations, and for half types by way of f32.
fn forms_agree<R: UpdateRule>(options: R) -> Result<()> {
    for (dtype, limit) in [(DType::F64, 1e-13), (DType::F32, 1e-5), (DType::BF16, 2e-2)] {
        let start = normal([5, 3], 9, DType::F64)?;
        let exact = Param::new(&start)?;
        let w = Param::new(start.to_dtype(dtype)?)?;
        let mut reference = FirstOrder::<R>::new([&exact], options.clone())?;
        let mut opt = FirstOrder::<R>::new([&w], options.clone())?;
        for step in 0..10 {
            exact.set_sparse_grad(sparse(step, DType::F64)?)?;
            w.set_sparse_grad(sparse(step, dtype)?)?;
            reference.step()?;
            plain_only::run(|| opt.step())?;
        }
        let name = format!("{options:?} {dtype:?}");
        assert_close(&name, w.as_candle(), exact.as_candle(), limit)?;
        assert_eq!(others(&w)?, others(&start.to_dtype(dtype)?)?, "{name}");
    }
    Ok(())
}

#[test]
fn both_forms_of_a_sparse_update_agree() -> Result<()> {
    forms_agree(SparseAdamOptions::default().lr(0.1))?;
    forms_agree(SparseAdamOptions::default().lr(0.1).maximize(true))?;
    forms_agree(SgdOptions::default().lr(0.1))?;
    forms_agree(AdagradOptions::default().lr(0.1))?;
    forms_agree(SgdOptions::default().lr(0.1).maximize(true))
}

#[test]
fn a_gradient_without_rows_counts_a_step_and_changes_nothing() -> Result<()> {
    let w = Param::new(normal([5, 3], 1, DType::F32)?)?;
    let before = w.to_vec::<f32>()?;
    let mut opt = SparseAdam::new([&w], 0.1)?;
    w.set_sparse_grad(sparse(1, DType::F32)?)?;
    w.zero_grad(false)?;
    opt.step()?;
    assert_eq!(w.to_vec::<f32>()?, before);
    assert_eq!(opt.state_dict()?.state[&0]["step"].item()?, 1.);
    Ok(())
}

#[test]
fn gradients_of_the_wrong_form_are_refused_before_anything_changes() -> Result<()> {
    let (first, w) = (
        Param::new(normal([5, 3], 1, DType::F32)?)?,
        Param::new(normal([5, 3], 2, DType::F32)?)?,
    );
    w.set_name("words.weight");
    let before = first.to_vec::<f32>()?;
    first.set_sparse_grad(sparse(1, DType::F32)?)?;
    w.set_grad(Some(w.ones_like()?))?;
    assert_eq!(
        message(SparseAdam::new([&first, &w], 0.1)?.step()),
        "SparseAdam: parameter `words.weight` has a dense gradient, but only row-sparse ones are taken\n  help: train \
         it with Adam, or make its embedding with `sparse = true`"
    );
    first.set_grad(Some(w.ones_like()?))?;
    w.set_sparse_grad(sparse(1, DType::F32)?)?;
    assert_eq!(
        message(Adam::new([&first, &w], 0.1)?.step()),
        "Adam: parameter `words.weight` has a row-sparse gradient, which the optimizer does not take\n  help: train \
         it with SparseAdam or Sgd, or leave out `sparse` in its embedding"
    );
    assert_eq!(
        message(Sgd::new([&first, &w], SgdOptions::default().weight_decay(0.1))?.step()),
        "Sgd: `weight_decay` is 0.1, but expected 0 for row-sparse gradients, since it moves all rows"
    );
    assert_eq!(first.to_vec::<f32>()?, before);
    Ok(())
}

#[test]
fn refusals_name_the_argument() -> Result<()> {
    let w = Param::new(normal([5, 3], 1, DType::F32)?)?;
    let sparse_adam = |options| message(SparseAdam::new([&w], options));
    assert_eq!(
        sparse_adam(SparseAdamOptions::default().eps(0.)),
        "SparseAdam: `eps` is 0.0, but expected a number > 0"
    );
    assert_eq!(
        sparse_adam(SparseAdamOptions::default().betas((1., 0.9))),
        "SparseAdam: `betas.0` is 1.0, but expected a number in [0, 1)"
    );
    let number = Param::new(Tensor::new(1f32, &Device::Cpu)?)?;
    assert_eq!(
        message(SparseAdam::new([&number], 0.1)),
        "SparseAdam: a parameter without a name is a single number, without rows\n  help: train it with Adam"
    );
    let adafactor = |options| message(Adafactor::new([&w], options));
    assert_eq!(
        adafactor(AdafactorOptions::default().beta2_decay(0.1)),
        "Adafactor: `beta2_decay` is 0.1, but expected a number ≤ 0"
    );
    assert_eq!(
        adafactor(AdafactorOptions::default().eps((Some(-1.), 1e-3))),
        "Adafactor: `eps.0` is -1.0, but expected a number ≥ 0"
    );
    assert_eq!(
        adafactor(AdafactorOptions::default().d(0.5)),
        "Adafactor: `d` is 0.5, but expected a number ≥ 1"
    );
    let muon = |options| message(Muon::new([&w], options));
    assert_eq!(
        muon(MuonOptions::default().ns_steps(100usize)),
        "Muon: `ns_steps` is 100, but expected a whole number < 100"
    );
    assert_eq!(
        muon(MuonOptions::default().momentum(-0.5)),
        "Muon: `momentum` is -0.5, but expected a number ≥ 0"
    );
    assert_eq!(
        muon(MuonOptions::default().ns_coefficients((1., f64::NAN, 0.))),
        "Muon: `ns_coefficients` is (1.0, NaN, 0.0), but expected three finite numbers"
    );
    let mut opt = Muon::new([&w], 0.1)?;
    let bias = Param::new(Tensor::new(&[1f32, 2.], &Device::Cpu)?)?;
    bias.set_name("fc.bias");
    assert_eq!(
        message(opt.add_param_group([&bias], |o| o)),
        "Muon: parameter `fc.bias` has shape [2], but only matrices are trained\n  help: give it to Adam"
    );
    let word = Setting::Text("adamw".into());
    assert_eq!(
        message(Optimizer::param_groups_mut(&mut opt)[0].set("adjust_lr_fn", word)),
        "MuonOptions: `adjust_lr_fn` is Text(\"adamw\"), but expected one of original, match_rms_adamw, \
         spectral_unclamped"
    );
    Ok(())
}

#[test]
fn states_of_other_shapes_are_refused() -> Result<()> {
    let (w, wide) = (
        Param::new(normal([5, 3], 1, DType::F32)?)?,
        Param::new(normal([5, 4], 1, DType::F32)?)?,
    );
    let mut opt = Adafactor::new([&w], 0.1)?;
    w.set_grad(Some(w.ones_like()?))?;
    opt.step()?;
    let error = message(Adafactor::new([&wide], 0.1)?.load_state_dict(&opt.state_dict()?));
    assert_eq!(
        error,
        "load_state_dict: `col_var` of a parameter without a name: shape [1, 3], but expected [1, 4]"
    );
    Ok(())
}

#[test]
fn half_types_and_empty_parameters_are_trained() -> Result<()> {
    let w = Param::new(normal([4, 3], 1, DType::BF16)?)?;
    let empty = Param::new(Tensor::zeros([0, 3], DType::F32, &Device::Cpu)?)?;
    for mut opt in [
        Box::new(Adafactor::new([&w, &empty], 0.1)?) as Box<dyn Optimizer>,
        Box::new(Muon::new([&w, &empty], 0.1)?),
    ] {
        let before = w.to_vec::<f32>()?;
        w.set_grad(Some(normal([4, 3], 2, DType::BF16)?))?;
        empty.set_grad(Some(empty.zeros_like()?))?;
        opt.step()?;
        let after = w.to_vec::<f32>()?;
        // A step may be less than bf16 shows of a weight.
        assert!(after.iter().all(|x| x.is_finite()) && after != before);
        let state = opt.state_dict()?;
        assert!(state.state[&0]
            .values()
            .all(|kept| kept.dtype() == DType::F32));
    }
    Ok(())
}
