//! The layer as one operation: the input's products of all steps at once, then the steps, and at the end each weight's gradient as
//! one product over all of them.

use candle_core::Tensor as Data;

use super::{RecurrentInputs, Unit};
use crate::error::Result;
use crate::kernels::recurrent::{Cell, First, Path, Recurrence, Upstream, Weights};
use crate::kernels::{new_products, output, values, Begin, Exponential, Lanes, Matrix};
use crate::ops::compute::dense;
use crate::ops::matmul::product::product;
use crate::tensor::{total, when, Saved, Tensor};

/// An element that there are kernels for.
pub(super) trait Element: Lanes + Exponential {}

impl<T: Lanes + Exponential> Element for T {}

/// What the steps left, for the way back.
struct Kept<C> {
    sizes: Recurrence<C>,
    path: Path<Data>,
    /// The hidden states and cells that the steps began with; zeros where nothing was given.
    first: [Data; 2],
}

/// Gradients of what the steps had.
struct Back {
    /// Of the gates before their functions, `[steps · batch, gates · hidden]`.
    gates: Data,
    /// Of their parts from the hidden state; the same, unless these are apart.
    from_hidden: Data,
    /// Of the projected hidden states, `[steps · batch, projected]`.
    projected: Data,
    hidden: Data,
    cells: Data,
}

impl RecurrentInputs<Tensor> {
    pub(super) fn fused<T: Element, C: Cell>(
        &self,
        unit: Unit,
        cell: C,
        reverse: bool,
    ) -> Result<Vec<Tensor>> {
        let data = self.map(|x| dense(x.as_candle()))?;
        let kept = data.steps::<T, C>(unit, cell, reverse)?;
        let last = if reverse { 0 } else { kept.sizes.steps - 1 };
        let mut results = vec![kept.path.out.clone(), kept.path.out.get(last)?];
        if C::HANDS_ON {
            results.push(kept.path.kept.get(last)?);
        }
        let inputs = self.list();
        let any = inputs.iter().any(|x| x.requires_grad());
        let saved = self.map(|x| Ok(x.save_if(any)))?;
        let backward = move |grads: &[Option<Data>], needs: &[bool]| {
            let data = saved.map(|x: &Saved| dense(x.get()?))?;
            let mut flags = needs.iter();
            let needs = saved.map(|_| Ok(flags.next().is_some_and(|&needed| needed)))?;
            let grads = data.gradients::<T, C>(&kept, grads, &needs)?;
            Ok(grads.list().into_iter().cloned().collect())
        };
        Ok(Tensor::record_outputs(
            unit.name(),
            results,
            &inputs,
            backward,
        ))
    }
}

impl RecurrentInputs<Data> {
    fn weights<'a, T: Element, C: Cell>(&self, [hh, bias, hr]: [&'a [T]; 3]) -> Weights<'a, T> {
        Weights {
            hh,
            bias_hh: (C::APART && self.bias.is_some()).then_some(bias),
            hr,
        }
    }

    /// The weights that the steps need; something that isn't read where there is no bias or projection.
    fn recurrent(&self) -> [&Data; 3] {
        let bias = self.bias.as_ref().map(|[_, hh]| hh);
        [
            &self.weight_hh,
            bias.unwrap_or(&self.weight_hh),
            self.weight_hr.as_ref().unwrap_or(&self.weight_hh),
        ]
    }

    fn steps<T: Element, C: Cell>(&self, unit: Unit, cell: C, reverse: bool) -> Result<Kept<C>> {
        let (steps, batch, input) = self.x.dims3()?;
        let gates_width = self.weight_ih.dim(0)?;
        let hidden = gates_width / unit.gates();
        let sizes = Recurrence {
            cell,
            steps,
            batch,
            hidden,
            projected: self.weight_hr.as_ref().map(|w| w.dim(0)).transpose()?,
            reverse,
        };
        let or_zeros = |given: &Option<Data>, width| match given {
            Some(given) => Ok(given.clone()),
            None => Data::zeros((batch, width), self.x.dtype(), self.x.device()),
        };
        let handed = if C::HANDS_ON { hidden } else { 0 };
        let first = [
            or_zeros(&self.hidden, sizes.output())?,
            or_zeros(&self.cells, handed)?,
        ];
        let bias = match &self.bias {
            Some([ih, _]) if C::APART => Some(ih.clone()),
            Some([ih, hh]) => Some((ih + hh)?),
            None => None,
        };
        let bias = bias.as_ref().map(values).transpose()?;
        let bias = bias.as_ref().map(|bias| bias.slice::<T>()).transpose()?;
        let begin = bias.map_or(Begin::Zero, Begin::Bias);
        let (x, ih) = (values(&self.x)?, values(&self.weight_ih)?);
        let (x, ih) = (x.slice::<T>()?, ih.slice::<T>()?);
        let gates = new_products(1, [steps * batch, gates_width, input], begin, |_| {
            let weights = Matrix::dense(ih, input);
            (Matrix::dense(x, input), weights.transposed())
        });
        let [hh, bias, hr] = self.recurrent();
        let (hh, bias, hr) = (values(hh)?, values(bias)?, values(hr)?);
        let weights = self.weights::<T, C>([hh.slice()?, bias.slice()?, hr.slice()?]);
        let path = {
            let (hidden, handed) = (values(&first[0])?, values(&first[1])?);
            let first = First {
                hidden: hidden.slice()?,
                handed: handed.slice()?,
            };
            sizes.forward(gates, weights, first)
        };
        let of = |values: Vec<T>, width| output(values, (steps, batch, width));
        let raw = if sizes.projected.is_some() { hidden } else { 0 };
        let path = Path {
            gates: of(path.gates, gates_width)?,
            kept: of(path.kept, if C::KEEPS { hidden } else { 0 })?,
            raw: of(path.raw, raw)?,
            out: of(path.out, sizes.output())?,
        };
        Ok(Kept { sizes, path, first })
    }

    /// The gradients of all inputs from those of the results.
    fn gradients<T: Element, C: Cell>(
        &self,
        kept: &Kept<C>,
        grads: &[Option<Data>],
        needs: &RecurrentInputs<bool>,
    ) -> Result<RecurrentInputs<Option<Data>>> {
        let back = self.back::<T, C>(kept, grads)?;
        let Recurrence { steps, batch, .. } = kept.sizes;
        let (rows, width) = (steps * batch, self.weight_ih.dim(0)?);
        let x = self.x.reshape((rows, self.x.dim(2)?))?;
        let bias = |gates: &Data, needed| when(needed, || Ok(total(gates, &[0])?.reshape(width)?));
        let bias = match needs.bias {
            // One sum for both, unless they differ.
            Some([ih, hh]) if !C::APART => {
                let sum = bias(&back.gates, ih || hh)?;
                Some([ih, hh].map(|needed| sum.clone().filter(|_| needed)))
            }
            Some([ih, hh]) => Some([bias(&back.gates, ih)?, bias(&back.from_hidden, hh)?]),
            None => None,
        };
        Ok(RecurrentInputs {
            x: when(needs.x, || {
                Ok(product(&back.gates, &self.weight_ih)?.reshape(self.x.shape())?)
            })?,
            weight_ih: when(needs.weight_ih, || product(&back.gates.t()?, &x))?,
            weight_hh: when(needs.weight_hh, || {
                kept.of_recurrent(&back.from_hidden, self.hidden.is_some())
            })?,
            bias,
            weight_hr: match needs.weight_hr {
                Some(needed) => Some(when(needed, || {
                    let raw = kept.path.raw.reshape((rows, kept.sizes.hidden))?;
                    product(&back.projected.t()?, &raw)
                })?),
                None => None,
            },
            hidden: needs
                .hidden
                .map(|needed| Some(back.hidden).filter(|_| needed)),
            cells: needs
                .cells
                .map(|needed| Some(back.cells).filter(|_| needed)),
        })
    }

    /// The way back through the steps.
    fn back<T: Element, C: Cell>(&self, kept: &Kept<C>, grads: &[Option<Data>]) -> Result<Back> {
        let sizes = kept.sizes;
        let Recurrence {
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
        let handed = if C::HANDS_ON { hidden } else { 0 };
        let upstream = Upstream {
            out: out.as_ref().map(|out| out.slice::<T>()).transpose()?,
            hidden: own(1, sizes.output())?,
            handed: own(2, handed)?,
        };
        let Path {
            gates,
            kept: beside,
            out,
            ..
        } = &kept.path;
        let (gates, beside, out) = (values(gates)?, values(beside)?, values(out)?);
        let path = Path {
            gates: gates.slice::<T>()?,
            kept: beside.slice()?,
            raw: &[],
            out: out.slice()?,
        };
        let [h, c] = [values(&kept.first[0])?, values(&kept.first[1])?];
        let first = First {
            hidden: h.slice()?,
            handed: c.slice()?,
        };
        let [hh, bias, hr] = self.recurrent();
        let (hh, bias, hr) = (values(hh)?, values(bias)?, values(hr)?);
        let weights = self.weights::<T, C>([hh.slice()?, bias.slice()?, hr.slice()?]);
        let slopes = sizes.backward(path, first, weights, upstream);
        let (rows, width) = (steps * batch, self.weight_ih.dim(0)?);
        let gates = output(slopes.gates, (rows, width))?;
        Ok(Back {
            from_hidden: match C::APART {
                true => output(slopes.apart, (rows, width))?,
                false => gates.clone(),
            },
            gates,
            projected: output(slopes.projected, (rows, sizes.projected.unwrap_or(0)))?,
            hidden: output(slopes.hidden, (batch, sizes.output()))?,
            cells: output(slopes.handed, (batch, handed))?,
        })
    }
}

impl<C: Cell> Kept<C> {
    /// The gradient of `W_hh`: each step's gates meet the hidden state that the step before gave.
    fn of_recurrent(&self, gates: &Data, has_state: bool) -> Result<Data> {
        let Recurrence {
            steps,
            batch,
            reverse,
            ..
        } = self.sizes;
        let rows = (steps - 1) * batch;
        let out = self
            .path
            .out
            .reshape((steps * batch, self.sizes.output()))?;
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
