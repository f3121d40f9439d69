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
    broadcast_to => super::expand::trace_broadcast_to,
    cat => super::join::trace_cat,
    chunk => super::narrow::rule::trace_chunk,
    dim => super::size::trace_dim,
    dims => super::size::trace_shape,
    elem_count => super::size::trace_elem_count,
    expand => super::expand::trace_expand,
    expand_as => super::expand::trace_expand_as,
    flatten => super::reshape::rule::trace_flatten,
    flip => super::flip::trace_flip,
    gather => super::gather::trace_gather,
    index_select => super::gather::trace_index_select,
    narrow => super::narrow::rule::trace_narrow,
    pad => super::pad::trace_pad,
    permute => super::transpose::trace_permute,
    rank => super::size::trace_rank,
    repeat => super::expand::trace_repeat,
    reshape => super::reshape::rule::trace_reshape,
    roll => super::flip::trace_roll,
    select => super::narrow::rule::trace_select,
    shape => super::size::trace_shape,
    split => super::narrow::rule::trace_split,
    squeeze => super::squeeze::trace_squeeze,
    stack => super::join::trace_stack,
    t => super::transpose::trace_t,
    transpose => super::transpose::trace_transpose,
    unflatten => super::reshape::rule::trace_unflatten,
    unsqueeze => super::squeeze::trace_unsqueeze,
    view => super::reshape::rule::trace_view,
}
