//! Declarative neural networks in Rust, on Candle.

pub mod amp;
pub mod data;
extern crate self as taper;

pub mod error;
pub mod init;
pub mod io;
mod kernels;
pub mod loss;
pub mod module;
pub mod nn;
pub mod ops;
pub mod optim;
mod private;
pub mod profiler;
mod scoped;
pub mod tensor;
#[doc(hidden)]
pub mod testing;
mod threads;
pub mod trace;
pub mod train;

pub use candle_core::{DType, Device};
pub use error::{Error, Result};
pub use kernels::cpu_capability;
pub use module::{checkpoint, checkpoint_sequential};
pub use taper_macros::{forward, mask, model, sequential};
pub use tensor::{
    enable_grad, is_grad_enabled, manual_seed, no_grad, with_generator, Buffer, Generator,
    GeneratorState, Param, Tensor,
};
pub use threads::{num_threads, set_num_threads};

/// What generated code refers to; it may change in any release.
#[doc(hidden)]
pub mod __private {
    pub use crate::amp::Autocast;
    pub use crate::error::{Error, Result};
    pub use crate::init::{functions as initial, Init};
    pub use crate::module::*;
    pub use crate::ops::candle::escape;
    pub use crate::private::{lift, owned, position, size, sizes, within, IntoResult, INFER};
    pub use crate::tensor::{Tensor, Tensors};
    pub use crate::trace::*;
    pub use candle_core::{self, DType, Device};
    pub use candle_nn;
    pub use serde;
    pub use std::borrow::Borrow;
    pub use std::clone::Clone;
    pub use std::fmt::{Debug, Display, Formatter, Result as Formatted};
    pub use std::option::Option::{self, None, Some};
    pub use std::result::Result::{Err, Ok};
    pub use std::{string::String, vec::Vec};

    /// Where keyword arguments find their options, those of losses, too.
    pub mod ops {
        pub use crate::loss::*;
        pub use crate::ops::*;
    }
}

/// What a program that declares, trains and runs networks needs.
pub mod prelude {
    pub use crate::data::{DataLoader, Dataset};
    pub use crate::init::Init;
    pub use crate::io::ModuleIo;
    pub use crate::loss::*;
    pub use crate::module::{
        BufferDict, BufferList, Config, Forward, Inspect, Mask, Module, ModuleExt, ParamDict,
        ParamList,
    };
    pub use crate::nn::*;
    pub use crate::ops::{cat, stack, where_};
    pub use crate::optim::{Adam, AdamOptions, AdamW, AdamWOptions, Optimizer, Sgd, SgdOptions};
    pub use crate::train::{check_finite, metrics::accuracy};
    pub use crate::{forward, mask, model, sequential};
    pub use crate::{no_grad, Buffer, DType, Device, Param, Tensor};
}

/// The README's code, so that it keeps working.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
