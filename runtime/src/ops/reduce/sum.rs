//! `sum`, `mean` and `cumsum`.

use candle_core::{DType, Tensor as Data};

use super::axes::{around, Axes};
use crate::error::Result;
use crate::kernels::{self, output, values, Real};
use crate::ops::compute::{by_form, dense, expect_float};
use crate::ops::options::options;
use crate::tensor::autocast::cast;
use crate::tensor::{total, when, Dim, Dims, Tensor};

options! {
    /// The optional arguments of [`Tensor::sum_with`]; the defaults are PyTorch's.
    SumOptions {
        /// Keep the dimensions that are summed over, as size 1. Default: false.
        keepdim: bool = false,
    }
}

options! {
    /// The optional arguments of [`Tensor::mean_with`]; the defaults are PyTorch's.
    MeanOptions {
        /// Keep the dimensions that are averaged over, as size 1. Default: false.
        keepdim: bool = false,
    }
}

impl Tensor {
    /// The sum over dimensions, `()` being all (`torch.sum`). Of nothing it is 0.
    ///
    /// Floats are added up in a wider type and rounded once. Integers give `I64`.
    ///
    /// # Errors
    /// If there is no such dimension.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?;
    /// assert_eq!(x.sum(())?.item()?, 10.);
    /// assert_eq!(x.sum(-1)?.to_vec::<f32>()?, [3., 7.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn sum(&self, dim: impl Into<Dims>) -> Result<Tensor> {
        self.sum_with(dim, SumOptions::default())
    }

    /// [`sum`](Self::sum) with options.
    ///
    /// # Errors
    /// Those of [`sum`](Self::sum).
    ///
    /// ```
    /// # use taper::{ops::SumOptions, Device, Tensor};
    /// let x = Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?;
    /// assert_eq!(x.sum_with(0, SumOptions::default().keepdim(true))?.dims(), [1, 2]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn sum_with(&self, dim: impl Into<Dims>, options: SumOptions) -> Result<Tensor> {
        let axes = Axes::new("sum", self, dim.into(), options.keepdim)?;
        if !self.dtype().is_float() {
            return Ok(Tensor::from(axes.finish(total(
                &self.as_candle().to_dtype(DType::I64)?,
                axes.dims(),
            )?)?));
        }
        let [x] = cast("sum", [self])?;
        let data = axes.finish(total(x.as_candle(), axes.dims())?.to_dtype(x.dtype())?)?;
        Ok(Tensor::record("sum", data, [&*x], move |grad, [needed]| {
            Ok([when(needed, || axes.spread(grad))?])
        }))
    }

    /// The mean over dimensions, `()` being all (`torch.mean`): the sum, divided by the number of elements. Of nothing it is
    /// NaN.
    ///
    /// # Errors
    /// If there is no such dimension, or the tensor is not of floats.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?;
    /// assert_eq!(x.mean(())?.item()?, 2.5);
    /// assert_eq!(x.mean([1])?.to_vec::<f32>()?, [1.5, 3.5]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn mean(&self, dim: impl Into<Dims>) -> Result<Tensor> {
        self.mean_with(dim, MeanOptions::default())
    }

    /// [`mean`](Self::mean) with options.
    ///
    /// # Errors
    /// Those of [`mean`](Self::mean).
    ///
    /// ```
    /// # use taper::{ops::MeanOptions, DType, Device, Tensor};
    /// let x = Tensor::zeros([2, 3, 4, 4], DType::F32, &Device::Cpu)?;
    /// assert_eq!(x.mean_with([2, 3], MeanOptions::default().keepdim(true))?.dims(), [2, 3, 1, 1]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn mean_with(&self, dim: impl Into<Dims>, options: MeanOptions) -> Result<Tensor> {
        expect_float("mean", "a tensor", self)?;
        let axes = Axes::new("mean", self, dim.into(), options.keepdim)?;
        let n = axes.count() as f64;
        let data =
            axes.finish((total(self.as_candle(), axes.dims())? / n)?.to_dtype(self.dtype())?)?;
        Ok(Tensor::record(
            "mean",
            data,
            [self],
            move |grad, [needed]| Ok([when(needed, || axes.spread(&(grad / n)?))?]),
        ))
    }

    /// The running sums along a dimension (`torch.cumsum`): `out[i] = x[0] + … + x[i]`. Integers give `I64`.
    ///
    /// # Errors
    /// If there is no such dimension.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[1f32, 2., 3.]], &Device::Cpu)?;
    /// assert_eq!(x.cumsum(1)?.to_vec::<f32>()?, [1., 3., 6.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn cumsum(&self, dim: impl Into<Dim>) -> Result<Tensor> {
        let dim = dim.into().resolve(self.rank().max(1), "cumsum")?;
        if self.rank() == 0 {
            return Ok(self.clone());
        }
        if !self.dtype().is_float() {
            let data = self.as_candle().to_dtype(DType::I64)?;
            return Ok(Tensor::from(running(&data, dim, false)?));
        }
        let [x] = cast("cumsum", [self])?;
        let data = running(x.as_candle(), dim, false)?;
        Ok(Tensor::record(
            "cumsum",
            data,
            [&*x],
            move |grad, [needed]| Ok([when(needed, || running(grad, dim, true))?]),
        ))
    }
}

/// The running sums from the front or the back, in the tensor's type.
fn running(x: &Data, dim: usize, reverse: bool) -> Result<Data> {
    let wide = dense(x)?;
    let plain = || -> Result<Data> {
        // Along the last dimension of dense memory: of other views Candle's product refuses some.
        let last = wide.rank() - 1;
        let rows = wide.transpose(dim, last)?.contiguous()?;
        let sums = match reverse {
            true => rows
                .flip(&[last])?
                .cumsum(last)?
                .contiguous()?
                .flip(&[last])?,
            false => rows.cumsum(last)?,
        };
        Ok(sums.transpose(dim, last)?)
    };
    let sums = match wide.dtype() {
        DType::I64 if wide.device().is_cpu() => {
            let sums = kernels::cumsum(
                values(&wide)?.slice::<i64>()?,
                around(wide.dims(), dim),
                reverse,
            );
            output(sums, wide.shape())?
        }
        _ => by_form!(&wide, running_on_cpu(&wide, dim, reverse), plain())?,
    };
    Ok(sums.to_dtype(x.dtype())?)
}

fn running_on_cpu<T: Real>(x: &Data, dim: usize, reverse: bool) -> Result<Data> {
    output(
        kernels::cumsum(values(x)?.slice::<T>()?, around(x.dims(), dim), reverse),
        x.shape(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::compute::plain_only;
    use crate::testing::{assert_close, gradcheck, randn};
    use crate::Device;

    #[test]
    fn gradient() -> Result<()> {
        gradcheck(|x| x[0].sum(()), &[randn([3, 1, 5])?])?;
        gradcheck(
            |x| x[0].sum_with([0, -1], SumOptions::default().keepdim(true)),
            &[randn([2, 3, 5])?],
        )?;
        gradcheck(|x| x[0].mean(1), &[randn([2, 3, 5])?])?;
        gradcheck(|x| x[0].mean(-1), &[randn(())?])?;
        gradcheck(|x| x[0].sum(0), &[randn([0, 3])?])?;
        gradcheck(|x| x[0].cumsum(1), &[randn([2, 3, 2])?])?;
        gradcheck(|x| x[0].cumsum(0), &[randn([1, 2, 1, 2])?])?;
        gradcheck(|x| x[0].cumsum(0), &[randn([0, 3])?])
    }

    /// Candle's sums of half types are made in the type itself: 256 and 2048.
    #[test]
    fn ten_thousand_ones_add_up() -> Result<()> {
        for (dtype, sum) in [
            (DType::BF16, 9984.),
            (DType::F16, 10000.),
            (DType::F32, 10000.),
        ] {
            let ones = Tensor::ones([100, 100], dtype, &Device::Cpu)?;
            assert_eq!(ones.sum(())?.item()?, sum, "{dtype:?}");
            assert_eq!(ones.mean(())?.item()?, 1., "{dtype:?}");
            assert_eq!(ones.sum(0)?.to_vec::<f32>()?, [100.; 100]);
        }
        Ok(())
    }

    #[test]
    fn nothing_and_integers() -> Result<()> {
        let empty = Tensor::zeros([2, 0], DType::F32, &Device::Cpu)?;
        assert_eq!(empty.sum(1)?.to_vec::<f32>()?, [0., 0.]);
        assert!(empty.mean(())?.item()?.is_nan());
        let bytes = Tensor::new(&[200u8, 100], &Device::Cpu)?;
        assert_eq!(bytes.sum(())?.to_vec0::<i64>()?, 300);
        assert_eq!(bytes.cumsum(0)?.to_vec1::<i64>()?, [200, 300]);
        assert!(bytes.mean(()).is_err() && empty.sum(2).is_err());
        Ok(())
    }

    #[test]
    fn the_running_kernel_and_the_plain_form_agree() -> Result<()> {
        let x = randn([2, 3, 4])?.into_candle();
        for reverse in [false, true] {
            let plain = plain_only::run(|| running(&x, 1, reverse))?;
            assert_close("cumsum", &running(&x, 1, reverse)?, &plain, 1e-12)?;
        }
        Ok(())
    }
}
