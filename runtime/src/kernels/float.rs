//! The functions of one number that element-wise kernels are written in. Half types are widened to f32, as in PyTorch.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use candle_core::cpu::erf;
use pulp::{Scalar, Simd};

use super::exact;

/// f32 or f64.
pub(crate) trait Float:
    Copy
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + AddAssign
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    const ZERO: Self;
    const ONE: Self;

    fn of(x: f64) -> Self;
    fn abs(self) -> Self;
    fn exp(self) -> Self;
    /// [`exp`](Self::exp) of what is not above 0 but for rounding; at f32 a result below the normal numbers is 0, and products and
    /// sums are fused, unless `S` is [`Scalar`].
    fn exp_down<S: Simd>(self) -> Self;
    fn exp_m1(self) -> Self;
    fn ln(self) -> Self;
    fn ln_1p(self) -> Self;
    fn sqrt(self) -> Self;
    fn sin(self) -> Self;
    fn cos(self) -> Self;
    fn tanh(self) -> Self;
    fn powf(self, exponent: Self) -> Self;
    fn erf(self) -> Self;

    /// 1 / (1 + e^−x), which no argument overflows.
    #[inline(always)]
    fn sigmoid(self) -> Self {
        // exp(710) is infinite and 1 / inf is the right 0.
        Self::ONE / (Self::ONE + (-self).exp())
    }

    /// [`sigmoid`](Self::sigmoid), but at f32 a result below the normal numbers is 0.
    #[inline(always)]
    fn sigmoid_down(self) -> Self {
        let e = (-self.abs()).exp_down::<Scalar>();
        let share = Self::ONE / (Self::ONE + e);
        if self < Self::ZERO {
            e * share
        } else {
            share
        }
    }
}

// Inlined always: only then is a loop over them compiled for the vectors that the processor has.
macro_rules! float {
    ($ty:ident: $exp_down:expr, $($function:ident => $path:path),*) => {
        impl Float for $ty {
            const ZERO: Self = 0.;
            const ONE: Self = 1.;

            #[inline(always)]
            fn of(x: f64) -> Self {
                x as $ty
            }
            #[inline(always)]
            fn powf(self, exponent: Self) -> Self {
                $ty::powf(self, exponent)
            }
            #[inline(always)]
            fn exp_down<S: Simd>(self) -> Self {
                $exp_down(self)
            }
            $(#[inline(always)]
            fn $function(self) -> Self {
                $path(self)
            })*
            float!(@ $ty: abs, exp_m1, ln_1p, sqrt, sin, cos);
        }
    };
    (@ $ty:ident: $($name:ident),*) => {$(
        #[inline(always)]
        fn $name(self) -> Self {
            $ty::$name(self)
        }
    )*};
}
float!(f32: exact::exp_down::<S>, exp => exact::exp, ln => exact::ln, tanh => exact::tanh, erf => exact::erf);
float!(f64: f64::exp, exp => f64::exp, ln => f64::ln, tanh => f64::tanh, erf => erf::erf_f64);
