//! Layers chosen per call by key.

use taper::prelude::*;

/// A convolution or a pool, then one of two activations.
#[model([B, 10, H, W] -> [B, 10, _, _])]
pub struct Choose {
    layers: dict!(conv: Conv2d(10, 3), pool: MaxPool2d(3)),
    activations: dict!(lrelu: LeakyReLU, prelu: PReLU),
}

#[forward]
impl Choose {
    fn forward(&self, x: Tensor, layer: ChooseLayers, activation: ChooseActivations) -> Tensor {
        self.activations[activation](self.layers[layer](x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use taper::Result;

    #[test]
    fn the_key_decides() -> Result<()> {
        let net = Choose::init(&Device::Cpu)?;
        let x = Tensor::randn((1, 10, 32, 32), DType::F32, &Device::Cpu)?;
        let y = net.forward(&x, ChooseLayers::Conv, ChooseActivations::Prelu)?;
        assert_eq!(y.dims(), [1, 10, 30, 30]);
        let y = net.forward(&x, "pool".parse()?, ChooseActivations::Lrelu)?;
        assert_eq!(y.dims(), [1, 10, 10, 10]);
        assert!("avg"
            .parse::<ChooseLayers>()
            .unwrap_err()
            .to_string()
            .contains("one of conv, pool"));
        let names: Vec<_> = net
            .named_parameters()
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(
            names,
            [
                "layers.conv.weight",
                "layers.conv.bias",
                "activations.prelu.weight"
            ]
        );
        Ok(())
    }
}
