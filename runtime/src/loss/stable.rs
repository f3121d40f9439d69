//! Functions that the logarithms of probabilities are made of, exact and finite for great and small arguments.

use candle_core::{Result, Tensor as Data};

/// ln(1 + x) for x from −1 to 1, to the last digits near 0, too, where 1 + x has lost them.
pub(super) fn ln_1p(x: &Data) -> Result<Data> {
    let sum = (x + 1.)?;
    // The rounding error of the sum is in both factors and cancels.
    let curve = ((sum.log()? * x)? / (&sum - 1.)?)?;
    sum.eq(1.)?.where_cond(x, &curve)
}

/// ln(1 + eˣ)
pub(super) fn softplus(x: &Data) -> Result<Data> {
    x.maximum(0.)? + ln_1p(&x.abs()?.neg()?.exp()?)?
}

/// 1 / (1 + e⁻ˣ); where the exponential overflows, the reciprocal is the right 0.
pub(super) fn sigmoid(x: &Data) -> Result<Data> {
    (x.neg()?.exp()? + 1.)?.recip()
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    #[test]
    fn small_and_great_arguments_keep_their_digits() -> Result<()> {
        let x = [-1e4, -745., -50., -1., -1e-20, 0., 1e-9, 1., 30., 800., 1e4];
        let of = |values: &[f64]| Data::new(values, &Device::Cpu);
        let found = softplus(&of(&x)?)?.to_vec1::<f64>()?;
        for (x, found) in x.into_iter().zip(found) {
            let expected = x.max(0.) + (-x.abs()).exp().ln_1p();
            assert!((found - expected).abs() <= 4e-16 * expected, "{x}: {found}");
        }
        let x = [-1., -0.999, -0.5, -1e-30, 0., 1e-17, 1e-8, 0.3, 1.];
        let found = ln_1p(&of(&x)?)?.to_vec1::<f64>()?;
        for (x, found) in x.into_iter().zip(found) {
            let expected = x.ln_1p();
            let close = (found - expected).abs() <= 4e-16 * expected.abs();
            assert!(found == expected || close, "{x}: {found}, not {expected}");
        }
        let nan = of(&[f64::NAN])?;
        for y in [ln_1p(&nan)?, softplus(&nan)?, sigmoid(&nan)?] {
            assert!(y.to_vec1::<f64>()?[0].is_nan());
        }
        assert_eq!(
            sigmoid(&of(&[-1e4, 0., 1e4])?)?.to_vec1::<f64>()?,
            [0., 0.5, 1.]
        );
        Ok(())
    }
}
