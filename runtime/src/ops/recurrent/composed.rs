//! The layer as its parts.

use super::{missing, RecurrentInputs, Unit};
use crate::error::Result;
use crate::ops::stack;
use crate::tensor::Tensor;

impl RecurrentInputs<Tensor> {
    pub(super) fn composed(&self, unit: Unit, reverse: bool) -> Result<Vec<Tensor>> {
        let [steps, batch] = [self.x.dims()[0], self.x.dims()[1]];
        let zeros = |width| Tensor::zeros([batch, width], self.x.dtype(), self.x.device());
        let [bias_ih, bias_hh] = match &self.bias {
            Some([ih, hh]) => [Some(ih), Some(hh)],
            None => [None, None],
        };
        let mut h = match &self.hidden {
            Some(hidden) => hidden.clone(),
            None => zeros(self.weight_hh.dims()[1])?,
        };
        let mut c = match (&self.cells, unit) {
            (Some(cells), _) => Some(cells.clone()),
            (None, Unit::Lstm) => Some(zeros(self.weight_hh.dims()[0] / 4)?),
            (None, _) => None,
        };
        let from_input = self.x.linear(&self.weight_ih, bias_ih)?;
        let mut out = Vec::with_capacity(steps);
        for t in 0..steps {
            let t = if reverse { steps - 1 - t } else { t };
            let from_input = from_input.select(0, t)?;
            let from_hidden = h.linear(&self.weight_hh, bias_hh)?;
            h = match unit {
                Unit::Lstm => {
                    let before = c.as_ref().ok_or_else(|| missing(unit))?;
                    let [h, cells] = lstm(&from_input.add(from_hidden)?, before)?;
                    c = Some(cells);
                    h
                }
                Unit::Gru => gru(&from_input, &from_hidden, &h)?,
                Unit::Tanh => from_input.add(from_hidden)?.tanh()?,
                Unit::Relu => from_input.add(from_hidden)?.relu()?,
            };
            if let Some(weight) = &self.weight_hr {
                h = h.linear(weight, None)?;
            }
            out.push(h.clone());
        }
        if reverse {
            out.reverse();
        }
        let mut results = vec![stack(out, 0)?, h];
        results.extend(c);
        Ok(results)
    }
}

/// Part `i` of the gates, of which there are `count`.
fn part(gates: &Tensor, i: usize, count: usize) -> Result<Tensor> {
    let size = gates.dims()[1] / count;
    gates.narrow(1, i * size, size)
}

fn lstm(gates: &Tensor, cells: &Tensor) -> Result<[Tensor; 2]> {
    let [i, f, g, o] = [0, 1, 2, 3].map(|i| part(gates, i, 4));
    let kept = f?.sigmoid()?.mul(cells)?;
    let cells = kept.add(i?.sigmoid()?.mul(g?.tanh()?)?)?;
    Ok([o?.sigmoid()?.mul(cells.tanh()?)?, cells])
}

fn gru(from_input: &Tensor, from_hidden: &Tensor, h: &Tensor) -> Result<Tensor> {
    let sum = |i| part(from_input, i, 3)?.add(part(from_hidden, i, 3)?);
    let (r, z) = (sum(0)?.sigmoid()?, sum(1)?.sigmoid()?);
    let reset = r.mul(part(from_hidden, 2, 3)?)?;
    let n = part(from_input, 2, 3)?.add(reset)?.tanh()?;
    n.sub(z.mul(&n)?)?.add(z.mul(h)?)
}
