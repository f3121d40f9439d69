//! The most that the processor can multiply and add: what no matrix product can be faster than.

use std::hint::black_box;
use std::mem::size_of;
use std::thread;
use std::time::Instant;

use pulp::{Arch, Simd, WithSimd};

/// Vectors that are computed with at once: more than a fused multiply-add's latency times the number that begin in a cycle.
const VECTORS: usize = 12;

/// Multiply-adds of each vector in one measurement.
const TURNS: usize = 2_000_000;

/// Billions of f32 multiplications and additions a second that `threads` threads reach together: the most of `rounds` measurements.
pub fn peak(threads: usize, rounds: usize) -> f64 {
    let measure = || {
        let start = Instant::now();
        let operations: f64 = thread::scope(|scope| {
            let run = || Arch::new().dispatch(MultiplyAdds(TURNS));
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
            let joined = others.into_iter().filter_map(|other| other.join().ok());
            run() + joined.sum::<f64>()
        });
        operations / start.elapsed().as_secs_f64() / 1e9
    };
    (0..rounds).map(|_| measure()).fold(0., f64::max)
}

/// Multiplies and adds in registers alone, and tells how many operations that were.
struct MultiplyAdds(usize);

impl WithSimd for MultiplyAdds {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let (factor, term) = (
            simd.splat_f32s(black_box(0.999)),
            simd.splat_f32s(black_box(1e-3)),
        );
        let mut sums = [simd.splat_f32s(1.); VECTORS];
        for _ in 0..self.0 {
            for sum in &mut sums {
                *sum = simd.mul_add_f32s(*sum, factor, term);
            }
        }
        let total: f32 = sums.map(|sum| simd.reduce_sum_f32s(sum)).iter().sum();
        black_box(total);
        let lanes = size_of::<S::f32s>() / size_of::<f32>();
        (2 * lanes * VECTORS * self.0) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_counted() {
        let operations = Arch::new().dispatch(MultiplyAdds(10));
        let lanes = operations / (20 * VECTORS) as f64;
        assert!([1., 4., 8., 16.].contains(&lanes), "{lanes}");
        assert!(peak(2, 1) > 0.);
    }
}
