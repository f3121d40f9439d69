//! The operations: one file each, or one per tight family.

mod add;
mod operand;
mod pair;

pub use operand::Operand;
pub use pair::Pair;
