//! The maps of Winograd's F(2×2, 3×3), row by row: each is applied to the rows of a square, and then to the columns of what comes out.

use pulp::Simd;

use super::Real;

/// A map of `N` numbers to 4.
pub(super) trait Line<const N: usize>: Copy {
    fn line<S: Simd, T: Real>(self, simd: S, x: [T::Vector<S>; N]) -> [T::Vector<S>; 4];
}

/// `Bᵀ`, of the pixels that a block sees.
#[derive(Clone, Copy)]
pub(super) struct Input;

impl Line<4> for Input {
    #[inline(always)]
    fn line<S: Simd, T: Real>(self, simd: S, [a, b, c, d]: [T::Vector<S>; 4]) -> [T::Vector<S>; 4] {
        [
            T::minus(simd, a, c),
            T::plus(simd, b, c),
            T::minus(simd, c, b),
            T::minus(simd, b, d),
        ]
    }
}

/// `G`, of a kernel.
#[derive(Clone, Copy)]
pub(super) struct Kernel;

impl Line<3> for Kernel {
    #[inline(always)]
    fn line<S: Simd, T: Real>(self, simd: S, [a, b, c]: [T::Vector<S>; 3]) -> [T::Vector<S>; 4] {
        let half = T::from_f64(0.5).splat(simd);
        let ends = T::times(simd, half, T::plus(simd, a, c));
        let middle = T::times(simd, half, b);
        [
            a,
            T::plus(simd, ends, middle),
            T::minus(simd, ends, middle),
            c,
        ]
    }
}

/// `A`, of the gradients of a block's results.
#[derive(Clone, Copy)]
pub(super) struct Grad;

impl Line<2> for Grad {
    #[inline(always)]
    fn line<S: Simd, T: Real>(self, simd: S, [a, b]: [T::Vector<S>; 2]) -> [T::Vector<S>; 4] {
        let none = T::zero().splat(simd);
        [
            a,
            T::plus(simd, a, b),
            T::minus(simd, a, b),
            T::minus(simd, none, b),
        ]
    }
}

/// `Aᵀ`, of the sums of a block's places.
#[inline(always)]
pub(super) fn results<S: Simd, T: Real>(
    simd: S,
    [a, b, c, d]: [T::Vector<S>; 4],
) -> [T::Vector<S>; 2] {
    [
        T::plus(simd, T::plus(simd, a, b), c),
        T::minus(simd, T::minus(simd, b, c), d),
    ]
}

/// `Gᵀ`, of the gradients of a kernel's places.
#[inline(always)]
pub(super) fn kernel<S: Simd, T: Real>(
    simd: S,
    [a, b, c, d]: [T::Vector<S>; 4],
) -> [T::Vector<S>; 3] {
    let half = T::from_f64(0.5).splat(simd);
    let sum = T::times(simd, half, T::plus(simd, b, c));
    [
        T::plus(simd, a, sum),
        T::times(simd, half, T::minus(simd, b, c)),
        T::plus(simd, sum, d),
    ]
}

/// A map of the rows, then of the columns of a square.
#[inline(always)]
pub(super) fn square<S: Simd, T: Real, L: Line<N>, const N: usize>(
    simd: S,
    map: L,
    x: [[T::Vector<S>; N]; N],
) -> [[T::Vector<S>; 4]; 4] {
    let mut columns = [[x[0][0]; N]; 4];
    for j in 0..N {
        let mut column = [x[0][0]; N];
        for i in 0..N {
            column[i] = x[i][j];
        }
        let mapped = map.line::<S, T>(simd, column);
        for i in 0..4 {
            columns[i][j] = mapped[i];
        }
    }
    let mut out = [[x[0][0]; 4]; 4];
    for i in 0..4 {
        out[i] = map.line::<S, T>(simd, columns[i]);
    }
    out
}
