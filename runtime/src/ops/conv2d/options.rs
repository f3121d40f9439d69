//! The optional arguments of `conv2d`.

use crate::ops::Pair;

/// What a convolution puts around its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConvPadding {
    /// So many zeros on both sides.
    Zeros(Pair),
    /// As many zeros as keep the size (`"same"`); an odd one goes to the end. For a stride of 1 only.
    Same,
    /// A word that is neither `"same"` nor `"valid"`: an error where it is used.
    Unknown(&'static str),
}

impl From<&'static str> for ConvPadding {
    fn from(word: &'static str) -> Self {
        match word {
            "same" => ConvPadding::Same,
            "valid" => ConvPadding::Zeros(Pair(0, 0)),
            other => ConvPadding::Unknown(other),
        }
    }
}

macro_rules! from_sizes {
    ($($ty:ty),*) => {$(
        impl From<$ty> for ConvPadding {
            fn from(size: $ty) -> Self {
                ConvPadding::Zeros(size.into())
            }
        }
    )*};
}
from_sizes!(Pair, usize, (usize, usize), [usize; 2]);

/// The optional arguments of [`conv2d_with`](crate::Tensor::conv2d_with); the defaults are PyTorch's.
///
/// ```
/// use taper::ops::{Conv2dOptions, ConvPadding, Pair};
/// let options = Conv2dOptions::default().stride(2).padding((1, 0));
/// assert_eq!((options.stride, options.padding), (Pair(2, 2), ConvPadding::Zeros(Pair(1, 0))));
/// assert_eq!(options.padding("same").padding, ConvPadding::Same);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv2dOptions {
    /// How far apart neighbouring windows are. Default: 1.
    pub stride: Pair,
    /// Zeros around the input. Default: none.
    pub padding: ConvPadding,
    /// How far apart the elements of the kernel are. Default: 1.
    pub dilation: Pair,
    /// Into how many parts the channels are divided, each convolved on its own. Default: 1.
    pub groups: usize,
}

impl Default for Conv2dOptions {
    fn default() -> Self {
        Conv2dOptions {
            stride: Pair(1, 1),
            padding: ConvPadding::Zeros(Pair(0, 0)),
            dilation: Pair(1, 1),
            groups: 1,
        }
    }
}

impl Conv2dOptions {
    /// How far apart neighbouring windows are.
    #[must_use]
    pub fn stride(mut self, stride: impl Into<Pair>) -> Self {
        self.stride = stride.into();
        self
    }

    /// Zeros around the input: a size, one each for height and width, or `"same"`.
    #[must_use]
    pub fn padding(mut self, padding: impl Into<ConvPadding>) -> Self {
        self.padding = padding.into();
        self
    }

    /// How far apart the elements of the kernel are.
    #[must_use]
    pub fn dilation(mut self, dilation: impl Into<Pair>) -> Self {
        self.dilation = dilation.into();
        self
    }

    /// Into how many parts the channels are divided, each convolved on its own.
    #[must_use]
    pub fn groups(mut self, groups: usize) -> Self {
        self.groups = groups;
        self
    }
}
