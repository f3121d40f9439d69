//! A component that is right for some hyperparameters, used with others.

use taper::prelude::*;

#[model([B, T, width] -> [B, T, width])]
struct Attention {
    #[config]
    width: usize,
    #[config]
    heads: usize,
    #[layer(3 * width)]
    qkv: Linear,
    #[layer(width)]
    out: Linear,
}

#[forward]
impl Attention {
    fn forward(&self, x: Tensor) -> Tensor {
        let [b, t, _] = x.shape();
        let d = self.width / self.heads;
        let qkv = self.qkv(x).reshape([b, t, 3, self.heads, d]).permute([2, 0, 3, 1, 4]);
        let (q, k, v) = (qkv.select(0, 0), qkv.select(0, 1), qkv.select(0, 2));
        let y = q.matmul(k.transpose(-2, -1)).softmax(-1).matmul(v);
        self.out(y.transpose(1, 2).reshape([b, t, self.width]))
    }
}

#[model([B, T, 64] -> [B, T, 64])]
struct Encoder {
    #[layer(64, 5)]
    attention: Attention,
}

#[forward]
impl Encoder {
    fn forward(&self, x: Tensor) -> Tensor {
        self.attention(x)
    }
}

fn main() {}
