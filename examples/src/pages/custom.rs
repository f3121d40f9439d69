//! What the language doesn't have: a model whose forward is written by hand, and Candle code within a forward.

use taper::prelude::*;
use taper::Result;

/// Scales each sample to the length 1 by ordinary Rust; what comes out is promised by the signature.
#[model([B, C] -> [B, C], custom)]
pub struct UnitLength {}

impl Forward for UnitLength {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut rows = Vec::new();
        for i in 0..x.dim(0)? {
            let row = x.select(0, i)?;
            rows.push(row.div(&row.square()?.sum(())?.sqrt()?)?);
        }
        taper::ops::stack(&rows, 0)
    }
}

/// Log-cosh of a linear map, written in Candle's operations.
#[model([B, 8] -> [B, 4])]
pub struct LogCosh {
    #[layer(4)]
    fc: Linear,
    unit: UnitLength,
}

#[forward]
impl LogCosh {
    fn forward(&self, x: Tensor) -> Tensor {
        let y = self.unit(self.fc(x));
        let (b, c) = (y.dim(0), y.dim(1));
        candle([y], [b, c], |y| {
            ((y.exp()? + y.neg()?.exp()?)? / 2.0)?.log()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candle_code_runs_and_is_differentiated() -> Result<()> {
        let net = LogCosh::init(&Device::Cpu)?;
        let x = Tensor::randn((2, 8), DType::F32, &Device::Cpu)?;
        let y = net.forward(&x)?;
        assert_eq!(y.dims(), [2, 4]);
        y.sum(())?.backward()?;
        assert!(net.parameters().iter().all(|p| p.grad().is_some()));
        Ok(())
    }
}
