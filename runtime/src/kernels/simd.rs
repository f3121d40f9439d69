//! Code for the vectors that this processor has: AVX-512, AVX2 with FMA, NEON, or what every processor of its kind has.
//!
//! A program is compiled for the least processor that it must run on. What runs inside [`vectorized`] is compiled once more
//! for each set of instructions, and the best one is chosen when it runs.

use pulp::{Simd, WithSimd};

use super::capability::arch;

/// What is done with an item. For vectors `run` must be inlined always: a closure is inlined only if it is small.
pub(crate) trait Work<I>: Sync {
    fn run(&self, item: I);
}

/// A function as work.
pub(super) struct Closure<F>(pub(super) F);

impl<I, F: Fn(I) + Sync> Work<I> for Closure<F> {
    #[inline(always)]
    fn run(&self, item: I) {
        (self.0)(item);
    }
}

/// Does the work, compiled for this processor's vectors as far as it is inlined here.
///
/// The arithmetic is the same on all of them, to the bit: products and sums are not fused unless the work asks for it.
#[inline]
pub(crate) fn vectorized<I>(work: &impl Work<I>, item: I) {
    arch().dispatch(One(work, item));
}

struct One<'a, W, I>(&'a W, I);

impl<I, W: Work<I>> WithSimd for One<'_, W, I> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        self.0.run(self.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sum;

    impl Work<(&[f32], &mut f32)> for Sum {
        #[inline(always)]
        fn run(&self, (x, sum): (&[f32], &mut f32)) {
            *sum = x.iter().fold(0.1f32, |sum, &x| sum * 0.5 + x);
        }
    }

    #[test]
    fn the_result_is_that_of_plain_code() {
        let x: Vec<f32> = (0..1000).map(|i| i as f32 * 0.37).collect();
        let (mut found, mut plain) = (0., 0.);
        vectorized(&Sum, (&x[..], &mut found));
        Sum.run((&x[..], &mut plain));
        assert_eq!(found.to_bits(), plain.to_bits());
    }
}
