//! Recurrent layers: several results, and states that are passed in.

use taper::prelude::*;

/// The last hidden state decides.
#[model([T, B, 8] -> [B, classes], masks(first = "lstm.*_l0"))]
pub struct Classifier {
    #[config(default = 3)]
    classes: usize,
    #[config(default = 2)]
    depth: usize,
    #[layer(16, num_layers = depth)]
    lstm: LSTM,
    #[layer(classes)]
    head: Linear,
}

#[forward]
impl Classifier {
    fn forward(&self, x: Tensor) -> Tensor {
        let (_, (h, _)) = self.lstm(x);
        self.head(h.select(0, -1))
    }
}

/// States go in and come out.
#[model(([B, T, F], [2, B, 5], [2, B, 6]) -> ([B, T, 10], [2, B, 5], [2, B, 6]))]
pub struct Step {
    #[layer(6, batch_first = true, bidirectional = true, proj_size = 5)]
    lstm: LSTM,
}

#[forward]
impl Step {
    fn forward(&self, x: Tensor, h: Tensor, c: Tensor) -> (Tensor, Tensor, Tensor) {
        let (y, (h, c)) = self.lstm(x, (h, c));
        (y, h, c)
    }
}

/// Two kinds after each other, with and without a state.
#[model(([T, B, 8], [1, B, 4]) -> ([B, T, 3], [2, B, 3]))]
pub struct Both {
    #[layer(4)]
    gru: GRU,
    #[layer(3, num_layers = 2, nonlinearity = "relu", batch_first = true)]
    rnn: RNN,
}

#[forward]
impl Both {
    fn forward(&self, x: Tensor, h: Tensor) -> (Tensor, Tensor) {
        let (y, _) = self.gru(x, h);
        self.rnn(y.transpose(0, 1))
    }
}

const _: () = assert!(Classifier::PARAMS == 4 * 16 * (8 + 16 + 16 + 16 + 4) + 3 * 17);

#[test]
fn runs() -> taper::Result<()> {
    let net = Classifier::config().depth(3).init(&Device::Cpu)?;
    let x = Tensor::zeros((4, 2, 8), DType::F32, &Device::Cpu)?;
    assert_eq!(net.forward(&x)?.dims(), [2, 3]);
    assert_eq!(net.lstm.weights().len(), 3);
    let rows = net.summary()?.rows;
    assert_eq!(rows[0].type_name, "LSTM");
    assert_eq!(rows[0].params, 4 * 16 * (8 + 16 + 2 + 2 * (16 + 16 + 2)));
    let graph = net.graph()?.to_mermaid();
    assert!(graph.contains("lstm<br/>LSTM"), "{graph}");

    net.train_only(&Classifier::FIRST)?;
    assert_eq!(net.num_trainable_parameters(), 4 * 16 * (8 + 16 + 2));

    let both = Both::init(&Device::Cpu)?;
    let h = Tensor::zeros((1, 2, 4), DType::F32, &Device::Cpu)?;
    let (y, h) = both.forward(&x, h)?;
    assert_eq!((y.dims(), h.dims()), (&[2, 4, 3][..], &[2, 2, 3][..]));

    let step = Step::config()
        .input([2, 4, 3])
        .input([2, 2, 5])
        .input([2, 2, 6]);
    let step = step.init(&Device::Cpu)?;
    let zeros = |shape: [usize; 3]| Tensor::zeros(shape, DType::F32, &Device::Cpu);
    let (y, h, c) = step.forward(zeros([2, 4, 3])?, zeros([2, 2, 5])?, zeros([2, 2, 6])?)?;
    assert_eq!(
        (y.dims(), h.dims(), c.dims()),
        (&[2, 4, 10][..], &[2, 2, 5][..], &[2, 2, 6][..])
    );
    Ok(())
}
