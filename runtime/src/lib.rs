//! Declarative neural networks in Rust, on Candle.

pub mod data;
pub mod error;
pub mod module;
pub mod ops;
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
