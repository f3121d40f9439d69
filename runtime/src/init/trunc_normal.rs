//! The normal distribution between two bounds.

use super::check::check_finite;
use crate::error::{Error, Result};
use crate::ops::options::options;
use crate::tensor::{Generator, Tensor};
use crate::{DType, Device};

pub(super) const NAME: &str = "trunc_normal";

options! {
    /// The arguments of [`Init::trunc_normal`](super::Init::trunc_normal); the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::init::TruncNormalOptions;
    /// assert_eq!(TruncNormalOptions::default().b, 2.);
    /// ```
    TruncNormalOptions {
        /// The mean of the normal distribution, which is not that of what is left of it if the bounds lie askew. Default: 0.
        mean: f64 = 0.,
        /// The standard deviation of the normal distribution, greater than 0. Default: 1.
        std: f64 = 1.,
        /// The lower bound, a value, not a number of standard deviations; −∞ is none. Default: −2.
        a: f64 = -2.,
        /// The upper bound; ∞ is none. Default: 2.
        b: f64 = 2.,
    }
}

impl TruncNormalOptions {
    pub(super) fn check(&self) -> Result<()> {
        check_finite(NAME, "mean", self.mean)?;
        if !(self.std > 0. && self.std.is_finite()) {
            return Err(Error::argument(
                NAME,
                "std",
                self.std,
                "a finite number > 0",
            ));
        }
        if !(self.a <= self.b && self.a < f64::INFINITY && self.b > f64::NEG_INFINITY) {
            let expected = format!("at most the upper bound `b` = {}", self.b);
            return Err(Error::argument(NAME, "a", self.a, expected));
        }
        Ok(())
    }
}

/// Independent values.
pub(super) fn draw(
    options: &TruncNormalOptions,
    shape: &[usize],
    dtype: DType,
    device: &Device,
    generator: &mut Generator,
) -> Result<Tensor> {
    let TruncNormalOptions { mean, std, a, b } = *options;
    // Beyond, there is nothing but the bound.
    let standard = |bound: f64| ((bound - mean) / std).clamp(-1e300, 1e300);
    let sample = Sampler::new(standard(a), standard(b));
    generator.fill(NAME, shape, dtype, device, |g| {
        (mean + std * sample.draw(g)).clamp(a, b)
    })
}

/// How a standard normal value between two bounds is drawn: candidates from a distribution that is easy to draw from,
/// each accepted with the ratio of the densities (after Robert, 1995). Exact also far out in a tail, where drawing normal
/// values until one fits would take forever and an inverse distribution function has no digits left.
enum Sampler {
    /// Normal candidates: the bounds hold much of the distribution.
    Normal { low: f64, high: f64 },
    /// Uniform candidates: between the bounds the density changes little from its `peak`, the place nearest to 0.
    Uniform { low: f64, high: f64, peak: f64 },
    /// Exponential candidates from `low` > 0 on.
    Tail { low: f64, high: f64 },
    /// The same for the negative value.
    Mirrored(Box<Sampler>),
}

impl Sampler {
    fn new(low: f64, high: f64) -> Self {
        if high < 0. {
            return Sampler::Mirrored(Box::new(Sampler::new(-high, -low)));
        }
        let width = high - low;
        let peak = low.max(0.);
        // Where the candidates that are accepted are about as many.
        let uniform = if low <= 0. {
            width < (2. * std::f64::consts::PI).sqrt()
        } else {
            width * rate(low) < 1.
        };
        match (uniform, low <= 0.) {
            (true, _) => Sampler::Uniform { low, high, peak },
            (false, true) => Sampler::Normal { low, high },
            (false, false) => Sampler::Tail { low, high },
        }
    }

    fn draw(&self, generator: &mut Generator) -> f64 {
        loop {
            let (x, accept) = match *self {
                Sampler::Normal { low, high } => {
                    let (x, _) = generator.next_normals();
                    (x, if low <= x && x <= high { 1. } else { 0. })
                }
                Sampler::Uniform { low, high, peak } => {
                    let x = low + (high - low) * generator.next_f64();
                    (x, ((peak - x) * (peak + x) / 2.).exp())
                }
                Sampler::Tail { low, high } => {
                    let rate = rate(low);
                    let x = low - (1. - generator.next_f64()).ln() / rate;
                    let off = x - rate;
                    (
                        x,
                        if x <= high {
                            (-off * off / 2.).exp()
                        } else {
                            0.
                        },
                    )
                }
                Sampler::Mirrored(ref other) => return -other.draw(generator),
            };
            if generator.next_f64() < accept {
                return x;
            }
        }
    }
}

/// The rate of exponential candidates from `low` on that the most of are accepted.
fn rate(low: f64) -> f64 {
    (low + low.hypot(2.)) / 2.
}
