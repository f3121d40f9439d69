//! The initialisers by PyTorch's names: as values, and in place.

use super::{Init, KaimingOptions, TruncNormalOptions};
use crate::{Param, Result};

/// From one list: the constructors of [`Init`], the same as free functions for declarations, and the forms in place.
macro_rules! initializers {
    ($($(#[$doc:meta])* $name:ident, $in_place:ident($($arg:ident: $ty:ty),*) => $value:expr;)*) => {
        impl Init {
            $($(#[$doc])*
            pub const fn $name($($arg: $ty),*) -> Init {
                $value
            })*
        }

        /// Initial values by PyTorch's names, for `#[param(…, init = …)]`.
        ///
        /// ```
        /// use taper::prelude::*;
        ///
        /// #[model([B, 4] -> [B, 4])]
        /// struct Turn {
        ///     #[param([4, 4], init = orthogonal(1.0))]
        ///     weight: Param,
        /// }
        ///
        /// #[forward]
        /// impl Turn {
        ///     fn forward(&self, x: Tensor) -> Tensor {
        ///         x.matmul(&self.weight)
        ///     }
        /// }
        ///
        /// # fn main() -> taper::Result<()> {
        /// let turn = Turn::init(&Device::Cpu)?;
        /// let x = Tensor::new(&[[0f32, 3., 0., 4.]], &Device::Cpu)?;
        /// assert!((turn.forward(&x)?.norm(())?.item()? - 5.).abs() < 1e-5); // turning keeps lengths
        /// # Ok(()) }
        /// ```
        pub mod functions {
            use super::{Init, KaimingOptions, TruncNormalOptions};

            pub use super::super::from_fn::from_fn;

            $(#[doc = concat!("[`Init::", stringify!($name), "`].")]
            pub const fn $name($($arg: $ty),*) -> Init {
                Init::$name($($arg),*)
            })*
        }

        $(#[doc = concat!("Fills a parameter by [`Init::", stringify!($name), "`] (`torch.nn.init.", stringify!($in_place), "`).")]
        ///
        /// Random values come from a seed of the global generator; [`Init::fill_with`] takes a generator.
        ///
        /// # Errors
        /// As [`Init::fill`].
        pub fn $in_place(param: &Param $(, $arg: $ty)*) -> Result<()> {
            Init::$name($($arg),*).fill(param)
        })*
    };
}

initializers! {
    /// All zeros.
    ///
    /// ```
    /// use taper::{init, DType, Device, Param, Tensor};
    /// let w = Param::new(Tensor::ones(2, DType::F32, &Device::Cpu)?)?;
    /// init::zeros_(&w)?;
    /// assert_eq!(w.to_vec::<f32>()?, [0., 0.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    zeros, zeros_() => Init::ZEROS;

    /// All ones.
    ones, ones_() => Init::ONES;

    /// The same value everywhere.
    constant, constant_(value: f64) => Init::Constant(value);

    /// Uniform between two bounds. PyTorch's defaults are 0 and 1.
    ///
    /// ```
    /// use taper::{init, DType, Device, Param, Tensor};
    /// let w = Param::new(Tensor::zeros(100, DType::F32, &Device::Cpu)?)?;
    /// init::uniform_(&w, -1., 1.)?;
    /// assert!(w.to_vec::<f32>()?.iter().all(|x| (-1. ..1.).contains(x)));
    /// # Ok::<(), taper::Error>(())
    /// ```
    uniform, uniform_(low: f64, high: f64) => Init::Uniform { low, high };

    /// Normal with this mean and standard deviation. PyTorch's defaults are 0 and 1.
    ///
    /// ```
    /// use taper::init::Init;
    /// assert_eq!(Init::normal(0., 1.), Init::STANDARD_NORMAL);
    /// ```
    normal, normal_(mean: f64, std: f64) => Init::Normal { mean, std };

    /// Normal, with the values outside of two bounds drawn again.
    ///
    /// ```
    /// use taper::init::{Init, TruncNormalOptions};
    /// use taper::{DType, Device, Generator};
    /// let init = Init::trunc_normal(TruncNormalOptions::default().std(0.5).a(0.).b(1.));
    /// let values = init.tensor(&[1000], DType::F32, &Device::Cpu, &mut Generator::new(0))?;
    /// assert!(values.to_vec::<f32>()?.iter().all(|x| (0. ..=1.).contains(x)));
    /// # Ok::<(), taper::Error>(())
    /// ```
    trunc_normal, trunc_normal_(options: TruncNormalOptions) => Init::TruncNormal(options);

    /// Ones on the diagonal of a matrix and zeros elsewhere: a linear layer that keeps its inputs. Shape `[m, n]`.
    ///
    /// ```
    /// use taper::{init, DType, Device, Param, Tensor};
    /// let w = Param::new(Tensor::zeros([1, 2], DType::F32, &Device::Cpu)?)?;
    /// init::eye_(&w)?;
    /// assert_eq!(w.to_vec::<f32>()?, [1., 0.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    eye, eye_() => Init::Eye;

    /// The Dirac delta for the weights of a convolution, `[out, in, …]` with 1 to 3 dimensions of the kernel: with padding
    /// that keeps the size, as many input channels as possible pass unchanged, in each of the `groups` (PyTorch's default
    /// is 1).
    ///
    /// ```
    /// use taper::init::Init;
    /// use taper::{DType, Device, Generator};
    /// let weight = Init::dirac(1).tensor(&[1, 1, 3], DType::F32, &Device::Cpu, &mut Generator::new(0))?;
    /// assert_eq!(weight.to_vec::<f32>()?, [0., 1., 0.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    dirac, dirac_(groups: usize) => Init::Dirac { groups };

    /// U(−a, a) with a = gain · √(6 / (fan_in + fan_out)), after Glorot and Bengio. At least two dimensions; see
    /// [`Fans`](super::Fans). PyTorch's default gain is 1; [`calculate_gain`](super::calculate_gain) has others.
    ///
    /// ```
    /// use taper::init::Init;
    /// assert_eq!(Init::xavier_uniform(1.).resolved(&[2, 4])?, Init::uniform(-1., 1.));
    /// # Ok::<(), taper::Error>(())
    /// ```
    xavier_uniform, xavier_uniform_(gain: f64) => Init::XavierUniform { gain };

    /// N(0, σ²) with σ = gain · √(2 / (fan_in + fan_out)), after Glorot and Bengio. As
    /// [`xavier_uniform`](Self::xavier_uniform).
    ///
    /// ```
    /// use taper::init::Init;
    /// assert_eq!(Init::xavier_normal(3.).resolved(&[3, 5])?, Init::normal(0., 1.5));
    /// # Ok::<(), taper::Error>(())
    /// ```
    xavier_normal, xavier_normal_(gain: f64) => Init::XavierNormal { gain };

    /// U(−b, b) with b = gain · √(3 / fan), after He and others: gain is that of the nonlinearity that follows (of
    /// `leaky_relu`, the default, with the slope `a`), and fan the one that `mode` names.
    ///
    /// At least two dimensions; see [`Fans`](super::Fans), also for transposed convolutions.
    ///
    /// ```
    /// use taper::init::{Init, KaimingOptions};
    /// let init = Init::kaiming_uniform(KaimingOptions::default().mode("fan_out").nonlinearity("linear"));
    /// assert_eq!(init.resolved(&[3, 8])?, Init::uniform(-1., 1.));
    /// # Ok::<(), taper::Error>(())
    /// ```
    kaiming_uniform, kaiming_uniform_(options: KaimingOptions) => Init::KaimingUniform(options);

    /// N(0, σ²) with σ = gain / √fan, after He and others. As [`kaiming_uniform`](Self::kaiming_uniform).
    ///
    /// ```
    /// use taper::init::{Init, KaimingOptions};
    /// let init = Init::kaiming_normal(KaimingOptions::default().nonlinearity("linear"));
    /// assert_eq!(init.resolved(&[8, 4])?, Init::normal(0., 0.5));
    /// # Ok::<(), taper::Error>(())
    /// ```
    kaiming_normal, kaiming_normal_(options: KaimingOptions) => Init::KaimingNormal(options);

    /// A random matrix with orthonormal rows or, if there are more rows than columns, columns, times `gain` (PyTorch's
    /// default is 1), after Saxe and others; uniform among all of them. Dimensions after the second are taken as one
    /// with it.
    ///
    /// ```
    /// use taper::init::Init;
    /// use taper::{DType, Device, Generator};
    /// let rows = Init::orthogonal(2.).tensor(&[2, 3], DType::F64, &Device::Cpu, &mut Generator::new(0))?;
    /// let lengths = rows.norm(1)?.to_vec::<f64>()?;
    /// assert!(lengths.iter().all(|length| (length - 2.).abs() < 1e-12));
    /// assert!(rows.select(0, 0)?.dot(rows.select(0, 1)?)?.item()?.abs() < 1e-12);
    /// # Ok::<(), taper::Error>(())
    /// ```
    orthogonal, orthogonal_(gain: f64) => Init::Orthogonal { gain };

    /// N(0, std²), with ⌈sparsity · rows⌉ zeros at random in each column of a matrix, after Martens. Shape
    /// `[rows, columns]`; PyTorch's default std is 0.01.
    ///
    /// ```
    /// use taper::init::Init;
    /// use taper::{DType, Device, Generator};
    /// let values = Init::sparse(0.75, 0.01).tensor(&[4, 5], DType::F32, &Device::Cpu, &mut Generator::new(0))?;
    /// assert_eq!(values.to_vec::<f32>()?.iter().filter(|&&x| x == 0.).count(), 15);
    /// # Ok::<(), taper::Error>(())
    /// ```
    sparse, sparse_(sparsity: f64, std: f64) => Init::Sparse { sparsity, std };
}
