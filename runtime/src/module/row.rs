//! Layers in a row of fields, which are built by one call: a call for each costs every `cargo check` several times as much.

use super::{Build, Layer};
use crate::Result;
use std::str::Split;

/// A tuple of layers.
pub trait Row: Sized {
    /// Builds the layers of the fields with these names, one after the other.
    ///
    /// # Errors
    /// As the layers' own.
    fn build_row(at: &mut Build<'_, '_>, names: &mut Split<'_, char>) -> Result<Self>;
}

macro_rules! rows {
    () => {};
    ($first:ident $($more:ident)*) => {
        impl<$first: Layer, $($more: Layer),*> Row for ($first, $($more,)*) {
            fn build_row(at: &mut Build<'_, '_>, names: &mut Split<'_, char>) -> Result<Self> {
                let mut name = || names.next().unwrap_or_default();
                Ok(($first::build_one(at, name())?, $($more::build_one(at, name())?,)*))
            }
        }

        rows! { $($more)* }
    };
}
rows! { L0 L1 L2 L3 L4 L5 L6 L7 L8 L9 L10 L11 }
