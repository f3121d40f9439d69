//! Layers, with PyTorch's names, arguments, defaults and initial values.

#[macro_use]
mod macros;
mod activation;
mod attention;
mod batch_norm;
mod conv;
mod dropout;
mod embedding;
mod flatten;
mod func;
mod identity;
mod keeps;
mod layer_norm;
mod linear;
mod pool;
mod prelu;
mod recurrent;
mod rule;
mod sequential;
pub mod setting;
mod softmax;
mod stochastic_depth;
#[cfg(test)]
mod tests;
mod transformer;

pub(crate) use crate::module::python;
pub use activation::{
    ELUConfig, GELUConfig, GeluForm, LeakyReLU, LeakyReLUConfig, ReLU, ReLUConfig, SiLU,
    SiLUConfig, Sigmoid, SigmoidConfig, Softplus, SoftplusConfig, Tanh, TanhConfig, ELU, GELU,
};
pub use attention::{MultiheadAttention, MultiheadAttentionConfig, MultiheadAttentionOptions};
pub use batch_norm::{BatchNorm1d, BatchNorm1dConfig, BatchNorm2d, BatchNorm2dConfig};
pub use conv::{Conv2d, Conv2dConfig};
pub use dropout::{Dropout, DropoutConfig};
pub use embedding::{Embedding, EmbeddingConfig};
pub use flatten::{Flatten, FlattenConfig, Unflatten, UnflattenConfig};
pub use func::{CandleModule, Func};
pub use identity::{Identity, IdentityConfig};
pub(crate) use keeps::kept_by_layer;
pub use layer_norm::{LayerNorm, LayerNormConfig};
pub use linear::{Linear, LinearConfig};
pub(crate) use macros::{candle_face, default_setting, default_value, layer, members};
pub use pool::{
    AdaptiveAvgPool2d, AdaptiveAvgPool2dConfig, AvgPool2d, AvgPool2dConfig, MaxPool2d,
    MaxPool2dConfig,
};
pub use prelu::{PReLU, PReLUConfig};
pub use recurrent::{
    GRUConfig, LSTMConfig, RNNConfig, RNNNonlinearity, RecurrentWeights, GRU, LSTM, RNN,
};
pub use sequential::{Sequential, SequentialConfig};
pub use setting::{Padding, PaddingMode, Size2d};
pub use softmax::{LogSoftmax, LogSoftmaxConfig, Softmax, SoftmaxConfig};
pub use stochastic_depth::{StochasticDepth, StochasticDepthConfig, StochasticDepthMode};
pub use transformer::{
    EncoderActivation, TransformerEncoder, TransformerEncoderConfig, TransformerEncoderLayer,
    TransformerEncoderLayerConfig, TransformerEncoderOptions,
};
