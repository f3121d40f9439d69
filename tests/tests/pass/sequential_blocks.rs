//! Blocks: names, nesting, repetition, tables; in a field and in an expression.

use taper::prelude::*;

const TABLE: [(usize, usize); 2] = [(16, 2), (8, 1)];

#[model([B, 8] -> [B, 4])]
pub struct Net {
    body: sequential!(
        first: Linear(16), ReLU,
        Linear(16) * 2,
        for (width, n) in TABLE { Linear(width) * n, ReLU }
        sequential!(Linear(8), Tanh),
    ),
    #[layer(4)]
    head: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.head(self.body(x))
    }
}

#[test]
fn runs() -> taper::Result<()> {
    let x = Tensor::zeros((2, 8), DType::F32, &Device::Cpu)?;
    assert_eq!(Net::init(&Device::Cpu)?.forward(&x)?.dims(), [2, 4]);
    let net = sequential! { <[B, 8] -> [B, 4]>
        hidden: Linear(6), ReLU, Dropout(0.5), Linear(4)
    }
    .init(&Device::Cpu)?;
    assert_eq!(net.forward(&x)?.dims(), [2, 4]);
    Ok(())
}
