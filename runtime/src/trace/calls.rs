//! Calls in a row, as a text instead of code.

use super::declared::word;
use super::{apply, hash, Args, Tracer, Value};

/// Calls of layers and of operations without arguments, each on what the one before gives. Their sites follow one another.
pub struct Calls<'a> {
    /// What the last call gave.
    pub value: Value,
    site: u32,
    steps: &'a str,
    at: usize,
}

impl<'a> Calls<'a> {
    /// Calls that start with `value`: the names of fields and, behind a dot, those of operations. `fc1 .relu fc2`.
    pub const fn new(value: Value, site: u32, steps: &'a str) -> Self {
        Calls {
            value,
            site,
            steps,
            at: 0,
        }
    }

    /// Runs operations up to the next layer, whose field and input it gives.
    pub const fn next(&mut self, t: &mut Tracer<'_>) -> Option<(u64, Args)> {
        while self.at < self.steps.len() {
            let (site, step) = (self.site, word(self.steps, self.at));
            self.at += step.len() + 1;
            self.site += 1;
            if step.as_bytes()[0] != b'.' {
                t.at(site);
                return Some((hash(step), Args::forward(self.value)));
            }
            self.value = apply(self.value, t, site, hash(step.split_at(1).1));
        }
        None
    }
}
