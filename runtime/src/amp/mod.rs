//! Mixed precision: [`autocast`] computes in a half type what loses nothing by it, and [`GradScaler`] keeps the gradients of f16
//! from vanishing.
//!
//! Parameters and the optimizer's state stay f32. With bf16, which has the range of f32, no scaler is needed:
//!
//! ```
//! use taper::amp::autocast;
//! use taper::prelude::*;
//!
//! let net = sequential! { <[B, 4] -> [B, 2]> Linear(8), ReLU, Linear(2) }.init(&Device::Cpu)?;
//! let mut opt = Adam::new(net.parameters(), 1e-2)?;
//! let (x, y) = (Tensor::ones([3, 4], DType::F32, &Device::Cpu)?, Tensor::new(&[0i64, 1, 1], &Device::Cpu)?);
//! for _ in 0..3 {
//!     let loss = autocast(DType::BF16, || cross_entropy(net.forward(&x)?, &y))?;
//!     opt.zero_grad(true)?;
//!     loss.backward()?;
//!     opt.step()?;
//! }
//! # Ok::<(), taper::Error>(())
//! ```
//!
//! `#[forward(autocast)]` and `#[forward(autocast = f16)]` put a whole `forward` in such a scope. A model that is itself in a half
//! type, without autocast, is made by [`half`](crate::module::ModuleExt::half) and
//! [`bfloat16`](crate::module::ModuleExt::bfloat16); optimizers keep f32 copies of its weights.

mod grad_scaler;
#[cfg(test)]
mod tests;

pub use crate::tensor::autocast::{autocast, autocast_dtype, no_autocast, Autocast};
pub use grad_scaler::{GradScaler, GradScalerOptions};
