//! The operations: one file each, or one per tight family.

mod add;
pub(crate) mod compute;
mod conv2d;
mod expand;
mod operand;
mod pair;
mod reshape;
mod rules;
mod size;
mod sizes;
mod squeeze;
mod transpose;
mod windows;

pub use conv2d::Conv2dOptions;
pub use operand::Operand;
pub use pair::Pair;
pub use reshape::FlattenOptions;
pub use sizes::{Size, Sizes, INFER};
