//! Scaled dot-product attention, some queries at a time: the scores of all of them are never in memory.

use super::chunks::for_each;
use super::product::{product, Begin, Matrix};
use super::simd::{vectorized, Work};
use super::softmax::shares;
use super::sums::sum_of_pairs;
use super::{Exponential, Lanes};

/// The sizes of one attention.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attention {
    /// Batch entries and heads: attentions of their own.
    pub(crate) entries: usize,
    pub(crate) queries: usize,
    pub(crate) keys: usize,
    /// Numbers of a query or key, and of a value.
    pub(crate) width: usize,
    pub(crate) value_width: usize,
    pub(crate) scale: f64,
    /// Whether a query only sees the keys up to its own position.
    pub(crate) causal: bool,
}

/// Queries, keys and values of an entry.
pub(crate) type Entry<'a, T> = [Matrix<'a, T>; 3];

/// The scores that are in memory at a time, if there are not more keys.
const SCORES: usize = 1 << 15;

impl Attention {
    /// How many queries are worked on at a time.
    fn block(&self) -> usize {
        (SCORES / self.keys.max(1)).clamp(32, 128)
    }

    fn cost(&self) -> usize {
        let per_score = (self.width + self.value_width) / 4 + 16;
        self.entries * self.queries * self.keys * per_score
    }

    /// The result of every entry, `[queries, value_width]`, and of every query the logarithm of the sum of exponentials.
    pub(crate) fn forward<'a, T: Lanes + Exponential>(
        &self,
        of: impl Fn(usize) -> Entry<'a, T> + Sync,
    ) -> (Vec<T>, Vec<T>) {
        let size = self.queries * self.value_width;
        let mut out = vec![T::zero(); self.entries * size];
        let mut logs = vec![T::zero(); self.entries * self.queries];
        if !out.is_empty() && self.keys > 0 {
            let items = out.chunks_mut(size).zip(logs.chunks_mut(self.queries));
            for_each(items.enumerate(), self.cost(), |(i, (out, logs))| {
                self.entry(of(i), out, logs);
            });
        }
        (out, logs)
    }

    fn entry<T: Lanes + Exponential>(
        &self,
        [q, k, v]: Entry<'_, T>,
        out: &mut [T],
        logs: &mut [T],
    ) {
        let (block, keys) = (self.block(), self.keys);
        T::with_scratch(block.min(self.queries) * keys, |scores| {
            let rows = out.chunks_mut(block * self.value_width);
            for (i, (out, logs)) in rows.zip(logs.chunks_mut(block)).enumerate() {
                let (first, count) = (i * block, logs.len());
                let scores = &mut scores[..count * keys];
                let sizes = [count, keys, self.width];
                product(
                    sizes,
                    q.skip_rows(first),
                    k.transposed(),
                    Begin::Zero,
                    scores,
                    false,
                );
                vectorized(&Shares { of: self, first }, (&mut *scores, &mut *logs));
                let scores = Matrix::dense(scores, keys);
                product(
                    [count, self.value_width, keys],
                    scores,
                    v,
                    Begin::Zero,
                    out,
                    false,
                );
            }
        });
    }

    /// The gradients of queries, keys and values from those of the results; `out` and `logs` are what [`forward`](Self::forward)
    /// gave.
    pub(crate) fn backward<'a, T: Lanes + Exponential>(
        &self,
        of: impl Fn(usize) -> Entry<'a, T> + Sync,
        [out, logs, grad]: [&[T]; 3],
    ) -> [Vec<T>; 3] {
        let sizes = [
            self.queries * self.width,
            self.keys * self.width,
            self.keys * self.value_width,
        ];
        let [mut dq, mut dk, mut dv] = sizes.map(|size| vec![T::zero(); self.entries * size]);
        if sizes.iter().all(|&size| size > 0) {
            let keys = dk.chunks_mut(sizes[1]).zip(dv.chunks_mut(sizes[2]));
            let items = dq.chunks_mut(sizes[0]).zip(keys);
            for_each(items.enumerate(), 3 * self.cost(), |(i, (dq, (dk, dv)))| {
                let rows = self.queries * self.value_width;
                let own = [
                    &out[i * rows..][..rows],
                    &logs[i * self.queries..][..self.queries],
                    &grad[i * rows..][..rows],
                ];
                self.entry_gradient(of(i), own, [dq, dk, dv]);
            });
        }
        [dq, dk, dv]
    }

    /// Of one entry, with the shares P = softmax(S): `dV = Pᵀ G`, `dS = P ∘ (G Vᵀ − Σ G ∘ O)`, `dQ = scale · dS K`,
    /// `dK = scale · dSᵀ Q`.
    fn entry_gradient<T: Lanes + Exponential>(
        &self,
        [q, k, v]: Entry<'_, T>,
        [out, logs, grad]: [&[T]; 3],
        [dq, dk, dv]: [&mut [T]; 3],
    ) {
        let (block, keys, wide) = (self.block(), self.keys, self.value_width);
        let most = block.min(self.queries) * keys;
        T::with_scratch(2 * most, |scratch| {
            let (shares, slopes) = scratch.split_at_mut(most);
            for (i, dq) in dq.chunks_mut(block * self.width).enumerate() {
                let (first, count) = (i * block, dq.len() / self.width);
                let q = q.skip_rows(first);
                let rows = first * wide..(first + count) * wide;
                let (out, grad) = (&out[rows.clone()], &grad[rows]);
                let shares = &mut shares[..count * keys];
                let slopes = &mut slopes[..count * keys];
                let sizes = [count, keys, self.width];
                product(sizes, q, k.transposed(), Begin::Zero, shares, false);
                let g = Matrix::dense(grad, wide);
                product(
                    [count, keys, wide],
                    g,
                    v.transposed(),
                    Begin::Zero,
                    slopes,
                    false,
                );
                let work = Slopes {
                    of: self,
                    first,
                    rows: [out, grad, &logs[first..first + count]],
                };
                vectorized(&work, (&mut *shares, &mut *slopes));
                let (shares, slopes) = (Matrix::dense(shares, keys), Matrix::dense(slopes, keys));
                product(
                    [keys, wide, count],
                    shares.transposed(),
                    g,
                    Begin::Sum,
                    dv,
                    false,
                );
                product([count, self.width, keys], slopes, k, Begin::Zero, dq, false);
                product(
                    [keys, self.width, count],
                    slopes.transposed(),
                    q,
                    Begin::Sum,
                    dk,
                    false,
                );
            }
        });
    }

    /// How many keys the query sees.
    #[inline(always)]
    fn seen(&self, query: usize) -> usize {
        match self.causal {
            true => self.keys.min(query + 1),
            false => self.keys,
        }
    }
}

/// Scores become shares.
struct Shares<'a> {
    of: &'a Attention,
    first: usize,
}

impl<T: Exponential> Work<(&mut [T], &mut [T])> for Shares<'_> {
    #[inline(always)]
    fn run(&self, (scores, logs): (&mut [T], &mut [T])) {
        let scale = T::from_f64(self.of.scale);
        for (i, (row, log)) in scores.chunks_exact_mut(self.of.keys).zip(logs).enumerate() {
            let (row, unseen) = row.split_at_mut(self.of.seen(self.first + i));
            unseen.fill(T::zero());
            row.iter_mut().for_each(|x| *x *= scale);
            let (max, sum) = shares(row);
            *log = T::from_f64(max.to_f64() + sum.ln());
        }
    }
}

/// Scores become shares, and the slopes of these the slopes of the scores, times the scale.
struct Slopes<'a, T> {
    of: &'a Attention,
    first: usize,
    /// Results, their gradients, and the logarithms.
    rows: [&'a [T]; 3],
}

impl<T: Exponential> Work<(&mut [T], &mut [T])> for Slopes<'_, T> {
    #[inline(always)]
    fn run(&self, (scores, slopes): (&mut [T], &mut [T])) {
        let scale = T::from_f64(self.of.scale);
        let (keys, wide) = (self.of.keys, self.of.value_width);
        let [out, grad, logs] = self.rows;
        let rows = scores
            .chunks_exact_mut(keys)
            .zip(slopes.chunks_exact_mut(keys));
        for (i, ((scores, slopes), &log)) in rows.zip(logs).enumerate() {
            let seen = self.of.seen(self.first + i);
            scores[seen..].fill(T::zero());
            slopes[seen..].fill(T::zero());
            let row = i * wide..(i + 1) * wide;
            let mean = T::from_f64(sum_of_pairs(&out[row.clone()], &grad[row], |o, g| o * g));
            for (x, slope) in scores[..seen].iter_mut().zip(&mut slopes[..seen]) {
                *x = (*x * scale - log).exp();
                *slope = *x * (*slope - mean) * scale;
            }
        }
    }
}

impl<T> Matrix<'_, T> {
    fn skip_rows(self, row: usize) -> Self {
        let start = (row * self.strides.rows).min(self.values.len());
        Matrix {
            values: &self.values[start..],
            ..self
        }
    }
}
