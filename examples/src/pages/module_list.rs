//! A list of layers, and a loop over it.

use taper::prelude::*;

/// Ten linears; each adds what the one at half its position makes of the input.
#[model([B, 10] -> [B, 10])]
pub struct TenLinears {
    #[layer(10, repeat = 10)]
    linears: Vec<Linear>,
}

#[forward]
impl TenLinears {
    fn forward(&self, x: Tensor) -> Tensor {
        let mut x = x;
        for (i, linear) in self.linears.iter().enumerate() {
            x = self.linears[i / 2](&x) + linear(&x);
        }
        x
    }
}

const _: () = assert!(TenLinears::PARAMS == 10 * 110);

#[cfg(test)]
mod tests {
    use super::*;
    use taper::Result;

    #[test]
    fn ten_in_a_row() -> Result<()> {
        let net = TenLinears::init(&Device::Cpu)?;
        assert_eq!(
            net.forward(&Tensor::randn((3, 10), DType::F32, &Device::Cpu)?)?
                .dims(),
            [3, 10]
        );
        assert_eq!(net.parameters().len(), 20);
        assert!(
            net.to_string()
                .contains("(0-9): 10 x Linear(in_features=10, out_features=10, bias=True)"),
            "{net}"
        );
        Ok(())
    }
}
