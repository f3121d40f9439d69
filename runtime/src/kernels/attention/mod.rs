//! Scaled dot-product attention, some queries at a time: the scores of all of them are never in memory.
//!
//! Every product's second matrix is packed once into scratch memory of the thread, so that a product reads whole vectors. The backward
//! pass computes the scores again, from the logarithms of the sums of exponentials.

mod tile;

use pulp::{Simd, WithSimd};

use self::tile::{pack, panels_len, Multiply};
use super::capability::arch;
use super::fresh::new_parts;
use super::product::Matrix;
use super::softmax::exponentials;
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

/// Queries that are worked on at a time.
const QUERIES: usize = 128;

/// Scores that the backward pass has in memory at a time, twice.
const SCORES: usize = 1 << 15;

/// How far apart rows of scores lie: columns of them are read too, and would share few lines of the cache if it were a power of 2.
fn span(keys: usize) -> usize {
    keys.next_multiple_of(16) + 16
}

impl Attention {
    /// How many queries are worked on at a time: few, if that spares keys that none of them sees.
    fn block(&self) -> usize {
        let most = if self.causal { QUERIES / 4 } else { QUERIES };
        most.min(self.queries)
    }

    /// How many keys the backward pass works on at a time.
    fn key_block(&self) -> usize {
        (SCORES / self.block().max(1)).min(self.keys)
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
        let sizes =
            [self.queries * self.value_width, self.queries].map(|size| [self.entries * size, size]);
        let [out, logs] = new_parts(self.entries, sizes, self.cost(), |i, [out, logs]| {
            if out.is_empty() {
                return;
            }
            let entry = of(i);
            let sizes = [
                panels_len([self.width, self.keys]),
                panels_len([self.keys, self.value_width]),
                self.block() * span(self.keys),
            ];
            with_parts(sizes, |scratch| {
                arch().dispatch(Forward {
                    of: self,
                    entry,
                    out,
                    logs,
                    scratch,
                });
            });
        });
        (out, logs)
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
        let any = sizes.iter().all(|&size| size > 0);
        let sizes = sizes.map(|size| [self.entries * size, size]);
        new_parts(self.entries, sizes, 3 * self.cost(), |i, grads| {
            if any {
                let rows = self.queries * self.value_width;
                let own = [
                    &out[i * rows..][..rows],
                    &logs[i * self.queries..][..self.queries],
                    &grad[i * rows..][..rows],
                ];
                let entry = of(i);
                let (queries, keys) = (self.block(), self.key_block());
                let sizes = [
                    self.queries,
                    panels_len([self.width, keys]),
                    panels_len([self.value_width, keys]),
                    panels_len([keys, self.width]),
                    panels_len([queries, self.width]),
                    panels_len([queries, self.value_width]),
                    queries * span(keys),
                    queries * span(keys),
                ];
                with_parts(sizes, |scratch| {
                    arch().dispatch(Backward {
                        of: self,
                        entry,
                        own,
                        grads,
                        scratch,
                    });
                });
            }
        })
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

/// Scratch memory in parts of these sizes.
fn with_parts<T: Lanes + Exponential, const N: usize>(
    sizes: [usize; N],
    f: impl FnOnce([&mut [T]; N]),
) {
    // From the start of a cache line on, each.
    let sizes = sizes.map(|size| size.next_multiple_of(16));
    T::with_scratch(sizes.iter().sum(), |mut scratch| {
        f(sizes.map(|size| scratch.split_off_mut(..size).unwrap_or_default()));
    });
}

struct Forward<'a, T> {
    of: &'a Attention,
    entry: Entry<'a, T>,
    out: &'a mut [T],
    logs: &'a mut [T],
    scratch: [&'a mut [T]; 3],
}

impl<T: Lanes + Exponential> WithSimd for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Forward {
            of,
            entry: [q, k, v],
            out,
            logs,
            scratch: [turned, values, scores],
        } = self;
        let Attention {
            keys,
            width,
            value_width,
            ..
        } = *of;
        let span = span(keys);
        pack::<S, T>(k.transposed(), [width, keys], T::from_f64(of.scale), turned);
        pack::<S, T>(v, [keys, value_width], T::one(), values);
        let blocks = out
            .chunks_mut(of.block() * value_width)
            .zip(logs.chunks_mut(of.block()));
        for (block, (out, logs)) in blocks.enumerate() {
            let (first, count) = (block * of.block(), logs.len());
            // Keys that the last query sees.
            let seen = of.seen(first + count - 1);
            let multiply = Multiply {
                sizes: [count, seen, width],
                a: q.skip_rows(first),
                b: turned,
                rows: width,
                out: &mut *scores,
                stride: span,
                add: false,
            };
            multiply.run(simd);
            let mut shares = [T::zero(); QUERIES];
            let rows = scores
                .chunks_exact_mut(span)
                .zip(&mut *logs)
                .zip(&mut shares);
            for (i, ((row, log), share)) in rows.enumerate() {
                let (row, unseen) = row[..seen].split_at_mut(of.seen(first + i));
                unseen.fill(T::zero());
                let (max, sum) = exponentials::<S, T>(row);
                *log = T::from_f64(max.to_f64() + sum.ln());
                *share = T::from_f64(1. / sum);
            }
            let multiply = Multiply {
                sizes: [count, value_width, seen],
                a: Matrix::dense(&*scores, span),
                b: values,
                rows: keys,
                out: &mut *out,
                stride: value_width,
                add: false,
            };
            multiply.run(simd);
            for (row, &share) in out.chunks_exact_mut(value_width).zip(&shares) {
                row.iter_mut().for_each(|x| *x *= share);
            }
        }
    }
}

struct Backward<'a, T> {
    of: &'a Attention,
    entry: Entry<'a, T>,
    own: [&'a [T]; 3],
    grads: [&'a mut [T]; 3],
    scratch: [&'a mut [T]; 8],
}

impl<T: Lanes + Exponential> WithSimd for Backward<'_, T> {
    type Output = ();

    /// With the shares P = softmax(S): `dV = Pᵀ G`, `dS = P ∘ (G Vᵀ − Σ G ∘ O)`, `dQ = scale · dS K`, `dK = scale · dSᵀ Q`.
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Backward {
            of,
            entry: [q, k, v],
            own: [out, logs, grad],
            grads: [dq, dk, dv],
            scratch,
        } = self;
        let [means, turned_keys, turned_values, keys, queries, grads, shares, slopes] = scratch;
        let Attention {
            width, value_width, ..
        } = *of;
        let (scale, span) = (T::from_f64(of.scale), span(of.key_block()));
        let rows = out
            .chunks_exact(value_width)
            .zip(grad.chunks_exact(value_width));
        for (mean, (out, grad)) in means.iter_mut().zip(rows) {
            *mean = T::from_f64(sum_of_pairs(out, grad, |o, g| o * g));
        }
        let grad = Matrix::dense(grad, value_width);
        for start in (0..of.keys).step_by(of.key_block()) {
            let count = of.key_block().min(of.keys - start);
            let (k, v) = (k.skip_rows(start), v.skip_rows(start));
            pack::<S, T>(k.transposed(), [width, count], scale, turned_keys);
            pack::<S, T>(
                v.transposed(),
                [value_width, count],
                T::one(),
                turned_values,
            );
            pack::<S, T>(k, [count, width], scale, keys);
            let dk = &mut dk[start * width..][..count * width];
            let dv = &mut dv[start * value_width..][..count * value_width];
            for first in (0..of.queries).step_by(of.block()) {
                let rows = of.block().min(of.queries - first);
                // Keys that a query sees, and those that the last one does.
                let seen = |i: usize| of.seen(first + i).saturating_sub(start).min(count);
                let most = seen(rows - 1);
                if most == 0 {
                    continue;
                }
                let (q, grad) = (q.skip_rows(first), grad.skip_rows(first));
                let multiply = |sizes: [usize; 3],
                                a: Matrix<'_, T>,
                                (b, rows): (&[T], usize),
                                (out, stride): (&mut [T], usize),
                                add: bool| {
                    let multiply = Multiply {
                        sizes,
                        a,
                        b,
                        rows,
                        out,
                        stride,
                        add,
                    };
                    multiply.run(simd);
                };
                let k = (&*turned_keys, width);
                multiply([rows, most, width], q, k, (&mut *shares, span), false);
                let (size, v) = ([rows, most, value_width], (&*turned_values, value_width));
                multiply(size, grad, v, (&mut *slopes, span), false);
                let both = shares
                    .chunks_exact_mut(span)
                    .zip(slopes.chunks_exact_mut(span));
                for (i, (shares, slopes)) in both.take(rows).enumerate() {
                    let (log, mean) = (logs[first + i], means[first + i]);
                    shares[seen(i)..most].fill(T::zero());
                    slopes[seen(i)..most].fill(T::zero());
                    let (shares, slopes) = (&mut shares[..seen(i)], &mut slopes[..seen(i)]);
                    for (share, slope) in shares.iter_mut().zip(slopes) {
                        *share = (*share - log).exp_down::<S>();
                        *slope = *share * (*slope - mean);
                    }
                }
                pack::<S, T>(q, [rows, width], scale, queries);
                pack::<S, T>(grad, [rows, value_width], T::one(), grads);
                let [p, ds] = [&*shares, &*slopes].map(|x| Matrix::dense(x, span));
                let (size, g) = ([most, value_width, rows], (&*grads, rows));
                multiply(size, p.transposed(), g, (&mut *dv, value_width), true);
                let (size, q) = ([most, width, rows], (&*queries, rows));
                multiply(size, ds.transposed(), q, (&mut *dk, width), true);
                let dq = (&mut dq[first * width..], width);
                multiply([rows, width, most], ds, (&*keys, count), dq, true);
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
