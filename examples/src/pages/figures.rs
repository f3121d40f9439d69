//! Figures of PyTorch tutorials.

use taper::prelude::*;
use taper::Result;

/// A network with the names of a tutorial.
#[model([B, 784] -> [B, 10])]
pub struct MLP {
    #[layer(256)]
    hidden: Linear,
    act: ReLU,
    #[layer(10)]
    output: Linear,
}

#[forward]
impl MLP {
    fn forward(&self, x: Tensor) -> Tensor {
        self.output(self.act(self.hidden(x)))
    }
}

#[test]
fn a_printed_network() -> Result<()> {
    let expected = "\
MLP(
  (hidden): Linear(in_features=784, out_features=256, bias=True)
  (act): ReLU()
  (output): Linear(in_features=256, out_features=10, bias=True)
)";
    assert_eq!(MLP::init(&Device::Cpu)?.to_string(), expected);
    Ok(())
}

#[test]
fn a_summary() -> Result<()> {
    let net = sequential! { <[B, 1, 28, 28] -> [B, 10]>
        Flatten, Linear(512), ReLU, Linear(512), ReLU, Linear(10), ReLU
    }
    .init(&Device::Cpu)?;
    let text = net.summary_with(&[vec![64, 1, 28, 28]])?.to_string();
    for figure in [
        "401,920", "262,656", "5,130", "669,706", "0.19", "1.39", "2.55", "4.14",
    ] {
        assert!(text.contains(figure), "{figure} is not in\n{text}");
    }
    Ok(())
}

#[test]
fn a_softmax() -> Result<()> {
    let y = Tensor::new(&[1f32, 3., 2.], &Device::Cpu)?
        .softmax(0)?
        .to_vec1::<f32>()?;
    let expected = [0.09003057, 0.66524096, 0.24472847];
    assert!(
        y.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-7),
        "{y:?}"
    );
    Ok(())
}

#[test]
fn losses() -> Result<()> {
    let output = Tensor::new(&[[[[1f64, 2., 3.]]]], &Device::Cpu)?;
    let target = Tensor::new(&[[[[1f64, 2., 5.]]]], &Device::Cpu)?;
    assert_eq!(l1_loss(&output, &target)?.item()?, 2. / 3.);
    assert_eq!(mse_loss(&output, &target)?.item()?, 4. / 3.);
    let sum = L1LossOptions::default().reduction(Reduction::Sum);
    assert_eq!(l1_loss_with(&output, &target, sum)?.item()?, 2.);
    let scores = Tensor::new(&[[0.2f32, 0.3, 0.1]], &Device::Cpu)?;
    let loss = cross_entropy(scores, Tensor::new(&[0i64], &Device::Cpu)?)?;
    assert!((loss.item()? - 1.1019).abs() < 5e-5, "{loss}");
    Ok(())
}

#[test]
fn parameters_of_lenet() {
    assert_eq!(crate::LeNet::PARAMS, 62_018);
}
