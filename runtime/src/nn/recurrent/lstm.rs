//! `LSTM`: long short-term memory.

use std::borrow::Borrow;

use super::{recurrent, Layers, Recurrent};
use crate::module::{call, Build, Call, State};
use crate::ops::recurrent::Unit;
use crate::{Result, Tensor};

/// The output, and the hidden state and cells after the last step.
type Results = (Tensor, (Tensor, Tensor));

crate::nn::layer! {
    /// Long short-term memory, in one or several layers (PyTorch: `torch.nn.LSTM`).
    ///
    /// For every step, with σ the sigmoid and `∘` the product of elements,
    ///
    /// ```text
    /// i = σ(W_ii x + b_ii + W_hi h + b_hi)        f = σ(W_if x + b_if + W_hf h + b_hf)
    /// g = tanh(W_ig x + b_ig + W_hg h + b_hg)     o = σ(W_io x + b_io + W_ho h + b_ho)
    /// c = f ∘ c + i ∘ g                           h = o ∘ tanh(c)
    /// ```
    ///
    /// and with `proj_size` the hidden state that is handed on is `W_hr h`. With D = 2 if `bidirectional`, else 1, T steps, a
    /// batch of B, and R = `proj_size` or, without it, `hidden_size`:
    ///
    /// - Input `[T, B, input_size]`, or `[B, T, input_size]` with `batch_first`, or `[T, input_size]`: one sample.
    /// - The states before the first step, zeros where none are given: the hidden state `[D · num_layers, B, R]` and the cells
    ///   `[D · num_layers, B, hidden_size]`; of one sample, without B.
    /// - Output: for every step the last layer's hidden states, both directions side by side, of the input's form with D · R
    ///   features; and the states after the last step, of the form above.
    /// - For every layer k and direction (the second's names end in `_reverse`), from U(−1/√hidden_size, 1/√hidden_size):
    ///   `weight_ih_l{k}` `[4 · hidden_size, features]` (the input's, above the first layer D · R), `weight_hh_l{k}`
    ///   `[4 · hidden_size, R]`, `bias_ih_l{k}` and `bias_hh_l{k}` `[4 · hidden_size]`, with a projection `weight_hr_l{k}`
    ///   `[proj_size, hidden_size]`. The rows are those of i, f, g and o.
    ///
    /// In `#[forward]`: `let (y, (h, c)) = self.lstm(x);`, or `self.lstm(x, (h0, c0))`.
    ///
    /// On the CPU a layer is one operation in each direction: the products with the input are those of all steps at once, and
    /// the batch is shared among the threads.
    ///
    /// # Errors
    /// If the input's rank or its features don't fit, it has no step, or the states don't fit it.
    ///
    /// ```
    /// use taper::prelude::*;
    /// # fn main() -> taper::Result<()> {
    /// let lstm = LSTM::config(4).num_layers(2).input([5, 3, 6]).init(&Device::Cpu)?;
    /// let x = Tensor::ones((5, 3, 6), DType::F32, &Device::Cpu)?;
    /// let (y, (h, c)) = lstm.forward(&x)?;
    /// assert_eq!((y.dims(), h.dims(), c.dims()), (&[5, 3, 4][..], &[2, 3, 4][..], &[2, 3, 4][..]));
    /// assert_eq!(y.select(0, -1)?.to_vec::<f32>()?, h.select(0, -1)?.to_vec::<f32>()?);
    /// assert_eq!(lstm.forward_with(&x, (&h, &c))?.0.dims(), [5, 3, 4]);
    /// # Ok(()) }
    /// ```
    #[doc(alias = "Lstm")]
    pub struct LSTM {
        layers: Layers,
    }

    /// Settings of [`LSTM`].
    pub config LSTMConfig {
        required {
            /// Size of the cells.
            hidden_size: usize,
        }
        optional {
            /// Number of layers, each of which has the outputs of the one below as its input.
            num_layers: usize = 1,
            /// Whether there are biases.
            bias: bool = true,
            /// Whether the batch is the first dimension of input and output.
            batch_first: bool = false,
            /// The probability that an output becomes 0 on its way to the next layer, in training.
            dropout: f64 = 0.,
            /// Whether the steps are also gone through from the last to the first, with weights of their own.
            bidirectional: bool = false,
            /// The size of the projection of the hidden state; 0 for none.
            proj_size: usize = 0,
        }
        inferred { input_size }
    }

    calls: several;
}

const KIND: Recurrent = Recurrent {
    name: "LSTM",
    table: LSTM::TABLE,
    gates: 4,
    states: 2,
    has_projection: true,
    word: None,
};

impl LSTM {
    fn make(at: &mut Build<'_, '_>) -> Result<Self> {
        Ok(LSTM {
            layers: Layers::make(&KIND, at)?,
            state: State::new(),
        })
    }

    /// The output, and the hidden state and cells after the last step, from states of zeros.
    ///
    /// # Errors
    /// If the input doesn't fit.
    pub fn forward(&self, x: impl Borrow<Tensor>) -> Result<Results> {
        self.run(x.borrow(), &[])
    }

    /// [`forward`](Self::forward) from a hidden state and cells.
    ///
    /// # Errors
    /// If the input or the states don't fit.
    pub fn forward_with(
        &self,
        x: impl Borrow<Tensor>,
        (hidden, cells): (impl Borrow<Tensor>, impl Borrow<Tensor>),
    ) -> Result<Results> {
        self.run(x.borrow(), &[hidden.borrow(), cells.borrow()])
    }

    fn run(&self, x: &Tensor, states: &[&Tensor]) -> Result<Results> {
        let named = |results: Vec<Tensor>| {
            let [y, h, c] = results.try_into().ok()?;
            Some((y, (h, c)))
        };
        self.layers.run(Unit::Lstm, (x, states), &self.state, named)
    }
}

recurrent!(LSTM gives Results);

impl<T: Borrow<Tensor>, H: Borrow<Tensor>, C: Borrow<Tensor>> Call<(T, (H, C))> for LSTM {
    type Output = Results;

    fn call(&self, (x, (h, c)): (T, (H, C))) -> Result<Results> {
        let inputs = (x.borrow().clone(), h.borrow().clone(), c.borrow().clone());
        call(self, inputs, |lstm, (x, h, c)| lstm.forward_with(x, (h, c)))
    }
}
