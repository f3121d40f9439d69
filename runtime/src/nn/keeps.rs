//! What layers keep for their gradients: what the operations that they are keep.

use crate::ops::keeps::{elements, Call, Keeps};
use crate::ops::{kept_by, FROZEN_BATCH_NORM};

/// The layers that are one operation, by their types' names.
const OPERATIONS: &[(&str, &str)] = &[
    ("AdaptiveAvgPool2d", "adaptive_avg_pool2d"),
    ("AvgPool2d", "avg_pool2d"),
    ("BatchNorm1d", "batch_norm"),
    ("BatchNorm2d", "batch_norm"),
    ("Conv2d", "conv2d"),
    ("Dropout", "dropout"),
    ("ELU", "elu"),
    ("Embedding", "embedding"),
    ("Flatten", "flatten"),
    ("GELU", "gelu"),
    ("LayerNorm", "layer_norm"),
    ("LeakyReLU", "leaky_relu"),
    ("Linear", "linear"),
    ("LogSoftmax", "log_softmax"),
    ("MaxPool2d", "max_pool2d"),
    ("PReLU", "prelu"),
    ("ReLU", "relu"),
    ("Sigmoid", "sigmoid"),
    ("SiLU", "silu"),
    ("Softmax", "softmax"),
    ("Softplus", "softplus"),
    ("StochasticDepth", "stochastic_depth"),
    ("Tanh", "tanh"),
    ("Unflatten", "unflatten"),
];

/// What a layer of this type keeps, where it behaves as in training or not; of a layer that is not known, its input and result.
pub(crate) fn kept_by_layer(layer: &str, active: bool) -> Keeps {
    match layer {
        "Dropout" | "StochasticDepth" if !active => return Keeps::SAME,
        "BatchNorm1d" | "BatchNorm2d" if !active => return FROZEN_BATCH_NORM,
        "Identity" => return Keeps::SAME,
        "LSTM" => return LSTM,
        "GRU" | "RNN" => return RECURRENT,
        "MultiheadAttention" => return ATTENTION,
        _ => {}
    }
    let operation = OPERATIONS.iter().find(|(name, _)| *name == layer);
    operation
        .and_then(|(_, operation)| kept_by(operation))
        .unwrap_or(Keeps::INPUT_AND_RESULT)
}

/// The gates of every step, the results of all layers but the last, which is the result, and the cells.
const LSTM: Keeps = Keeps {
    beside: |call, float| {
        steps(call, |gates, hidden| gates + 2 * hidden) * float - call.result() * float
    },
    backward: gates,
    ..Keeps::INPUT_AND_RESULT
};

/// The same without cells.
const RECURRENT: Keeps = Keeps {
    beside: |call, float| {
        steps(call, |gates, hidden| gates + hidden) * float - call.result() * float
    },
    ..LSTM
};

/// The gradients of the gates, of one layer at a time, and of what its input was.
fn gates(call: &Call<'_>, float: usize) -> usize {
    let layers = call.params.iter().filter(|dims| dims.len() == 2).count() / 2;
    steps(call, |gates, hidden| gates + hidden) * float / layers.max(1)
}

/// The sum over all layers and directions of what each step has by the sizes of its gates and its hidden state, for all steps.
fn steps(call: &Call<'_>, each: impl Fn(usize, usize) -> usize) -> usize {
    let input = call.operands.first().map_or(&[][..], Vec::as_slice);
    let rows = elements(input) / input.last().copied().unwrap_or(1).max(1);
    let matrices: Vec<_> = call.params.iter().filter(|dims| dims.len() == 2).collect();
    // Each layer has the weights from its input and, with as many rows, those from its hidden state; a projection has others.
    let layers = matrices
        .windows(2)
        .filter_map(|pair| match (&pair[0][..], &pair[1][..]) {
            ([gates, _], [same, hidden]) if gates == same => Some((*gates, *hidden)),
            _ => None,
        });
    rows * layers
        .step_by(2)
        .map(|(gates, hidden)| each(gates, hidden))
        .sum::<usize>()
}

/// Queries, keys and values, and what attention keeps beside them.
const ATTENTION: Keeps = Keeps {
    beside: |call, float| 4 * call.result() * float,
    ..Keeps::INPUT_AND_RESULT
};
