//! Work on equal chunks of a buffer, in parallel where it pays.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::simd::{vectorized, Closure, Work};
use crate::threads::{await_last, in_scope, linger, num_threads};

/// Operations below which waking another thread costs more than it brings.
const SERIAL: usize = 1 << 18;

/// How many threads work on so many items whose `cost` is that of all together.
pub(crate) fn threads(items: usize, cost: usize) -> usize {
    match cost < SERIAL {
        true => 1,
        false => items.min(num_threads()),
    }
}

/// The work on every item, in the order of the items, by several threads if the `cost`, the number of operations of all together, is
/// worth it.
///
/// The calling thread works too, and at once: others are slow to wake, and take what is left when they come.
pub(crate) fn work_on<I, W>(items: I, cost: usize, work: &W)
where
    I: ExactSizeIterator + Send,
    W: Work<I::Item>,
{
    let threads = threads(items.len(), cost);
    let queue = Mutex::new(items);
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let drain = || {
        while let Some(item) = next() {
            vectorized(work, item);
        }
    };
    if threads <= 1 {
        return drain();
    }
    let working = AtomicUsize::new(threads - 1);
    in_scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|_| {
                drain();
                linger();
                working.fetch_sub(1, Ordering::Release);
            });
        }
        drain();
        await_last(&working);
    });
}

/// [`work_on`] with a function, whose loops are compiled for vectors only if it is small or calls what is.
pub(crate) fn for_each<I>(items: I, cost: usize, f: impl Fn(I::Item) + Sync)
where
    I: ExactSizeIterator + Send,
{
    work_on(items, cost, &Closure(f));
}

/// `f(i, chunk i)` for every chunk of `size` elements; `cost` is the number of operations of all together.
///
/// Each chunk is written by one call alone, so that the result does not depend on the number of threads.
pub(crate) fn for_each_chunk<T: Send>(
    buffer: &mut [T],
    size: usize,
    cost: usize,
    f: impl Fn(usize, &mut [T]) + Sync,
) {
    if size > 0 {
        for_each(buffer.chunks_mut(size).enumerate(), cost, |(i, chunk)| {
            f(i, chunk)
        });
    }
}

/// [`for_each_chunk`] on two buffers with equally many chunks: `f(i, chunk i of the one, chunk i of the other)`.
pub(crate) fn for_each_chunk_pair<A: Send, B: Send>(
    (a, a_size): (&mut [A], usize),
    (b, b_size): (&mut [B], usize),
    cost: usize,
    f: impl Fn(usize, &mut [A], &mut [B]) + Sync,
) {
    if a.is_empty() || b.is_empty() {
        return;
    }
    let chunks = a.chunks_mut(a_size).zip(b.chunks_mut(b_size));
    for_each(chunks.enumerate(), cost, |(i, (a, b))| f(i, a, b));
}

/// Into how many equal blocks `items` are cut so that there are about `wanted` pieces of work when each of the `outer`
/// ones is cut; no block is smaller than `least`.
pub(crate) fn blocks(items: usize, outer: usize, least: usize, wanted: usize) -> usize {
    let mut blocks = 1;
    while outer * blocks < wanted
        && items.is_multiple_of(2 * blocks)
        && items / (2 * blocks) >= least
    {
        blocks *= 2;
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_cut_by_shape_alone() {
        assert_eq!(blocks(64, 64, 16, 8), 1);
        assert_eq!(blocks(64, 1, 16, 8), 4);
        assert_eq!(blocks(10, 1, 1, 8), 2);
        assert_eq!(blocks(0, 1, 1, 8), 1);
    }

    #[test]
    fn every_chunk_is_visited_once() {
        for cost in [0, usize::MAX] {
            let mut buffer = vec![0; 10];
            for_each_chunk(&mut buffer, 3, cost, |i, chunk| {
                chunk.iter_mut().for_each(|x| *x += i + 1);
            });
            assert_eq!(buffer, [1, 1, 1, 2, 2, 2, 3, 3, 3, 4]);
        }
    }
}
