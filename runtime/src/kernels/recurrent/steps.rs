//! The steps of some batch entries, forward and back.

use super::{Cell, Exponential, First, Path, Recurrence, Step, StepBack};
use crate::kernels::product::{Begin, Factor, Matrix};
use crate::kernels::simd::{vectorized, Work};

/// A step and some entries.
#[derive(Clone, Copy)]
struct At {
    step: usize,
    first: usize,
    rows: usize,
}

impl<C> Recurrence<C> {
    /// At a step in the order of time, the rows of some entries, of a buffer with `width` numbers per step and entry.
    fn part<'a, T>(&self, values: &'a [T], width: usize, at: At) -> &'a [T] {
        let step = match self.reverse {
            true => self.steps - 1 - at.step,
            false => at.step,
        };
        &values[(step * self.batch + at.first) * width..][..at.rows * width]
    }
}

/// The steps of some batch entries.
pub(super) struct Forward<'a, T, C> {
    pub(super) of: &'a Recurrence<C>,
    /// The weights of the hidden state, and of its projection.
    pub(super) factors: [Factor<'a, T>; 2],
    pub(super) bias: Option<&'a [T]>,
    pub(super) begin: First<'a, T>,
    /// The first of the entries.
    pub(super) first: usize,
}

impl<T: Exponential, C: Cell> Forward<'_, T, C> {
    pub(super) fn run(&self, mut path: Path<Vec<&mut [T]>>) {
        let (size, output) = (self.of.hidden, self.of.output());
        let [gates_width, _, _, apart_width] = self.of.widths();
        let [hh, hr] = self.factors;
        let rows = path.out[0].len() / output;
        let begin = &self.begin.hidden[self.first * output..][..rows * output];
        let begin_handed = match C::HANDS_ON {
            true => &self.begin.handed[self.first * size..][..rows * size],
            false => &[],
        };
        T::with_scratch(rows * apart_width, |apart| {
            for t in 0..self.of.steps {
                let (kept_before, kept) = path.kept.split_at_mut(t);
                let (out_before, out) = path.out.split_at_mut(t);
                let before = out_before.last().map_or(begin, |x| &**x);
                let gates = &mut *path.gates[t];
                let product = Matrix::dense(before, output);
                if C::APART {
                    let bias = self.bias.map_or(Begin::Zero, Begin::Bias);
                    hh.multiply(rows, product, bias, apart);
                } else {
                    hh.multiply(rows, product, Begin::Sum, &mut gates[..rows * gates_width]);
                }
                let hidden = match self.of.projected {
                    Some(_) => &mut *path.raw[t],
                    None => &mut *out[0],
                };
                let step = Step {
                    size,
                    gates,
                    apart,
                    before,
                    kept_before: kept_before.last().map_or(begin_handed, |x| &**x),
                    kept: kept[0],
                    hidden,
                };
                vectorized(&Go(self.of.cell), step);
                if self.of.projected.is_some() {
                    let raw = Matrix::dense(&*path.raw[t], size);
                    hr.multiply(rows, raw, Begin::Zero, out[0]);
                }
            }
        });
    }
}

/// The way back through the steps of some batch entries.
pub(super) struct Backward<'a, T, C> {
    pub(super) of: &'a Recurrence<C>,
    pub(super) factors: [Factor<'a, T>; 2],
    pub(super) path: Path<&'a [T]>,
    pub(super) begin: First<'a, T>,
    pub(super) upstream: Option<&'a [T]>,
    pub(super) first: usize,
}

impl<T: Exponential, C: Cell> Backward<'_, T, C> {
    pub(super) fn run(
        &self,
        [mut slopes, mut apart, mut projected]: [Vec<&mut [T]>; 3],
        hidden: &mut [T],
        handed: &mut [T],
    ) {
        let (size, output) = (self.of.hidden, self.of.output());
        let [gates_width, kept_width, raw_width, _] = self.of.widths();
        let [hh, hr] = self.factors;
        let (first, rows) = (self.first, hidden.len() / output);
        let part = |values, width, step| self.of.part(values, width, At { step, first, rows });
        T::with_scratch(rows * raw_width, |raw| {
            for t in (0..self.of.steps).rev() {
                if let Some(grad) = self.upstream {
                    let grad = part(grad, output, t);
                    hidden.iter_mut().zip(grad).for_each(|(sum, &x)| *sum += x);
                }
                if self.of.projected.is_some() {
                    projected[t].copy_from_slice(hidden);
                    hr.multiply(rows, Matrix::dense(&*hidden, output), Begin::Zero, raw);
                }
                let [before, kept_before] = match t.checked_sub(1) {
                    Some(t) => [
                        part(self.path.out, output, t),
                        part(self.path.kept, kept_width, t),
                    ],
                    None => [
                        &self.begin.hidden[first * output..][..rows * output],
                        match C::HANDS_ON {
                            true => &self.begin.handed[first * size..][..rows * size],
                            false => &[],
                        },
                    ],
                };
                let step = StepBack {
                    size,
                    gates: part(self.path.gates, gates_width, t),
                    kept: part(self.path.kept, kept_width, t),
                    before,
                    kept_before,
                    hidden: match self.of.projected {
                        Some(_) => &mut *raw,
                        None => &mut *hidden,
                    },
                    handed: &mut *handed,
                    slopes: &mut *slopes[t],
                    apart: &mut *apart[t],
                };
                vectorized(&Back(self.of.cell), step);
                let (slopes, begin) = match C::APART {
                    true => (&*apart[t], Begin::Sum),
                    false => (&*slopes[t], Begin::Zero),
                };
                hh.multiply(rows, Matrix::dense(slopes, gates_width), begin, hidden);
            }
        });
    }
}

struct Go<C>(C);

impl<T: Exponential, C: Cell> Work<Step<'_, T>> for Go<C> {
    #[inline(always)]
    fn run(&self, step: Step<'_, T>) {
        self.0.forward(step);
    }
}

struct Back<C>(C);

impl<T: Exponential, C: Cell> Work<StepBack<'_, T>> for Back<C> {
    #[inline(always)]
    fn run(&self, step: StepBack<'_, T>) {
        self.0.backward(step);
    }
}
