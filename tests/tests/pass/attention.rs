//! Reshapes and products that hold for every width and number of heads that divides it.

use taper::prelude::*;

#[model([B, T, width] -> [B, T, width])]
pub struct Attention {
    #[config]
    width: usize,
    #[config(default = 4)]
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
        let qkv = self
            .qkv(x)
            .reshape([b, t, 3, self.heads, d])
            .permute([2, 0, 3, 1, 4]);
        let (q, k, v) = (qkv.select(0, 0), qkv.select(0, 1), qkv.select(0, 2));
        let scores = q.matmul(k.transpose(-2, -1)) / (d as f64).sqrt();
        let y = scores.softmax(-1).matmul(v);
        self.out(y.transpose(1, 2).reshape([b, t, self.width]))
    }
}

#[test]
fn runs() -> taper::Result<()> {
    let net = Attention::config(16).input([1, 5, 16]).init(&Device::Cpu)?;
    let x = Tensor::zeros((2, 5, 16), DType::F32, &Device::Cpu)?;
    assert_eq!(net.forward(&x)?.dims(), [2, 5, 16]);
    assert!(Attention::config(18)
        .input([1, 5, 18])
        .init(&Device::Cpu)
        .is_err());
    Ok(())
}
