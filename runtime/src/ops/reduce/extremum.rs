//! `max`, `min`, `amax`, `amin`, `argmax`, `argmin`.

use candle_core::{DType, Tensor as Data};

use super::axes::{around, Axes};
use crate::error::{Error, Result};
use crate::kernels::{self, output, values};
use crate::ops::compute::compute_dtype;
use crate::ops::options::options;
use crate::tensor::{total, when, Dim, Dims, Tensor};

/// The six operations on the largest elements, and the six on the smallest.
macro_rules! extrema {
    (
        $word:literal, $largest:literal, values $values:literal, indices $indices:literal:
        $max:ident $max_with:ident $MaxOptions:ident, $pair:ident $pair_with:ident $PairOptions:ident,
        $amax:ident $amax_with:ident $AmaxOptions:ident, $arg:ident $arg_with:ident $ArgOptions:ident
    ) => {
        extrema!(@options $MaxOptions $max_with, $PairOptions $pair_with, $AmaxOptions $amax_with, $ArgOptions $arg_with);

        impl Tensor {
            #[doc = concat!("The ", $word, " elements along a dimension, or with `()` of all (`torch.", stringify!($max), "`).")]
            ///
            /// Of equal ones along a dimension the first one has the gradient; of all elements, equal ones share it. NaN counts
            /// as the winner.
            ///
            /// # Errors
            /// If there is no such dimension or it is empty, or several are given.
            ///
            /// ```
            /// # use taper::{Device, Tensor};
            /// let x = Tensor::new(&[[1f32, 7.], [5., 2.]], &Device::Cpu)?;
            #[doc = concat!("assert_eq!(x.", stringify!($max), "(1)?.to_vec::<f32>()?, ", $values, ");")]
            /// # Ok::<(), taper::Error>(())
            /// ```
            pub fn $max(&self, dim: impl Into<Dims>) -> Result<Tensor> {
                self.$max_with(dim, $MaxOptions::default())
            }

            #[doc = concat!("[`", stringify!($max), "`](Self::", stringify!($max), ") with options.")]
            ///
            /// # Errors
            #[doc = concat!("Those of [`", stringify!($max), "`](Self::", stringify!($max), ").")]
            ///
            /// ```
            /// # use taper::{DType, Device, Tensor};
            /// let x = Tensor::zeros([2, 3], DType::F32, &Device::Cpu)?;
            #[doc = concat!("assert_eq!(x.", stringify!($max_with), "(1, taper::ops::", stringify!($MaxOptions), "::default().keepdim(true))?.dims(), [2, 1]);")]
            /// # Ok::<(), taper::Error>(())
            /// ```
            pub fn $max_with(&self, dim: impl Into<Dims>, options: $MaxOptions) -> Result<Tensor> {
                match dim.into() {
                    Dims::List(list) if list.len() == 1 => {
                        Ok(self.winners(stringify!($max), list[0], options.keepdim, $largest)?.0)
                    }
                    Dims::List(list) if !list.is_empty() => {
                        let message = format!("expected one dimension or `()`, but {} came", list.len());
                        Err(Error::op(stringify!($max), message).help(concat!("use `", stringify!($amax), "`")))
                    }
                    all => self.shared_extremum(stringify!($max), all, options.keepdim, $largest),
                }
            }

            #[doc = concat!("The ", $word, " elements along a dimension, and their positions as `I64` (`torch.", stringify!($max), "` with a dimension).")]
            ///
            /// # Errors
            /// If there is no such dimension, or it is empty.
            ///
            /// ```
            /// # use taper::{Device, Tensor};
            /// let x = Tensor::new(&[[1f32, 7.], [5., 2.]], &Device::Cpu)?;
            #[doc = concat!("let (values, indices) = x.", stringify!($pair), "(1)?;")]
            #[doc = concat!("assert_eq!(values.to_vec::<f32>()?, ", $values, ");")]
            #[doc = concat!("assert_eq!(indices.to_vec1::<i64>()?, ", $indices, ");")]
            /// # Ok::<(), taper::Error>(())
            /// ```
            pub fn $pair(&self, dim: impl Into<Dim>) -> Result<(Tensor, Tensor)> {
                self.$pair_with(dim, $PairOptions::default())
            }

            #[doc = concat!("[`", stringify!($pair), "`](Self::", stringify!($pair), ") with options.")]
            ///
            /// # Errors
            #[doc = concat!("Those of [`", stringify!($pair), "`](Self::", stringify!($pair), ").")]
            ///
            /// ```
            /// # use taper::{DType, Device, Tensor};
            /// let x = Tensor::zeros([2, 3], DType::F32, &Device::Cpu)?;
            #[doc = concat!("assert_eq!(x.", stringify!($pair_with), "(1, taper::ops::", stringify!($PairOptions), "::default().keepdim(true))?.1.dims(), [2, 1]);")]
            /// # Ok::<(), taper::Error>(())
            /// ```
            pub fn $pair_with(&self, dim: impl Into<Dim>, options: $PairOptions) -> Result<(Tensor, Tensor)> {
                self.winners(stringify!($pair), dim.into(), options.keepdim, $largest)
            }

            #[doc = concat!("The ", $word, " elements over dimensions, `()` being all (`torch.", stringify!($amax), "`); equal ones share the gradient.")]
            ///
            /// # Errors
            /// If there is no such dimension, or there is nothing to choose from.
            ///
            /// ```
            /// # use taper::{Device, Tensor};
            /// let x = Tensor::new(&[[1f32, 7.], [5., 2.]], &Device::Cpu)?;
            #[doc = concat!("assert_eq!(x.", stringify!($amax), "([1])?.to_vec::<f32>()?, ", $values, ");")]
            /// # Ok::<(), taper::Error>(())
            /// ```
            pub fn $amax(&self, dim: impl Into<Dims>) -> Result<Tensor> {
                self.$amax_with(dim, $AmaxOptions::default())
            }

            #[doc = concat!("[`", stringify!($amax), "`](Self::", stringify!($amax), ") with options.")]
            ///
            /// # Errors
            #[doc = concat!("Those of [`", stringify!($amax), "`](Self::", stringify!($amax), ").")]
            ///
            /// ```
            /// # use taper::{DType, Device, Tensor};
            /// let x = Tensor::zeros([2, 3], DType::F32, &Device::Cpu)?;
            #[doc = concat!("assert_eq!(x.", stringify!($amax_with), "([1], taper::ops::", stringify!($AmaxOptions), "::default().keepdim(true))?.dims(), [2, 1]);")]
            /// # Ok::<(), taper::Error>(())
            /// ```
            pub fn $amax_with(&self, dim: impl Into<Dims>, options: $AmaxOptions) -> Result<Tensor> {
                self.shared_extremum(stringify!($amax), dim.into(), options.keepdim, $largest)
            }

            #[doc = concat!("The positions of the ", $word, " elements along a dimension as `I64`, or with `()` among all in row-major order (`torch.", stringify!($arg), "`).")]
            ///
            /// The first of equal ones.
            ///
            /// # Errors
            /// If there is no such dimension or it is empty, or several are given.
            ///
            /// ```
            /// # use taper::{Device, Tensor};
            /// let x = Tensor::new(&[[1f32, 7.], [5., 2.]], &Device::Cpu)?;
            #[doc = concat!("assert_eq!(x.", stringify!($arg), "(1)?.to_vec1::<i64>()?, ", $indices, ");")]
            /// # Ok::<(), taper::Error>(())
            /// ```
            pub fn $arg(&self, dim: impl Into<Dims>) -> Result<Tensor> {
                self.$arg_with(dim, $ArgOptions::default())
            }

            #[doc = concat!("[`", stringify!($arg), "`](Self::", stringify!($arg), ") with options.")]
            ///
            /// # Errors
            #[doc = concat!("Those of [`", stringify!($arg), "`](Self::", stringify!($arg), ").")]
            ///
            /// ```
            /// # use taper::{DType, Device, Tensor};
            /// let x = Tensor::zeros([2, 3], DType::F32, &Device::Cpu)?;
            #[doc = concat!("assert_eq!(x.", stringify!($arg_with), "(1, taper::ops::", stringify!($ArgOptions), "::default().keepdim(true))?.dims(), [2, 1]);")]
            /// # Ok::<(), taper::Error>(())
            /// ```
            pub fn $arg_with(&self, dim: impl Into<Dims>, options: $ArgOptions) -> Result<Tensor> {
                self.winning_positions(stringify!($arg), dim.into(), options.keepdim, $largest)
            }
        }
    };
    (@options $($name:ident $with:ident),*) => {$(
        options! {
            #[doc = concat!("The optional arguments of [`Tensor::", stringify!($with), "`]; the defaults are PyTorch's.")]
            $name {
                /// Keep the dimensions that are reduced, as size 1. Default: false.
                keepdim: bool = false,
            }
        }
    )*};
}
extrema!(
    "largest", true, values "[7., 5.]", indices "[1, 0]":
    max max_with MaxOptions, max_with_indices max_with_indices_with MaxWithIndicesOptions,
    amax amax_with AmaxOptions, argmax argmax_with ArgmaxOptions
);
extrema!(
    "smallest", false, values "[1., 2.]", indices "[0, 1]":
    min min_with MinOptions, min_with_indices min_with_indices_with MinWithIndicesOptions,
    amin amin_with AminOptions, argmin argmin_with ArgminOptions
);

impl Tensor {
    /// Values and positions along one dimension; the gradient goes to those positions alone.
    fn winners(
        &self,
        op: &'static str,
        dim: Dim,
        keepdim: bool,
        largest: bool,
    ) -> Result<(Tensor, Tensor)> {
        let axes = Axes::new(op, self, Dims::from(dim), keepdim)?;
        axes.expect_elements(op)?;
        let Some(&dim) = axes.dims().first() else {
            let position = Tensor::zeros((), DType::I64, self.device())?; // without dimensions, it is the one element
            return Ok((self.clone(), position));
        };
        let x = self.as_candle().contiguous()?;
        let at = winner(&x, dim, largest)?;
        let data = axes.finish(pick(&x, &at, dim)?)?;
        let (from, index) = (self.shape().clone(), Tensor::from(axes.finish(at.clone())?));
        let out = Tensor::record(op, data, [self], move |grad, [needed]| {
            let scatter = || {
                let zeros = Data::zeros(&from, grad.dtype(), grad.device())?;
                if grad.elem_count() == 0 {
                    return Ok(zeros);
                }
                Ok(zeros.scatter_add(&at, &axes.keep(grad)?.contiguous()?, dim)?)
            };
            Ok([when(needed, scatter)?])
        });
        Ok((out, index))
    }

    /// Values over several dimensions; equal ones share the gradient.
    fn shared_extremum(
        &self,
        op: &'static str,
        dims: Dims,
        keepdim: bool,
        largest: bool,
    ) -> Result<Tensor> {
        let axes = Axes::new(op, self, dims, keepdim)?;
        axes.expect_elements(op)?;
        let dtype = self.dtype();
        let kept = extremum(self.as_candle(), axes.dims(), largest)?;
        let (x, data) = (self.save(), axes.finish(kept.clone())?);
        Ok(Tensor::record(op, data, [self], move |grad, [needed]| {
            let gradient =
                || Ok(share_evenly(x.get()?, &kept, &axes.keep(grad)?, &axes)?.to_dtype(dtype)?);
            Ok([when(needed, gradient)?])
        }))
    }

    fn winning_positions(
        &self,
        op: &'static str,
        dims: Dims,
        keepdim: bool,
        largest: bool,
    ) -> Result<Tensor> {
        let axes = Axes::new(op, self, dims.clone(), keepdim)?;
        axes.expect_elements(op)?;
        let x = self.as_candle();
        let at = match (dims, axes.dims()) {
            (Dims::List(_), &[dim]) => winner(x, dim, largest)?,
            (Dims::List(list), _) if list.len() > 1 => {
                let message = format!("expected one dimension or `()`, but {} came", list.len());
                return Err(Error::op(op, message));
            }
            _ => winner(&x.flatten_all()?, 0, largest)?.reshape(axes.kept())?,
        };
        Ok(Tensor::from(axes.finish(at)?))
    }
}

/// The extreme values over ascending `dims`, which stay as size 1.
pub(crate) fn extremum(x: &Data, dims: &[usize], largest: bool) -> Result<Data> {
    dims.iter().rev().try_fold(x.contiguous()?, |x, &dim| {
        pick(&x, &winner(&x, dim, largest)?, dim)
    })
}

/// The elements of `x` at the positions `at` of one dimension.
fn pick(x: &Data, at: &Data, dim: usize) -> Result<Data> {
    match at.elem_count() {
        0 => Ok(Data::zeros(at.shape(), x.dtype(), x.device())?),
        _ => Ok(x.gather(at, dim)?),
    }
}

/// The gradient of extreme values: equal elements get equal parts. `kept` and `grad` broadcast to `x`.
pub(crate) fn share_evenly(x: &Data, kept: &Data, grad: &Data, axes: &Axes) -> Result<Data> {
    let dtype = compute_dtype(x.dtype());
    let ones = x.broadcast_eq(kept)?.to_dtype(dtype)?;
    // NaN is not equal to itself, but has won.
    let nan = x
        .ne(x)?
        .to_dtype(dtype)?
        .broadcast_mul(&kept.ne(kept)?.to_dtype(dtype)?)?;
    let mask = (ones + nan)?;
    let part = (grad.to_dtype(dtype)? / total(&mask, axes.dims())?)?;
    Ok(mask.broadcast_mul(&part)?)
}

/// The positions of the extreme elements along a dimension, which stays as size 1: the first of equal ones, or the first NaN.
fn winner(x: &Data, dim: usize, largest: bool) -> Result<Data> {
    let mut kept = x.dims().to_vec();
    kept[dim] = 1;
    if x.elem_count() == 0 {
        return Ok(Data::zeros(kept, DType::I64, x.device())?);
    }
    if !x.device().is_cpu() {
        let at = if largest {
            x.argmax_keepdim(dim)?
        } else {
            x.argmin_keepdim(dim)?
        };
        return Ok(at.to_dtype(DType::I64)?);
    }
    // Widening keeps the order.
    let wide = match x.dtype() {
        DType::F32 | DType::F64 => x.clone(),
        dtype if dtype.is_float() => x.to_dtype(DType::F32)?,
        _ => x.to_dtype(DType::I64)?,
    };
    let wide = wide.contiguous()?;
    let (dims, values) = (around(x.dims(), dim), values(&wide)?);
    macro_rules! best {
        ($ty:ty) => {{
            let x = values.slice::<$ty>()?;
            if largest {
                kernels::best(x, dims, |a, b| a > b)
            } else {
                kernels::best(x, dims, |a, b| a < b)
            }
        }};
    }
    let at = match wide.dtype() {
        DType::F32 => best!(f32),
        DType::F64 => best!(f64),
        _ => best!(i64),
    };
    output(at, kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, randn};
    use crate::{Device, Param};

    #[test]
    fn gradient() -> Result<()> {
        gradcheck(|x| x[0].max(1), &[randn([2, 3, 5])?])?;
        gradcheck(
            |x| x[0].min_with(-1, MinOptions::default().keepdim(true)),
            &[randn([2, 3])?],
        )?;
        gradcheck(|x| x[0].max(()), &[randn([3, 5])?])?;
        gradcheck(|x| x[0].amin([0, 2]), &[randn([2, 3, 5])?])?;
        gradcheck(|x| x[0].max(-1), &[randn(())?])?;
        gradcheck(|x| x[0].max(1), &[randn([0, 3])?])?;
        gradcheck(|x| x[0].amax(1), &[randn([0, 3])?])
    }

    fn grad_of(values: &[f64], f: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Vec<f64>> {
        let w = Param::new(Tensor::new(values, &Device::Cpu)?)?;
        f(&w)?.backward()?;
        w.grad().map_or(Ok(Vec::new()), |grad| grad.to_vec())
    }

    /// Candle gives every one of equal elements the full gradient.
    #[test]
    fn ties_are_pytorchs() -> Result<()> {
        let x = [1., 3., 3.];
        assert_eq!(grad_of(&x, |x| x.max(0))?, [0., 1., 0.]);
        assert_eq!(grad_of(&x, |x| x.max(()))?, [0., 0.5, 0.5]);
        assert_eq!(grad_of(&x, |x| x.amax(0))?, [0., 0.5, 0.5]);
        assert_eq!(grad_of(&[1., f64::NAN, 3.], |x| x.max(0))?, [0., 1., 0.]);
        assert_eq!(
            grad_of(&[f64::NAN, f64::NAN, 3.], |x| x.max(()))?,
            [0.5, 0.5, 0.]
        );
        Ok(())
    }

    #[test]
    fn nothing_and_integers() -> Result<()> {
        let empty = Tensor::zeros([2, 0], DType::F32, &Device::Cpu)?;
        assert!(
            empty.max(()).is_err()
                && empty.max(1).is_err()
                && empty.amax(1).is_err()
                && empty.argmax(()).is_err()
        );
        assert_eq!(empty.t()?.argmax(1)?.dims(), [0]);
        let x = Tensor::new(&[[3i64, 9], [9, 1]], &Device::Cpu)?;
        assert_eq!(
            (
                x.max(())?.item()?,
                x.argmax(())?.item()?,
                x.argmin(())?.item()?
            ),
            (9., 1., 3.)
        );
        assert_eq!(
            x.argmax_with((), ArgmaxOptions::default().keepdim(true))?
                .dims(),
            [1, 1]
        );
        assert!(x.max([0, 1]).is_err() && x.argmax([0, 1]).is_err());
        assert_eq!(x.amax([0, 1])?.item()?, 9.);
        Ok(())
    }
}
