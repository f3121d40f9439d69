//! The network of PyTorch's quickstart, with its layers in a stack and one by one.

use taper::prelude::*;

/// Layers in a stack.
#[model([B, 1, 28, 28] -> [B, 10])]
pub struct Stacked {
    linear_relu_stack: sequential!(Linear(512), ReLU, Linear(512), ReLU, Linear(10), ReLU,),
}

#[forward]
impl Stacked {
    fn forward(&self, x: Tensor) -> Tensor {
        self.linear_relu_stack(x.flatten(1))
    }
}

/// The same network, layer by layer.
#[model([B, 1, 28, 28] -> [B, 10])]
pub struct ByLayer {
    #[layer(512)]
    fc1: Linear,
    #[layer(512)]
    fc2: Linear,
    #[layer(10)]
    fc3: Linear,
}

#[forward]
impl ByLayer {
    fn forward(&self, x: Tensor) -> Tensor {
        let x = self.fc1(x.flatten(1)).relu();
        let x = self.fc2(x).relu();
        self.fc3(x).relu()
    }
}

const _: () = assert!(Stacked::PARAMS == 669_706 && ByLayer::PARAMS == 669_706);

#[cfg(test)]
mod tests {
    use super::*;
    use taper::Result;

    #[test]
    fn both_are_the_same_network() -> Result<()> {
        let stacked = Stacked::config().init_seeded(&Device::Cpu, 7)?;
        let by_layer = ByLayer::config().init_seeded(&Device::Cpu, 7)?;
        let x = Tensor::randn((3, 1, 28, 28), DType::F32, &Device::Cpu)?;
        let (a, b) = (stacked.forward(&x)?, by_layer.forward(&x)?);
        assert_eq!(a.dims(), [3, 10]);
        assert_eq!(a.to_vec2::<f32>()?, b.to_vec2::<f32>()?);
        Ok(())
    }

    #[test]
    fn printed_as_pytorch_prints_it() -> Result<()> {
        let expected = "\
Stacked(
  (linear_relu_stack): Sequential(
    (0): Linear(in_features=784, out_features=512, bias=True)
    (1): ReLU()
    (2): Linear(in_features=512, out_features=512, bias=True)
    (3): ReLU()
    (4): Linear(in_features=512, out_features=10, bias=True)
    (5): ReLU()
  )
)";
        assert_eq!(Stacked::init(&Device::Cpu)?.to_string(), expected);
        Ok(())
    }
}
