//! Declarative neural networks in Rust, on Candle.

pub mod data;
extern crate self as taper;

pub mod error;
pub mod init;
mod kernels;
pub mod module;
// pub mod nn;
pub mod ops;
pub mod optim;
mod private;
pub mod tensor;
#[doc(hidden)]
pub mod testing;
pub mod trace;

pub use candle_core::{DType, Device};
pub use error::{Error, Result};
pub use tensor::{
    enable_grad, is_grad_enabled, manual_seed, no_grad, with_generator, Buffer, Generator,
    GeneratorState, Param, Tensor,
};

/// What generated code refers to; it may change in any release.
#[doc(hidden)]
pub mod __private {
    pub use crate::private::{lift, size, sizes, IntoResult, INFER};
}
