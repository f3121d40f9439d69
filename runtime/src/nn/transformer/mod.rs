//! Encoders of transformers.

mod encoder;
mod layer;
#[cfg(test)]
mod tests;

pub use encoder::{TransformerEncoder, TransformerEncoderConfig};
pub use layer::{EncoderActivation, TransformerEncoderLayer, TransformerEncoderLayerConfig};

use crate::ops::options::tensor_options;
use crate::Tensor;

tensor_options! {
    /// The optional arguments of an encoder's `forward_with`; the defaults are PyTorch's.
    TransformerEncoderOptions {
        /// What each position does not see, `[L, L]` or `[N · nhead, L, L]`: in bytes, the positions where it is not 0; floats are added
        /// to the scores. PyTorch calls it `src_mask` in a layer and `mask` in a stack. Default: none.
        mask: Option<Tensor> = None,
        /// Which positions are padding, `[N, L]`: in bytes, those where it is not 0; floats are added to the scores. Default: none.
        src_key_padding_mask: Option<Tensor> = None,
        /// Says that `mask` is the causal one, which then need not be read. Default: false.
        is_causal: bool = false,
    }
}

/// A submodule in the trace of a layer: its arguments, and the inputs of its call.
macro_rules! child {
    ($t:expr, $layer:ident $name:expr, [$($arg:literal: $value:expr),* $(,)?], $inputs:expr) => {{
        let mut args = $crate::trace::Args::new();
        $(args.named($arg, $value);)*
        $t.within($crate::trace::hash($name), $name);
        let y = $crate::module::Rule::<$layer>::RULE.trace($t, &args, $inputs);
        $t.leave_with(y)
    }};
}

/// The source, and the optional arguments in PyTorch's order.
type All<T> = (T, Option<Tensor>, Option<Tensor>, bool);

/// The calls of what encodes by `encode`, a tensor with optional masks; the documentation is that of `forward_with`.
macro_rules! encodes {
    ($(#[$meta:meta])* $name:ident) => {
        impl $name {
            $(#[$meta])*
            pub fn forward_with(
                &self,
                src: impl std::borrow::Borrow<$crate::Tensor>,
                options: $crate::nn::TransformerEncoderOptions,
            ) -> $crate::Result<$crate::Tensor> {
                let x = src.borrow();
                let seen = self.state.watch(&[Some(x)]);
                let result = self.encode(x, options);
                self.state
                    .show(seen, result, |y, found| found.push(y.clone()))
            }
        }

        impl $crate::module::Forward for $name {
            fn forward(&self, x: &$crate::Tensor) -> $crate::Result<$crate::Tensor> {
                self.encode(x, Default::default())
            }
        }

        impl<T: std::borrow::Borrow<$crate::Tensor>> $crate::module::Call<super::All<T>> for $name {
            type Output = $crate::Tensor;

            fn call(&self, (src, mask, padding, causal): super::All<T>) -> $crate::Result<$crate::Tensor> {
                let inputs = (src.borrow().clone(), mask, padding, causal);
                $crate::module::call(self, inputs, |layer, (src, mask, padding, causal)| {
                    let options = $crate::nn::TransformerEncoderOptions::default()
                        .mask(mask)
                        .src_key_padding_mask(padding)
                        .is_causal(causal);
                    layer.forward_with(src, options)
                })
            }
        }
    };
}
use {child, encodes};
