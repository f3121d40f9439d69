//! `var` and `std`.

use candle_core::Tensor as Data;

use super::axes::Axes;
use crate::error::Result;
use crate::ops::compute::{compute_dtype, expect_float};
use crate::tensor::{total, when, Dims, Tensor};

macro_rules! spread_options {
    ($name:ident, $with:literal) => {
        #[doc = concat!("The optional arguments of [`Tensor::", $with, "`]; the defaults are PyTorch's.")]
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            /// What is taken from the number of elements to divide by. Default: 1 (the unbiased estimate).
            pub correction: f64,
            /// Keep the dimensions that are reduced, as size 1. Default: false.
            pub keepdim: bool,
        }

        impl Default for $name {
            fn default() -> Self {
                $name { correction: 1., keepdim: false }
            }
        }

        impl $name {
            /// What is taken from the number of elements to divide by.
            #[must_use]
            pub fn correction(mut self, correction: impl Into<f64>) -> Self {
                self.correction = correction.into();
                self
            }

            /// PyTorch's older word: true is correction 1, false is correction 0.
            #[must_use]
            pub fn unbiased(self, unbiased: impl Into<bool>) -> Self {
                self.correction(f64::from(unbiased.into()))
            }

            /// Keep the dimensions that are reduced, as size 1.
            #[must_use]
            pub fn keepdim(mut self, keepdim: impl Into<bool>) -> Self {
                self.keepdim = keepdim.into();
                self
            }
        }
    };
}
spread_options!(VarOptions, "var_with");
spread_options!(StdOptions, "std_with");

impl Tensor {
    /// The variance over dimensions, `()` being all (`torch.var`): Σ(x − mean)² / (n − 1).
    ///
    /// # Errors
    /// If there is no such dimension, or the tensor is not of floats.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[1f32, 3.], [2., 6.]], &Device::Cpu)?;
    /// assert_eq!(x.var(1)?.to_vec::<f32>()?, [2., 8.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn var(&self, dim: impl Into<Dims>) -> Result<Tensor> {
        self.var_with(dim, VarOptions::default())
    }

    /// [`var`](Self::var) with options: divided by `n − correction`.
    ///
    /// # Errors
    /// Those of [`var`](Self::var).
    ///
    /// ```
    /// # use taper::{ops::VarOptions, Device, Tensor};
    /// let x = Tensor::new(&[[1f32, 3.], [2., 6.]], &Device::Cpu)?;
    /// assert_eq!(x.var_with(1, VarOptions::default().correction(0))?.to_vec::<f32>()?, [1., 4.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn var_with(&self, dim: impl Into<Dims>, options: VarOptions) -> Result<Tensor> {
        expect_float("var", "a tensor", self)?;
        let axes = Axes::new("var", self, dim.into(), options.keepdim)?;
        let around = Around::of(self, &axes, options.correction)?;
        let data = axes.finish(around.var.to_dtype(self.dtype())?)?;
        let (x, Around { mean, degrees, .. }) = (self.save(), around);
        Ok(Tensor::record(
            "var",
            data,
            [self],
            move |grad, [needed]| {
                // ∂/∂x = 2 (x − mean) / (n − correction)
                Ok([when(needed, || {
                    scaled_distance(x.get()?, &mean, &(axes.keep(grad)? * (2. / degrees))?)
                })?])
            },
        ))
    }

    /// The standard deviation over dimensions, `()` being all (`torch.std`): the root of the [variance](Self::var).
    ///
    /// The gradient where it is 0 is 0.
    ///
    /// # Errors
    /// If there is no such dimension, or the tensor is not of floats.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, 3., 5.], &Device::Cpu)?;
    /// assert_eq!(x.std(())?.item()?, 2.);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn std(&self, dim: impl Into<Dims>) -> Result<Tensor> {
        self.std_with(dim, StdOptions::default())
    }

    /// [`std`](Self::std) with options.
    ///
    /// # Errors
    /// Those of [`std`](Self::std).
    ///
    /// ```
    /// # use taper::{ops::StdOptions, Device, Tensor};
    /// let x = Tensor::new(&[1f32, 3.], &Device::Cpu)?;
    /// assert_eq!(x.std_with((), StdOptions::default().unbiased(false))?.item()?, 1.);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn std_with(&self, dim: impl Into<Dims>, options: StdOptions) -> Result<Tensor> {
        expect_float("std", "a tensor", self)?;
        let axes = Axes::new("std", self, dim.into(), options.keepdim)?;
        let around = Around::of(self, &axes, options.correction)?;
        let std = around.var.sqrt()?;
        let data = axes.finish(std.to_dtype(self.dtype())?)?;
        let (x, Around { mean, degrees, .. }) = (self.save(), around);
        Ok(Tensor::record(
            "std",
            data,
            [self],
            move |grad, [needed]| {
                let gradient = || {
                    // ∂/∂x = (x − mean) / ((n − correction) std), and 0 where std is.
                    let grad = axes.keep(grad)?.to_dtype(std.dtype())?;
                    let scale = ((grad / &std)? / degrees)?;
                    let scale = std.eq(0f64)?.where_cond(&scale.zeros_like()?, &scale)?;
                    scaled_distance(x.get()?, &mean, &scale)
                };
                Ok([when(needed, gradient)?])
            },
        ))
    }
}

/// Mean and variance in the type that sums are made in.
struct Around {
    mean: Data,
    var: Data,
    degrees: f64,
}

impl Around {
    fn of(x: &Tensor, axes: &Axes, correction: f64) -> Result<Self> {
        let (n, x) = (axes.count() as f64, x.as_candle());
        let mean = (total(x, axes.dims())? / n)?;
        let distance = x.to_dtype(mean.dtype())?.broadcast_sub(&mean)?;
        let degrees = (n - correction).max(0.);
        let var = (total(&distance.sqr()?, axes.dims())? / degrees)?;
        Ok(Around { mean, var, degrees })
    }
}

/// `(x − mean) · scale` in the type of `x`.
fn scaled_distance(x: &Data, mean: &Data, scale: &Data) -> Result<Data> {
    let distance = x.to_dtype(compute_dtype(x.dtype()))?.broadcast_sub(mean)?;
    Ok(distance
        .broadcast_mul(&scale.to_dtype(distance.dtype())?)?
        .to_dtype(x.dtype())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, randn};
    use crate::{DType, Device, Param};

    #[test]
    fn gradient() -> Result<()> {
        gradcheck(|x| x[0].var(()), &[randn([3, 5])?])?;
        gradcheck(
            |x| x[0].var_with([0, 2], VarOptions::default().correction(0).keepdim(true)),
            &[randn([2, 3, 5])?],
        )?;
        gradcheck(|x| x[0].std(1), &[randn([3, 5, 1])?])?;
        gradcheck(|x| x[0].var(0), &[randn([3, 0])?])
    }

    #[test]
    fn degenerate_cases_are_pytorchs() -> Result<()> {
        let one = Tensor::new(&[2f32], &Device::Cpu)?;
        assert!(one.var(())?.item()?.is_nan() && one.std(())?.item()?.is_nan());
        assert_eq!(
            one.var_with((), VarOptions::default().unbiased(false))?
                .item()?,
            0.
        );
        let equal = Param::new(Tensor::new(&[2f32, 2., 2.], &Device::Cpu)?)?;
        equal.std(())?.backward()?;
        assert_eq!(
            equal.grad().map(|grad| grad.to_vec::<f32>()).transpose()?,
            Some(vec![0.; 3])
        );
        // A sum of squares in half types would be far off.
        let x = Tensor::arange(0f32, 4096., &Device::Cpu)?.to_dtype(DType::BF16)?;
        let exact = x.to_dtype(DType::F32)?.std(())?.item()?;
        assert!((x.std(())?.item()? / exact - 1.).abs() < 4e-3);
        Ok(())
    }
}
