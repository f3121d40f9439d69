//! The iterations of one step.

use candle_core::Tensor as Data;

use super::flat::{add_scaled, dot, max_abs, sum_abs, Flat};
use super::line_search::{strong_wolfe, Trial};
use super::memory::{Last, Memory};
use super::{LbfgsOptions, LineSearch};
use crate::error::Result;
use crate::tensor::{enable_grad, Tensor};

type Closure<'c> = &'c mut dyn FnMut() -> Result<Tensor>;

/// Where the search is.
struct Point {
    values: Data,
    loss: f64,
    gradient: Data,
}

/// One step from `start`, where the parameters are: the loss there.
pub(super) fn step(
    options: &LbfgsOptions,
    flat: &Flat<'_>,
    start: &Data,
    memory: &mut Memory,
    closure: Closure<'_>,
) -> Result<Tensor> {
    let original = enable_grad(&mut *closure)?;
    memory.func_evals += 1;
    let mut evaluations = 1;
    let mut at = Point {
        values: start.clone(),
        loss: original.item()? * flat.sign(),
        gradient: flat.gradient()?,
    };
    if max_abs(&at.gradient)? <= options.tolerance_grad {
        return Ok(original);
    }
    for iteration in 1..=options.max_iter {
        let budget = Budget {
            last: iteration == options.max_iter,
            evaluations: options.evaluations() - evaluations,
        };
        let before = at.loss;
        let Some(used) = iterate(options, flat, &mut at, memory, &budget, closure)? else {
            break;
        };
        evaluations += used;
        memory.func_evals += used as u64;
        if budget.last
            || evaluations >= options.evaluations()
            || max_abs(&at.gradient)? <= options.tolerance_grad
            || memory.length()? <= options.tolerance_change
            || (at.loss - before).abs() < options.tolerance_change
        {
            break;
        }
    }
    Ok(original)
}

/// What an iteration may use.
struct Budget {
    /// No iteration follows, so that the loss at its end is of no use.
    last: bool,
    evaluations: usize,
}

/// One iteration: how often the loss was computed, or none if the direction leads nowhere.
fn iterate(
    options: &LbfgsOptions,
    flat: &Flat<'_>,
    at: &mut Point,
    memory: &mut Memory,
    budget: &Budget,
    closure: Closure<'_>,
) -> Result<Option<usize>> {
    let first = memory.last.is_none();
    let (d, h_diag) = memory.direction(&at.gradient, options.history_size)?;
    let t = if first {
        options.lr * (1. / sum_abs(&at.gradient)?).min(1.)
    } else {
        options.lr
    };
    let slope = dot(&at.gradient, &d)?;
    let last = memory.last.insert(Last {
        d,
        t,
        h_diag,
        prev_flat_grad: at.gradient.clone(),
        prev_loss: at.loss,
    });
    if slope > -options.tolerance_change {
        return Ok(None);
    }
    let d = &last.d;
    let mut evaluate = |point: &Data| {
        flat.set(point)?;
        let loss = enable_grad(&mut *closure)?.item()? * flat.sign();
        Ok::<_, crate::Error>((loss, flat.gradient()?))
    };
    let Some(LineSearch::StrongWolfe) = options.line_search_fn else {
        at.values = add_scaled(&at.values, d, t)?;
        if budget.last {
            flat.set(&at.values)?;
            return Ok(Some(0));
        }
        (at.loss, at.gradient) = evaluate(&at.values)?;
        return Ok(Some(1));
    };
    let start = Trial {
        t: 0.,
        loss: at.loss,
        gradient: at.gradient.clone(),
        slope,
    };
    let mut trial = |t: f64| {
        let (loss, gradient) = evaluate(&add_scaled(&at.values, d, t)?)?;
        let loss = if loss.is_nan() { f64::INFINITY } else { loss };
        let slope = dot(&gradient, d)?;
        Ok(Trial {
            t,
            loss,
            gradient,
            slope,
        })
    };
    let (found, used) = strong_wolfe(start, t, max_abs(d)?, budget.evaluations, &mut trial)?;
    at.values = add_scaled(&at.values, d, found.t)?;
    flat.set(&at.values)?;
    (at.loss, at.gradient) = (found.loss, found.gradient);
    last.t = found.t;
    Ok(Some(used))
}

impl Memory {
    /// How far the last step moved some parameter.
    fn length(&self) -> Result<f64> {
        self.last
            .as_ref()
            .map_or(Ok(0.), |last| Ok(max_abs(&last.d)? * last.t.abs()))
    }
}
