//! Sums, differences, products and quotients of plain tensors, broadcast against each other.

use candle_core::Tensor as Data;

use crate::error::Result;
use crate::kernels::elementwise::Zip;
use crate::kernels::{in_order, zip_broadcast, Float};
use crate::ops::compute::has_kernels;

macro_rules! functions {
    ($($name:ident $function:ident $operator:tt $plain:ident;)*) => {$(
        struct $name;

        impl Zip for $name {
            #[inline(always)]
            fn call<T: Float>(&self, a: T, b: T) -> T {
                a $operator b
            }
        }

        #[doc = concat!("`a ", stringify!($operator), " b`, broadcast; the types must be the same.")]
        pub(crate) fn $function(a: &Data, b: &Data) -> Result<Data> {
            in_order(a, b, |a, b| {
                // Candle's threads spin while they wait for each other.
                if has_kernels(a)
                    && a.dtype() == b.dtype()
                    && let Some(result) = zip_broadcast(&$name, a, b)?
                {
                    return Ok(result);
                }
                Ok(a.$plain(b)?)
            })
        }
    )*};
}
functions! {
    Add add + broadcast_add;
    Sub sub - broadcast_sub;
    Mul mul * broadcast_mul;
    Div div / broadcast_div;
}
