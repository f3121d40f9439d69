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
        #[cfg(test)]
        pub(crate) const OPERATIONS: &[&str] = &[$(stringify!($name)),*];

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
    abs => super::math::trace_abs,
    adaptive_avg_pool2d => super::pool2d::rule::trace_adaptive_avg_pool2d,
    add => super::arithmetic::trace_add,
    amax => super::reduce::rule::trace_amax,
    amin => super::reduce::rule::trace_amin,
    argmax => super::reduce::rule::trace_argmax,
    argmin => super::reduce::rule::trace_argmin,
    avg_pool2d => super::pool2d::rule::trace_avg_pool2d,
    batch_norm => super::norm::rule::trace_batch_norm,
    bmm => super::matmul::rule::trace_bmm,
    broadcast_to => super::expand::trace_broadcast_to,
    candle => super::candle::trace_candle,
    cat => super::join::trace_cat,
    chunk => super::narrow::rule::trace_chunk,
    clamp => super::clamp::trace_clamp,
    contiguous => super::same::trace_contiguous,
    conv2d => super::conv2d::rule::trace_conv2d,
    cos => super::math::trace_cos,
    cosine_similarity => super::cosine_similarity::trace_cosine_similarity,
    detach => super::same::trace_detach,
    dim => super::size::trace_dim,
    dims => super::size::trace_shape,
    div => super::arithmetic::trace_div,
    dot => super::matmul::rule::trace_dot,
    dropout => super::dropout::trace_dropout,
    elem_count => super::size::trace_elem_count,
    elu => super::elu::trace_elu,
    embedding => super::embedding::rule::trace_embedding,
    eq => super::compare::trace_eq,
    exp => super::math::trace_exp,
    expand => super::expand::trace_expand,
    expand_as => super::expand::trace_expand_as,
    flatten => super::reshape::rule::trace_flatten,
    flip => super::flip::trace_flip,
    gather => super::gather::trace_gather,
    ge => super::compare::trace_ge,
    gelu => super::gelu::trace_gelu,
    gt => super::compare::trace_gt,
    index => super::narrow::index_rule::trace_index,
    index_select => super::gather::trace_index_select,
    layer_norm => super::norm::rule::trace_layer_norm,
    le => super::compare::trace_le,
    leaky_relu => super::relu::trace_leaky_relu,
    linear => super::matmul::rule::trace_linear,
    log => super::math::trace_log,
    log_softmax => super::softmax::rule::trace_log_softmax,
    logsumexp => super::reduce::rule::trace_logsumexp,
    lt => super::compare::trace_lt,
    matmul => super::matmul::rule::trace_matmul,
    max => super::reduce::rule::trace_max,
    max_pool2d => super::pool2d::rule::trace_max_pool2d,
    max_with_indices => super::reduce::rule::trace_max_with_indices,
    maximum => super::extremum::trace_maximum,
    mean => super::reduce::rule::trace_mean,
    min => super::reduce::rule::trace_min,
    min_with_indices => super::reduce::rule::trace_min_with_indices,
    minimum => super::extremum::trace_minimum,
    mul => super::arithmetic::trace_mul,
    narrow => super::narrow::rule::trace_narrow,
    ne => super::compare::trace_ne,
    neg => super::math::trace_neg,
    norm => super::reduce::rule::trace_norm,
    ones_like => super::same::trace_ones_like,
    outer => super::matmul::rule::trace_outer,
    pad => super::pad::trace_pad,
    pairwise_distance => super::pairwise_distance::trace_pairwise_distance,
    permute => super::transpose::trace_permute,
    pow => super::pow::trace_pow,
    prelu => super::prelu::trace_prelu,
    rank => super::size::trace_rank,
    relu => super::relu::trace_relu,
    repeat => super::expand::trace_repeat,
    reshape => super::reshape::rule::trace_reshape,
    roll => super::flip::trace_roll,
    rsqrt => super::math::trace_rsqrt,
    scaled_dot_product_attention => super::matmul::rule::trace_scaled_dot_product_attention,
    select => super::narrow::rule::trace_select,
    shape => super::size::trace_shape,
    sigmoid => super::sigmoid::trace_sigmoid,
    silu => super::silu::trace_silu,
    sin => super::math::trace_sin,
    softmax => super::softmax::rule::trace_softmax,
    softplus => super::softplus::trace_softplus,
    split => super::narrow::rule::trace_split,
    sqrt => super::math::trace_sqrt,
    square => super::math::trace_square,
    squeeze => super::squeeze::trace_squeeze,
    stack => super::join::trace_stack,
    std => super::reduce::rule::trace_std,
    stochastic_depth => super::stochastic_depth::trace_stochastic_depth,
    sub => super::arithmetic::trace_sub,
    sum => super::reduce::rule::trace_sum,
    t => super::transpose::trace_t,
    tanh => super::sigmoid::trace_tanh,
    to_device => super::same::trace_to_device,
    to_dtype => super::same::trace_to_dtype,
    transpose => super::transpose::trace_transpose,
    unflatten => super::reshape::rule::trace_unflatten,
    unsqueeze => super::squeeze::trace_unsqueeze,
    var => super::reduce::rule::trace_var,
    view => super::reshape::rule::trace_view,
    where_ => super::where_::trace_where_,
    zeros_like => super::same::trace_zeros_like,
}
