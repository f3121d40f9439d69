//! Calls in a row, as numbers instead of code.

use super::{apply, Args, Tracer, Value, NO_SITE};

/// Calls of layers and of operations without arguments, each on what the one before gives. Their sites follow one another; an operation
/// that can't fail has none.
pub struct Calls<'a> {
    /// What the last call gave.
    pub value: Value,
    site: u32,
    steps: &'a [u64],
}

impl<'a> Calls<'a> {
    /// Calls that start with `value`. A step is the hash of a field or, less one, that of an operation's name: hashes are odd. In front
    /// of an operation without a site is a 0.
    pub const fn new(value: Value, site: u32, steps: &'a [u64]) -> Self {
        Calls { value, site, steps }
    }

    /// Runs operations up to the next layer, whose field and input it gives.
    pub const fn next(&mut self, t: &mut Tracer<'_>) -> Option<(u64, Args)> {
        while let Some((step, rest)) = self.steps.split_first() {
            let step = *step;
            self.steps = rest;
            if step == 0 {
                if let Some((operation, rest)) = rest.split_first() {
                    self.steps = rest;
                    self.value = apply(self.value, t, NO_SITE, *operation + 1);
                }
                continue;
            }
            let site = self.site;
            self.site += 1;
            if step % 2 == 1 {
                t.at(site);
                return Some((step, Args::forward(self.value)));
            }
            self.value = apply(self.value, t, site, step + 1);
        }
        None
    }
}
