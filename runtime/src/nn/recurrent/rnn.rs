//! `RNN`: the plain recurrent network.

use super::{one_state, recurrent, Layers, Recurrent};
use crate::module::{Build, State};
use crate::ops::recurrent::Unit;
use crate::{Result, Tensor};

crate::nn::setting::words! {
    /// What an [`RNN`] makes of the sum.
    pub enum RNNNonlinearity {
        /// The hyperbolic tangent.
        Tanh = "tanh",
        /// max(x, 0).
        Relu = "relu",
    }
}

crate::nn::layer! {
    /// The plain recurrent network of Elman, in one or several layers (PyTorch: `torch.nn.RNN`).
    ///
    /// For every step `h = tanh(W_ih x + b_ih + W_hh h + b_hh)`, or with `nonlinearity = "relu"` its positive part.
    ///
    /// With D = 2 if `bidirectional`, else 1, T steps and a batch of B:
    ///
    /// - Input `[T, B, input_size]`, or `[B, T, input_size]` with `batch_first`, or `[T, input_size]`: one sample.
    /// - The hidden state before the first step `[D · num_layers, B, hidden_size]`, zeros where none is given; of one sample, without B.
    /// - Output: for every step the last layer's hidden states, both directions side by side, of the input's form with
    ///   D · `hidden_size` features; and the hidden states after the last step, of the form above.
    /// - For every layer k and direction (the second's names end in `_reverse`), from U(−1/√hidden_size, 1/√hidden_size):
    ///   `weight_ih_l{k}` `[hidden_size, features]` (the input's, above the first layer D · `hidden_size`), `weight_hh_l{k}`
    ///   `[hidden_size, hidden_size]`, `bias_ih_l{k}` and `bias_hh_l{k}` `[hidden_size]`.
    ///
    /// In `#[forward]`: `let (y, h) = self.rnn(x);`, or `self.rnn(x, h0)`. How it is computed: as [`LSTM`](super::LSTM).
    ///
    /// # Errors
    /// If the input's rank or its features don't fit, it has no step, or the state doesn't fit it.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let rnn = RNN::config(4).bidirectional(true).input([5, 3, 6]).init(&Device::Cpu)?;
    /// let x = Tensor::ones((5, 3, 6), DType::F32, &Device::Cpu)?;
    /// let (y, h) = rnn.forward(&x)?;
    /// assert_eq!((y.dims(), h.dims()), (&[5, 3, 8][..], &[2, 3, 4][..]));
    /// assert_eq!(rnn.forward_with(&x, &h)?.0.dims(), [5, 3, 8]);
    /// # Ok(()) }
    /// ```
    #[doc(alias = "Rnn")]
    pub struct RNN {
        layers: Layers,
        nonlinearity: RNNNonlinearity,
    }

    /// Settings of [`RNN`].
    pub config RNNConfig {
        required {
            /// Size of the hidden state.
            hidden_size: usize,
        }
        optional {
            /// Number of layers, each of which has the outputs of the one below as its input.
            num_layers: usize = 1,
            /// `"tanh"` or `"relu"`.
            nonlinearity: RNNNonlinearity = "tanh",
            /// Whether there are biases.
            bias: bool = true,
            /// Whether the batch is the first dimension of input and output.
            batch_first: bool = false,
            /// The probability that an output becomes 0 on its way to the next layer, in training.
            dropout: f64 = 0.,
            /// Whether the steps are also gone through from the last to the first, with weights of their own.
            bidirectional: bool = false,
        }
        inferred { input_size }
    }

    calls: several;
}

const KIND: Recurrent = Recurrent {
    name: "RNN",
    table: RNN::TABLE,
    gates: 1,
    states: 1,
    has_projection: false,
    word: Some(("nonlinearity", RNNNonlinearity::WORDS)),
};

impl RNN {
    fn make(at: &mut Build<'_, '_>) -> Result<Self> {
        Ok(RNN {
            layers: Layers::make(&KIND, at)?,
            nonlinearity: at.word(row!(RNN.nonlinearity)).unwrap_or("tanh").into(),
            state: State::new(),
        })
    }

    fn unit(&self) -> Unit {
        match self.nonlinearity {
            RNNNonlinearity::Relu => Unit::Relu,
            _ => Unit::Tanh,
        }
    }
}

recurrent!(RNN gives (Tensor, Tensor));
one_state!(RNN);
