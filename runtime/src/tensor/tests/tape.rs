use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use super::{grad, param, tensor};
use crate::tensor::tape::live;
use crate::tensor::{no_grad, BackwardOptions, Buffer, Tensor};
use crate::{Error, Result};

/// Runs `f` with the stack that a spawned thread has by default.
fn on_small_stack<T: Send>(f: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(2 << 20);
        thread.spawn_scoped(scope, f).unwrap().join().unwrap()
    })
}

#[test]
fn a_chain_of_60_000_nodes_needs_no_stack() -> Result<()> {
    on_small_stack(|| {
        let w = param(&[1.])?;
        let chain = || (0..60_000).try_fold(Tensor::from(&w), |x, _| x.add(1.0));
        chain()?.backward()?;
        assert_eq!(grad(&w)?, [1.]);
        drop(chain()?); // never walked
        let branches = (0..60_000).try_fold(Tensor::from(&w), |x, _| x.mul(0.5)?.add(&x.mul(0.5)?));
        branches?.backward()?;
        assert_eq!(grad(&w)?, [2.]);
        assert_eq!(live::nodes(), 0);
        Ok(())
    })
}

#[test]
fn a_thousand_steps_keep_nothing() -> Result<()> {
    let (w, x) = (param(&[1., 2.])?, tensor(&[3., 4.])?);
    let running = Buffer::new(tensor(&[0., 0.])?)?;
    let mut last = None;
    for _ in 0..1000 {
        let y = w.mul(&x)?.tanh()?;
        running.set((running.mul(0.9)? + y.detach().mul(0.1)?)?)?;
        let gradient = tensor(&[1., 1.])?;
        y.backward_with(BackwardOptions::default().gradient(gradient))?;
        last = Some(y); // the loss outlives its step, what it was computed from does not
        assert_eq!(live::nodes(), 1);
        w.set(no_grad(|| w.sub(w.grad().unwrap().mul(0.01)?))?)?;
        w.zero_grad(true)?;
    }
    drop(last);
    assert_eq!(live::nodes(), 0);
    Ok(())
}

#[test]
fn no_grad_keeps_nothing() -> Result<()> {
    let w = param(&[1.])?;
    let y = no_grad(|| w.exp()?.mul(&*w))?;
    assert_eq!(live::nodes(), 0);
    assert!(!y.requires_grad());
    assert!(matches!(y.backward(), Err(Error::NoGradNeeded)));
    Ok(())
}

#[test]
fn a_frozen_prefix_costs_nothing() -> Result<()> {
    let (frozen, w) = (param(&[2.])?, param(&[3.])?);
    frozen.set_frozen(true);
    let x = tensor(&[1.])?.mul(&frozen)?.exp()?;
    assert_eq!(live::nodes(), 0);
    x.mul(&w)?.backward()?;
    assert!(frozen.grad().is_none());
    assert_eq!(grad(&w)?, [2f32.exp()]);
    Ok(())
}

#[test]
fn a_second_backward_is_an_error_unless_the_graph_is_kept() -> Result<()> {
    let w = param(&[3.])?;
    let loss = w.square()?;
    loss.backward_with(BackwardOptions::default().retain_graph(true))?;
    loss.backward()?;
    assert_eq!(grad(&w)?, [12.]);
    assert!(matches!(
        loss.backward(),
        Err(Error::GraphFreed { op: "square" })
    ));
    // A part that two losses share is used up by the first.
    let trunk = w.exp()?;
    let (a, b) = (trunk.mul(2.0)?, trunk.mul(3.0)?);
    a.backward()?;
    assert!(matches!(b.backward(), Err(Error::GraphFreed { op: "exp" })));
    Ok(())
}

#[test]
fn a_gradient_must_be_given_for_several_elements_and_fit() -> Result<()> {
    let w = param(&[1., 2.])?;
    let y = w.exp()?;
    assert!(matches!(y.backward(), Err(Error::BackwardNonScalar { .. })));
    let options = BackwardOptions::default().gradient(tensor(&[1., 2., 3.])?);
    assert!(matches!(
        y.backward_with(options),
        Err(Error::Gradient { .. })
    ));
    Ok(())
}

#[test]
fn a_parameter_changed_before_backward_is_named() -> Result<()> {
    let (w, x) = (param(&[2.])?, param(&[5.])?);
    w.set_name("fc1.weight");
    let y = w.mul(&x)?;
    w.set(tensor(&[7.])?)?;
    let error = y.backward().unwrap_err();
    let message = error.to_string();
    assert!(matches!(error, Error::ChangedInPlace { op: "mul", .. }));
    assert!(message.starts_with("backward of mul: parameter `fc1.weight` was changed in place"));
    assert!(message.contains("version 1, expected 0"), "{message}");
    Ok(())
}

#[test]
fn views_of_a_changed_parameter_are_found_too() -> Result<()> {
    let (w, x) = (param(&[2., 3.])?, param(&[5., 7.])?);
    let view = |t: &Tensor| -> Result<Tensor> {
        let data = t.as_candle().reshape((2, 1))?;
        Ok(Tensor::record("view", data, [t], |grad, _| {
            Ok([Some(grad.reshape(2)?)])
        }))
    };
    // Also a frozen one, and a detached one: the other factor's gradient needs them.
    w.set_frozen(true);
    for left in [view(&w)?, view(&w.detach())?] {
        let y = left.mul(&view(&x)?)?;
        w.update(|w| Ok(w.zero_set()?))?;
        let options = BackwardOptions::default().gradient(y.ones_like()?);
        assert!(matches!(
            y.backward_with(options),
            Err(Error::ChangedInPlace { .. })
        ));
    }
    Ok(())
}

#[test]
fn a_changed_parameter_whose_value_is_not_needed_is_fine() -> Result<()> {
    let w = param(&[2.])?;
    let sum = w.add(1.0)?;
    let copy = w.exp()?; // keeps its result, which is its own
    w.set(tensor(&[7.])?)?;
    sum.add(&copy)?.backward()?;
    assert_eq!(grad(&w)?, [1. + 2f32.exp()]);
    Ok(())
}

#[test]
fn a_buffer_changed_before_backward_is_found() -> Result<()> {
    let (scale, w) = (Buffer::new(tensor(&[2.])?)?, param(&[3.])?);
    let y = w.mul(&scale)?;
    scale.set(tensor(&[9.])?)?;
    assert!(matches!(y.backward(), Err(Error::ChangedInPlace { .. })));
    Ok(())
}

#[test]
fn only_needed_gradients_are_asked_for() -> Result<()> {
    let (w, x) = (param(&[2.])?, tensor(&[3.])?);
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = calls.clone();
    let data = w.as_candle().mul(x.as_candle())?;
    let y = Tensor::record("mul", data, [&w, &x], move |grad, needs| {
        assert_eq!(needs, [true, false]);
        counter.fetch_add(1, Ordering::Relaxed);
        Ok([Some(grad.clone()), None])
    });
    y.backward()?;
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    // Frozen after the forward pass: the closure does not run at all.
    let y = w.exp()?;
    w.set_frozen(true);
    y.backward().unwrap();
    assert_eq!(grad(&w)?, [1.]);
    Ok(())
}

#[test]
fn what_was_derived_while_tracked_stays_tracked() -> Result<()> {
    let w = param(&[2.])?;
    let y = w.square()?;
    w.set_requires_grad(false);
    assert!(y.requires_grad() && !w.square()?.requires_grad());
    w.set_requires_grad(true);
    y.backward()?;
    assert_eq!(grad(&w)?, [4.]);
    Ok(())
}

#[test]
fn a_wrong_gradient_of_an_operation_is_found() -> Result<()> {
    let w = param(&[1., 2.])?;
    let data = w.as_candle().sum_all()?;
    let y = Tensor::record("sum", data, [&w], |grad, _| Ok([Some(grad.clone())]));
    let message = y.backward().unwrap_err().to_string();
    assert!(
        message.contains("from sum: expected shape [2]"),
        "{message}"
    );
    Ok(())
}

#[test]
fn several_outputs_share_a_node() -> Result<()> {
    let w = param(&[1., 2.])?;
    let halves = || -> Result<Vec<Tensor>> {
        let parts = vec![
            w.as_candle().narrow(0, 0, 1)?,
            w.as_candle().narrow(0, 1, 1)?,
        ];
        let zero = parts[0].zeros_like()?;
        Ok(Tensor::record_outputs(
            "halves",
            parts,
            &[&w],
            move |grads, _| {
                let grads: Vec<_> = grads
                    .iter()
                    .map(|grad| grad.clone().unwrap_or_else(|| zero.clone()))
                    .collect();
                Ok(vec![Some(candle_core::Tensor::cat(&grads, 0)?)])
            },
        ))
    };
    let parts = halves()?;
    parts[0].mul(3.0)?.add(parts[1].mul(5.0)?)?.backward()?;
    assert_eq!(grad(&w)?, [3., 5.]);
    w.zero_grad(true)?;
    halves()?[1].backward()?;
    assert_eq!(grad(&w)?, [0., 1.]);
    Ok(())
}

#[test]
fn threads_add_to_one_gradient() -> Result<()> {
    let w = param(&[1.])?;
    std::thread::scope(|scope| {
        let work = || (0..100).try_for_each(|_| w.mul(2.0)?.backward());
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap())
    })?;
    assert_eq!(grad(&w)?, [800.]);
    Ok(())
}
