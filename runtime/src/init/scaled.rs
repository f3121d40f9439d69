//! Distributions whose width depends on the shape.

use super::fan::{fans, FanMode};
use super::gain::{gain, Nonlinearity};
use super::Init;
use crate::error::Result;
use crate::ops::options::options;

options! {
    /// The arguments of [`Init::kaiming_uniform`] and [`Init::kaiming_normal`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::init::{Init, KaimingOptions};
    /// let init = Init::kaiming_normal(KaimingOptions::default().a(0.2).mode("fan_out"));
    /// ```
    KaimingOptions {
        /// The slope below 0 of `leaky_relu`; others don't use it. Default: 0.
        a: f64 = 0.,
        /// `"fan_in"` keeps the variance of the forward pass, `"fan_out"` that of the backward pass. Default: `"fan_in"`.
        mode: FanMode = FanMode::FanIn,
        /// What follows the layer; PyTorch recommends `"relu"` and `"leaky_relu"` only. Default: `"leaky_relu"`.
        nonlinearity: Nonlinearity = Nonlinearity::LeakyRelu,
    }
}

impl KaimingOptions {
    /// The standard deviation for a weight of this shape.
    fn std(&self, at: &'static str, shape: &[usize]) -> Result<f64> {
        let fan = fans(at, shape)?.by(at, &self.mode)?;
        let gain = gain(at, &self.nonlinearity, Some(self.a))?;
        Ok(over_root(gain, fan as f64))
    }
}

impl Init {
    /// What it comes to for a tensor of this shape: of the initialisers that look at the fans a uniform or normal one, of
    /// the others themselves.
    ///
    /// # Errors
    /// If an argument is out of its range, or the shape is not one that the initialiser is for.
    ///
    /// ```
    /// use taper::init::{Init, KaimingOptions};
    /// let init = Init::kaiming_normal(KaimingOptions::default().nonlinearity("linear"));
    /// assert_eq!(init.resolved(&[10, 2, 2])?, Init::normal(0., 0.5));
    /// assert!(init.resolved(&[10]).is_err());
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn resolved(&self, shape: &[usize]) -> Result<Init> {
        self.check(shape)?;
        match (self.name(), self) {
            (at, Init::XavierUniform { gain }) => Ok(uniform(xavier_std(at, shape, *gain)?)),
            (at, Init::XavierNormal { gain }) => Ok(normal(xavier_std(at, shape, *gain)?)),
            (at, Init::KaimingUniform(options)) => Ok(uniform(options.std(at, shape)?)),
            (at, Init::KaimingNormal(options)) => Ok(normal(options.std(at, shape)?)),
            (_, other) => Ok(other.clone()),
        }
    }

    /// That the shape has fans, and the words are known, for those that need it.
    pub(super) fn check_fans(&self, shape: &[usize]) -> Result<()> {
        match (self.name(), self) {
            (at, Init::XavierUniform { gain } | Init::XavierNormal { gain }) => {
                xavier_std(at, shape, *gain).map(drop)
            }
            (at, Init::KaimingUniform(options) | Init::KaimingNormal(options)) => {
                options.std(at, shape).map(drop)
            }
            _ => Ok(()),
        }
    }
}

fn xavier_std(at: &'static str, shape: &[usize], gain: f64) -> Result<f64> {
    let fans = fans(at, shape)?;
    Ok(over_root(
        gain * std::f64::consts::SQRT_2,
        fans.fan_in as f64 + fans.fan_out as f64,
    ))
}

/// gain / √fan; nothing is drawn for a tensor without elements, whose fans are 0.
fn over_root(gain: f64, fan: f64) -> f64 {
    if fan > 0. {
        gain / fan.sqrt()
    } else {
        0.
    }
}

/// The uniform distribution around 0 with this standard deviation.
fn uniform(std: f64) -> Init {
    let bound = 3f64.sqrt() * std;
    Init::Uniform {
        low: -bound,
        high: bound,
    }
}

fn normal(std: f64) -> Init {
    Init::Normal { mean: 0., std }
}
