//! Rows of numbers as columns.

#[cfg(target_arch = "x86_64")]
use crate::kernels::capability::avx2;

/// Writes number `k` of row `j` of `from`, whose rows are `stride` apart, to `to[k * width + j]`, for each of `rows` rows and as many
/// numbers as there is room for.
///
/// # Panics
/// If `from` is too short, or there are more rows than `width`.
pub(super) fn turn<T: Copy + 'static>(
    from: &[T],
    [stride, rows]: [usize; 2],
    to: &mut [T],
    width: usize,
) {
    assert!(rows <= width, "turn: more rows than fit");
    #[cfg(target_arch = "x86_64")]
    if let (Some(from), Some(to), Some(simd)) = (avx::floats(from), avx::floats_mut(to), avx2()) {
        return simd.vectorize(avx::Turn {
            simd,
            from,
            sizes: [stride, rows],
            to,
            width,
        });
    }
    one_by_one(from, [stride, rows], to, [width, 0]);
}

/// [`turn`] for the numbers from `first` on, some rows at a time: a cache has only few places for lines that lie a power of two apart.
#[inline(always)]
fn one_by_one<T: Copy>(
    from: &[T],
    [stride, rows]: [usize; 2],
    to: &mut [T],
    [width, first]: [usize; 2],
) {
    let depth = to.len().div_ceil(width);
    for group in (0..rows).step_by(SIDE) {
        for j in group..rows.min(group + SIDE) {
            let numbers = &from[j * stride..][first..depth];
            let places = to[j..].iter_mut().step_by(width).skip(first);
            places.zip(numbers).for_each(|(to, &x)| *to = x);
        }
    }
}

/// Rows and columns of what is turned in registers.
const SIDE: usize = 8;

#[cfg(target_arch = "x86_64")]
mod avx {
    use std::any::TypeId;
    use std::arch::x86_64::__m256;
    use std::slice;

    use pulp::x86::V3;
    use pulp::{cast, NullaryFnOnce};

    use super::{one_by_one, SIDE};

    /// The slice, if its elements are f32.
    pub(super) fn floats<T: 'static>(x: &[T]) -> Option<&[f32]> {
        // SAFETY: the types are the same.
        (TypeId::of::<T>() == TypeId::of::<f32>())
            .then(|| unsafe { slice::from_raw_parts(x.as_ptr().cast(), x.len()) })
    }

    pub(super) fn floats_mut<T: 'static>(x: &mut [T]) -> Option<&mut [f32]> {
        // SAFETY: the types are the same.
        (TypeId::of::<T>() == TypeId::of::<f32>())
            .then(|| unsafe { slice::from_raw_parts_mut(x.as_mut_ptr().cast(), x.len()) })
    }

    pub(super) struct Turn<'a> {
        pub(super) simd: V3,
        pub(super) from: &'a [f32],
        pub(super) sizes: [usize; 2],
        pub(super) to: &'a mut [f32],
        pub(super) width: usize,
    }

    impl NullaryFnOnce for Turn<'_> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            let Turn {
                simd,
                from,
                sizes: [stride, rows],
                to,
                width,
            } = self;
            // What each row has in two cache lines is turned before the next rows' lines take their places.
            const RUN: usize = 4 * SIDE;
            let depth = to.len() / width;
            let whole = depth / SIDE * SIDE;
            for run in (0..whole).step_by(RUN) {
                let places = &mut to[run * width..];
                let depth = RUN.min(whole - run);
                for j in (0..rows).step_by(SIDE) {
                    let sizes = [stride, width, depth];
                    let from = &from[j * stride + run..];
                    let to = &mut places[j..];
                    // What is written beyond a column is overwritten by the next one, unless that is there already.
                    let beyond = j == 0 || j + SIDE <= width;
                    match rows - j {
                        SIDE.. => columns::<SIDE>(simd, from, to, sizes, beyond),
                        6 => columns::<6>(simd, from, to, sizes, beyond),
                        4 => columns::<4>(simd, from, to, sizes, beyond),
                        rows => {
                            let to = &mut to[..(depth - 1) * width + rows];
                            one_by_one(from, [stride, rows], to, [width, 0]);
                        }
                    }
                }
            }
            if whole < depth {
                one_by_one(from, [stride, rows], to, [width, whole]);
            }
        }
    }

    /// `R` rows as columns, whose number is a multiple of `SIDE`; up to `SIDE` places of each are written if `beyond`.
    #[inline(always)]
    fn columns<const R: usize>(
        simd: V3,
        from: &[f32],
        to: &mut [f32],
        [stride, width, depth]: [usize; 3],
        beyond: bool,
    ) {
        let len = to.len();
        assert!(R >= SIDE / 2 && R <= SIDE && R <= width && depth.is_multiple_of(SIDE));
        assert!((R - 1) * stride + depth <= from.len() && (depth - 1) * width + R <= len);
        let (from, to) = (from.as_ptr(), to.as_mut_ptr());
        for k in (0..depth).step_by(SIDE) {
            let mut square = [cast([0f32; SIDE]); SIDE];
            for (j, row) in square.iter_mut().enumerate().take(R) {
                // SAFETY: `k + SIDE` is at most `depth`, so that the last of the elements is in `from`, as checked above.
                *row = unsafe { simd.avx._mm256_loadu_ps(from.add(j * stride + k)) };
            }
            let square = turned(simd, square);
            let last = (k + SIDE - 1) * width;
            for (i, &column) in square.iter().enumerate() {
                // SAFETY: `R` elements from here on are in `to`, as checked above, and before the last column `SIDE` ones, as `R + width`
                // is no less.
                unsafe {
                    let to = to.add((k + i) * width);
                    if beyond && (i + 1 < SIDE || last + SIDE <= len) {
                        simd.avx._mm256_storeu_ps(to, column);
                    } else {
                        let numbers: [f32; SIDE] = cast(column);
                        to.copy_from_nonoverlapping(numbers.as_ptr(), R);
                    }
                }
            }
        }
    }

    /// The transposed square.
    #[inline(always)]
    fn turned(simd: V3, x: [__m256; SIDE]) -> [__m256; SIDE] {
        let avx = simd.avx;
        let mut turned = x;
        // Fours of rows in each half of the vectors; then the halves.
        let (upper, lower) = (
            four(simd, [x[0], x[1], x[2], x[3]]),
            four(simd, [x[4], x[5], x[6], x[7]]),
        );
        for i in 0..4 {
            turned[i] = avx._mm256_permute2f128_ps::<0x20>(upper[i], lower[i]);
            turned[i + 4] = avx._mm256_permute2f128_ps::<0x31>(upper[i], lower[i]);
        }
        turned
    }

    /// In each half of the vectors, the transposed square of four rows.
    #[inline(always)]
    fn four(simd: V3, x: [__m256; 4]) -> [__m256; 4] {
        let avx = simd.avx;
        let a = avx._mm256_unpacklo_ps(x[0], x[1]);
        let b = avx._mm256_unpackhi_ps(x[0], x[1]);
        let c = avx._mm256_unpacklo_ps(x[2], x[3]);
        let d = avx._mm256_unpackhi_ps(x[2], x[3]);
        [
            avx._mm256_shuffle_ps::<0b01_00_01_00>(a, c),
            avx._mm256_shuffle_ps::<0b11_10_11_10>(a, c),
            avx._mm256_shuffle_ps::<0b01_00_01_00>(b, d),
            avx._mm256_shuffle_ps::<0b11_10_11_10>(b, d),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Copy + PartialEq + std::fmt::Debug + 'static>(number: fn(usize) -> T) {
        for (rows, width, depth) in [
            (1, 1, 1),
            (6, 6, 40),
            (4, 6, 17),
            (16, 16, 33),
            (13, 16, 8),
            (12, 12, 24),
            (3, 4, 70),
        ] {
            let stride = depth + 3;
            let from: Vec<T> = (0..rows * stride).map(number).collect();
            let mut to = vec![number(1 << 20); depth * width];
            turn(&from, [stride, rows], &mut to, width);
            for (k, column) in to.chunks(width).enumerate() {
                for (j, &x) in column[..rows].iter().enumerate() {
                    assert_eq!(x, from[j * stride + k], "{rows} {width} {depth}");
                }
            }
        }
    }

    #[test]
    fn rows_become_columns() {
        check::<f32>(|i| i as f32);
        check::<f64>(|i| i as f64);
    }
}
