//! Initial values of parameters.

use crate::tensor::Generator;
use crate::{DType, Device, Result, Tensor};

/// How a parameter is filled.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Init {
    /// The same value everywhere.
    Constant(f64),
    /// Uniform between two bounds.
    Uniform {
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
    },
    /// Normal.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        std: f64,
    },
}

impl Init {
    /// All zeros.
    pub const ZEROS: Init = Init::Constant(0.0);
    /// All ones.
    pub const ONES: Init = Init::Constant(1.0);
    /// Normal with mean 0 and standard deviation 1: `torch.randn`.
    pub const STANDARD_NORMAL: Init = Init::Normal {
        mean: 0.0,
        std: 1.0,
    };

    /// U(−1/√fan_in, 1/√fan_in): PyTorch's default for linear and convolution layers, weights and biases
    /// (`kaiming_uniform_` with a = √5 comes to the same).
    pub fn fan_in_uniform(fan_in: usize) -> Init {
        let bound = if fan_in == 0 {
            0.0
        } else {
            1.0 / (fan_in as f64).sqrt()
        };
        Init::Uniform {
            low: -bound,
            high: bound,
        }
    }

    /// A new tensor of this shape.
    ///
    /// # Errors
    /// If the device can't hold it.
    pub fn tensor(
        &self,
        shape: &[usize],
        dtype: DType,
        device: &Device,
        generator: &mut Generator,
    ) -> Result<Tensor> {
        match *self {
            Init::Constant(c) => Tensor::full(shape, c, dtype, device),
            Init::Uniform { low, high } => generator.uniform(shape, low, high, dtype, device),
            Init::Normal { mean, std } => generator.normal(shape, mean, std, dtype, device),
        }
    }
}

/// Initial values by PyTorch's names, for `#[param(…, init = …)]`.
pub mod functions {
    use super::Init;

    /// All zeros.
    pub const fn zeros() -> Init {
        Init::ZEROS
    }

    /// All ones.
    pub const fn ones() -> Init {
        Init::ONES
    }

    /// The same value everywhere.
    pub const fn constant(value: f64) -> Init {
        Init::Constant(value)
    }

    /// Uniform between two bounds.
    pub const fn uniform(low: f64, high: f64) -> Init {
        Init::Uniform { low, high }
    }

    /// Normal with this mean and standard deviation.
    pub const fn normal(mean: f64, std: f64) -> Init {
        Init::Normal { mean, std }
    }
}
