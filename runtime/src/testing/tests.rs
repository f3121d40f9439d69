//! The checks must fail where they should.

use super::{assert_close, gradcheck, randn};
use crate::tensor::{Saved, Tensor};
use crate::{Device, Result};

/// x², with what `backward` makes of the true gradient.
fn square(
    x: &Tensor,
    backward: fn(candle_core::Tensor) -> candle_core::Result<candle_core::Tensor>,
) -> Result<Tensor> {
    let saved: Saved = x.save();
    Ok(Tensor::record(
        "square",
        x.as_candle().sqr()?,
        [x],
        move |grad, _| Ok([Some(backward(((grad * saved.get()?)? * 2.)?)?)]),
    ))
}

#[test]
fn a_wrong_gradient_is_found() -> Result<()> {
    let x = [randn([2, 3])?];
    gradcheck(|x| square(&x[0], Ok), &x)?;
    assert!(gradcheck(|x| square(&x[0], |grad| grad * 1.001), &x).is_err());
    assert!(gradcheck(|x| square(&x[0], |grad| grad / 0.), &x).is_err());
    Ok(())
}

#[test]
fn a_cut_gradient_is_found() -> Result<()> {
    assert!(gradcheck(|x| x[0].detach().square(), &[randn([2, 3])?]).is_err());
    Ok(())
}

#[test]
fn a_value_that_depends_on_the_layout_is_found() -> Result<()> {
    let first = |x: &[Tensor]| {
        let factor = if x[0].is_contiguous() { 1. } else { 2. };
        x[0].mul(factor)
    };
    assert!(gradcheck(first, &[randn([2, 3])?]).is_err());
    Ok(())
}

#[test]
fn closeness_is_relative_to_the_largest_and_exact_for_nan() -> Result<()> {
    let close = |a: &[f64], b: &[f64], tolerance| {
        let (a, b) = (Tensor::new(a, &Device::Cpu)?, Tensor::new(b, &Device::Cpu)?);
        assert_close("x", a.as_candle(), b.as_candle(), tolerance)
    };
    assert!(close(&[1000., 1.], &[1000., 1.005], 1e-5).is_ok());
    assert!(close(&[1000., 1.], &[1000., 1.02], 1e-5).is_err());
    assert!(close(&[f64::NAN], &[f64::NAN], 0.).is_ok());
    assert!(close(&[f64::NAN], &[1.], 1.).is_err());
    assert!(close(&[f64::INFINITY], &[1.], 1.).is_err());
    assert!(close(&[f64::INFINITY], &[f64::INFINITY], 0.).is_ok());
    assert!(close(&[1.], &[1., 1.], 1.).is_err());
    Ok(())
}
