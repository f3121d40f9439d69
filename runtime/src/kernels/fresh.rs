//! New buffers that are written once.
#![allow(unsafe_code)] // zeros that are overwritten at once would cost a pass over the memory

use std::mem::MaybeUninit;
use std::ops::Range;

use super::chunks::{for_each, for_each_chunk, work_on};
use super::simd::{Closure, Work};
use super::Real;

/// A place for an element: one that is there, or new memory.
///
/// # Safety
/// [`start`](Self::start) is where the first of all the places is, and they may be written from there on.
pub(crate) unsafe trait Slot<T>: Sized + Send {
    /// The places as elements; in new memory they are zeros.
    fn ready(places: &mut [Self]) -> &mut [T];

    /// Where the first element is, or will be in new memory, where none must be read before it is written.
    fn start(places: &mut [Self]) -> *mut T;
}

// SAFETY: it is the slice's own start.
unsafe impl<T: Real> Slot<T> for T {
    fn ready(places: &mut [T]) -> &mut [T] {
        places
    }

    fn start(places: &mut [T]) -> *mut T {
        places.as_mut_ptr()
    }
}

// SAFETY: `MaybeUninit<T>` has the layout of `T`.
unsafe impl<T: Real> Slot<T> for MaybeUninit<T> {
    fn ready(places: &mut [Self]) -> &mut [T] {
        filled(places, T::zero())
    }

    fn start(places: &mut [Self]) -> *mut T {
        places.as_mut_ptr().cast()
    }
}

/// The places as elements that are all `first`.
fn filled<T: Copy>(places: &mut [MaybeUninit<T>], first: T) -> &mut [T] {
    places.fill(MaybeUninit::new(first));
    // SAFETY: `fill` has written all of them.
    unsafe { places.assume_init_mut() }
}

/// `len` elements, that `write` writes piece by piece. If it panics, there are none.
///
/// # Safety
/// `write` writes all of them.
pub(super) unsafe fn written<T>(len: usize, write: impl FnOnce(&mut [MaybeUninit<T>])) -> Vec<T> {
    let mut values: Vec<T> = Vec::with_capacity(len);
    write(&mut values.spare_capacity_mut()[..len]);
    // SAFETY: the capacity is at least `len`, and `write` has written as many.
    unsafe { values.set_len(len) };
    values
}

/// A new buffer of `len` elements, made by [`for_each_chunk`]; `f` finds each chunk filled with `first`.
///
/// So the memory is written to by the thread that works on it, just before it does.
pub(crate) fn new_chunks<T: Copy + Send + Sync>(
    first: T,
    len: usize,
    size: usize,
    cost: usize,
    f: impl Fn(usize, &mut [T]) + Sync,
) -> Vec<T> {
    let write = |out: &mut [MaybeUninit<T>]| {
        for_each_chunk(out, size.max(1), cost, |i, chunk| {
            f(i, filled(chunk, first))
        });
    };
    // SAFETY: the chunks make up all of the buffer, and each was filled.
    unsafe { written(len, write) }
}

/// A new buffer of `parts` equal parts of `len` elements, each of which is cut into pieces of `size`: `f(i, pieces)` finds piece `i` of
/// every part, filled with `first`.
///
/// So one call writes to the same place in all of the parts.
pub(super) fn new_bands<T: Copy + Send + Sync>(
    first: T,
    [parts, len, size]: [usize; 3],
    cost: usize,
    f: impl Fn(usize, &mut [&mut [T]]) + Sync,
) -> Vec<T> {
    let write = |out: &mut [MaybeUninit<T>]| {
        let (len, size) = (len.max(1), size.max(1));
        let mut bands: Vec<_> = (0..len.div_ceil(size))
            .map(|_| Vec::with_capacity(parts))
            .collect();
        for part in out.chunks_mut(len) {
            for (band, piece) in bands.iter_mut().zip(part.chunks_mut(size)) {
                band.push(piece);
            }
        }
        for_each(bands.into_iter().enumerate(), cost, |(i, band)| {
            let band = band.into_iter().map(|piece| filled(piece, first));
            f(i, &mut band.collect::<Vec<_>>());
        });
    };
    // SAFETY: the pieces of the parts make up all of the buffer, and each was filled.
    unsafe { written(parts * len, write) }
}

/// New buffers, each of which has a length and is cut into pieces of a size, `count` of them: `f(i, pieces)` finds piece `i` of every
/// buffer, filled with zeros.
pub(super) fn new_parts<T: Real, const N: usize>(
    count: usize,
    buffers: [[usize; 2]; N],
    cost: usize,
    f: impl Fn(usize, [&mut [T]; N]) + Sync,
) -> [Vec<T>; N] {
    let work = Closure(|(i, pieces): (usize, [&mut [T]; N])| f(i, pieces));
    new_parts_by(count, buffers, cost, &work)
}

/// [`new_parts`] for work, whose loops are compiled for vectors.
pub(super) fn new_parts_by<T: Real, const N: usize, W>(
    count: usize,
    sizes: [[usize; 2]; N],
    cost: usize,
    work: &W,
) -> [Vec<T>; N]
where
    W: for<'a> Work<(usize, [&'a mut [T]; N])>,
{
    let mut buffers = sizes.map(|[len, _]| Vec::with_capacity(len));
    let mut rest = sizes
        .iter()
        .zip(&mut buffers)
        .map(|(&[len, size], buffer)| {
            assert!(
                len <= size.saturating_mul(count),
                "a buffer is longer than its pieces"
            );
            (size, &mut buffer.spare_capacity_mut()[..len])
        });
    let mut rest: [_; N] = std::array::from_fn(|_| rest.next().unwrap_or_default());
    let pieces: Vec<_> = (0..count)
        .map(|_| rest.each_mut().map(|(size, rest)| front(rest, *size)))
        .collect();
    work_on(pieces.into_iter().enumerate(), cost, &Parts(work));
    for (buffer, [len, _]) in buffers.iter_mut().zip(sizes) {
        // SAFETY: the capacity is at least this, and every piece was filled, which make up all of it.
        unsafe { buffer.set_len(len) };
    }
    buffers
}

/// The front of what is left, of a size if there is as much.
fn front<'a, T>(rest: &mut &'a mut [T], size: usize) -> &'a mut [T] {
    let size = rest.len().min(size);
    rest.split_off_mut(..size).unwrap_or_default()
}

struct Parts<'w, W>(&'w W);

impl<T: Real, W, const N: usize> Work<(usize, [&mut [MaybeUninit<T>]; N])> for Parts<'_, W>
where
    W: for<'a> Work<(usize, [&'a mut [T]; N])>,
{
    #[inline(always)]
    fn run(&self, (i, pieces): (usize, [&mut [MaybeUninit<T>]; N])) {
        self.0
            .run((i, pieces.map(|piece| filled(piece, T::zero()))));
    }
}

/// [`new_bands`] of two buffers at once, where a call has piece `i` of the parts of one group alone: `f([i, group], pieces, pieces)`.
pub(super) fn new_band_pairs<A, B>(
    first: (A, B),
    [parts, len, size]: [usize; 3],
    groups: &[Range<usize>],
    cost: usize,
    f: impl Fn([usize; 2], &mut [&mut [A]], &mut [&mut [B]]) + Sync,
) -> (Vec<A>, Vec<B>)
where
    A: Copy + Send + Sync,
    B: Copy + Send + Sync,
{
    type Pair<'a, A, B> = (&'a mut [MaybeUninit<A>], &'a mut [MaybeUninit<B>]);
    let write = |a: &mut [MaybeUninit<A>], b: &mut [MaybeUninit<B>]| {
        let (len, size, count) = (len.max(1), size.max(1), groups.len().max(1));
        let items = len.div_ceil(size) * count;
        let mut items: Vec<Vec<Pair<'_, A, B>>> = (0..items).map(|_| Vec::new()).collect();
        for (part, (a, b)) in a.chunks_mut(len).zip(b.chunks_mut(len)).enumerate() {
            // A part of no group is filled with one of them.
            let group = groups.iter().position(|group| group.contains(&part));
            let group = group.unwrap_or(0);
            for (i, pair) in a.chunks_mut(size).zip(b.chunks_mut(size)).enumerate() {
                items[i * count + group].push(pair);
            }
        }
        for_each(items.into_iter().enumerate(), cost, |(i, pairs)| {
            let pairs = pairs.into_iter();
            let (mut a, mut b): (Vec<_>, Vec<_>) = pairs
                .map(|(a, b)| (filled(a, first.0), filled(b, first.1)))
                .unzip();
            f([i / count, i % count], &mut a, &mut b);
        });
    };
    let mut second = Vec::new();
    // SAFETY: the pieces of the parts make up all of both buffers, and each was filled.
    let first = unsafe {
        written(parts * len, |a| {
            second = written(parts * len, |b| write(a, b));
        })
    };
    (first, second)
}

/// A new buffer made in pieces of `size` from slices of others: `runs` says what lies in a range of it, in ascending order and not over
/// one another, and where. Between them are zeros.
pub(super) fn new_runs<'a, T: Default + Copy + Send + Sync + 'a, I>(
    len: usize,
    size: usize,
    runs: impl Fn(Range<usize>) -> I + Sync,
) -> Vec<T>
where
    I: Iterator<Item = (usize, &'a [T])>,
{
    let size = size.max(1);
    let write = |out: &mut [MaybeUninit<T>]| {
        for_each_chunk(out, size, len, |i, mut rest| {
            let start = i * size;
            let end = start + rest.len();
            for (at, run) in runs(start..end) {
                let before = at - (end - rest.len());
                if let Some(zeros) = rest.split_off_mut(..before) {
                    filled(zeros, T::default());
                }
                if let Some(to) = rest.split_off_mut(..run.len()) {
                    to.write_copy_of_slice(run);
                }
            }
            filled(rest, T::default());
        });
    };
    // SAFETY: the pieces make up all of the buffer. Of each, what is cut off is written at once, and at last the rest.
    unsafe { written(len, write) }
}

/// A new buffer of pieces of these sizes; `f(i, piece)` finds piece `i` filled with `first`.
pub(super) fn new_pieces<T: Copy + Send + Sync>(
    first: T,
    sizes: &[usize],
    cost: usize,
    f: impl Fn(usize, &mut [T]) + Sync,
) -> Vec<T> {
    let write = |mut rest: &mut [MaybeUninit<T>]| {
        let cut = |&size| rest.split_off_mut(..size).unwrap_or_default();
        let pieces: Vec<_> = sizes.iter().map(cut).collect();
        for_each(pieces.into_iter().enumerate(), cost, |(i, piece)| {
            f(i, filled(piece, first));
        });
    };
    // SAFETY: the pieces make up all of the buffer, and each was filled.
    unsafe { written(sizes.iter().sum(), write) }
}

/// A copy of `x` on which `work` is done, chunk by chunk, each where and when it was copied.
pub(super) fn copied_chunks<T: Copy + Send + Sync, W>(
    x: &[T],
    size: usize,
    cost: usize,
    work: &W,
) -> Vec<T>
where
    W: for<'a> Work<(usize, &'a mut [T])>,
{
    let size = size.max(1);
    let work = Copied { x, size, work };
    let write = |out: &mut [MaybeUninit<T>]| work_on(out.chunks_mut(size).enumerate(), cost, &work);
    // SAFETY: the chunks make up all of the buffer, and each is copied.
    unsafe { written(x.len(), write) }
}

/// [`copied_chunks`] with a function, whose loops are compiled for vectors only if it is small or calls what is.
pub(super) fn copied<T: Copy + Send + Sync>(
    x: &[T],
    size: usize,
    cost: usize,
    f: impl Fn(usize, &mut [T]) + Sync,
) -> Vec<T> {
    let work = Closure(|(i, chunk): (usize, &mut [T])| f(i, chunk));
    copied_chunks(x, size, cost, &work)
}

struct Copied<'a, T, W> {
    x: &'a [T],
    size: usize,
    work: &'a W,
}

impl<T: Copy + Send + Sync, W> Work<(usize, &mut [MaybeUninit<T>])> for Copied<'_, T, W>
where
    W: for<'a> Work<(usize, &'a mut [T])>,
{
    #[inline(always)]
    fn run(&self, (i, out): (usize, &mut [MaybeUninit<T>])) {
        let from = &self.x[i * self.size..][..out.len()];
        self.work.run((i, out.write_copy_of_slice(from)));
    }
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
    let write = |out: &mut [MaybeUninit<E::Item>]| {
        let pieces = out.chunks_mut(PIECE).enumerate();
        work_on(pieces, len.saturating_mul(cost), &Pieces(elements));
    };
    // SAFETY: the pieces make up all of the buffer, and `Elements` promises to write each.
    unsafe { written(len, write) }
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
    fn new_chunks_are_filled() {
        for cost in [0, usize::MAX] {
            let found = new_chunks(5, 7, 3, cost, |i, chunk| chunk[0] += i);
            assert_eq!(found, [5, 5, 5, 6, 5, 5, 7]);
        }
        assert_eq!(new_chunks(1, 2, 0, 0, |_, _| {}), [1, 1]);
        assert!(new_chunks(1, 0, 3, 0, |_, _| {}).is_empty());
    }

    #[test]
    fn runs_lie_where_they_should() {
        let numbers = [1, 2, 3, 4, 5];
        // Two at a time from 1 on, every third place is 0.
        let runs = |range: Range<usize>| {
            let all = [(1, &numbers[..2]), (4, &numbers[2..4]), (7, &numbers[4..])];
            all.into_iter().filter_map(move |(at, run)| {
                let (from, to) = (range.start.max(at), range.end.min(at + run.len()));
                (from < to).then(|| (from, &run[from - at..to - at]))
            })
        };
        for size in [1, 2, 3, 9, 20] {
            assert_eq!(
                new_runs(9, size, runs),
                [0, 1, 2, 0, 3, 4, 0, 5, 0],
                "{size}"
            );
        }
        assert!(new_runs::<i32, _>(0, 0, |_| std::iter::empty()).is_empty());
    }

    #[test]
    fn pieces_have_their_sizes() {
        for cost in [0, usize::MAX] {
            let found = new_pieces(5, &[2, 0, 3], cost, |i, piece| {
                piece.iter_mut().skip(1).for_each(|x| *x = i + 1)
            });
            assert_eq!(found, [5, 1, 5, 3, 3]);
        }
    }

    #[test]
    fn new_bands_are_filled() {
        for cost in [0, usize::MAX] {
            let found = new_bands(5, [2, 5, 2], cost, |i, pieces| {
                for (part, piece) in pieces.iter_mut().enumerate() {
                    piece[0] = 10 * i + part;
                }
            });
            assert_eq!(found, [0, 5, 10, 5, 20, 1, 5, 11, 5, 21]);
        }
        assert!(new_bands(1, [0, 3, 2], 0, |_, _| {}).is_empty());
        assert!(new_bands(1, [3, 0, 0], 0, |_, _| {}).is_empty());
    }

    #[test]
    fn parts_of_several_buffers_are_filled() {
        for cost in [0, usize::MAX] {
            let found = new_parts(3, [[5, 2], [3, 1], [0, 0]], cost, |i, [a, b, c]| {
                assert!(c.is_empty());
                a[0] = i as f32 + 1.;
                b[0] = 10. * a[0];
            });
            assert_eq!(
                found,
                [vec![1., 0., 2., 0., 3.], vec![10., 20., 30.], vec![]]
            );
        }
    }

    #[test]
    fn pairs_of_bands_are_filled() {
        for cost in [0, usize::MAX] {
            let (a, b) = new_band_pairs((5, 7u8), [3, 3, 2], &[0..1, 1..3], cost, |at, a, b| {
                for (part, (a, b)) in a.iter_mut().zip(b).enumerate() {
                    a[0] = 100 * at[0] + 10 * at[1] + part;
                    b[b.len() - 1] = at[1] as u8;
                }
            });
            assert_eq!(a, [0, 5, 100, 10, 5, 110, 11, 5, 111]);
            assert_eq!(b, [7, 0, 0, 7, 1, 1, 7, 1, 1]);
        }
        assert!(new_band_pairs((1, 1), [0, 3, 2], &[], 0, |_, _, _| {})
            .0
            .is_empty());
    }

    #[test]
    fn copies_are_worked_on() {
        struct Add;

        impl Work<(usize, &mut [f32])> for Add {
            fn run(&self, (i, x): (usize, &mut [f32])) {
                x.iter_mut().for_each(|x| *x += i as f32);
            }
        }
        for cost in [0, usize::MAX] {
            let found = copied_chunks(&[1., 2., 3., 4., 5.], 2, cost, &Add);
            assert_eq!(found, [1., 2., 4., 5., 7.]);
        }
        assert!(copied_chunks(&[], 0, 0, &Add).is_empty());
    }

    #[test]
    fn every_element_is_written() {
        // An interpreter that finds every wrong access is slow.
        let most = if cfg!(miri) { PIECE + 3 } else { 5 * PIECE + 3 };
        for len in [0, 1, PIECE, most] {
            let expected: Vec<f32> = (0..len).map(|i| (i * i) as f32).collect();
            assert_eq!(build(&Squares, len, 100), expected);
        }
    }
}
