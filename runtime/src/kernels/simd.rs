//! Code for the vectors that this processor has: AVX-512, AVX2 with FMA, NEON, or what every processor of its kind has.
//!
//! A program is compiled for the least processor that it must run on. What runs inside [`vectorized`] is compiled once more
//! for each set of instructions, and the best one is chosen when it runs.

use pulp::Arch;

/// Calls `f`, compiled for this processor's vectors as far as it is inlined here.
///
/// The arithmetic is the same on all of them, to the bit: products and sums are not fused unless `f` asks for it.
#[inline]
pub(crate) fn vectorized<R>(f: impl FnOnce() -> R) -> R {
    Arch::new().dispatch(f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_is_that_of_plain_code() {
        let x: Vec<f32> = (0..1000).map(|i| i as f32 * 0.37).collect();
        let sum = |x: &[f32]| x.iter().fold(0.1f32, |sum, &x| sum * 0.5 + x);
        assert_eq!(vectorized(|| sum(&x)).to_bits(), sum(&x).to_bits());
    }
}
