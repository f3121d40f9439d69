//! A layer of an LSTM in one direction: the steps of some batch entries one after the other, those of others beside them.
//!
//! What depends on the input alone, `x · W_ihᵀ + b`, is in the gates when the steps begin.

use super::chunks::for_each;
use super::product::{Begin, Factor, Matrix};
use super::simd::{vectorized, Work};
use super::{Exponential, Float};

/// The sizes of a layer. Gates are `[steps, batch, 4 · hidden]` in the order input, forget, cell, output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lstm {
    pub(crate) steps: usize,
    pub(crate) batch: usize,
    pub(crate) hidden: usize,
    /// The size of the projection of the hidden state.
    pub(crate) projected: Option<usize>,
    /// Whether the steps go from the last one to the first.
    pub(crate) reverse: bool,
}

/// The weights of the recurrence.
#[derive(Clone, Copy)]
pub(crate) struct Weights<'a, T> {
    /// `[4 · hidden, output]`.
    pub(crate) hh: &'a [T],
    /// `[projected, hidden]`, if there is a projection; else nothing.
    pub(crate) hr: &'a [T],
}

/// What the steps left.
pub(crate) struct Path<T> {
    /// The gates after their functions, `[steps, batch, 4 · hidden]`.
    pub(crate) gates: Vec<T>,
    /// `[steps, batch, hidden]`.
    pub(crate) cells: Vec<T>,
    /// The hidden states before the projection, if there is one: `[steps, batch, hidden]`.
    pub(crate) raw: Vec<T>,
    /// `[steps, batch, output]`.
    pub(crate) out: Vec<T>,
}

/// The same, lent.
#[derive(Clone, Copy)]
pub(crate) struct Saved<'a, T> {
    pub(crate) gates: &'a [T],
    pub(crate) cells: &'a [T],
    /// The cells before the first step, `[batch, hidden]`.
    pub(crate) first: &'a [T],
}

/// The gradients of results: of all steps (`[steps, batch, output]`, if there is one), of the last hidden state and cells.
pub(crate) struct Upstream<'a, T> {
    pub(crate) out: Option<&'a [T]>,
    pub(crate) hidden: Vec<T>,
    pub(crate) cells: Vec<T>,
}

/// The gradients of what the steps began with.
pub(crate) struct Slopes<T> {
    /// Of the gates before their functions.
    pub(crate) gates: Vec<T>,
    /// Of the projected hidden states, if they are: `[steps, batch, projected]`.
    pub(crate) projected: Vec<T>,
    /// Of the first hidden state.
    pub(crate) hidden: Vec<T>,
    /// Of the first cells.
    pub(crate) cells: Vec<T>,
}

impl Lstm {
    /// The size of what a step hands on.
    pub(crate) fn output(&self) -> usize {
        self.projected.unwrap_or(self.hidden)
    }

    /// Batch entries of a piece of work: about 16, an even number of pieces.
    fn rows(&self) -> usize {
        let pieces = self.batch.div_ceil(16).next_multiple_of(2);
        self.batch.div_ceil(pieces)
    }

    fn cost(&self) -> usize {
        let per_entry =
            self.hidden * (self.output() + 16) + self.hidden * self.projected.unwrap_or(0) / 4;
        self.steps * self.batch * per_entry
    }

    /// The slices of each piece, step by step in the order of time, of a buffer with `width` numbers per step and entry.
    fn pieces<'a, T>(&self, values: &'a mut [T], width: usize) -> Vec<Vec<&'a mut [T]>> {
        let count = self.batch.div_ceil(self.rows());
        let mut pieces: Vec<Vec<_>> = (0..count).map(|_| Vec::with_capacity(self.steps)).collect();
        if width == 0 {
            return pieces;
        }
        let mut steps: Vec<_> = values.chunks_mut(self.batch * width).collect();
        if self.reverse {
            steps.reverse();
        }
        for step in steps {
            for (piece, slice) in pieces.iter_mut().zip(step.chunks_mut(self.rows() * width)) {
                piece.push(slice);
            }
        }
        pieces
    }

    /// The part of a step that belongs to a piece of which `own` is a slice with `own_width` numbers per entry.
    fn part<'a, T>(
        &self,
        values: &'a [T],
        width: usize,
        [step, first, rows]: [usize; 3],
    ) -> &'a [T] {
        let step = if self.reverse {
            self.steps - 1 - step
        } else {
            step
        };
        &values[(step * self.batch + first) * width..][..rows * width]
    }

    /// Runs all steps from these hidden states (`[batch, output]`) and cells (`[batch, hidden]`). `gates` has what depends
    /// on the input.
    pub(crate) fn forward<T: Exponential>(
        &self,
        mut gates: Vec<T>,
        weights: Weights<'_, T>,
        [hidden, cells]: [&[T]; 2],
    ) -> Path<T> {
        let (h, r) = (self.hidden, self.output());
        let rows = self.steps * self.batch;
        let of = |width: usize| vec![T::zero(); rows * width];
        let raw_width = self.projected.map_or(0, |_| h);
        let (mut all, mut raw, mut out) = (of(h), of(raw_width), of(r));
        if rows > 0 {
            let pieces = self.pieces(&mut gates, 4 * h).into_iter();
            let pieces = pieces.zip(self.pieces(&mut all, h));
            let pieces = pieces.zip(self.pieces(&mut raw, raw_width));
            let pieces = pieces.zip(self.pieces(&mut out, r));
            let with = |hh: Factor<'_, T>, hr: Factor<'_, T>| {
                for_each(
                    pieces.enumerate(),
                    self.cost(),
                    |(i, (((gates, all), raw), out))| {
                        let first = i * self.rows();
                        let piece = Forward {
                            of: self,
                            factors: [hh, hr],
                            begin: [&hidden[first * r..], &cells[first * h..]],
                        };
                        piece.run(gates, all, raw, out);
                    },
                );
            };
            let (hh, hr) = (Matrix::dense(weights.hh, r), Matrix::dense(weights.hr, h));
            let projected = self.projected.unwrap_or(0);
            Factor::with(hh.transposed(), [4 * h, r], |hh| {
                Factor::with(hr.transposed(), [projected, h], |hr| with(hh, hr));
            });
        }
        Path {
            gates,
            cells: all,
            raw,
            out,
        }
    }

    /// Goes back from the last step to the first.
    pub(crate) fn backward<T: Exponential>(
        &self,
        saved: Saved<'_, T>,
        weights: Weights<'_, T>,
        upstream: Upstream<'_, T>,
    ) -> Slopes<T> {
        let (h, r) = (self.hidden, self.output());
        let rows = self.steps * self.batch;
        let mut gates = vec![T::zero(); rows * 4 * h];
        let mut projected = vec![T::zero(); rows * self.projected.unwrap_or(0)];
        let (mut hidden, mut cells) = (upstream.hidden, upstream.cells);
        if rows > 0 {
            let (per_hidden, per_cells) = (self.rows() * r, self.rows() * h);
            let pieces = self.pieces(&mut gates, 4 * h).into_iter();
            let pieces = pieces.zip(self.pieces(&mut projected, self.projected.unwrap_or(0)));
            let pieces = pieces.zip(hidden.chunks_mut(per_hidden));
            let pieces = pieces.zip(cells.chunks_mut(per_cells));
            let with = |hh: Factor<'_, T>, hr: Factor<'_, T>| {
                for_each(
                    pieces.enumerate(),
                    self.cost(),
                    |(i, (((gates, projected), hidden), cells))| {
                        let piece = Backward {
                            of: self,
                            factors: [hh, hr],
                            saved,
                            upstream: upstream.out,
                            first: i * self.rows(),
                        };
                        piece.run(gates, projected, hidden, cells);
                    },
                );
            };
            let (hh, hr) = (Matrix::dense(weights.hh, r), Matrix::dense(weights.hr, h));
            let projected = self.projected.unwrap_or(0);
            Factor::with(hh, [r, 4 * h], |hh| {
                Factor::with(hr, [h, projected], |hr| with(hh, hr));
            });
        }
        Slopes {
            gates,
            projected,
            hidden,
            cells,
        }
    }
}

/// The steps of some batch entries.
struct Forward<'a, T> {
    of: &'a Lstm,
    /// The weights of the hidden state, and of its projection.
    factors: [Factor<'a, T>; 2],
    /// Hidden states and cells before the first step, from the first entry on.
    begin: [&'a [T]; 2],
}

impl<T: Exponential> Forward<'_, T> {
    fn run(
        &self,
        mut gates: Vec<&mut [T]>,
        mut cells: Vec<&mut [T]>,
        mut raw: Vec<&mut [T]>,
        mut out: Vec<&mut [T]>,
    ) {
        let (h, r) = (self.of.hidden, self.of.output());
        let [hh, hr] = self.factors;
        for t in 0..self.of.steps {
            let rows = gates[t].len() / (4 * h);
            let (cells_before, cells) = cells.split_at_mut(t);
            let (out_before, out) = out.split_at_mut(t);
            let [first, first_cells] = self.begin;
            let before = out_before.last().map_or(first, |x| &**x);
            hh.multiply(rows, Matrix::dense(before, r), Begin::Sum, gates[t]);
            let before = cells_before.last().map_or(first_cells, |x| &**x);
            let hidden = match self.of.projected {
                Some(_) => &mut *raw[t],
                None => &mut *out[0],
            };
            let step = Step {
                gates: gates[t],
                before,
                cells: cells[0],
                hidden,
            };
            vectorized(&Cell { hidden: h }, step);
            if self.of.projected.is_some() {
                hr.multiply(rows, Matrix::dense(raw[t], h), Begin::Zero, out[0]);
            }
        }
    }
}

/// One step of some entries: the gates before their functions, and what comes out.
struct Step<'a, T> {
    gates: &'a mut [T],
    before: &'a [T],
    cells: &'a mut [T],
    hidden: &'a mut [T],
}

/// The functions of the gates, the new cells and hidden states, while a row is in the cache.
struct Cell {
    hidden: usize,
}

impl<T: Exponential> Work<Step<'_, T>> for Cell {
    #[inline(always)]
    fn run(&self, step: Step<'_, T>) {
        let n = self.hidden;
        let rows = step
            .gates
            .chunks_exact_mut(4 * n)
            .zip(step.before.chunks_exact(n));
        let new = step
            .cells
            .chunks_exact_mut(n)
            .zip(step.hidden.chunks_exact_mut(n));
        for ((gates, before), (cells, hidden)) in rows.zip(new) {
            let (input_forget, rest) = gates.split_at_mut(2 * n);
            let (cell, output) = rest.split_at_mut(n);
            input_forget.iter_mut().for_each(|x| *x = x.sigmoid());
            cell.iter_mut().for_each(|x| *x = Float::tanh(*x));
            output.iter_mut().for_each(|x| *x = x.sigmoid());
            let (input, forget) = input_forget.split_at(n);
            for j in 0..n {
                cells[j] = forget[j] * before[j] + input[j] * cell[j];
            }
            for j in 0..n {
                hidden[j] = output[j] * Float::tanh(cells[j]);
            }
        }
    }
}

/// The way back through the steps of some batch entries.
struct Backward<'a, T> {
    of: &'a Lstm,
    factors: [Factor<'a, T>; 2],
    saved: Saved<'a, T>,
    upstream: Option<&'a [T]>,
    /// The first of the entries.
    first: usize,
}

impl<T: Exponential> Backward<'_, T> {
    fn run(
        &self,
        mut slopes: Vec<&mut [T]>,
        mut projected: Vec<&mut [T]>,
        hidden: &mut [T],
        cells: &mut [T],
    ) {
        let (h, r) = (self.of.hidden, self.of.output());
        let [hh, hr] = self.factors;
        let rows = cells.len() / h;
        let scratch = self.of.projected.map_or(0, |_| rows * h);
        T::with_scratch(scratch, |raw| {
            for t in (0..self.of.steps).rev() {
                let part = |values, width| self.of.part(values, width, [t, self.first, rows]);
                if let Some(grad) = self.upstream {
                    let grad = part(grad, r);
                    hidden.iter_mut().zip(grad).for_each(|(sum, &x)| *sum += x);
                }
                if self.of.projected.is_some() {
                    projected[t].copy_from_slice(hidden);
                    hr.multiply(rows, Matrix::dense(hidden, r), Begin::Zero, raw);
                }
                let before = match t.checked_sub(1) {
                    Some(t) => self.of.part(self.saved.cells, h, [t, self.first, rows]),
                    None => &self.saved.first[self.first * h..][..rows * h],
                };
                let step = StepBack {
                    gates: part(self.saved.gates, 4 * h),
                    cells: part(self.saved.cells, h),
                    before,
                    hidden: if self.of.projected.is_some() {
                        &*raw
                    } else {
                        &*hidden
                    },
                    slopes: &mut *slopes[t],
                    cells_slopes: &mut *cells,
                };
                vectorized(&CellBack { hidden: h }, step);
                hh.multiply(rows, Matrix::dense(&*slopes[t], 4 * h), Begin::Zero, hidden);
            }
        });
    }
}

/// One step back: what was saved, the gradient of the hidden state, and what comes out. The gradient of the cells becomes that
/// of those before.
struct StepBack<'a, T> {
    gates: &'a [T],
    cells: &'a [T],
    before: &'a [T],
    hidden: &'a [T],
    slopes: &'a mut [T],
    cells_slopes: &'a mut [T],
}

/// The gradients of a step's gates before their functions, and of the cells before it.
struct CellBack {
    hidden: usize,
}

impl<T: Exponential> Work<StepBack<'_, T>> for CellBack {
    #[inline(always)]
    fn run(&self, step: StepBack<'_, T>) {
        let n = self.hidden;
        let one = T::one();
        let saved = step
            .gates
            .chunks_exact(4 * n)
            .zip(step.cells.chunks_exact(n));
        let saved = saved.zip(step.before.chunks_exact(n).zip(step.hidden.chunks_exact(n)));
        let slopes = step
            .slopes
            .chunks_exact_mut(4 * n)
            .zip(step.cells_slopes.chunks_exact_mut(n));
        for (((gates, cells), (before, hidden)), (slopes, total)) in saved.zip(slopes) {
            let (i, rest) = gates.split_at(n);
            let (f, rest) = rest.split_at(n);
            let (g, o) = rest.split_at(n);
            let (di, rest) = slopes.split_at_mut(n);
            let (df, rest) = rest.split_at_mut(n);
            let (dg, d_o) = rest.split_at_mut(n);
            // A loop for each result: with few slices in it the compiler sees that they don't overlap.
            for j in 0..n {
                let y = Float::tanh(cells[j]);
                d_o[j] = hidden[j] * y * o[j] * (one - o[j]);
                total[j] += hidden[j] * o[j] * (one - y * y);
            }
            for j in 0..n {
                di[j] = total[j] * g[j] * i[j] * (one - i[j]);
            }
            for j in 0..n {
                df[j] = total[j] * before[j] * f[j] * (one - f[j]);
            }
            for j in 0..n {
                dg[j] = total[j] * i[j] * (one - g[j] * g[j]);
            }
            for j in 0..n {
                total[j] *= f[j];
            }
        }
    }
}
