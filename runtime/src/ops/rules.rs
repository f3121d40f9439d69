//! The one list of operations as the trace sees them: name → shape rule. The rule itself is a `const fn` in the
//! operation's file.

use crate::trace::{hash, Args, Tracer, Value};

macro_rules! operations {
    ($($name:ident => $rule:path),* $(,)?) => {
        #[allow(non_upper_case_globals)]
        mod name {
            $(pub(super) const $name: u64 = super::hash(stringify!($name));)*
        }

        /// The names of all operations that have a shape rule.
        pub const OPERATIONS: &[&str] = &[$(stringify!($name)),*];

        impl Tracer<'_> {
            /// Runs the shape rule of the operation whose name has this hash. An unknown one is silent: the tensor
            /// body's own error is the only one.
            pub const fn op(&mut self, operation: u64, args: &Args) -> Value {
                match operation {
                    $(name::$name => $rule(self, args),)*
                    _ => Value::Any,
                }
            }
        }
    };
}

operations! {
    dim => super::size::trace_dim,
}
