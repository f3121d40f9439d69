//! Elementary functions: `neg`, `abs`, `square`, `sqrt`, `rsqrt`, `exp`, `log`, `sin`, `cos`.

use crate::error::Result;
use crate::ops::rule::elementwise_rules;
use crate::ops::unary::{functions, unary};
use crate::tensor::Tensor;

functions! {
    Neg {} "neg" keeps Nothing closed,
    x => -x, (_k, g) => -g,
    plain x => x.neg(), (_k, g) => g.neg();

    Abs {} "abs" keeps Input closed,
    x => x.abs(), (x, g) => if x > T::ZERO { g } else if x < T::ZERO { -g } else { T::ZERO },
    plain x => x.abs(), (x, g) => g * x.sign()?;

    Square {} "square" keeps Input closed,
    x => x * x, (x, g) => g * T::of(2.) * x,
    plain x => x.sqr(), (x, g) => (g * x)? * 2.;

    Sqrt {} "sqrt" keeps Output,
    x => x.sqrt(), (y, g) => g / (T::of(2.) * y),
    plain x => x.sqrt(), (y, g) => g / (y * 2.)?;

    Rsqrt {} "rsqrt" keeps Output,
    x => T::ONE / x.sqrt(), (y, g) => T::of(-0.5) * g * y * y * y,
    plain x => x.sqrt()?.recip(), (y, g) => ((g * y)? * y.sqr()?)? * -0.5;

    Exp {} "exp" keeps Output,
    x => x.exp(), (y, g) => g * y,
    plain x => x.exp(), (y, g) => g * y;

    Log {} "log" keeps Input,
    x => x.ln(), (x, g) => g / x,
    plain x => x.log(), (x, g) => g / x;

    Sin {} "sin" keeps Input,
    x => x.sin(), (x, g) => g * x.cos(),
    plain x => x.sin(), (x, g) => g * x.cos()?;

    Cos {} "cos" keeps Input,
    x => x.cos(), (x, g) => -(g * x.sin()),
    plain x => x.cos(), (x, g) => (g * x.sin()?)?.neg();
}

impl Tensor {
    /// −x (`torch.neg`).
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, -2.], &Device::Cpu)?;
    /// assert_eq!(x.neg()?.to_vec::<f32>()?, [-1., 2.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn neg(&self) -> Result<Tensor> {
        unary(Neg {}, self)
    }

    /// |x|, with gradient 0 at 0 (`torch.abs`).
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, -2.], &Device::Cpu)?;
    /// assert_eq!(x.abs()?.to_vec::<f32>()?, [1., 2.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn abs(&self) -> Result<Tensor> {
        unary(Abs {}, self)
    }

    /// x² (`torch.square`).
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, -2.], &Device::Cpu)?;
    /// assert_eq!(x.square()?.to_vec::<f32>()?, [1., 4.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn square(&self) -> Result<Tensor> {
        unary(Square {}, self)
    }

    /// √x (`torch.sqrt`).
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, 4.], &Device::Cpu)?;
    /// assert_eq!(x.sqrt()?.to_vec::<f32>()?, [1., 2.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn sqrt(&self) -> Result<Tensor> {
        unary(Sqrt {}, self)
    }

    /// 1 / √x (`torch.rsqrt`).
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, 4.], &Device::Cpu)?;
    /// assert_eq!(x.rsqrt()?.to_vec::<f32>()?, [1., 0.5]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn rsqrt(&self) -> Result<Tensor> {
        unary(Rsqrt {}, self)
    }

    /// eˣ (`torch.exp`).
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[0f64, 1.], &Device::Cpu)?;
    /// assert_eq!(x.exp()?.to_vec::<f64>()?, [1., std::f64::consts::E]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn exp(&self) -> Result<Tensor> {
        unary(Exp {}, self)
    }

    /// The natural logarithm (`torch.log`).
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f64, std::f64::consts::E], &Device::Cpu)?;
    /// assert_eq!(x.log()?.to_vec::<f64>()?, [0., 1.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn log(&self) -> Result<Tensor> {
        unary(Log {}, self)
    }

    /// The sine of an angle in radians (`torch.sin`).
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// assert_eq!(Tensor::new(&[0f32], &Device::Cpu)?.sin()?.to_vec::<f32>()?, [0.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn sin(&self) -> Result<Tensor> {
        unary(Sin {}, self)
    }

    /// The cosine of an angle in radians (`torch.cos`).
    ///
    /// # Errors
    /// If the type is not a number.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// assert_eq!(Tensor::new(&[0f32], &Device::Cpu)?.cos()?.to_vec::<f32>()?, [1.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn cos(&self) -> Result<Tensor> {
        unary(Cos {}, self)
    }
}
elementwise_rules! {
    trace_neg "neg" closed;
    trace_abs "abs" closed;
    trace_square "square" closed;
    trace_sqrt "sqrt" float;
    trace_rsqrt "rsqrt" float;
    trace_exp "exp" float;
    trace_log "log" float;
    trace_sin "sin" float;
    trace_cos "cos" float;
}
