//! The element types that kernels exist for.

use std::cell::RefCell;

use candle_core::WithDType;

use super::lanes::Lanes;

/// `f32` or `f64`.
pub(crate) trait Real: WithDType + Lanes {
    const NEG_INFINITY: Self;

    /// Runs `f` with `len` elements of memory that belongs to the thread and is kept for the next call, so that its pages
    /// stay mapped and warm. The contents are left over from earlier calls.
    fn with_scratch<R>(len: usize, f: impl FnOnce(&mut [Self]) -> R) -> R;
}

/// Bytes of a cache line, which are more than enough elements.
const LINE: usize = 64;

macro_rules! real {
    ($($ty:ty),*) => {$(
        impl Real for $ty {
            const NEG_INFINITY: Self = <$ty>::NEG_INFINITY;

            fn with_scratch<R>(len: usize, f: impl FnOnce(&mut [Self]) -> R) -> R {
                thread_local! {
                    static SCRATCH: RefCell<Vec<Vec<$ty>>> = const { RefCell::new(Vec::new()) };
                }
                // Taken out, so that a nested call gets memory of its own.
                let scratch = SCRATCH.with_borrow_mut(Vec::pop);
                let mut scratch = scratch.unwrap_or_default();
                if scratch.len() < len + LINE {
                    scratch.resize(len + LINE, 0.);
                }
                // From the start of a cache line on, so that vectors don't lie in two.
                let start = scratch.as_ptr().align_offset(LINE).min(LINE);
                let result = f(&mut scratch[start..start + len]);
                SCRATCH.with_borrow_mut(|kept| kept.push(scratch));
                result
            }
        }
    )*};
}
real!(f32, f64);

/// The sum, in f64 and in a fixed order that vectorises.
pub(crate) fn sum<T: Real>(values: &[T], term: impl Fn(f64) -> f64) -> f64 {
    let mut lanes = [0f64; 8];
    let mut chunks = values.chunks_exact(8);
    for chunk in &mut chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane += term(value.to_f64());
        }
    }
    let rest: f64 = chunks
        .remainder()
        .iter()
        .map(|value| term(value.to_f64()))
        .sum();
    lanes.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_many_small_terms_are_exact() {
        assert_eq!(
            sum(&vec![0.1f32; 10_003], |x| x),
            10_003. * f64::from(0.1f32)
        );
        assert_eq!(sum(&[1f64, 2., 3.], |x| x * x), 14.);
        assert_eq!(sum::<f32>(&[], |x| x), 0.);
    }
}
