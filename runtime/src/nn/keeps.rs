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
        let all = steps(call, |gates, hidden| gates + 2 * hidden);
        all.saturating_sub(call.result()) * float
    },
    backward: |call, float| {
        let all = steps(call, |gates, hidden| gates + hidden);
        all * float / layers(call).len().max(1)
    },
    ..Keeps::INPUT_AND_RESULT
};

/// The same without cells.
const RECURRENT: Keeps = Keeps {
    beside: |call, float| {
        let all = steps(call, |gates, hidden| gates + hidden);
        all.saturating_sub(call.result()) * float
    },
    ..LSTM
};

/// The sum over all layers and directions of what each step has by the sizes of its gates and its hidden state, for all steps.
fn steps(call: &Call<'_>, each: impl Fn(usize, usize) -> usize) -> usize {
    let input = call.operands.first().map_or(&[][..], Vec::as_slice);
    let rows = elements(input) / input.last().copied().unwrap_or(1).max(1);
    let layers = layers(call).into_iter();
    rows * layers
        .map(|(gates, hidden)| each(gates, hidden))
        .sum::<usize>()
}

/// The sizes of the gates and of the hidden state of each layer and direction.
fn layers(call: &Call<'_>) -> Vec<(usize, usize)> {
    let mut matrices = call.params.iter().filter(|dims| dims.len() == 2).peekable();
    let mut found = Vec::new();
    // The weights from the input and from the hidden state have a row for each gate; those of a projection follow, if there is one.
    while let (Some(input), Some(hidden)) = (matrices.next(), matrices.next()) {
        let projection = matrices.next_if(|weight| weight[0] != input[0]);
        found.push((input[0], projection.unwrap_or(hidden)[1]));
    }
    found
}

/// Queries, keys and values, and what attention keeps beside them.
const ATTENTION: Keeps = Keeps {
    beside: |call, float| 4 * call.result() * float,
    ..Keeps::INPUT_AND_RESULT
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operations_are_in_the_list_of_operations() {
        for (layer, operation) in OPERATIONS {
            assert!(kept_by(operation).is_some(), "{layer}");
        }
    }

    #[test]
    fn layers_of_recurrent_ones_are_told_by_their_weights() {
        let sizes = |params: &[&[usize]]| {
            let params: Vec<Vec<usize>> = params.iter().map(|dims| dims.to_vec()).collect();
            layers(&Call {
                operands: &[],
                result: &[],
                params: &params,
            })
        };
        // An LSTM of two layers of 3 with biases; one with a projection from 3 to 2.
        let plain: [&[usize]; 6] = [&[12, 5], &[12, 3], &[12], &[12], &[12, 3], &[12, 3]];
        assert_eq!(sizes(&plain), [(12, 3), (12, 3)]);
        let projected: [&[usize]; 6] = [&[12, 5], &[12, 2], &[2, 3], &[12, 2], &[12, 2], &[2, 3]];
        assert_eq!(sizes(&projected), [(12, 3), (12, 3)]);
    }
}
