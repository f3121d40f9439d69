//! The number of heads has to divide the width.

use taper::prelude::*;

#[model([B, T, 30] -> [B, T, 30])]
struct Attention {
    #[layer(90)]
    qkv: Linear,
    #[layer(30)]
    out: Linear,
}

#[forward]
impl Attention {
    fn forward(&self, x: Tensor) -> Tensor {
        let [b, t, width] = x.shape();
        let qkv = self.qkv(x).reshape([b, t, 3, 4, width / 4]).permute([2, 0, 3, 1, 4]);
        let (q, k, v) = (qkv.select(0, 0), qkv.select(0, 1), qkv.select(0, 2));
        let y = q.matmul(k.transpose(-2, -1)).softmax(-1).matmul(v);
        self.out(y.transpose(1, 2).reshape([b, t, width]))
    }
}

fn main() {}
