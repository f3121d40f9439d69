//! Attention with masks, and encoders of any depth.

use taper::prelude::*;

#[model([N, L, width] -> [N, classes])]
pub struct Classifier {
    #[config]
    width: usize,
    #[config(default = 2)]
    depth: usize,
    #[config(default = 3)]
    classes: usize,
    #[layer(4, depth, dim_feedforward = 2 * width, batch_first = true, norm = true)]
    encoder: TransformerEncoder,
    #[layer(classes)]
    head: Linear,
}

#[forward]
impl Classifier {
    fn forward(&self, x: Tensor) -> Tensor {
        self.head(self.encoder(x).mean(1))
    }
}

/// Queries look at a memory of other features.
#[model(([L, N, 8], [S, N, 6], [N, S; bool]) -> ([L, N, 8], [L, N, 8]))]
pub struct Reader {
    #[layer(2)]
    look: MultiheadAttention,
    #[layer(2, dim_feedforward = 16)]
    think: TransformerEncoderLayer,
}

#[forward]
impl Reader {
    fn forward(&self, x: Tensor, memory: Tensor, padding: Tensor) -> (Tensor, Tensor) {
        let (y, _) = self.look(x, &memory, &memory, Some(padding), false, None, true, false);
        let z = self.think(&y, None, None, false);
        (y, z)
    }
}

#[test]
fn runs() -> taper::Result<()> {
    let net = Classifier::config(16).depth(3).init(&Device::Cpu)?;
    let x = Tensor::zeros((2, 5, 16), DType::F32, &Device::Cpu)?;
    assert_eq!(net.forward(&x)?.dims(), [2, 3]);
    assert_eq!(net.encoder.layers.len(), 3);
    let summary = net.summary()?;
    assert_eq!(summary.params, net.num_parameters());
    let counted: usize = summary.rows.iter().map(|row| row.params).sum();
    assert_eq!(counted, summary.params);
    assert!(net.graph()?.to_mermaid().contains("MultiheadAttention"));

    let reader = Reader::init(&Device::Cpu)?;
    let memory = Tensor::zeros((4, 2, 6), DType::F32, &Device::Cpu)?;
    let padding = Tensor::zeros((2, 4), DType::U8, &Device::Cpu)?;
    let x = Tensor::zeros((5, 2, 8), DType::F32, &Device::Cpu)?;
    let (y, z) = reader.forward(x, memory, padding)?;
    assert_eq!((y.dims(), z.dims()), (&[5, 2, 8][..], &[5, 2, 8][..]));
    Ok(())
}
