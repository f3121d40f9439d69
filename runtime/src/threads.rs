//! How many threads operations use.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::{Error, Result};

/// The most threads that an operation uses.
static MOST: AtomicUsize = AtomicUsize::new(usize::MAX);

/// The number of threads that an operation uses on the CPU, the calling one among them; PyTorch's `torch.get_num_threads`.
///
/// Operations share rayon's pool: inside `pool.install(…)` that pool, else the global one, which has a thread per core unless
/// [`set_num_threads`] or the environment variable `RAYON_NUM_THREADS` says otherwise. Threads without work sleep. Results are the
/// same, to the bit, for any number.
///
/// ```
/// assert!(taper::num_threads() >= 1);
/// ```
pub fn num_threads() -> usize {
    rayon::current_num_threads().min(MOST.load(Ordering::Relaxed))
}

/// Sets the number of threads that an operation uses on the CPU, the calling one among them; PyTorch's `torch.set_num_threads`.
///
/// Called before the first operation, it makes rayon's global pool of that size, which Candle's own operations use too. Later it can
/// only be a limit within that pool, for taper's operations.
///
/// # Errors
/// If `n` is 0, or the pool is there already and has fewer threads.
///
/// # Example
/// ```
/// use taper::{num_threads, set_num_threads};
/// set_num_threads(2)?;
/// assert_eq!(num_threads(), 2);
/// set_num_threads(1)?;
/// assert_eq!(num_threads(), 1);
/// // The pool can't grow any more.
/// assert!(set_num_threads(3).is_err());
/// assert_eq!(num_threads(), 1);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn set_num_threads(n: usize) -> Result<()> {
    let refused = |expected: String| Error::argument("set_num_threads", "n", n, expected);
    if n == 0 {
        return Err(refused("at least 1".into()));
    }
    // An error says that the pool has been made before.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n);
    if pool.build_global().is_err() && n > rayon::current_num_threads() {
        let most = rayon::current_num_threads();
        return Err(refused(format!("at most {most}, the size of the pool"))
            .help("call it before the first operation, which makes the pool"));
    }
    MOST.store(n, Ordering::Relaxed);
    Ok(())
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
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build()?;
        assert_eq!(pool.install(num_threads), 3);
        Ok(())
    }
}
