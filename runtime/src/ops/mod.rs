//! The operations: one file each, or one per tight family.

mod add;
mod operand;

pub use operand::Operand;
