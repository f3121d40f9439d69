//! Connectionist temporal classification: the probability of a sequence of labels, summed over all its alignments with the
//! inputs by the forward-backward recursion in log space.

use super::chunks::for_each_chunk;
use super::Exponential;

/// About how many additions a state of one step costs: exponentials and a logarithm.
const STATE_COST: usize = 64;

/// A sample: how many of its inputs count, and the states that an alignment runs through, which are its labels with a blank
/// in front, between and behind.
#[derive(Clone, Debug)]
pub(crate) struct Alignment {
    steps: usize,
    states: Vec<usize>,
}

impl Alignment {
    pub(crate) fn new(steps: usize, labels: &[usize], blank: usize) -> Self {
        let mut states = vec![blank];
        states.extend(labels.iter().flat_map(|&label| [label, blank]));
        Alignment { steps, states }
    }

    /// Whether state `s` may follow state `s − 2`: between equal labels the blank can't be left out.
    fn skips_to(&self, s: usize) -> bool {
        s >= 2 && s < self.states.len() && self.states[s] != self.states[s - 2]
    }
}

/// What the forward recursion found for a sample.
#[derive(Clone, Debug)]
pub(crate) struct Paths<T> {
    /// −log of the probability of the labels.
    pub(crate) loss: T,
    /// For every step and state the logarithm of the probability of all beginnings that end there; empty if it wasn't
    /// asked for.
    alpha: Vec<T>,
}

/// Log-probabilities `[samples, steps, classes]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ctc {
    pub(crate) steps: usize,
    pub(crate) classes: usize,
}

impl Ctc {
    /// The losses; `keep` what [`backward`](Self::backward) needs.
    pub(crate) fn forward<T: Exponential>(
        self,
        log_p: &[T],
        samples: &[Alignment],
        keep: bool,
    ) -> Vec<Paths<T>> {
        let empty = Paths {
            loss: T::zero(),
            alpha: Vec::new(),
        };
        let mut paths = vec![empty; samples.len()];
        for_each_chunk(&mut paths, 1, cost(samples), |i, paths| {
            for paths in paths {
                *paths = self.paths(self.sample(log_p, i), &samples[i], keep);
            }
        });
        paths
    }

    fn paths<T: Exponential>(self, log_p: &[T], sample: &Alignment, keep: bool) -> Paths<T> {
        let width = sample.states.len();
        // As if a step in front had been in the first blank.
        let mut before = vec![T::NEG_INFINITY; width];
        before[0] = T::zero();
        let mut now = before.clone();
        let mut alpha = Vec::with_capacity(if keep { sample.steps * width } else { 0 });
        for log_p in log_p.chunks(self.classes).take(sample.steps) {
            for (s, (now, &class)) in now.iter_mut().zip(&sample.states).enumerate() {
                let one = if s > 0 {
                    before[s - 1]
                } else {
                    T::NEG_INFINITY
                };
                let two = if sample.skips_to(s) {
                    before[s - 2]
                } else {
                    T::NEG_INFINITY
                };
                *now = log_sum([before[s], one, two]) + log_p[class];
            }
            if keep {
                alpha.extend_from_slice(&now);
            }
            std::mem::swap(&mut before, &mut now);
        }
        let last_label = match width {
            1 => T::NEG_INFINITY,
            _ => before[width - 2],
        };
        let ends = [before[width - 1], last_label, T::NEG_INFINITY];
        Paths {
            loss: T::zero() - log_sum(ends),
            alpha,
        }
    }

    /// The gradients of the log-probabilities, if they are normalised ones, from those of the losses: with γ the probability
    /// of being in a class at a step, given the labels, `g (exp(log p) − γ)`.
    ///
    /// As in PyTorch the first term is that of the scores which a log-softmax takes: its own gradient leaves it as it is. A
    /// loss that is not finite has a NaN for gradient, or 0 if infinite ones are to count as `zero`.
    pub(crate) fn backward<T: Exponential>(
        self,
        log_p: &[T],
        samples: &[Alignment],
        paths: &[Paths<T>],
        grad: &[T],
        zero: bool,
    ) -> Vec<T> {
        let mut out = vec![T::zero(); log_p.len()];
        let size = self.steps * self.classes;
        for_each_chunk(&mut out, size, cost(samples), |i, out| {
            let (sample, paths) = (&samples[i], &paths[i]);
            let counted = &mut out[..sample.steps * self.classes];
            let loss = paths.loss.to_f64();
            if zero && loss == f64::INFINITY {
                return;
            }
            if !loss.is_finite() {
                counted.fill(T::from_f64(f64::NAN));
                return;
            }
            let log_p = self.sample(log_p, i);
            self.occupancy(counted, log_p, sample, paths);
            for (out, &log_p) in counted.iter_mut().zip(log_p) {
                *out = (log_p.exp() - *out) * grad[i];
            }
        });
        out
    }

    /// Adds γ to the zeros in `out`.
    fn occupancy<T: Exponential>(
        self,
        out: &mut [T],
        log_p: &[T],
        sample: &Alignment,
        paths: &Paths<T>,
    ) {
        let width = sample.states.len();
        // For every state the logarithm of the probability of all ends that start there, one step later; as if a step
        // behind the last were in the last blank. Nothing comes after the last state.
        let mut beta = vec![T::NEG_INFINITY; width + 1];
        beta[width - 1] = T::zero();
        let rows = out
            .chunks_mut(self.classes)
            .zip(log_p.chunks(self.classes))
            .zip(paths.alpha.chunks(width));
        for ((out, log_p), alpha) in rows.rev() {
            for (s, &class) in sample.states.iter().enumerate() {
                let two = if sample.skips_to(s + 2) {
                    beta[s + 2]
                } else {
                    T::NEG_INFINITY
                };
                let after = log_sum([beta[s], beta[s + 1], two]);
                out[class] += (alpha[s] + after + paths.loss).exp();
                beta[s] = after + log_p[class];
            }
        }
    }

    fn sample<T>(self, log_p: &[T], i: usize) -> &[T] {
        let size = self.steps * self.classes;
        &log_p[i * size..][..size]
    }
}

fn cost(samples: &[Alignment]) -> usize {
    let states = samples.iter().map(|s| s.steps * s.states.len());
    states.sum::<usize>() * STATE_COST
}

/// The logarithm of the sum of what these are the logarithms of.
fn log_sum<T: Exponential>(terms: [T; 3]) -> T {
    let larger = |max: T, x: T| if x > max { x } else { max };
    let mut max = terms.into_iter().fold(T::NEG_INFINITY, larger);
    if max == T::NEG_INFINITY {
        max = T::zero(); // −∞ − (−∞) is NaN
    }
    let [a, b, c] = terms.map(|x| (x - max).exp());
    (a + b + c).ln() + max
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Probabilities of a run of classes, over all of which labels are read off: the definition.
    fn by_enumeration(p: &[f64], steps: usize, labels: &[usize]) -> f64 {
        let classes = p.len() / steps;
        let mut total = 0.;
        for code in 0..classes.pow(steps as u32) {
            let run: Vec<usize> = (0..steps)
                .map(|t| code / classes.pow(t as u32) % classes)
                .collect();
            let mut read = run.clone();
            read.dedup();
            read.retain(|&class| class != 0);
            if read == labels {
                total += (0..steps).map(|t| p[t * classes + run[t]]).product::<f64>();
            }
        }
        -total.ln()
    }

    #[test]
    fn all_alignments_count_once() {
        let (steps, classes) = (5, 3);
        let p: Vec<f64> = (0..steps * classes)
            .map(|i| [0.2, 0.5, 0.3][(i * i + i / 3) % 3])
            .collect();
        let log_p: Vec<f64> = p.iter().map(|p| p.ln()).collect();
        for labels in [
            &[][..],
            &[1],
            &[1, 2],
            &[1, 1],
            &[2, 2, 1],
            &[1, 2, 1, 2, 1],
        ] {
            let samples = [Alignment::new(steps, labels, 0)];
            let found = Ctc { steps, classes }.forward(&log_p, &samples, false)[0].loss;
            let expected = by_enumeration(&p, steps, labels);
            assert!((found - expected).abs() < 1e-12, "{labels:?} {found}");
        }
        let impossible = [Alignment::new(steps, &[1, 1, 1, 1], 0)];
        let found = Ctc { steps, classes }.forward(&log_p, &impossible, false)[0].loss;
        assert_eq!(found, f64::INFINITY);
    }

    #[test]
    fn the_probability_of_a_step_is_shared_among_classes() {
        let (steps, classes) = (6, 4);
        let log_p = vec![0.25f64.ln(); 2 * steps * classes];
        let samples = [Alignment::new(6, &[1, 1, 3], 0), Alignment::new(4, &[2], 0)];
        let ctc = Ctc { steps, classes };
        let paths = ctc.forward(&log_p, &samples, true);
        let grad = ctc.backward(&log_p, &samples, &paths, &[1., 1.], false);
        // exp(log p) and γ both add up to 1.
        for row in grad.chunks(classes) {
            assert!(row.iter().sum::<f64>().abs() < 1e-12, "{row:?}");
        }
        assert_eq!(grad[(steps + 4) * classes..], [0.; 8]);
    }
}
