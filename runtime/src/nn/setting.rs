//! How a setting's type appears in the trace.

use crate::ops::Pair;
use crate::trace::{Takes, Tracer, Value};

/// A type that a layer's setting can have.
pub trait Setting {
    /// What the argument accepts in the trace.
    const TAKES: Takes;

    /// The setting's value in the trace.
    fn value(&self, t: &mut Tracer<'_>) -> Value;
}

impl Setting for usize {
    const TAKES: Takes = Takes::Int;

    fn value(&self, _: &mut Tracer<'_>) -> Value {
        Value::int(*self as i64)
    }
}

impl Setting for f64 {
    const TAKES: Takes = Takes::Float;

    fn value(&self, _: &mut Tracer<'_>) -> Value {
        Value::Num(*self)
    }
}

impl Setting for bool {
    const TAKES: Takes = Takes::Bool;

    fn value(&self, _: &mut Tracer<'_>) -> Value {
        Value::flag(*self)
    }
}

impl Setting for Pair {
    const TAKES: Takes = Takes::Pair;

    fn value(&self, t: &mut Tracer<'_>) -> Value {
        t.list(&[Value::int(self.0 as i64), Value::int(self.1 as i64)])
    }
}

impl Setting for Vec<usize> {
    const TAKES: Takes = Takes::Ints;

    fn value(&self, t: &mut Tracer<'_>) -> Value {
        let items: Vec<Value> = self.iter().map(|&n| Value::int(n as i64)).collect();
        t.list(&items)
    }
}

impl<S: Setting> Setting for Option<S> {
    const TAKES: Takes = S::TAKES;

    fn value(&self, t: &mut Tracer<'_>) -> Value {
        match self {
            Some(s) => s.value(t),
            None => Value::Unit,
        }
    }
}
