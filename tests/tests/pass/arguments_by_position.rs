//! Optional arguments as PyTorch takes them by position.

use taper::prelude::*;

#[model([B, 8, 12, 12] -> ([B, 8, 1], [B, 8], [B, 8, 6, 6], [B, 8, 12]))]
struct Net {}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> (Tensor, Tensor, Tensor, Tensor) {
        let x = x
            .clamp(0.0)
            .clamp(0.0, 1.0)
            .leaky_relu(0.2)
            .elu(1.0)
            .softplus(1.0, 20.0);
        let rows = x.flatten(2, 3);
        let spread = rows.var(2, false, true) + rows.std(2, true, true) + rows.sum(2, true);
        let least = rows.max(2, true) - rows.min(2, keepdim = true) + rows.logsumexp(2, true);
        let y = (spread + least) * rows.mean(2, true) + rows.dropout(0.5, false).mean(2, true);
        let pooled = x.max_pool2d(3, 2, 1) + x.avg_pool2d(2, 2).pad([0, 0], value = 1.0);
        (
            y,
            rows.mean(2),
            pooled,
            x.transpose(1, 2).narrow(1, 0, 1).squeeze(1),
        )
    }
}

#[test]
fn runs() -> taper::Result<()> {
    let net = Net::init(&Device::Cpu)?;
    let (y, ..) = net.forward(Tensor::zeros((2, 8, 12, 12), DType::F32, &Device::Cpu)?)?;
    assert_eq!(y.dims(), [2, 8, 1]);
    Ok(())
}
