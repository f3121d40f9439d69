//! One layer of a recurrent network in one direction: the operation that `nn::LSTM`, `nn::GRU` and `nn::RNN` are built on.

mod composed;
mod fused;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use candle_core::DType;

use crate::error::{Error, Result};
use crate::kernels::recurrent::{Gru, Lstm, Rnn};
use crate::ops::compute::Form;
use crate::tensor::autocast::cast_all;
use crate::tensor::Tensor;

/// What happens at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// With σ the sigmoid and the gates `W_ih x + b_ih + W_hh h + b_hh` in the order i, f, g, o:
    /// `c = σ(f)·c + σ(i)·tanh(g)`, `h = σ(o)·tanh(c)`, which the projection multiplies by `W_hr`.
    Lstm,
    /// With the gates' parts from the input `x_r, x_z, x_n` and from the hidden state `h_r, h_z, h_n`: `r = σ(x_r + h_r)`,
    /// `z = σ(x_z + h_z)`, `n = tanh(x_n + r·h_n)`, `h = (1 − z)·n + z·h`.
    Gru,
    /// `h = tanh(W_ih x + b_ih + W_hh h + b_hh)`.
    Tanh,
    /// `h = relu(W_ih x + b_ih + W_hh h + b_hh)`.
    Relu,
}

impl Unit {
    /// The operation's name.
    const fn name(self) -> &'static str {
        match self {
            Unit::Lstm => "lstm",
            Unit::Gru => "gru",
            Unit::Tanh => "rnn_tanh",
            Unit::Relu => "rnn_relu",
        }
    }

    /// How many times the hidden size the weights have rows.
    const fn gates(self) -> usize {
        match self {
            Unit::Lstm => 4,
            Unit::Gru => 3,
            Unit::Tanh | Unit::Relu => 1,
        }
    }
}

/// What a layer computes with. The weights of the gates stand one below the other.
#[derive(Clone, Debug)]
pub(crate) struct RecurrentInputs<T> {
    /// `[steps, batch, input]`.
    pub(crate) x: T,
    /// `[gates · hidden, input]`.
    pub(crate) weight_ih: T,
    /// `[gates · hidden, output]`.
    pub(crate) weight_hh: T,
    /// `[gates · hidden]` each.
    pub(crate) bias: Option<[T; 2]>,
    /// The projection, `[output, hidden]`.
    pub(crate) weight_hr: Option<T>,
    /// The hidden state before the first step, `[batch, output]`.
    pub(crate) hidden: Option<T>,
    /// The cells before the first step, `[batch, hidden]`.
    pub(crate) cells: Option<T>,
}

impl<T> RecurrentInputs<T> {
    fn list(&self) -> Vec<&T> {
        let bias = self.bias.iter().flatten();
        let rest = bias.chain(&self.weight_hr);
        let rest = rest.chain(&self.hidden).chain(&self.cells);
        [&self.x, &self.weight_ih, &self.weight_hh]
            .into_iter()
            .chain(rest)
            .collect()
    }

    /// The same inputs, each changed by `f`, which is called in the order of [`list`](Self::list).
    fn map<U>(&self, mut f: impl FnMut(&T) -> Result<U>) -> Result<RecurrentInputs<U>> {
        Ok(RecurrentInputs {
            x: f(&self.x)?,
            weight_ih: f(&self.weight_ih)?,
            weight_hh: f(&self.weight_hh)?,
            bias: match &self.bias {
                Some([ih, hh]) => Some([f(ih)?, f(hh)?]),
                None => None,
            },
            weight_hr: self.weight_hr.as_ref().map(&mut f).transpose()?,
            hidden: self.hidden.as_ref().map(&mut f).transpose()?,
            cells: self.cells.as_ref().map(&mut f).transpose()?,
        })
    }
}

impl RecurrentInputs<&Tensor> {
    /// Runs the layer: the hidden states of all steps `[steps, batch, output]`, the last one `[batch, output]` and, of an LSTM, the
    /// last cells `[batch, hidden]`. The shapes must fit, and there must be a step.
    ///
    /// On the CPU it is one operation with a gradient of its own; half types are computed in f32.
    pub(crate) fn run(&self, unit: Unit, reverse: bool) -> Result<Vec<Tensor>> {
        let list: Vec<&Tensor> = self.list().into_iter().copied().collect();
        let mut cast = cast_all(unit.name(), &list)?.into_iter();
        let mut next = |x: &&Tensor| cast.next().map_or_else(|| (*x).clone(), Cow::into_owned);
        let given = self.map(|x| Ok(next(x)))?;
        let dtype = given.x.dtype();
        let half = matches!(dtype, DType::F16 | DType::BF16) && given.x.device().is_cpu();
        if !half {
            return given.in_type(unit, reverse);
        }
        let wide = given.map(|x| x.to_dtype(DType::F32))?;
        let results = wide.in_type(unit, reverse)?.into_iter();
        results.map(|y| y.to_dtype(dtype)).collect()
    }
}

impl RecurrentInputs<Tensor> {
    fn in_type(&self, unit: Unit, reverse: bool) -> Result<Vec<Tensor>> {
        match Form::of(self.x.as_candle()) {
            Form::F32 => self.in_kernel::<f32>(unit, reverse),
            Form::F64 => self.in_kernel::<f64>(unit, reverse),
            Form::Plain => self.composed(unit, reverse),
        }
    }

    fn in_kernel<T: fused::Element>(&self, unit: Unit, reverse: bool) -> Result<Vec<Tensor>> {
        match unit {
            Unit::Lstm => self.fused::<T, _>(unit, Lstm, reverse),
            Unit::Gru => self.fused::<T, _>(unit, Gru, reverse),
            Unit::Tanh => self.fused::<T, _>(unit, Rnn { relu: false }, reverse),
            Unit::Relu => self.fused::<T, _>(unit, Rnn { relu: true }, reverse),
        }
    }
}

/// The error for an input that the layer above should have made.
fn missing(unit: Unit) -> Error {
    Error::op(unit.name(), "an input is missing: this is a bug")
}
