//! New buffers that are written once.
#![allow(unsafe_code)] // zeros that are overwritten at once would cost a pass over the memory

use std::mem::MaybeUninit;

use super::chunks::work_on;
use super::simd::Work;
use super::Real;

/// A place for an element: one that is there, or new memory.
pub(crate) trait Slot<T>: Sized + Send {
    /// The places as elements; in new memory they are zeros.
    fn ready(places: &mut [Self]) -> &mut [T];
}

impl<T: Real> Slot<T> for T {
    fn ready(places: &mut [T]) -> &mut [T] {
        places
    }
}

/// The zeros are written piece by piece, into the cache of the thread that will overwrite them.
impl<T: Real> Slot<T> for MaybeUninit<T> {
    fn ready(places: &mut [Self]) -> &mut [T] {
        for place in places.iter_mut() {
            place.write(T::zero());
        }
        // SAFETY: all of them were written.
        unsafe { places.assume_init_mut() }
    }
}

/// `len` elements, that `fill` makes [ready](Slot::ready) piece by piece and writes.
///
/// # Safety
/// `fill` makes all of them ready.
pub(super) unsafe fn made_ready<T: Real>(
    len: usize,
    fill: impl FnOnce(&mut [MaybeUninit<T>]),
) -> Vec<T> {
    let mut values: Vec<T> = Vec::with_capacity(len);
    fill(&mut values.spare_capacity_mut()[..len]);
    // SAFETY: the capacity is at least `len`, and `fill` has initialised them.
    unsafe { values.set_len(len) };
    values
}

/// How the elements of a buffer are computed, piece by piece.
///
/// # Safety
/// [`write`](Self::write) writes every element of `out`.
pub(crate) unsafe trait Elements: Sync {
    type Item: Copy + Send;

    /// Writes the elements `start..` into `out`. For vectors it must be inlined always.
    fn write(&self, start: usize, out: &mut [MaybeUninit<Self::Item>]);
}

/// Elements per piece.
const PIECE: usize = 1 << 14;

/// `len` elements, computed in pieces by several threads if there are many; `cost` is what one costs beside copying it.
pub(crate) fn build<E: Elements>(elements: &E, len: usize, cost: usize) -> Vec<E::Item> {
    let mut values: Vec<E::Item> = Vec::with_capacity(len);
    let pieces = values.spare_capacity_mut()[..len].chunks_mut(PIECE);
    let cost = len.saturating_mul(cost);
    work_on(pieces.enumerate(), cost, &Pieces(elements));
    // SAFETY: the capacity is at least `len`, and every piece of the first `len` elements was written: a panic would have left the
    // vector empty.
    unsafe { values.set_len(len) };
    values
}

struct Pieces<'e, E>(&'e E);

impl<E: Elements> Work<(usize, &mut [MaybeUninit<E::Item>])> for Pieces<'_, E> {
    #[inline(always)]
    fn run(&self, (i, out): (usize, &mut [MaybeUninit<E::Item>])) {
        self.0.write(i * PIECE, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Squares;

    // SAFETY: the loop is over all of `out`.
    unsafe impl Elements for Squares {
        type Item = f32;

        fn write(&self, start: usize, out: &mut [MaybeUninit<f32>]) {
            for (i, out) in out.iter_mut().enumerate() {
                out.write(((start + i) * (start + i)) as f32);
            }
        }
    }

    #[test]
    fn every_element_is_written() {
        for len in [0, 1, PIECE, 5 * PIECE + 3] {
            let expected: Vec<f32> = (0..len).map(|i| (i * i) as f32).collect();
            assert_eq!(build(&Squares, len, 100), expected);
        }
    }
}
