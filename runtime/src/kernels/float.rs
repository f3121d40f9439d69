//! The functions of one number that element-wise kernels are written in. Half types are widened to f32, as in PyTorch.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use candle_core::cpu::erf;

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
    fn sigmoid(self) -> Self {
        // exp(710) is infinite and 1 / inf is the right 0.
        Self::ONE / (Self::ONE + (-self).exp())
    }
}

macro_rules! float {
    ($ty:ident, $erf:path) => {
        impl Float for $ty {
            const ZERO: Self = 0.;
            const ONE: Self = 1.;

            #[inline]
            fn of(x: f64) -> Self {
                x as $ty
            }
            #[inline]
            fn erf(self) -> Self {
                $erf(self)
            }
            #[inline]
            fn powf(self, exponent: Self) -> Self {
                $ty::powf(self, exponent)
            }
            float!(@ $ty: abs, exp, exp_m1, ln, ln_1p, sqrt, sin, cos, tanh);
        }
    };
    (@ $ty:ident: $($name:ident),*) => {$(
        #[inline]
        fn $name(self) -> Self {
            $ty::$name(self)
        }
    )*};
}
float!(f32, erf::erf_f32);
float!(f64, erf::erf_f64);
