//! Modes of a thread.

use std::cell::Cell;
use std::thread::LocalKey;

/// Runs `f` while the cell has another value, which it loses also when `f` panics.
pub(crate) fn with<V: Copy + 'static, T>(
    cell: &'static LocalKey<Cell<V>>,
    value: V,
    f: impl FnOnce() -> T,
) -> T {
    struct Back<V: Copy + 'static>(&'static LocalKey<Cell<V>>, V);
    impl<V: Copy + 'static> Drop for Back<V> {
        fn drop(&mut self) {
            self.0.set(self.1);
        }
    }
    let _back = Back(cell, cell.replace(value));
    f()
}
