//! Calls in a row, as numbers instead of code.

use super::{apply, Args, Tracer, Value, NO_SITE};

/// Calls of layers and of operations without arguments, each on what the one before gives. Their sites follow one another; an operation
/// that can't fail has none.
pub struct Calls<'a> {
    /// What the last call gave.
    pub value: Value,
    site: u32,
    steps: &'a [u64],
    only: Only<'a>,
}

/// What is asked for instead of calls in a row.
enum Only<'a> {
    /// Nothing else.
    Steps,
    /// A call of a field, or of the element of that index, with these arguments.
    Call(u64, Value, &'a Args),
    /// What a field is in the trace.
    Field(u64),
}

impl<'a> Calls<'a> {
    /// Calls that start with `value`. A step is the hash of a field or, less one, that of an operation's name: hashes are odd. In front
    /// of an operation without a site is a 0.
    pub const fn new(value: Value, site: u32, steps: &'a [u64]) -> Self {
        Calls {
            value,
            site,
            steps,
            only: Only::Steps,
        }
    }

    const fn only(only: Only<'a>) -> Self {
        Calls {
            only,
            ..Calls::new(Value::Any, NO_SITE, &[])
        }
    }

    /// One call of the layer in a field, at the current site; of a list's element, if `index` is one.
    pub const fn of(field: u64, index: Value, args: &'a Args) -> Self {
        Calls::only(Only::Call(field, index, args))
    }

    /// No call, but the value of a field.
    pub const fn get(field: u64) -> Self {
        Calls::only(Only::Field(field))
    }

    /// The field whose value is asked for.
    pub const fn field(&self) -> Option<u64> {
        match self.only {
            Only::Field(field) => Some(field),
            _ => None,
        }
    }

    /// Runs operations up to the next layer, whose field, index and input it gives.
    pub const fn next(&mut self, t: &mut Tracer<'_>) -> Option<(u64, Value, Args)> {
        if let Only::Call(field, index, args) = self.only {
            self.only = Only::Steps;
            return Some((field, index, *args));
        }
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
                return Some((step, Value::Unit, Args::forward(self.value)));
            }
            self.value = apply(self.value, t, site, step + 1);
        }
        None
    }
}
