//! The operations: one file each, or one per tight family.

mod add;
mod expand;
mod operand;
mod pair;
mod reshape;
mod sizes;
mod squeeze;
mod transpose;

pub use operand::Operand;
pub use pair::Pair;
pub use reshape::FlattenOptions;
pub use sizes::{Size, Sizes, INFER};
