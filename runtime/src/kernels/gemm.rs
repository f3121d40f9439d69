//! Matrix products on slices: a safe face for the `gemm` crate.
#![allow(unsafe_code)] // the crate works on pointers; the bounds are checked here

use super::Real;

/// Where the element (row, column) lies in a slice: at `row * rows + column * columns`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strides {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

impl Strides {
    /// Row after row, `width` apart.
    pub(crate) fn row_major(width: usize) -> Self {
        Strides {
            rows: width,
            columns: 1,
        }
    }

    /// The same elements as the transposed matrix.
    pub(crate) fn transposed(self) -> Self {
        Strides {
            rows: self.columns,
            columns: self.rows,
        }
    }

    fn fits(self, rows: usize, columns: usize, len: usize) -> bool {
        if rows == 0 || columns == 0 {
            return true;
        }
        let last = (rows - 1)
            .checked_mul(self.rows)
            .zip((columns - 1).checked_mul(self.columns))
            .and_then(|(row, column)| row.checked_add(column));
        last.is_some_and(|last| last < len)
    }

    fn signed(self) -> (isize, isize) {
        (self.rows as isize, self.columns as isize)
    }
}

/// `out = a · b`, or `out += a · b` if `add`, on the calling thread; `a` is `m × k` and `b` is `k × n`.
///
/// # Panics
/// If a slice is shorter than its matrix, which no input of a user can bring about.
pub(crate) fn gemm<T: Real>(
    [m, n, k]: [usize; 3],
    (out, out_strides): (&mut [T], Strides),
    add: bool,
    (a, a_strides): (&[T], Strides),
    (b, b_strides): (&[T], Strides),
) {
    let fits = out_strides.fits(m, n, out.len())
        && a_strides.fits(m, k, a.len())
        && b_strides.fits(k, n, b.len());
    assert!(fits, "gemm: a slice is shorter than its matrix");
    assert!(
        m <= 1 || n <= 1 || (out_strides.rows >= 1 && out_strides.columns >= 1),
        "gemm: output elements overlap"
    );
    if m == 0 || n == 0 || (k == 0 && add) {
        return;
    }
    let ((out_rs, out_cs), (a_rs, a_cs), (b_rs, b_cs)) =
        (out_strides.signed(), a_strides.signed(), b_strides.signed());
    // SAFETY: every element (row, column) of the three matrices lies inside its slice, as checked above (the last one has
    // the largest offset, strides being unsigned); `out` is borrowed mutably, so that it overlaps neither operand. `T`
    // is f32 or f64.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out.as_mut_ptr(),
            out_cs,
            out_rs,
            add,
            a.as_ptr(),
            a_cs,
            a_rs,
            b.as_ptr(),
            b_cs,
            b_rs,
            T::one(),
            T::one(),
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_with_strides() {
        let a = [1f32, 2., 3., 4., 5., 6.]; // 2 × 3
        let b = [1f32, 0., 2., 1., 0., 3.]; // 3 × 2
        let mut out = [10f32; 4];
        let (ra, rb, ro) = (
            Strides::row_major(3),
            Strides::row_major(2),
            Strides::row_major(2),
        );
        gemm([2, 2, 3], (&mut out, ro), false, (&a, ra), (&b, rb));
        assert_eq!(out, [5., 11., 14., 23.]);
        gemm(
            [2, 2, 3],
            (&mut out, ro.transposed()),
            true,
            (&a, ra),
            (&b, rb),
        );
        assert_eq!(out, [10., 25., 25., 46.]);
        gemm([2, 2, 0], (&mut out, ro), false, (&[], ra), (&[], rb));
        assert_eq!(out, [0.; 4]);
    }

    #[test]
    #[should_panic(expected = "shorter")]
    fn a_short_slice_is_refused() {
        let (mut out, strides) = ([0f32; 3], Strides::row_major(2));
        gemm(
            [2, 2, 1],
            (&mut out, strides),
            false,
            (&[0.; 2], strides),
            (&[0.; 2], strides),
        );
    }
}
