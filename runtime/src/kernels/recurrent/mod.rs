//! A recurrent layer in one direction: the steps of some batch entries one after the other, those of others beside them.
//!
//! What depends on the input alone, `x · W_ihᵀ + b`, is in the gates when the steps begin. What a step does is a [`Cell`]'s.

mod gru;
mod lstm;
mod rnn;
mod steps;

pub(crate) use gru::Gru;
pub(crate) use lstm::Lstm;
pub(crate) use rnn::Rnn;

use super::chunks::for_each;
use super::product::{Factor, Matrix};
use super::{Exponential, Float};
use steps::{Backward, Forward};

/// What a recurrent layer does at every step.
pub(crate) trait Cell: Copy + Send + Sync + 'static {
    /// How many times the hidden size the weights have rows.
    const GATES: usize;

    /// Whether each step keeps something beside its gates, of the hidden state's size.
    const KEEPS: bool;

    /// Whether what is kept is handed on to the next step, as the cells of an LSTM are.
    const HANDS_ON: bool;

    /// Whether the gates' parts from the hidden state have biases and slopes of their own, apart from those from the input.
    const APART: bool;

    /// The functions of the gates, and what comes out.
    fn forward<T: Exponential>(&self, step: Step<'_, T>);

    /// The slopes of the gates before their functions, and of what the step before handed on.
    fn backward<T: Exponential>(&self, step: StepBack<'_, T>);
}

/// A step of some entries, row after row: what goes in and what comes out.
pub(crate) struct Step<'a, T> {
    /// The hidden size.
    size: usize,
    /// Before their functions, and after.
    gates: &'a mut [T],
    /// The gates' parts from the hidden state, if they are apart.
    apart: &'a [T],
    /// The hidden states before.
    before: &'a [T],
    /// What the step before handed on.
    kept_before: &'a [T],
    kept: &'a mut [T],
    /// The hidden states after.
    hidden: &'a mut [T],
}

/// A step back.
pub(crate) struct StepBack<'a, T> {
    size: usize,
    /// What the step left.
    gates: &'a [T],
    kept: &'a [T],
    before: &'a [T],
    kept_before: &'a [T],
    /// The slopes of the hidden states after; where they are apart from those of the gates, those of the states before, as far as
    /// they don't come by the gates.
    hidden: &'a mut [T],
    /// The slopes of what was kept, if it is handed on: they become those of what was handed to this step.
    handed: &'a mut [T],
    /// The slopes of the gates before their functions.
    slopes: &'a mut [T],
    /// Those of the gates' parts from the hidden state, if they are apart.
    apart: &'a mut [T],
}

/// The sizes of a layer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recurrence<C> {
    pub(crate) cell: C,
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
    /// `[gates · hidden, output]`.
    pub(crate) hh: &'a [T],
    /// `[gates · hidden]`, if the gates' parts are apart.
    pub(crate) bias_hh: Option<&'a [T]>,
    /// `[projected, hidden]`, if there is a projection.
    pub(crate) hr: &'a [T],
}

/// The hidden states before the first step, `[batch, output]`, and what is handed to it, `[batch, hidden]`.
#[derive(Clone, Copy)]
pub(crate) struct First<'a, T> {
    pub(crate) hidden: &'a [T],
    pub(crate) handed: &'a [T],
}

/// What the steps left; for each an entry of every buffer.
#[derive(Clone, Copy)]
pub(crate) struct Path<V> {
    /// The gates after their functions, `[steps, batch, gates · hidden]`.
    pub(crate) gates: V,
    /// `[steps, batch, hidden]`, if steps keep something.
    pub(crate) kept: V,
    /// The hidden states before the projection, if there is one: `[steps, batch, hidden]`.
    pub(crate) raw: V,
    /// `[steps, batch, output]`.
    pub(crate) out: V,
}

/// The slopes of results: of all steps (`[steps, batch, output]`, if there are any), of the last hidden states and of what the last step
/// handed on.
pub(crate) struct Upstream<'a, T> {
    pub(crate) out: Option<&'a [T]>,
    pub(crate) hidden: Vec<T>,
    pub(crate) handed: Vec<T>,
}

/// The slopes of what the steps began with.
pub(crate) struct Slopes<T> {
    /// Of the gates before their functions.
    pub(crate) gates: Vec<T>,
    /// Of their parts from the hidden state, if they are apart.
    pub(crate) apart: Vec<T>,
    /// Of the projected hidden states, if they are: `[steps, batch, projected]`.
    pub(crate) projected: Vec<T>,
    /// Of the first hidden states.
    pub(crate) hidden: Vec<T>,
    /// Of what is handed to the first step.
    pub(crate) handed: Vec<T>,
}

impl<C: Cell> Recurrence<C> {
    /// The size of what a step hands on as its hidden state.
    pub(crate) fn output(&self) -> usize {
        self.projected.unwrap_or(self.hidden)
    }

    /// Numbers per step and entry: of gates, of what is kept, of unprojected hidden states, of gates' parts that are apart.
    fn widths(&self) -> [usize; 4] {
        let gates = C::GATES * self.hidden;
        let if_so = |so: bool, width: usize| if so { width } else { 0 };
        [
            gates,
            if_so(C::KEEPS, self.hidden),
            if_so(self.projected.is_some(), self.hidden),
            if_so(C::APART, gates),
        ]
    }

    /// Batch entries of a piece of work: about 16, an even number of pieces.
    fn rows(&self) -> usize {
        let pieces = self.batch.div_ceil(16).next_multiple_of(2);
        self.batch.div_ceil(pieces)
    }

    fn cost(&self) -> usize {
        let products = C::GATES * self.output() + self.projected.unwrap_or(0);
        self.steps * self.batch * self.hidden * (products / 4 + 16)
    }

    /// The slices of each piece, step by step in the order of time, of a buffer with `width` numbers per step and entry. All are
    /// empty where there are none.
    fn pieces<'a, T>(&self, values: &'a mut [T], width: usize) -> Vec<Vec<&'a mut [T]>> {
        let count = self.batch.div_ceil(self.rows());
        let mut pieces: Vec<Vec<&mut [T]>> =
            (0..count).map(|_| Vec::with_capacity(self.steps)).collect();
        if width == 0 {
            let empty = |piece: &mut Vec<&mut [T]>| piece.resize_with(self.steps, Default::default);
            pieces.iter_mut().for_each(empty);
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

    /// Runs `f` with the factors of the hidden state and of the projection, each turned if `turned`.
    fn with_factors<T: Exponential>(
        &self,
        weights: Weights<'_, T>,
        turned: bool,
        f: impl FnOnce([Factor<'_, T>; 2]),
    ) {
        let factor = |values, [rows, columns]: [usize; 2]| match turned {
            true => (Matrix::dense(values, columns).transposed(), [rows, columns]),
            false => (Matrix::dense(values, columns), [columns, rows]),
        };
        let (hh, hh_sizes) = factor(weights.hh, [C::GATES * self.hidden, self.output()]);
        let (hr, hr_sizes) = factor(weights.hr, [self.projected.unwrap_or(0), self.hidden]);
        Factor::with(hh, hh_sizes, |hh| {
            Factor::with(hr, hr_sizes, |hr| f([hh, hr]));
        });
    }

    /// Runs all steps. `gates` has what depends on the input.
    pub(crate) fn forward<T: Exponential>(
        &self,
        mut gates: Vec<T>,
        weights: Weights<'_, T>,
        first: First<'_, T>,
    ) -> Path<Vec<T>> {
        let rows = self.steps * self.batch;
        let [gates_width, kept_width, raw_width, _] = self.widths();
        let of = |width: usize| vec![T::zero(); rows * width];
        let (mut kept, mut raw, mut out) = (of(kept_width), of(raw_width), of(self.output()));
        if rows > 0 {
            let pieces = self.pieces(&mut gates, gates_width).into_iter();
            let pieces = pieces.zip(self.pieces(&mut kept, kept_width));
            let pieces = pieces.zip(self.pieces(&mut raw, raw_width));
            let pieces = pieces.zip(self.pieces(&mut out, self.output()));
            self.with_factors(weights, true, |factors| {
                for_each(
                    pieces.enumerate(),
                    self.cost(),
                    |(i, (((gates, kept), raw), out))| {
                        let piece = Forward {
                            of: self,
                            factors,
                            bias: weights.bias_hh,
                            begin: first,
                            first: i * self.rows(),
                        };
                        let path = Path {
                            gates,
                            kept,
                            raw,
                            out,
                        };
                        piece.run(path);
                    },
                );
            });
        }
        Path {
            gates,
            kept,
            raw,
            out,
        }
    }

    /// Goes back from the last step to the first.
    pub(crate) fn backward<T: Exponential>(
        &self,
        path: Path<&[T]>,
        first: First<'_, T>,
        weights: Weights<'_, T>,
        upstream: Upstream<'_, T>,
    ) -> Slopes<T> {
        let rows = self.steps * self.batch;
        let [gates_width, _, _, apart_width] = self.widths();
        let projected_width = self.projected.unwrap_or(0);
        let of = |width: usize| vec![T::zero(); rows * width];
        let mut slopes = Slopes {
            gates: of(gates_width),
            apart: of(apart_width),
            projected: of(projected_width),
            hidden: upstream.hidden,
            handed: upstream.handed,
        };
        if rows > 0 {
            let pieces = self.pieces(&mut slopes.gates, gates_width).into_iter();
            let pieces = pieces.zip(self.pieces(&mut slopes.apart, apart_width));
            let pieces = pieces.zip(self.pieces(&mut slopes.projected, projected_width));
            let pieces = pieces.zip(slopes.hidden.chunks_mut(self.rows() * self.output()));
            // An empty slice for each piece where nothing is handed on.
            let handed = slopes.handed.chunks_mut(self.rows() * self.hidden);
            let mut handed: Vec<&mut [T]> = handed.collect();
            handed.resize_with(pieces.len(), Default::default);
            let pieces = pieces.zip(handed);
            self.with_factors(weights, false, |factors| {
                for_each(
                    pieces.enumerate(),
                    self.cost(),
                    |(i, ((((gates, apart), projected), hidden), handed))| {
                        let piece = Backward {
                            of: self,
                            factors,
                            path,
                            begin: first,
                            upstream: upstream.out,
                            first: i * self.rows(),
                        };
                        piece.run([gates, apart, projected], hidden, handed);
                    },
                );
            });
        }
        slopes
    }
}
