//! The layer as one operation: the input's products of all steps at once, then the steps, and at the end each weight's gradient as
//! one product over all of them.

use candle_core::Tensor as Data;

use super::{LstmInputs, OP};
use crate::error::{Error, Result};
use crate::kernels::lstm::{Lstm, Saved, Upstream, Weights};
use crate::kernels::{new_products, output, values, Begin, Exponential, Lanes, Matrix};
use crate::ops::compute::dense;
use crate::ops::matmul::product::product;
use crate::tensor::{self, total, when, Tensor};

/// What the steps left, for the way back.
struct Kept {
    sizes: Lstm,
    gates: Data,
    cells: Data,
    /// The hidden states before the projection, if there is one.
    raw: Data,
    out: Data,
    /// What the steps began with; zeros where nothing was given.
    first: [Data; 2],
}

impl LstmInputs<Tensor> {
    pub(super) fn fused<T: Lanes + Exponential>(&self, reverse: bool) -> Result<[Tensor; 3]> {
        let data = self.map(|x| dense(x.as_candle()))?;
        let kept = data.steps::<T>(reverse)?;
        let last = if reverse { 0 } else { kept.sizes.steps - 1 };
        let results = vec![kept.out.clone(), kept.out.get(last)?, kept.cells.get(last)?];
        let inputs = self.list();
        let any = inputs.iter().any(|x| x.requires_grad());
        let saved = self.map(|x| Ok::<_, Error>(x.save_if(any)))?;
        let results = Tensor::record_outputs(OP, results, &inputs, move |grads, needs| {
            let data = saved.map(|x: &tensor::Saved| dense(x.get()?))?;
            let mut flags = needs.iter();
            let needs = saved.map(|_| Ok::<_, Error>(flags.next().is_some_and(|&x| x)))?;
            let grads = data.gradients::<T>(&kept, grads, &needs)?;
            Ok(grads.list().into_iter().cloned().collect())
        });
        let mut results = results.into_iter();
        let mut next = || results.next().unwrap_or_else(|| self.x.clone());
        Ok([next(), next(), next()])
    }
}

impl LstmInputs<Data> {
    fn sizes(&self, reverse: bool) -> Result<Lstm> {
        let (steps, batch, _) = self.x.dims3()?;
        Ok(Lstm {
            steps,
            batch,
            hidden: self.weight_ih.dim(0)? / 4,
            projected: self.weight_hr.as_ref().map(|w| w.dim(0)).transpose()?,
            reverse,
        })
    }

    /// The projection or, where there is none, something that isn't read.
    fn projection(&self) -> &Data {
        self.weight_hr.as_ref().unwrap_or(&self.weight_hh)
    }

    fn steps<T: Lanes + Exponential>(&self, reverse: bool) -> Result<Kept> {
        let sizes = self.sizes(reverse)?;
        let Lstm {
            steps,
            batch,
            hidden,
            ..
        } = sizes;
        let zeros = |width| Data::zeros((batch, width), self.x.dtype(), self.x.device());
        let first = match &self.state {
            Some(state) => state.clone(),
            None => [zeros(sizes.output())?, zeros(hidden)?],
        };
        let input = self.x.dim(2)?;
        let bias = self.bias.as_ref().map(|[ih, hh]| ih + hh).transpose()?;
        let locked = bias.as_ref().map(values).transpose()?;
        let bias = locked.as_ref().map(|bias| bias.slice::<T>()).transpose()?;
        let begin = bias.map_or(Begin::Zero, Begin::Bias);
        let (x, ih) = (values(&self.x)?, values(&self.weight_ih)?);
        let (x, ih) = (x.slice::<T>()?, ih.slice::<T>()?);
        let gates = new_products(1, [steps * batch, 4 * hidden, input], begin, |_| {
            (
                Matrix::dense(x, input),
                Matrix::dense(ih, input).transposed(),
            )
        });
        let (hh, hr) = (values(&self.weight_hh)?, values(self.projection())?);
        let [h, c] = [values(&first[0])?, values(&first[1])?];
        let path = sizes.forward(
            gates,
            Weights {
                hh: hh.slice::<T>()?,
                hr: hr.slice()?,
            },
            [h.slice()?, c.slice()?],
        );
        drop((h, c));
        let raw = if sizes.projected.is_some() { hidden } else { 0 };
        Ok(Kept {
            sizes,
            gates: output(path.gates, (steps, batch, 4 * hidden))?,
            cells: output(path.cells, (steps, batch, hidden))?,
            raw: output(path.raw, (steps * batch, raw))?,
            out: output(path.out, (steps, batch, sizes.output()))?,
            first,
        })
    }

    /// The gradients of all inputs from those of the results.
    fn gradients<T: Lanes + Exponential>(
        &self,
        kept: &Kept,
        grads: &[Option<Data>],
        needs: &LstmInputs<bool>,
    ) -> Result<LstmInputs<Option<Data>>> {
        let Lstm {
            steps,
            batch,
            hidden,
            ..
        } = kept.sizes;
        let [gates, projected, h, c] = self.back::<T>(kept, grads)?;
        let rows = steps * batch;
        let (gates, x) = (
            gates.reshape((rows, 4 * hidden))?,
            self.x.reshape((rows, self.x.dim(2)?))?,
        );
        let bias = |_: &bool| -> Result<_> { Ok(total(&gates, &[0])?.reshape(4 * hidden)?) };
        let bias = match &needs.bias {
            Some([ih, hh]) if *ih || *hh => Some(bias(ih)?),
            _ => None,
        };
        Ok(LstmInputs {
            x: when(needs.x, || {
                Ok(product(&gates, &self.weight_ih)?.reshape(self.x.shape())?)
            })?,
            weight_ih: when(needs.weight_ih, || product(&gates.t()?, &x))?,
            weight_hh: when(needs.weight_hh, || {
                kept.recurrent(&gates, self.state.is_some())
            })?,
            bias: needs
                .bias
                .map(|needs| needs.map(|needed| bias.clone().filter(|_| needed))),
            weight_hr: match needs.weight_hr {
                Some(needed) => Some(when(needed, || product(&projected.t()?, &kept.raw))?),
                None => None,
            },
            state: needs
                .state
                .map(|[a, b]| [Some(h).filter(|_| a), Some(c).filter(|_| b)]),
        })
    }

    /// The gradients of the gates before their functions, of the projected hidden states, and of what the steps began with.
    fn back<T: Lanes + Exponential>(
        &self,
        kept: &Kept,
        grads: &[Option<Data>],
    ) -> Result<[Data; 4]> {
        let sizes = kept.sizes;
        let Lstm {
            steps,
            batch,
            hidden,
            ..
        } = sizes;
        let grad = |i: usize| grads.get(i).and_then(Option::as_ref).map(dense).transpose();
        let own = |i: usize, width: usize| -> Result<Vec<T>> {
            Ok(match grad(i)? {
                Some(grad) => values(&grad)?.slice::<T>()?.to_vec(),
                None => vec![T::zero(); batch * width],
            })
        };
        let out = grad(0)?;
        let out = out.as_ref().map(values).transpose()?;
        let upstream = Upstream {
            out: out.as_ref().map(|out| out.slice::<T>()).transpose()?,
            hidden: own(1, sizes.output())?,
            cells: own(2, hidden)?,
        };
        let (gates, cells, first) = (
            values(&kept.gates)?,
            values(&kept.cells)?,
            values(&kept.first[1])?,
        );
        let saved = Saved {
            gates: gates.slice::<T>()?,
            cells: cells.slice()?,
            first: first.slice()?,
        };
        let (hh, hr) = (values(&self.weight_hh)?, values(self.projection())?);
        let weights = Weights {
            hh: hh.slice::<T>()?,
            hr: hr.slice()?,
        };
        let slopes = sizes.backward(saved, weights, upstream);
        let projected = sizes.projected.unwrap_or(0);
        Ok([
            output(slopes.gates, (steps, batch, 4 * hidden))?,
            output(slopes.projected, (steps * batch, projected))?,
            output(slopes.hidden, (batch, sizes.output()))?,
            output(slopes.cells, (batch, hidden))?,
        ])
    }
}

impl Kept {
    /// The gradient of `W_hh`: each step's gates meet the hidden state that the step before gave.
    fn recurrent(&self, gates: &Data, has_state: bool) -> Result<Data> {
        let Lstm {
            steps,
            batch,
            reverse,
            ..
        } = self.sizes;
        let rows = (steps - 1) * batch;
        let out = self.out.reshape((steps * batch, self.sizes.output()))?;
        // Rows of the gates of all steps but the first, of the first, and of the states before those.
        let [later, first, before] = if reverse {
            [0, rows, batch]
        } else {
            [batch, 0, 0]
        };
        let sum = product(
            &gates.narrow(0, later, rows)?.t()?,
            &out.narrow(0, before, rows)?,
        )?;
        if !has_state {
            return Ok(sum);
        }
        let gates = gates.narrow(0, first, batch)?;
        Ok((sum + product(&gates.t()?, &self.first[0])?)?)
    }
}
