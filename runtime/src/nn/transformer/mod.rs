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
use child;
