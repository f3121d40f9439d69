//! Gated recurrent units. The gates are reset, update and new; the new one's part from the hidden state is kept.

use super::{Cell, Exponential, Float, Step, StepBack};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Gru;

impl Cell for Gru {
    const GATES: usize = 3;
    const KEEPS: bool = true;
    const HANDS_ON: bool = false;
    const APART: bool = true;

    /// `n = tanh(x_n + r·h_n)` and `h = (1 − z)·n + z·h`, while a row is in the cache.
    #[inline(always)]
    fn forward<T: Exponential>(&self, step: Step<'_, T>) {
        let n = step.size;
        let one = T::one();
        let rows = step
            .gates
            .chunks_exact_mut(3 * n)
            .zip(step.apart.chunks_exact(3 * n));
        let rows = rows.zip(step.before.chunks_exact(n));
        let new = step
            .kept
            .chunks_exact_mut(n)
            .zip(step.hidden.chunks_exact_mut(n));
        for (((gates, apart), before), (kept, hidden)) in rows.zip(new) {
            let (reset_update, new) = gates.split_at_mut(2 * n);
            let (from_hidden, new_from_hidden) = apart.split_at(2 * n);
            for (x, &h) in reset_update.iter_mut().zip(from_hidden) {
                *x = (*x + h).sigmoid();
            }
            kept.copy_from_slice(new_from_hidden);
            let (reset, update) = reset_update.split_at(n);
            for j in 0..n {
                new[j] = Float::tanh(new[j] + reset[j] * kept[j]);
            }
            for j in 0..n {
                hidden[j] = (one - update[j]) * new[j] + update[j] * before[j];
            }
        }
    }

    #[inline(always)]
    fn backward<T: Exponential>(&self, step: StepBack<'_, T>) {
        let n = step.size;
        let one = T::one();
        let saved = step
            .gates
            .chunks_exact(3 * n)
            .zip(step.kept.chunks_exact(n));
        let saved = saved.zip(step.before.chunks_exact(n));
        let slopes = step
            .slopes
            .chunks_exact_mut(3 * n)
            .zip(step.apart.chunks_exact_mut(3 * n));
        let slopes = slopes.zip(step.hidden.chunks_exact_mut(n));
        for (((gates, kept), before), ((slopes, apart), hidden)) in saved.zip(slopes) {
            let (r, rest) = gates.split_at(n);
            let (z, new) = rest.split_at(n);
            let (dr, rest) = slopes.split_at_mut(n);
            let (dz, dn) = rest.split_at_mut(n);
            for j in 0..n {
                dn[j] = hidden[j] * (one - z[j]) * (one - new[j] * new[j]);
            }
            for j in 0..n {
                dr[j] = dn[j] * kept[j] * r[j] * (one - r[j]);
            }
            for j in 0..n {
                dz[j] = hidden[j] * (before[j] - new[j]) * z[j] * (one - z[j]);
            }
            // What the new gate has from the hidden state goes through the reset gate.
            let (d_new, d_others) = (&*dn, [&*dr, &*dz]);
            let (apart_reset, rest) = apart.split_at_mut(n);
            let (apart_update, apart_new) = rest.split_at_mut(n);
            apart_reset.copy_from_slice(d_others[0]);
            apart_update.copy_from_slice(d_others[1]);
            for j in 0..n {
                apart_new[j] = d_new[j] * r[j];
            }
            for j in 0..n {
                hidden[j] *= z[j];
            }
        }
    }
}
