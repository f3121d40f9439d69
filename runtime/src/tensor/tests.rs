//! The tape as a whole.

use super::tape::live;
use super::{no_grad, Param, Tensor};
use crate::{Device, Error, Result};

fn param(values: &[f32]) -> Result<Param> {
    Param::new(Tensor::new(values, &Device::Cpu)?)
}

/// Runs `f` with the stack that a spawned thread has by default.
fn on_small_stack<T: Send>(f: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(2 << 20)
            .spawn_scoped(scope, f);
        thread.unwrap().join().unwrap()
    })
}

#[test]
fn a_chain_of_60_000_nodes_needs_no_stack() -> Result<()> {
    on_small_stack(|| {
        let w = param(&[1.])?;
        let chain = || (0..60_000).try_fold(Tensor::from(&w), |x, _| x.add(1.0));
        chain()?.backward()?;
        assert_eq!(w.grad().unwrap().to_vec::<f32>()?, [1.]);
        drop(chain()?); // never walked
        assert_eq!(live::nodes(), 0);
        Ok(())
    })
}

#[test]
fn no_grad_keeps_nothing() -> Result<()> {
    let w = param(&[1.])?;
    let y = no_grad(|| w.add(&*w))?;
    assert_eq!(live::nodes(), 0);
    assert!(matches!(y.backward(), Err(Error::NoGradNeeded)));
    Ok(())
}
