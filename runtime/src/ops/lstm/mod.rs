//! One layer of an LSTM in one direction: the operation that `nn::LSTM` is built on.

mod fused;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use candle_core::DType;

use crate::error::{Error, Result};
use crate::ops::compute::Form;
use crate::ops::stack;
use crate::tensor::autocast::cast_all;
use crate::tensor::Tensor;

const OP: &str = "lstm";

/// What a layer computes with. The weights of the gates stand one below the other: input, forget, cell, output.
#[derive(Clone, Debug)]
pub(crate) struct LstmInputs<T> {
    /// `[steps, batch, input]`.
    pub(crate) x: T,
    /// `[4 · hidden, input]`.
    pub(crate) weight_ih: T,
    /// `[4 · hidden, output]`.
    pub(crate) weight_hh: T,
    /// `[4 · hidden]` each.
    pub(crate) bias: Option<[T; 2]>,
    /// The projection, `[output, hidden]`.
    pub(crate) weight_hr: Option<T>,
    /// The hidden state before the first step, `[batch, output]`, and the cells, `[batch, hidden]`.
    pub(crate) state: Option<[T; 2]>,
}

impl<T> LstmInputs<T> {
    fn list(&self) -> Vec<&T> {
        let bias = self.bias.iter().flatten();
        let rest = bias.chain(&self.weight_hr);
        let rest = rest.chain(self.state.iter().flatten());
        [&self.x, &self.weight_ih, &self.weight_hh]
            .into_iter()
            .chain(rest)
            .collect()
    }

    /// The same inputs, each changed by `f`, which is called in the order of [`list`](Self::list).
    fn map<U, E>(&self, mut f: impl FnMut(&T) -> Result<U, E>) -> Result<LstmInputs<U>, E> {
        let pair = |[a, b]: &[T; 2], f: &mut dyn FnMut(&T) -> Result<U, E>| Ok([f(a)?, f(b)?]);
        Ok(LstmInputs {
            x: f(&self.x)?,
            weight_ih: f(&self.weight_ih)?,
            weight_hh: f(&self.weight_hh)?,
            bias: self
                .bias
                .as_ref()
                .map(|bias| pair(bias, &mut f))
                .transpose()?,
            weight_hr: self.weight_hr.as_ref().map(&mut f).transpose()?,
            state: self
                .state
                .as_ref()
                .map(|state| pair(state, &mut f))
                .transpose()?,
        })
    }
}

impl LstmInputs<&Tensor> {
    /// Runs the layer: the hidden states of all steps `[steps, batch, output]`, the last one `[batch, output]` and the last cells
    /// `[batch, hidden]`. The shapes must fit, and there must be a step.
    ///
    /// With σ the sigmoid: `i, f, o = σ(…)` and `g = tanh(…)` of `W_ih x + b_ih + W_hh h + b_hh`, then `c = f·c + i·g` and
    /// `h = o·tanh(c)`, which the projection multiplies by `W_hr`.
    ///
    /// On the CPU it is one operation with a gradient of its own; half types are computed in f32.
    pub(crate) fn run(&self, reverse: bool) -> Result<[Tensor; 3]> {
        let list: Vec<&Tensor> = self.list().into_iter().copied().collect();
        let mut cast = cast_all(OP, &list)?.into_iter();
        let mut next = |x: &&Tensor| cast.next().map_or_else(|| (*x).clone(), Cow::into_owned);
        let given = self.map(|x| Ok::<_, Error>(next(x)))?;
        let dtype = given.x.dtype();
        let half = matches!(dtype, DType::F16 | DType::BF16) && given.x.device().is_cpu();
        if !half {
            return given.in_type(reverse);
        }
        let wide = given.map(|x| x.to_dtype(DType::F32))?;
        let [out, h, c] = wide.in_type(reverse)?;
        Ok([out.to_dtype(dtype)?, h.to_dtype(dtype)?, c.to_dtype(dtype)?])
    }
}

impl LstmInputs<Tensor> {
    fn in_type(&self, reverse: bool) -> Result<[Tensor; 3]> {
        match Form::of(self.x.as_candle()) {
            Form::F32 => self.fused::<f32>(reverse),
            Form::F64 => self.fused::<f64>(reverse),
            Form::Plain => self.composed(reverse),
        }
    }

    /// The layer as its parts.
    fn composed(&self, reverse: bool) -> Result<[Tensor; 3]> {
        let [steps, batch] = [self.x.dims()[0], self.x.dims()[1]];
        let zeros = |width| Tensor::zeros([batch, width], self.x.dtype(), self.x.device());
        let [bias_ih, bias_hh] = match &self.bias {
            Some([ih, hh]) => [Some(ih), Some(hh)],
            None => [None, None],
        };
        let [mut h, mut c] = match &self.state {
            Some(state) => state.clone(),
            None => [
                zeros(self.weight_hh.dims()[1])?,
                zeros(self.weight_hh.dims()[0] / 4)?,
            ],
        };
        let from_input = self.x.linear(&self.weight_ih, bias_ih)?;
        let mut out = Vec::with_capacity(steps);
        for t in 0..steps {
            let t = if reverse { steps - 1 - t } else { t };
            let gates = h.linear(&self.weight_hh, bias_hh)?;
            let gates = from_input.select(0, t)?.add(gates)?;
            let [i, f, g, o] = [0, 1, 2, 3].map(|k| {
                let size = gates.dims()[1] / 4;
                gates.narrow(1, k * size, size)
            });
            c = f?.sigmoid()?.mul(&c)?.add(i?.sigmoid()?.mul(g?.tanh()?)?)?;
            h = o?.sigmoid()?.mul(c.tanh()?)?;
            if let Some(weight) = &self.weight_hr {
                h = h.linear(weight, None)?;
            }
            out.push(h.clone());
        }
        if reverse {
            out.reverse();
        }
        Ok([stack(out, 0)?, h, c])
    }
}
