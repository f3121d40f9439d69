//! The operations: one file each, or one per tight family.

mod add;
mod conv2d;
mod expand;
mod flip;
mod gather;
mod indices;
mod join;
mod narrow;
mod operand;
mod pad;
mod pair;
mod pool2d;
mod reshape;
mod rules;
mod size;
mod sizes;
mod squeeze;
mod transpose;
mod windows;

pub use conv2d::Conv2dOptions;
pub use indices::{Index, Indices};
pub use join::{cat, stack};
pub use narrow::SplitSize;
pub use operand::Operand;
pub use pad::{PadMode, PadOptions};
pub use pair::Pair;
pub use pool2d::{AvgPool2dOptions, MaxPool2dOptions};
pub use reshape::FlattenOptions;
pub use sizes::{Size, Sizes, INFER};

pub(crate) mod compute;
