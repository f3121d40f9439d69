//! Multi-head self-attention.

use taper::prelude::*;

/// softmax(q·kᵀ / √d)·v for each head, with one projection to queries, keys and values and one of the result.
#[model([B, T, embed] -> [B, T, embed])]
pub struct SelfAttention {
    #[config]
    embed: usize,
    #[config(default = 8)]
    heads: usize,
    #[layer(3 * embed)]
    qkv: Linear,
    #[layer(embed)]
    out: Linear,
}

#[forward]
impl SelfAttention {
    fn forward(&self, x: Tensor) -> Tensor {
        let [b, t, _] = x.shape();
        let d = self.embed / self.heads;
        let qkv = self
            .qkv(x)
            .reshape([b, t, 3, self.heads, d])
            .permute([2, 0, 3, 1, 4]);
        let (q, k, v) = (qkv.select(0, 0), qkv.select(0, 1), qkv.select(0, 2));
        let y = q.scaled_dot_product_attention(k, v);
        self.out(y.transpose(1, 2).reshape([b, t, self.embed]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use taper::Result;

    #[test]
    fn each_token_becomes_one() -> Result<()> {
        let layer = SelfAttention::config(32).heads(4).init(&Device::Cpu)?;
        let y = layer.forward(&Tensor::randn((2, 7, 32), DType::F32, &Device::Cpu)?)?;
        assert_eq!(y.dims(), [2, 7, 32]);
        Ok(())
    }

    #[test]
    fn equal_tokens_stay_equal() -> Result<()> {
        let layer = SelfAttention::config(16).init(&Device::Cpu)?;
        let y = layer.forward(&Tensor::ones((1, 3, 16), DType::F32, &Device::Cpu)?)?;
        let rows = y.squeeze(0)?.to_vec2::<f32>()?;
        assert!(rows
            .iter()
            .flatten()
            .zip(rows[0].iter().cycle())
            .all(|(a, b)| (a - b).abs() < 1e-6));
        Ok(())
    }

    #[test]
    fn heads_must_divide_the_width() {
        let error = SelfAttention::config(30)
            .init(&Device::Cpu)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("90*B*T elements of [B, T, 90] don't fit the sizes [B, T, 3, 8, 3]"),
            "{error}"
        );
    }
}
