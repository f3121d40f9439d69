//! taper's own layers with literals for arguments, for which nothing is checked where they are declared.

use taper::prelude::*;

#[model([B, 3, 16, 16] -> [B, 8])]
struct Images {
    #[layer(4, 3, stride = 1, padding = 1, dilation = 1, groups = 1, bias = false)]
    conv: Conv2d,
    #[layer(eps = 0.001, momentum = 0.2, affine = true, track_running_stats = true)]
    bn: BatchNorm2d,
    #[layer(2, stride = 2, padding = 1, dilation = 1, ceil_mode = false)]
    max: MaxPool2d,
    #[layer(2, stride = 2, padding = 1, ceil_mode = true)]
    avg: AvgPool2d,
    #[layer(2)]
    adaptive: AdaptiveAvgPool2d,
    #[layer(1)]
    flatten: Flatten,
    #[layer(8, bias = false)]
    fc: Linear,
    bn1: BatchNorm1d,
    #[layer(0.25)]
    dropout: Dropout,
    #[layer(1)]
    prelu: PReLU,
    #[layer(8, eps = 0.000012, elementwise_affine = true, bias = false)]
    norm: LayerNorm,
    elu: ELU,
    gelu: GELU,
    leaky: LeakyReLU,
    silu: SiLU,
    sigmoid: Sigmoid,
    softplus: Softplus,
    tanh: Tanh,
    relu: ReLU,
    identity: Identity,
    #[layer(1)]
    softmax: Softmax,
    #[layer(1)]
    log_softmax: LogSoftmax,
}

#[forward]
impl Images {
    fn forward(&self, x: Tensor) -> Tensor {
        let x = self.adaptive(self.avg(self.max(self.bn(self.conv(x)))));
        let x = self.norm(self.dropout(self.bn1(self.fc(self.flatten(x)))));
        let x = self.leaky(self.gelu(self.elu(self.prelu(x))));
        let x = self.tanh(self.softplus(self.sigmoid(self.silu(x))));
        self.log_softmax(self.softmax(self.identity(self.relu(x))))
    }
}

#[model([B, T; int] -> [B, T, 8])]
struct Words {
    #[layer(10, 8, padding_idx = 0)]
    embedding: Embedding,
    #[layer(8, num_layers = 2, dropout = 0.1, bias = true, bidirectional = false)]
    lstm: LSTM,
    #[layer(8, num_layers = 2, dropout = 0.1, bias = true, bidirectional = false)]
    gru: GRU,
    #[layer(8, num_layers = 2, dropout = 0.1, bias = true, bidirectional = false)]
    rnn: RNN,
    #[layer(2, dropout = 0.1, bias = true)]
    attention: MultiheadAttention,
    #[layer(2, 2, dim_feedforward = 16, dropout = 0.1, norm_first = false)]
    encoder: TransformerEncoder,
    #[layer(2, dim_feedforward = 16, dropout = 0.1, norm_first = false)]
    layer: TransformerEncoderLayer,
}

#[forward]
impl Words {
    fn forward(&self, x: Tensor) -> Tensor {
        let x = self.embedding(x);
        let (x, _) = self.lstm(x);
        let (x, _) = self.gru(x);
        let (x, _) = self.rnn(x);
        let (x, _) = self.attention(&x, &x, &x);
        self.layer(self.encoder(x))
    }
}

#[test]
fn literals_reach_the_layers() -> taper::Result<()> {
    let net = Images::init(&Device::Cpu)?.to_string();
    for repr in [
        "(bn): BatchNorm2d(4, eps=0.001, momentum=0.2,",
        "(dropout): Dropout(p=0.25,",
        "(norm): LayerNorm((8,), eps=1.2e-05, elementwise_affine=True, bias=False)",
        "(fc): Linear(in_features=16, out_features=8, bias=False)",
    ] {
        assert!(net.contains(repr), "{repr}: {net}");
    }
    assert!(Words::init(&Device::Cpu)?
        .to_string()
        .contains("num_layers=2, dropout=0.1"));
    Ok(())
}
