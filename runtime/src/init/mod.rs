//! Initial values of parameters (`torch.nn.init`).
//!
//! An [`Init`] says how a tensor of any shape is filled. It is used in four ways:
//!
//! | | |
//! |---|---|
//! | in a declaration | `#[param([4, 4], init = xavier_uniform(1.0))]`, by the names in [`functions`] |
//! | on a model, by pattern | `model.init_with("*.weight", Init::xavier_uniform(1.0))?` ([`init_with`](crate::module::ModuleExt::init_with)) |
//! | on one parameter | `init::xavier_uniform_(&w, 1.0)?`, with PyTorch's names, or [`Init::fill`] |
//! | for a new tensor | [`Init::tensor`] |
//!
//! Random values come from a generator that is given or, without one, from a seed drawn from the global generator, so
//! that [`manual_seed`](crate::manual_seed) makes them repeatable. The sequences are not PyTorch's.
//!
//! # Example
//! ```
//! use taper::init::{self, Init, KaimingOptions};
//! use taper::module::ModuleExt;
//! # use taper::testing::Toy;
//! # let net = Toy::net()?;
//! net.init_with("fc*.weight", Init::kaiming_normal(KaimingOptions::default().nonlinearity("relu")))?;
//! net.init_with("*.bias", Init::zeros())?;
//! init::trunc_normal_(net.get_parameter("fc2.weight")?, init::TruncNormalOptions::default().std(0.02))?;
//! # Ok::<(), taper::Error>(())
//! ```
//!
//! An initialiser of one's own is a function of the shape and the generator:
//!
//! ```
//! use taper::init::Init;
//! use taper::module::ModuleExt;
//! use taper::{DType, Device};
//! # use taper::testing::Toy;
//! # let net = Toy::net()?;
//!
//! let rows_sum_to_one = Init::from_fn(|shape, generator| {
//!     let x = generator.uniform(shape, 0., 1., DType::F32, &Device::Cpu)?;
//!     x.div(x.sum_with(-1, taper::ops::SumOptions::default().keepdim(true))?)
//! });
//! net.init_with("fc1.weight", rows_sum_to_one)?;
//! let sums = net.get_parameter("fc1.weight")?.sum(-1)?.to_vec::<f32>()?;
//! assert!(sums.iter().all(|sum| (sum - 1.).abs() < 1e-5));
//! # Ok::<(), taper::Error>(())
//! ```

mod check;
mod constructors;
mod fan;
mod from_fn;
mod gain;
mod orthogonal;
mod patterned;
mod scaled;
#[cfg(test)]
mod tests;
mod trunc_normal;

pub use constructors::*;
pub use fan::{FanMode, Fans};
pub use from_fn::InitFn;
pub use gain::{calculate_gain, Nonlinearity};
pub use scaled::KaimingOptions;
pub use trunc_normal::TruncNormalOptions;

use crate::tensor::{with_generator, Generator};
use crate::{DType, Device, Param, Result, Tensor};

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
    /// Normal, between two bounds: [`Init::trunc_normal`].
    TruncNormal(TruncNormalOptions),
    /// The identity matrix: [`Init::eye`].
    Eye,
    /// The identity as a convolution: [`Init::dirac`].
    Dirac {
        /// The convolution's groups.
        groups: usize,
    },
    /// Uniform, scaled by both fans: [`Init::xavier_uniform`].
    XavierUniform {
        /// A factor.
        gain: f64,
    },
    /// Normal, scaled by both fans: [`Init::xavier_normal`].
    XavierNormal {
        /// A factor.
        gain: f64,
    },
    /// Uniform, scaled by one fan: [`Init::kaiming_uniform`].
    KaimingUniform(KaimingOptions),
    /// Normal, scaled by one fan: [`Init::kaiming_normal`].
    KaimingNormal(KaimingOptions),
    /// A random orthogonal matrix: [`Init::orthogonal`].
    Orthogonal {
        /// A factor.
        gain: f64,
    },
    /// Normal, with zeros in each column: [`Init::sparse`].
    Sparse {
        /// The part of each column that is zero.
        sparsity: f64,
        /// The standard deviation of the others.
        std: f64,
    },
    /// A function of one's own: [`Init::from_fn`].
    Fn(InitFn),
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
    /// If an argument is out of its range, the shape is not one that the initialiser is for, or the device can't hold it.
    ///
    /// ```
    /// use taper::{init::Init, DType, Device, Generator};
    /// let mut generator = Generator::new(7);
    /// let weight = Init::orthogonal(1.).tensor(&[2, 2], DType::F64, &Device::Cpu, &mut generator)?;
    /// let square = weight.matmul(&weight.t()?)?.to_vec::<f64>()?;
    /// assert!(square.iter().zip([1., 0., 0., 1.]).all(|(a, b)| (a - b).abs() < 1e-12));
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn tensor(
        &self,
        shape: &[usize],
        dtype: DType,
        device: &Device,
        generator: &mut Generator,
    ) -> Result<Tensor> {
        self.check(shape)?;
        if let Init::Fn(own) = self {
            return own
                .call(shape, generator)?
                .to_dtype(dtype)?
                .to_device(device);
        }
        if shape.contains(&0) {
            return Tensor::zeros(shape, dtype, device);
        }
        let values = match self.resolved(shape)? {
            Init::Constant(value) => return Tensor::full(shape, value, dtype, device),
            Init::Uniform { low, high } => {
                return generator.uniform(shape, low, high, dtype, device)
            }
            Init::Normal { mean, std } => return generator.normal(shape, mean, std, dtype, device),
            Init::TruncNormal(options) => {
                return trunc_normal::draw(&options, shape, dtype, device, generator)
            }
            Init::Eye => patterned::eye(shape),
            Init::Dirac { groups } => patterned::dirac(shape, groups),
            Init::Orthogonal { gain } => orthogonal::draw(shape, gain, generator)?,
            Init::Sparse { sparsity, std } => patterned::sparse(shape, sparsity, std, generator)?,
            // Resolved to those above.
            _ => Vec::new(),
        };
        Tensor::from_vec(values, shape, &Device::Cpu)?
            .to_dtype(dtype)?
            .to_device(device)
    }

    /// Overwrites a parameter's values, with a seed from the global generator; nothing is recorded for a backward pass.
    ///
    /// # Errors
    /// As [`tensor`](Self::tensor); the parameter has its old values then.
    ///
    /// ```
    /// use taper::{init::Init, DType, Device, Param, Tensor};
    /// let w = Param::new(Tensor::zeros([2, 2], DType::F32, &Device::Cpu)?)?;
    /// Init::eye().fill(&w)?;
    /// assert_eq!(w.to_vec2::<f32>()?, [[1., 0.], [0., 1.]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn fill(&self, param: &Param) -> Result<()> {
        // A generator of its own: a function of the user's may draw from the global one too.
        let seed = with_generator(Generator::next_u64);
        self.fill_with(param, &mut Generator::new(seed))
    }

    /// [`fill`](Self::fill) with values drawn from this generator.
    ///
    /// # Errors
    /// As there.
    ///
    /// ```
    /// use taper::{init::Init, DType, Device, Generator, Param, Tensor};
    /// let w = Param::new(Tensor::zeros([2, 2], DType::F32, &Device::Cpu)?)?;
    /// Init::xavier_uniform(1.).fill_with(&w, &mut Generator::new(3))?;
    /// let first = w.to_vec::<f32>()?;
    /// Init::xavier_uniform(1.).fill_with(&w, &mut Generator::new(3))?;
    /// assert_eq!(w.to_vec::<f32>()?, first);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn fill_with(&self, param: &Param, generator: &mut Generator) -> Result<()> {
        let (shape, dtype) = (param.dims(), param.dtype());
        param.set(self.tensor(shape, dtype, param.device(), generator)?)
    }
}
