//! Long short-term memory. The gates are input, forget, cell and output; the cells are kept and handed on.

use super::{Cell, Exponential, Float, Step, StepBack};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Lstm;

impl Cell for Lstm {
    const GATES: usize = 4;
    const KEEPS: bool = true;
    const HANDS_ON: bool = true;
    const APART: bool = false;

    /// `c = f·c + i·g` and `h = o·tanh(c)`, while a row is in the cache.
    #[inline(always)]
    fn forward<T: Exponential>(&self, step: Step<'_, T>) {
        let n = step.size;
        let rows = step
            .gates
            .chunks_exact_mut(4 * n)
            .zip(step.kept_before.chunks_exact(n));
        let new = step
            .kept
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

    #[inline(always)]
    fn backward<T: Exponential>(&self, step: StepBack<'_, T>) {
        let n = step.size;
        let one = T::one();
        let saved = step
            .gates
            .chunks_exact(4 * n)
            .zip(step.kept.chunks_exact(n));
        let saved = saved.zip(
            step.kept_before
                .chunks_exact(n)
                .zip(step.hidden.chunks_exact(n)),
        );
        let slopes = step
            .slopes
            .chunks_exact_mut(4 * n)
            .zip(step.handed.chunks_exact_mut(n));
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
