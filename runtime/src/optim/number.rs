//! What formulas compute with: numbers that stand for one element, or for all of a tensor.

use std::cell::RefCell;
use std::ops::{Add, Div, Mul, Neg, Sub};

use candle_core::Tensor;

use super::slices::Real;
use crate::error::{Error, Result};

/// A number of a [`Formula`](super::Formula): one element on the CPU, or a whole tensor in plain Candle operations.
///
/// Has `+ - * /` with its like and with `f64`. A [`Formula`](super::Formula) that is written for any `Number` has both
/// forms, and they can't differ.
///
/// # Example
/// ```
/// use taper::optim::Number;
/// fn root_mean_square<V: Number>(mean: &V, x: &V) -> V {
///     mean.blend(0.9, &x.square(), 0.1).sqrt() + 1e-8
/// }
/// ```
pub trait Number:
    Clone
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    /// This value, in the shape of the number.
    #[must_use]
    fn like(&self, value: f64) -> Self;

    /// The square root.
    #[must_use]
    fn sqrt(&self) -> Self;

    /// The absolute value.
    #[must_use]
    fn abs(&self) -> Self;

    /// The greater of the two; NaN if either is.
    #[must_use]
    fn maximum(&self, other: &Self) -> Self;

    /// The nearest number from `low` to `high`.
    #[must_use]
    fn clamp(&self, low: f64, high: f64) -> Self;

    /// `then` where the number is negative, else `otherwise`.
    #[must_use]
    fn where_negative(&self, then: Self, otherwise: Self) -> Self;

    /// −1, 0 or 1; 0 for NaN, as in PyTorch.
    #[must_use]
    fn sign(&self) -> Self {
        let positive = (-self.clone()).where_negative(self.like(1.), self.like(0.));
        self.where_negative(self.like(-1.), positive)
    }

    /// The square.
    #[must_use]
    fn square(&self) -> Self {
        self.clone() * self.clone()
    }

    /// `keep · self + take · other`: a running mean, if the two are 1 together.
    #[must_use]
    fn blend(&self, keep: f64, other: &Self, take: f64) -> Self {
        self.clone() * keep + other.clone() * take
    }
}

/// One element.
#[derive(Clone, Copy)]
pub(super) struct Element<T>(pub(super) T);

/// All of a tensor. Operators have no errors: the first one is kept, and what follows is skipped.
#[derive(Clone)]
pub(super) struct Whole<'a> {
    tensor: Tensor,
    failed: &'a RefCell<Option<Error>>,
}

impl<'a> Whole<'a> {
    pub(super) fn new(tensor: &Tensor, failed: &'a RefCell<Option<Error>>) -> Self {
        let tensor = tensor.clone();
        Whole { tensor, failed }
    }

    pub(super) fn into_tensor(self) -> Tensor {
        self.tensor
    }

    fn map(&self, f: impl FnOnce(&Tensor) -> candle_core::Result<Tensor>) -> Self {
        let mut failed = self.failed.borrow_mut();
        if failed.is_none() {
            match f(&self.tensor) {
                Ok(tensor) => return Whole { tensor, ..*self },
                Err(error) => *failed = Some(error.into()),
            }
        }
        self.clone()
    }
}

macro_rules! operators {
    ($($op:ident $method:ident;)*) => {$(
        impl<T: Real> $op for Element<T> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Element($op::$method(self.0, other.0))
            }
        }

        impl<T: Real> $op<f64> for Element<T> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: f64) -> Self {
                Element($op::$method(self.0, T::from_f64(other)))
            }
        }

        impl $op for Whole<'_> {
            type Output = Self;

            fn $method(self, other: Self) -> Self {
                self.map(|tensor| $op::$method(tensor, &other.tensor))
            }
        }

        impl $op<f64> for Whole<'_> {
            type Output = Self;

            fn $method(self, other: f64) -> Self {
                self.map(|tensor| $op::$method(tensor, other))
            }
        }
    )*};
}
operators! { Add add; Sub sub; Mul mul; Div div; }

impl<T: Real> Neg for Element<T> {
    type Output = Self;

    #[inline(always)]
    fn neg(self) -> Self {
        Element(-self.0)
    }
}

impl Neg for Whole<'_> {
    type Output = Self;

    fn neg(self) -> Self {
        self.map(Tensor::neg)
    }
}

impl<T: Real> Number for Element<T> {
    #[inline(always)]
    fn like(&self, value: f64) -> Self {
        Element(T::from_f64(value))
    }

    #[inline(always)]
    fn sqrt(&self) -> Self {
        Element(self.0.sqrt())
    }

    #[inline(always)]
    fn abs(&self) -> Self {
        Element(self.0.abs())
    }

    #[inline(always)]
    fn maximum(&self, other: &Self) -> Self {
        Element(self.0.maximum(other.0))
    }

    #[inline(always)]
    fn clamp(&self, low: f64, high: f64) -> Self {
        let (low, high) = (T::from_f64(low), T::from_f64(high));
        let raised = if self.0 < low { low } else { self.0 };
        Element(if raised > high { high } else { raised })
    }

    #[inline(always)]
    fn where_negative(&self, then: Self, otherwise: Self) -> Self {
        if self.0 < T::zero() {
            then
        } else {
            otherwise
        }
    }
}

impl Number for Whole<'_> {
    fn like(&self, value: f64) -> Self {
        self.map(|tensor| tensor.zeros_like()? + value)
    }

    fn sqrt(&self) -> Self {
        self.map(Tensor::sqrt)
    }

    fn abs(&self) -> Self {
        self.map(Tensor::abs)
    }

    fn maximum(&self, other: &Self) -> Self {
        let or_nan = |of: &Tensor, otherwise: &Tensor| of.ne(of)?.where_cond(of, otherwise);
        self.map(|tensor| {
            let greater = tensor.maximum(&other.tensor)?;
            or_nan(&other.tensor, &or_nan(tensor, &greater)?)
        })
    }

    fn clamp(&self, low: f64, high: f64) -> Self {
        self.map(|tensor| tensor.clamp(low, high))
    }

    fn where_negative(&self, then: Self, otherwise: Self) -> Self {
        self.map(|tensor| tensor.lt(0.)?.where_cond(&then.tensor, &otherwise.tensor))
    }
}

/// The first error of a computation with [`Whole`]s.
pub(super) fn first_error(failed: &RefCell<Option<Error>>) -> Result<()> {
    failed.take().map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    /// What a formula of each method gives for one pair of numbers.
    fn all<V: Number>(a: &V, b: &V) -> Vec<V> {
        vec![
            a.like(3.),
            a.sqrt(),
            a.abs(),
            a.maximum(b),
            b.maximum(a),
            a.clamp(-1., 2.),
            a.where_negative(b.clone(), b.like(7.)),
            a.sign(),
            a.square(),
            a.blend(0.5, b, 2.),
            -a.clone() - b.clone() / 4. + 1.,
            (a.clone() - 0.5) * b.clone(),
        ]
    }

    #[test]
    fn elements_and_tensors_compute_alike() -> Result<()> {
        let (nan, inf) = (f64::NAN, f64::INFINITY);
        let pairs = [
            (4., 9.),
            (-3., 0.5),
            (0., -2.),
            (nan, 1.),
            (1., nan),
            (-inf, inf),
        ];
        let column = |i: usize| {
            let values: Vec<f64> = pairs
                .iter()
                .map(|p| if i == 0 { p.0 } else { p.1 })
                .collect();
            Tensor::new(values, &Device::Cpu)
        };
        let failed = RefCell::new(None);
        let whole = all(
            &Whole::new(&column(0)?, &failed),
            &Whole::new(&column(1)?, &failed),
        );
        first_error(&failed)?;
        for (i, &(a, b)) in pairs.iter().enumerate() {
            for (k, element) in all(&Element(a), &Element(b)).iter().enumerate() {
                let value = whole[k].tensor.to_vec1::<f64>()?[i];
                let same = value == element.0 || (value.is_nan() && element.0.is_nan());
                assert!(same, "method {k} of {a} and {b}: {value} and {}", element.0);
            }
        }
        Ok(())
    }

    #[test]
    fn the_first_error_is_kept() -> Result<()> {
        let failed = RefCell::new(None);
        let tensor = |n: usize| Tensor::zeros(n, candle_core::DType::F32, &Device::Cpu);
        let (a, b) = (tensor(2)?, tensor(3)?);
        let sum = Whole::new(&a, &failed) + Whole::new(&b, &failed);
        assert_eq!((sum * 2.).sqrt().into_tensor().dims(), [2]);
        let message = first_error(&failed).unwrap_err().to_string();
        assert!(message.contains("shape mismatch in add"), "{message}");
        first_error(&failed)
    }
}
