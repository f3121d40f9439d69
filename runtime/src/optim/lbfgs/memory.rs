//! What is remembered from one iteration to the next, and the direction that follows from it.

use std::collections::VecDeque;

use candle_core::Tensor as Data;

use super::flat::{add_scaled, dot};
use crate::error::Result;

/// The state, also between steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    pub(super) n_iter: u64,
    pub(super) func_evals: u64,
    pub(super) last: Option<Last>,
    /// The oldest first.
    pub(super) pairs: VecDeque<Pair>,
}

/// The last iteration.
#[derive(Clone, Debug)]
pub(super) struct Last {
    /// The direction.
    pub(super) d: Data,
    /// How far along it the step went.
    pub(super) t: f64,
    /// The scale of the first estimate of the inverse Hessian.
    pub(super) h_diag: f64,
    /// The gradient before the step.
    pub(super) prev_flat_grad: Data,
    /// The loss before the step.
    pub(super) prev_loss: f64,
}

/// A change of the gradient and the step that made it.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    /// The change of the gradient (`old_dirs`).
    pub(super) y: Data,
    /// The step (`old_stps`).
    pub(super) s: Data,
    /// 1 / (y · s).
    pub(super) ro: f64,
}

/// Less curvature than this between two points is not remembered.
const LEAST_CURVATURE: f64 = 1e-10;

impl Memory {
    /// Starts an iteration: the direction of the step from the gradient, and the scale of the estimate.
    pub(super) fn direction(&mut self, gradient: &Data, history: usize) -> Result<(Data, f64)> {
        self.n_iter += 1;
        let Some(last) = &self.last else {
            self.pairs.clear();
            return Ok((gradient.neg()?, 1.));
        };
        let mut scale = last.h_diag;
        let y = add_scaled(gradient, &last.prev_flat_grad, -1.)?;
        let s = (&last.d * last.t)?;
        let curvature = dot(&y, &s)?;
        if curvature > LEAST_CURVATURE {
            while self.pairs.len() >= history {
                self.pairs.pop_front();
            }
            scale = curvature / dot(&y, &y)?;
            let ro = 1. / curvature;
            self.pairs.push_back(Pair { y, s, ro });
        }
        Ok((self.newton(gradient, scale)?, scale))
    }

    /// −H g by the two loops over the pairs.
    fn newton(&self, gradient: &Data, scale: f64) -> Result<Data> {
        let mut q = gradient.neg()?;
        let mut factors = Vec::with_capacity(self.pairs.len());
        for pair in self.pairs.iter().rev() {
            let factor = dot(&pair.s, &q)? * pair.ro;
            q = add_scaled(&q, &pair.y, -factor)?;
            factors.push(factor);
        }
        let mut r = (q * scale)?;
        for (pair, factor) in self.pairs.iter().zip(factors.iter().rev()) {
            let back = dot(&pair.y, &r)? * pair.ro;
            r = add_scaled(&r, &pair.s, factor - back)?;
        }
        Ok(r)
    }
}
