//! The length of a step that fulfils the strong Wolfe conditions.

use candle_core::Tensor as Data;

use crate::error::Result;

/// A point along the direction.
#[derive(Clone)]
pub(super) struct Trial {
    pub(super) t: f64,
    pub(super) loss: f64,
    pub(super) gradient: Data,
    /// The derivative along the direction.
    pub(super) slope: f64,
}

/// How much of the expected decrease the loss must have.
const C1: f64 = 1e-4;
/// How much of the slope may be left.
const C2: f64 = 0.9;
/// A bracket is not divided when the parameters change by less in it.
const LEAST_CHANGE: f64 = 1e-9;

/// Searches from `start`, beginning with length `t`: where it ends, and how often `evaluate` was called.
///
/// `reach` is the greatest magnitude in the direction; `limit` the number of trials after the first.
pub(super) fn strong_wolfe(
    start: Trial,
    t: f64,
    reach: f64,
    limit: usize,
    evaluate: &mut dyn FnMut(f64) -> Result<Trial>,
) -> Result<(Trial, usize)> {
    let mut search = Search {
        evaluate,
        start: (start.loss, start.slope),
        limit,
        trials: 0,
    };
    let found = match search.bracket(start, t)? {
        Bracket::Found(trial) => trial,
        Bracket::Between(ends) => search.zoom(ends, reach)?,
    };
    Ok((found, search.trials + 1))
}

enum Bracket {
    Found(Trial),
    Between([Trial; 2]),
}

struct Search<'e> {
    evaluate: &'e mut dyn FnMut(f64) -> Result<Trial>,
    /// Loss and slope.
    start: (f64, f64),
    limit: usize,
    /// After the first.
    trials: usize,
}

impl Search<'_> {
    /// Goes on until the conditions hold or the best length has been passed.
    fn bracket(&mut self, start: Trial, t: f64) -> Result<Bracket> {
        let mut previous = start.clone();
        let mut trial = (self.evaluate)(t)?;
        while self.trials < self.limit {
            let risen = self.trials > 1 && trial.loss >= previous.loss;
            if self.too_high(&trial) || risen {
                return Ok(Bracket::Between([previous, trial]));
            }
            if self.flat(&trial) {
                return Ok(Bracket::Found(trial));
            }
            if trial.slope >= 0. {
                return Ok(Bracket::Between([previous, trial]));
            }
            let bounds = (trial.t + 0.01 * (trial.t - previous.t), trial.t * 10.);
            let next = interpolated(&previous, &trial, bounds);
            previous = std::mem::replace(&mut trial, self.try_next(next)?);
        }
        Ok(Bracket::Between([start, trial]))
    }

    /// Narrows the bracket down.
    fn zoom(&mut self, mut ends: [Trial; 2], reach: f64) -> Result<Trial> {
        let mut low = lower(&ends);
        let mut stalled = false;
        while self.trials < self.limit {
            let (least, most) = range(&ends);
            if (most - least).abs() * reach < LEAST_CHANGE {
                break;
            }
            let t = interpolated(&ends[0], &ends[1], (least, most));
            let t = self.inside(t, (least, most), &mut stalled);
            let trial = self.try_next(t)?;
            let high = 1 - low;
            if self.too_high(&trial) || trial.loss >= ends[low].loss {
                ends[high] = trial;
                low = lower(&ends);
                continue;
            }
            let found = self.flat(&trial);
            if !found && trial.slope * (ends[high].t - ends[low].t) >= 0. {
                ends[high] = ends[low].clone();
            }
            ends[low] = trial;
            if found {
                break;
            }
        }
        let [first, second] = ends;
        Ok(if low == 0 { first } else { second })
    }

    /// Keeps a length away from the ends of the bracket, if it came near them twice or is at one.
    fn inside(&self, t: f64, (least, most): (f64, f64), stalled: &mut bool) -> f64 {
        let margin = 0.1 * (most - least);
        if (most - t).min(t - least) >= margin {
            *stalled = false;
            return t;
        }
        if !*stalled && t < most && t > least {
            *stalled = true;
            return t;
        }
        *stalled = false;
        if (t - most).abs() < (t - least).abs() {
            most - margin
        } else {
            least + margin
        }
    }

    fn try_next(&mut self, t: f64) -> Result<Trial> {
        self.trials += 1;
        (self.evaluate)(t)
    }

    /// Whether the loss has not fallen enough (Armijo's condition).
    fn too_high(&self, trial: &Trial) -> bool {
        let (loss, slope) = self.start;
        trial.loss > loss + C1 * trial.t * slope
    }

    /// Whether the slope has fallen enough.
    fn flat(&self, trial: &Trial) -> bool {
        trial.slope.abs() <= -C2 * self.start.1
    }
}

/// The end with the lower loss.
fn lower(ends: &[Trial; 2]) -> usize {
    usize::from(ends[0].loss > ends[1].loss)
}

fn range([a, b]: &[Trial; 2]) -> (f64, f64) {
    (a.t.min(b.t), a.t.max(b.t))
}

/// Where the cubic through both points with their slopes has its minimum, within the bounds; their middle if it has none.
fn interpolated(a: &Trial, b: &Trial, (least, most): (f64, f64)) -> f64 {
    let (a, b) = if a.t <= b.t { (a, b) } else { (b, a) };
    let d1 = a.slope + b.slope - 3. * (a.loss - b.loss) / (a.t - b.t);
    let d2 = (d1 * d1 - a.slope * b.slope).sqrt();
    let minimum = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2. * d2));
    if minimum.is_nan() {
        (least + most) / 2.
    } else {
        minimum.max(least).min(most)
    }
}
