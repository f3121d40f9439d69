//! The inner loops: products of a few rows and a few vectors, whose sums stay in registers.

use pulp::{Arch, Simd, WithSimd};

use crate::kernels::lanes::Lanes;

/// Vectors side by side in a tile; a panel of weights is so wide.
pub(super) const WIDE: usize = 2;

/// The elements of the widest panel of all instruction sets.
pub(super) const WIDEST: usize = 32;

/// Rows of a full tile of `vectors`: as many sums as registers allow beside a row of weights and a factor.
#[inline(always)]
pub(super) const fn rows<S: Simd>(vectors: usize) -> usize {
    if S::REGISTER_COUNT >= 32 || vectors == 1 {
        12
    } else {
        6
    }
}

/// [`rows`] of the given instructions.
pub(super) fn full_rows(arch: Arch, vectors: usize) -> usize {
    struct Rows(usize);

    impl WithSimd for Rows {
        type Output = usize;

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            rows::<S>(self.0)
        }
    }
    arch.dispatch(Rows(vectors))
}

/// Rows of a small tile: the least that keeps the multipliers busy.
pub(super) const FEW: usize = 4;

/// Elements of the source that lie one after the other, and the rows of a panel that they are multiplied with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    /// Where they start, from a pixel's first element.
    pub(super) source: usize,
    /// The first row of the panel.
    pub(super) row: usize,
    pub(super) len: usize,
}

/// `Σ source[starts[p] + …] · panel`: for each of `P` pixels, the sums of `V` vectors.
#[inline(always)]
pub(super) fn sum_over_taps<S: Simd, T: Lanes, const P: usize, const V: usize>(
    simd: S,
    source: &[T],
    starts: [usize; P],
    segments: &[Segment],
    panel: &[T],
) -> [[T::Vector<S>; V]; P] {
    let (panel, _) = T::vectors::<S>(panel).as_chunks::<V>();
    let mut sums = [[T::ZERO.splat(simd); V]; P];
    // Slices of one length, so that a segment is checked against it once and not for every pixel.
    let span = segments.last().map_or(0, |last| last.source + last.len);
    let pixels: [&[T]; P] = std::array::from_fn(|p| &source[starts[p]..][..span]);
    for segment in segments {
        let weights = &panel[segment.row..][..segment.len];
        let pixels: [&[T]; P] =
            std::array::from_fn(|p| &pixels[p][segment.source..][..segment.len]);
        for k in 0..segment.len {
            for p in 0..P {
                let factor = pixels[p][k].splat(simd);
                for v in 0..V {
                    sums[p][v] = T::mul_add(simd, factor, weights[k][v], sums[p][v]);
                }
            }
        }
    }
    sums
}

/// Adds `Σ source[x · stride + r] · grad[g]` over the pixels `[x, g]` to the rows `r < P` of `sums`.
#[inline(always)]
pub(super) fn sum_over_pixels<S: Simd, T: Lanes, const P: usize, const V: usize>(
    simd: S,
    (source, stride): (&[T], usize),
    pixels: &[[u32; 2]],
    grad: &[T],
    sums: &mut [T],
) {
    let (grad, _) = T::vectors::<S>(grad).as_chunks::<V>();
    let (rows, _) = T::vectors_mut::<S>(sums).as_chunks_mut::<V>();
    let rows = &mut rows[..P];
    let mut sums: [[T::Vector<S>; V]; P] = std::array::from_fn(|p| rows[p]);
    for &[x, g] in pixels {
        let factors = &source[x as usize * stride..][..P];
        let grad = &grad[g as usize];
        for p in 0..P {
            let factor = factors[p].splat(simd);
            for v in 0..V {
                sums[p][v] = T::mul_add(simd, factor, grad[v], sums[p][v]);
            }
        }
    }
    rows.copy_from_slice(&sums);
}
