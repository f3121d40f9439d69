//! The one list of operations as the trace sees them: name → shape rule, and what it keeps for its gradient. The rule itself
//! is a `const fn` in the operation's file.

use super::keeps::Keeps;
use crate::trace::{hash, Args, Tracer, Value};

macro_rules! operations {
    ($($name:ident => $rule:path, $keeps:expr;)*) => {
        #[allow(non_upper_case_globals)]
        mod name {
            $(pub(super) const $name: u64 = super::hash(stringify!($name));)*
        }

        /// The names of all operations that have a shape rule.
        #[cfg(test)]
        pub(crate) const OPERATIONS: &[&str] = &[$(stringify!($name)),*];

        /// What the operation of this name keeps for its gradient.
        pub(crate) fn keeps(operation: &str) -> Option<Keeps> {
            $(if operation == stringify!($name) {
                return Some($keeps);
            })*
            None
        }

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
    abs => super::math::trace_abs, Keeps::unary::<super::math::Abs>();
    adaptive_avg_pool2d => super::pool2d::rule::trace_adaptive_avg_pool2d, Keeps::OWN;
    add => super::arithmetic::trace_add, Keeps::SUM;
    amax => super::reduce::rule::trace_amax, Keeps::INPUT_AND_RESULT;
    amin => super::reduce::rule::trace_amin, Keeps::INPUT_AND_RESULT;
    argmax => super::reduce::rule::trace_argmax, Keeps::NO_GRADIENT;
    argmin => super::reduce::rule::trace_argmin, Keeps::NO_GRADIENT;
    avg_pool2d => super::pool2d::rule::trace_avg_pool2d, Keeps::OWN;
    batch_norm => super::norm::rule::trace_batch_norm, super::norm::rule::BATCH_NORM;
    bmm => super::matmul::rule::trace_bmm, Keeps::EACH_OTHER;
    broadcast_to => super::expand::trace_broadcast_to, Keeps::TURNED;
    candle => super::candle::trace_candle, Keeps::INPUT;
    cat => super::join::trace_cat, Keeps::JOINED;
    chunk => super::narrow::rule::trace_chunk, Keeps::PART;
    clamp => super::clamp::trace_clamp, Keeps::unary::<super::clamp::Clamp>();
    contiguous => super::same::trace_contiguous, Keeps::SHAPED;
    conv2d => super::conv2d::rule::trace_conv2d, super::conv2d::rule::KEEPS;
    cos => super::math::trace_cos, Keeps::unary::<super::math::Cos>();
    cosine_similarity => super::cosine_similarity::trace_cosine_similarity, Keeps::BOTH;
    detach => super::same::trace_detach, Keeps::DETACHED;
    dim => super::size::trace_dim, Keeps::NO_GRADIENT;
    dims => super::size::trace_shape, Keeps::NO_GRADIENT;
    div => super::arithmetic::trace_div, super::arithmetic::QUOTIENT;
    dot => super::matmul::rule::trace_dot, Keeps::EACH_OTHER;
    dropout => super::dropout::trace_dropout, super::dropout::KEEPS;
    elem_count => super::size::trace_elem_count, Keeps::NO_GRADIENT;
    elu => super::elu::trace_elu, Keeps::unary::<super::elu::Elu>();
    embedding => super::embedding::rule::trace_embedding, Keeps::INPUT;
    eq => super::compare::trace_eq, Keeps::NO_GRADIENT;
    exp => super::math::trace_exp, Keeps::unary::<super::math::Exp>();
    expand => super::expand::trace_expand, Keeps::TURNED;
    expand_as => super::expand::trace_expand_as, Keeps::TURNED;
    flatten => super::reshape::rule::trace_flatten, Keeps::SHAPED;
    flip => super::flip::trace_flip, Keeps::NOTHING;
    gather => super::gather::trace_gather, Keeps::of(&[(1, &[0])]);
    ge => super::compare::trace_ge, Keeps::NO_GRADIENT;
    gelu => super::gelu::trace_gelu, Keeps::unary::<super::gelu::Gelu>();
    gt => super::compare::trace_gt, Keeps::NO_GRADIENT;
    index => super::narrow::index_rule::trace_index, Keeps::PART;
    index_select => super::gather::trace_index_select, Keeps::of(&[(1, &[0])]);
    layer_norm => super::norm::rule::trace_layer_norm, super::norm::rule::LAYER_NORM;
    le => super::compare::trace_le, Keeps::NO_GRADIENT;
    leaky_relu => super::relu::trace_leaky_relu, Keeps::unary::<super::relu::LeakyRelu>();
    linear => super::matmul::rule::trace_linear, Keeps::EACH_OTHER;
    log => super::math::trace_log, Keeps::unary::<super::math::Log>();
    log_softmax => super::softmax::rule::trace_log_softmax, Keeps::RESULT;
    logsumexp => super::reduce::rule::trace_logsumexp, Keeps::INPUT_AND_RESULT;
    lt => super::compare::trace_lt, Keeps::NO_GRADIENT;
    matmul => super::matmul::rule::trace_matmul, Keeps::EACH_OTHER;
    max => super::reduce::rule::trace_max, Keeps::INPUT_AND_RESULT;
    max_pool2d => super::pool2d::rule::trace_max_pool2d, super::pool2d::rule::MAX;
    max_with_indices => super::reduce::rule::trace_max_with_indices, Keeps::INPUT_AND_RESULT;
    maximum => super::extremum::trace_maximum, Keeps::BOTH;
    mean => super::reduce::rule::trace_mean, Keeps::NOTHING;
    min => super::reduce::rule::trace_min, Keeps::INPUT_AND_RESULT;
    min_with_indices => super::reduce::rule::trace_min_with_indices, Keeps::INPUT_AND_RESULT;
    minimum => super::extremum::trace_minimum, Keeps::BOTH;
    mul => super::arithmetic::trace_mul, Keeps::EACH_OTHER;
    narrow => super::narrow::rule::trace_narrow, Keeps::PART;
    ne => super::compare::trace_ne, Keeps::NO_GRADIENT;
    neg => super::math::trace_neg, Keeps::unary::<super::math::Neg>();
    norm => super::reduce::rule::trace_norm, Keeps::INPUT_AND_RESULT;
    ones_like => super::same::trace_ones_like, Keeps::NO_GRADIENT;
    outer => super::matmul::rule::trace_outer, Keeps::EACH_OTHER;
    pad => super::pad::trace_pad, Keeps::JOINED;
    pairwise_distance => super::pairwise_distance::trace_pairwise_distance, Keeps::BOTH;
    permute => super::transpose::trace_permute, Keeps::TURNED;
    pow => super::pow::trace_pow, super::pow::KEEPS;
    prelu => super::prelu::trace_prelu, Keeps::BOTH;
    rank => super::size::trace_rank, Keeps::NO_GRADIENT;
    relu => super::relu::trace_relu, Keeps::unary::<super::relu::Relu>();
    repeat => super::expand::trace_repeat, Keeps::NOTHING;
    reshape => super::reshape::rule::trace_reshape, Keeps::SHAPED;
    roll => super::flip::trace_roll, Keeps::NOTHING;
    rsqrt => super::math::trace_rsqrt, Keeps::unary::<super::math::Rsqrt>();
    scaled_dot_product_attention => super::matmul::rule::trace_scaled_dot_product_attention, super::matmul::rule::ATTENTION;
    select => super::narrow::rule::trace_select, Keeps::PART;
    shape => super::size::trace_shape, Keeps::NO_GRADIENT;
    sigmoid => super::sigmoid::trace_sigmoid, Keeps::unary::<super::sigmoid::Sigmoid>();
    silu => super::silu::trace_silu, Keeps::unary::<super::silu::Silu>();
    sin => super::math::trace_sin, Keeps::unary::<super::math::Sin>();
    softmax => super::softmax::rule::trace_softmax, Keeps::RESULT;
    softplus => super::softplus::trace_softplus, Keeps::unary::<super::softplus::Softplus>();
    split => super::narrow::rule::trace_split, Keeps::PART;
    sqrt => super::math::trace_sqrt, Keeps::unary::<super::math::Sqrt>();
    square => super::math::trace_square, Keeps::unary::<super::math::Square>();
    squeeze => super::squeeze::trace_squeeze, Keeps::SHAPED;
    stack => super::join::trace_stack, Keeps::JOINED;
    std => super::reduce::rule::trace_std, Keeps::INPUT;
    stochastic_depth => super::stochastic_depth::trace_stochastic_depth, Keeps::NOTHING;
    sub => super::arithmetic::trace_sub, super::arithmetic::DIFFERENCE;
    sum => super::reduce::rule::trace_sum, Keeps::NOTHING;
    t => super::transpose::trace_t, Keeps::TURNED;
    tanh => super::sigmoid::trace_tanh, Keeps::unary::<super::sigmoid::Tanh>();
    to_device => super::same::trace_to_device, Keeps::SAME;
    to_dtype => super::same::trace_to_dtype, Keeps::SAME;
    transpose => super::transpose::trace_transpose, Keeps::TURNED;
    unflatten => super::reshape::rule::trace_unflatten, Keeps::SHAPED;
    unsqueeze => super::squeeze::trace_unsqueeze, Keeps::SHAPED;
    var => super::reduce::rule::trace_var, Keeps::INPUT;
    view => super::reshape::rule::trace_view, Keeps::SHAPED;
    where_ => super::where_::trace_where_, Keeps::of(&[(0, &[1, 2])]);
    zeros_like => super::same::trace_zeros_like, Keeps::NO_GRADIENT;
}
