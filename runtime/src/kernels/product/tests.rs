//! Products of all layouts against sums in f64.

use super::*;

fn numbers<T: Real>(len: usize, seed: usize) -> Vec<T> {
    let number = |i: usize| ((i * 7919 + seed) % 1000) as f64 * 2e-3 - 1.;
    (0..len).map(|i| T::from_f64(number(i))).collect()
}

/// Pairs of layouts: all, or as many as an interpreter that finds every wrong access has the time for.
fn pairs() -> Vec<[usize; 2]> {
    match cfg!(miri) {
        true => vec![[0, 1], [1, 2], [2, 0]],
        false => (0..9).map(|i| [i / 3, i % 3]).collect(),
    }
}

/// Row-major, column-major, and with gaps.
fn layouts(rows: usize, columns: usize) -> [Strides; 3] {
    let dense = Strides::row_major(columns);
    let turned = Strides {
        rows: 1,
        columns: rows,
    };
    let gaps = Strides {
        rows: 2 * columns + 1,
        columns: 2,
    };
    [dense, turned, gaps]
}

pub(super) fn check<T: Lanes + Real>(
    [m, n, k]: Sizes,
    tolerance: f64,
    run: impl Fn(Sizes, Matrix<'_, T>, Matrix<'_, T>, Begin<'_, T>, &mut [T]),
) {
    let (a, b) = (
        numbers::<T>(m * (2 * k + 1) + 1, 1),
        numbers::<T>(k * (2 * n + 1) + 1, 2),
    );
    let bias = numbers::<T>(n, 3);
    for [a_layout, b_layout] in pairs() {
        let (a_strides, b_strides) = (layouts(m, k)[a_layout], layouts(k, n)[b_layout]);
        for begin in [Begin::Zero, Begin::Bias(&bias[..]), Begin::Sum] {
            let mut out = vec![T::from_f64(9.); m * n];
            let matrix = |values, strides| Matrix { values, strides };
            let (a, b) = (matrix(&a[..], a_strides), matrix(&b[..], b_strides));
            run([m, n, k], a, b, begin, &mut out);
            let at = |x: Matrix<'_, T>, i: usize, j: usize| -> f64 {
                x.values[i * x.strides.rows + j * x.strides.columns].to_f64()
            };
            for (index, out) in out.iter().enumerate() {
                let (i, j) = (index / n, index % n);
                let sum: f64 = (0..k).map(|l| at(a, i, l) * at(b, l, j)).sum();
                let expected = match begin {
                    Begin::Zero => sum,
                    Begin::Bias(bias) => sum + bias[j].to_f64(),
                    Begin::Sum => sum + 9.,
                };
                assert!(
                    (out.to_f64() - expected).abs() < tolerance,
                    "{m} × {k} · {k} × {n} at {i}, {j}: {out} and {expected}"
                );
            }
        }
    }
}

pub(super) const SIZES: &[Sizes] = match cfg!(miri) {
    // An interpreter that finds every wrong access is slow.
    true => &[[1, 1, 1], [7, 17, 3], [5, 33, 0], [13, 3, 20]],
    false => &[
        [1, 1, 1],
        [6, 16, 8],
        [7, 17, 3],
        [5, 33, 0],
        [13, 3, 40],
        [3, 65, 70],
        [64, 10, 33],
        [29, 50, 300],
        [50, 29, 530],
        [100, 130, 90],
        [130, 40, 40],
        [98, 100, 20],
        [290, 300, 9],
    ],
};

#[test]
fn products_of_all_layouts() {
    for &sizes in SIZES {
        for parallel in [false, true] {
            check::<f32>(sizes, 2e-4, |sizes, a, b, begin, out| {
                tiled(sizes, a, b, begin, out, parallel)
            });
            check::<f64>(sizes, 1e-11, |sizes, a, b, begin, out| {
                tiled(sizes, a, b, begin, out, parallel)
            });
        }
    }
    tiled::<f32, f32>(
        [0, 4, 2],
        Matrix {
            values: &[],
            strides: Strides::row_major(2),
        },
        Matrix {
            values: &[0.; 8],
            strides: Strides::row_major(4),
        },
        Begin::Zero,
        &mut [0f32; 0],
        true,
    );
}

#[test]
fn products_by_the_crate() {
    for &sizes in SIZES {
        check::<f64>(sizes, 1e-11, |sizes, a, b, begin, out| {
            by_crate(sizes, a, b, begin, out)
        });
    }
}

/// Also with the instructions that every processor has.
#[test]
fn products_without_vectors() {
    for &sizes in SIZES.iter().filter(|[_, _, k]| *k > 0) {
        let [m, n, _] = sizes;
        check::<f32>(sizes, 2e-4, |sizes, a, b, begin, out| {
            let product = Product {
                sizes,
                a,
                b,
                begin,
                out: Out::new(out.as_mut_ptr(), out.len(), [m, n]),
                cost: 0,
            };
            product.with_simd(pulp::Scalar::new());
        });
    }
}

/// New memory is written without being read.
#[test]
fn products_in_new_memory() {
    for &sizes in SIZES {
        check::<f32>(sizes, 2e-4, |[m, n, k], a, b, begin, out| {
            let mut new = Vec::with_capacity(m * n);
            tiled([m, n, k], a, b, begin, new.spare_capacity_mut(), true);
            // SAFETY: a product writes all of its result.
            unsafe { new.set_len(m * n) };
            match begin {
                Begin::Sum => out.iter_mut().zip(&new).for_each(|(to, &x)| *to += x),
                _ => out.copy_from_slice(&new),
            }
        });
    }
}
