//! The threads that share the work of an operation.

use std::cell::Cell;
use std::hint;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rayon::{Scope, ThreadPool, ThreadPoolBuilder, Yield};

use crate::error::{Error, Result};

/// The number of threads that share the work of an operation on the CPU, the calling one among them; PyTorch's
/// `torch.get_num_threads`.
///
/// It is what [`set_num_threads`] or else the environment variable `RAYON_NUM_THREADS` says, or one per core. Inside a rayon pool of
/// one's own, in `pool.install(…)`, it is that pool's number of threads, unless fewer were set: operations add no threads to a pool.
/// Threads that have had no work for 50 µs sleep, and the caller if the others' last work takes more than 100 µs. Results are the same,
/// to the bit, for any number.
///
/// ```
/// assert!(taper::num_threads() >= 1);
/// ```
pub fn num_threads() -> usize {
    match rayon::current_thread_index() {
        Some(_) => rayon::current_num_threads().min(state().limit),
        None => own().threads,
    }
}

/// Sets the number of threads that share the work of an operation on the CPU, the calling one among them; PyTorch's
/// `torch.set_num_threads`. What Candle does by itself uses rayon's global pool instead.
///
/// # Errors
/// If `n` is 0, or the system starts no more threads.
///
/// # Example
/// ```
/// use taper::{num_threads, set_num_threads};
/// set_num_threads(2)?;
/// assert_eq!(num_threads(), 2);
/// set_num_threads(1)?;
/// assert_eq!(num_threads(), 1);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn set_num_threads(n: usize) -> Result<()> {
    if n == 0 {
        return Err(Error::argument("set_num_threads", "n", n, "at least 1"));
    }
    let helpers = Helpers::start(n)
        .ok_or_else(|| Error::op("set_num_threads", format!("{n} threads can't be started")))?;
    *state() = State {
        own: Some(helpers),
        limit: n,
    };
    Ok(())
}

/// Calls `f` with a scope whose tasks other threads take up, if it is not for this one alone.
pub(crate) fn in_scope<'scope, R>(f: impl FnOnce(&Scope<'scope>) -> R) -> R {
    if rayon::current_thread_index().is_some() {
        return rayon::in_place_scope(f);
    }
    match &own().pool {
        // The calling thread works too: a pool of as many threads as there are cores would be one too many.
        Some(pool) => pool.in_place_scope(f),
        None => rayon::in_place_scope(f),
    }
}

/// How long a helper looks for more work before it sleeps: the operations of a step follow one another within microseconds, and waking a
/// thread takes tens of them.
const LINGER: Duration = Duration::from_micros(50);

thread_local! {
    /// Whether this thread is a helper of taper's own.
    static HELPS: Cell<bool> = const { Cell::new(false) };

    /// Until when this thread looks for more work, if it does.
    static UNTIL: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Says that a helper has done its share.
pub(crate) fn linger() {
    let until = Some(Instant::now() + LINGER);
    if UNTIL.get().is_some() {
        UNTIL.set(until); // it is called from what `look_for_work` found
    } else if HELPS.get() {
        rayon::spawn(look_for_work);
    }
}

fn look_for_work() {
    if UNTIL.get().is_some() {
        return;
    }
    UNTIL.set(Some(Instant::now() + LINGER));
    while UNTIL.get().is_some_and(|until| Instant::now() < until) {
        if rayon::yield_now() != Some(Yield::Executed) {
            (0..16).for_each(|_| hint::spin_loop());
        }
    }
    UNTIL.set(None);
}

/// About how long one piece of work takes, at most.
const PATIENCE: Duration = Duration::from_micros(100);

/// Waits awake until nobody works, but not for long, unless this thread is of a pool, which may have other work: whoever sleeps is slow to
/// wake.
pub(crate) fn await_last(working: &AtomicUsize) {
    if rayon::current_thread_index().is_some() {
        return;
    }
    let start = Instant::now();
    while working.load(Ordering::Acquire) > 0 && start.elapsed() < PATIENCE {
        (0..4).for_each(|_| hint::spin_loop());
    }
    // What the other threads' pool has to do after their work.
    (0..12).for_each(|_| hint::spin_loop());
}

/// The threads beside the calling one, if that is not of a pool itself.
#[derive(Debug)]
struct Helpers {
    /// None where there is but the calling thread.
    pool: Option<ThreadPool>,
    threads: usize,
}

impl Helpers {
    fn start(threads: usize) -> Option<Arc<Helpers>> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads - 1)
            .thread_name(|i| format!("taper-{i}"))
            .start_handler(|_| HELPS.set(true));
        let pool = match threads {
            1 => None,
            _ => Some(pool.build().ok()?),
        };
        Some(Arc::new(Helpers { pool, threads }))
    }
}

struct State {
    /// Made when it is needed.
    own: Option<Arc<Helpers>>,
    limit: usize,
}

fn state() -> MutexGuard<'static, State> {
    static STATE: Mutex<State> = Mutex::new(State {
        own: None,
        limit: usize::MAX,
    });
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn own() -> Arc<Helpers> {
    let start = || {
        // Where no thread can be started, the calling one does it all.
        Helpers::start(standard()).unwrap_or_else(|| {
            Arc::new(Helpers {
                pool: None,
                threads: 1,
            })
        })
    };
    state().own.get_or_insert_with(start).clone()
}

/// As rayon's global pool has it.
fn standard() -> usize {
    let set = std::env::var("RAYON_NUM_THREADS");
    let set = set.ok().and_then(|n| n.parse().ok()).filter(|&n| n > 0);
    set.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_threads_are_refused() {
        let error = set_num_threads(0).map_err(|error| error.to_string());
        assert!(error.is_err_and(|error| error.contains("at least 1")));
    }

    #[test]
    fn a_pool_of_ones_own_counts() -> std::result::Result<(), rayon::ThreadPoolBuildError> {
        let pool = ThreadPoolBuilder::new().num_threads(3).build()?;
        assert_eq!(pool.install(num_threads), 3.min(state().limit));
        Ok(())
    }

    #[test]
    fn helpers_are_one_fewer_than_threads() {
        let pool_size = |threads| {
            let helpers = Helpers::start(threads)?;
            Some(helpers.pool.as_ref().map(ThreadPool::current_num_threads))
        };
        assert_eq!(pool_size(1), Some(None));
        assert_eq!(pool_size(3), Some(Some(2)));
    }

    #[test]
    fn a_helper_looks_for_work_and_then_sleeps() {
        let Some(helpers) = Helpers::start(2) else {
            return;
        };
        let Some(pool) = &helpers.pool else {
            unreachable!("two threads are one helper")
        };
        let mut done = 0;
        for _ in 0..200 {
            pool.in_place_scope(|scope| {
                scope.spawn(|_| {
                    done += 1;
                    linger();
                });
            });
        }
        assert_eq!(done, 200);
        let busy = || pool.install(|| UNTIL.get().is_some());
        while busy() {
            std::thread::sleep(LINGER);
        }
        // Threads of others never look.
        linger();
        assert_eq!(UNTIL.get(), None);
    }

    #[test]
    fn tasks_of_a_scope_are_done() {
        let (mut a, mut b) = (0, 0);
        in_scope(|scope| {
            scope.spawn(|_| a = 1);
            b = 2;
        });
        assert_eq!((a, b), (1, 2));
    }
}
