use candle_core::DType;

use super::{grad, param, tensor};
use crate::tensor::{Buffer, Param, Tensor};
use crate::{Device, Error, Result};

fn is_send_sync<T: Send + Sync>() {}

#[test]
fn everything_crosses_threads() {
    is_send_sync::<Tensor>();
    is_send_sync::<Param>();
    is_send_sync::<Buffer>();
}

#[test]
fn gradients_add_up_until_cleared_in_either_form() -> Result<()> {
    let w = param(&[2.])?;
    for expected in [4., 8., 12.] {
        w.square()?.backward()?;
        assert_eq!(grad(&w)?, [expected]);
    }
    w.zero_grad(false)?;
    assert_eq!(grad(&w)?, [0.]);
    w.square()?.backward()?;
    assert_eq!(grad(&w)?, [4.]);
    w.zero_grad(true)?;
    assert!(w.grad().is_none());
    w.zero_grad(false)?;
    assert!(w.grad().is_none());
    Ok(())
}

#[test]
fn a_gradient_given_out_does_not_change() -> Result<()> {
    let w = param(&[2.])?;
    w.square()?.backward()?;
    w.square()?.backward()?; // from here on the sum is in a buffer of its own
    let before = w.grad().unwrap();
    w.square()?.backward()?;
    w.zero_grad(false)?;
    assert_eq!(before.to_vec::<f32>()?, [8.]);
    assert!(!before.requires_grad());
    Ok(())
}

/// `add` hands the same gradient to both of its operands.
#[test]
fn parameters_do_not_share_a_gradient() -> Result<()> {
    let (a, b) = (param(&[1.])?, param(&[2.])?);
    a.add(&b)?.backward()?;
    a.square()?.backward()?;
    a.zero_grad(false)?;
    assert_eq!((grad(&a)?, grad(&b)?), (vec![0.], vec![1.]));
    Ok(())
}

#[test]
fn set_converts_counts_and_checks_the_shape() -> Result<()> {
    let w = param(&[1., 2.])?;
    w.set(Tensor::new(&[3f64, 4.], &Device::Cpu)?)?;
    assert_eq!((w.to_vec::<f32>()?, w.version()), (vec![3., 4.], 1));
    let error = w.set(tensor(&[1.])?).unwrap_err().to_string();
    assert!(
        error.contains("has shape [2], but the value has shape [1]"),
        "{error}"
    );
    Ok(())
}

#[test]
fn set_to_a_view_of_itself_reads_before_it_writes() -> Result<()> {
    let w = Param::new(Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?)?;
    w.set(Tensor::from(w.as_candle().t()?))?;
    assert_eq!(w.to_vec2::<f32>()?, [[1., 3.], [2., 4.]]);
    Ok(())
}

#[test]
fn a_clone_is_deep_and_a_share_is_not() -> Result<()> {
    let w = param(&[1.])?;
    w.set_name("w");
    w.set_frozen(true);
    let (copy, shared) = (w.clone(), w.share());
    w.set(tensor(&[5.])?)?;
    assert_eq!(copy.to_vec::<f32>()?, [1.]);
    assert_eq!(shared.to_vec::<f32>()?, [5.]);
    assert!(copy.frozen() && copy.name().as_deref() == Some("w"));
    assert!(w.same(&shared) && !w.same(&copy));
    shared.set_frozen(false);
    w.square()?.backward()?;
    assert_eq!((grad(&shared)?, grad(&copy)?), (vec![10.], vec![]));
    Ok(())
}

#[test]
fn a_conversion_takes_the_gradient_along_and_tells_other_handles() -> Result<()> {
    let mut w = param(&[3.])?;
    w.square()?.backward()?;
    let (shared, id) = (w.share(), w.id());
    let before = w.square()?;
    w.to_dtype(DType::F64)?;
    assert_eq!((w.dtype(), w.id()), (DType::F64, id));
    assert_eq!(w.grad().unwrap().to_vec1::<f64>()?, [6.]);
    assert!(matches!(
        shared.set(tensor(&[1.])?),
        Err(Error::Moved { .. })
    ));
    assert!(matches!(before.backward(), Err(Error::Moved { .. })));
    w.square()?.backward()?;
    assert_eq!(w.grad().unwrap().to_vec1::<f64>()?, [12.]);
    assert!(w.to_dtype(DType::I64).is_err());
    Ok(())
}

#[test]
fn integers_are_no_parameters() -> Result<()> {
    let x = Tensor::new(&[1i64], &Device::Cpu)?;
    assert!(matches!(Param::new(&x), Err(Error::Op { .. })));
    assert_eq!(Buffer::new(&x)?.to_vec1::<i64>()?, [1]);
    Ok(())
}

#[test]
fn set_grad_checks_and_replaces() -> Result<()> {
    let w = param(&[1., 2.])?;
    w.set_grad(Some(tensor(&[3., 4.])?))?;
    assert_eq!(grad(&w)?, [3., 4.]);
    assert!(w.set_grad(Some(tensor(&[3.])?)).is_err());
    w.set_grad(None)?;
    assert!(w.with_grad(|grad| grad.is_none()));
    Ok(())
}

#[test]
fn hooks_see_the_whole_gradient_once_and_can_be_removed() -> Result<()> {
    let w = param(&[1.])?;
    let hook = w.register_hook(|grad| Ok(Some(grad.mul(10.)?)));
    w.mul(2.)?.add(w.mul(3.)?)?.backward()?;
    assert_eq!(grad(&w)?, [50.]);
    hook.remove();
    w.zero_grad(true)?;
    w.mul(2.)?.backward()?;
    assert_eq!(grad(&w)?, [2.]);
    Ok(())
}

#[test]
fn a_device_and_type_change_is_differentiable() -> Result<()> {
    let w = param(&[1., 2.])?;
    let y = Tensor::from(&w)
        .to_dtype(DType::F64)?
        .to_device(&Device::Cpu)?
        .square()?;
    let gradient = Tensor::new(&[1f64, 1.], &Device::Cpu)?;
    y.backward_with(crate::tensor::BackwardOptions::default().gradient(gradient))?;
    assert_eq!(grad(&w)?, [2., 4.]);
    Ok(())
}
