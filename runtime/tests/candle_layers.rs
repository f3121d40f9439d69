//! Layers of candle-nn as layers of the language: each with its variables and its shape rule.

use taper::prelude::*;

type Anyhow = std::result::Result<(), Box<dyn std::error::Error>>;

#[model([B, C, H, W] -> [B, out, H, W])]
struct Conv {
    #[config]
    out: usize,
    #[config]
    channels: usize,
    #[param([out, channels, 3, 3])]
    weight: Param,
}

#[forward]
impl Conv {
    fn forward(&self, x: Tensor) -> Tensor {
        let (b, h, w) = (x.dim(0), x.dim(2), x.dim(3));
        candle([x, self.weight], [b, self.out, h, w], |x, weight| {
            let config = candle_nn::Conv2dConfig {
                padding: 1,
                ..Default::default()
            };
            candle_nn::Module::forward(&candle_nn::Conv2d::new(weight, None, config), &x)
        })
    }
}

#[model([B, D] -> [B, out])]
struct Affine {
    #[config]
    out: usize,
    #[config]
    size: usize,
    #[param([out, size])]
    weight: Param,
    #[param([out], init = zeros())]
    bias: Param,
}

#[forward]
impl Affine {
    fn forward(&self, x: Tensor) -> Tensor {
        let b = x.dim(0);
        candle(
            [x, self.weight, self.bias],
            [b, self.out],
            |x, weight, bias| {
                candle_nn::Module::forward(&candle_nn::Linear::new(weight, Some(bias)), &x)
            },
        )
    }
}

#[model([B, size] -> [B, size])]
struct Norm {
    #[config]
    size: usize,
    #[param([size], init = ones())]
    weight: Param,
}

#[forward]
impl Norm {
    fn forward(&self, x: Tensor) -> Tensor {
        let b = x.dim(0);
        candle([x, self.weight], [b, self.size], |x, weight| {
            candle_nn::Module::forward(&candle_nn::LayerNorm::new_no_bias(weight, 1e-5), &x)
        })
    }
}

#[model([B, T; int] -> [B, T, size])]
struct Table {
    #[config]
    rows: usize,
    #[config]
    size: usize,
    #[param([rows, size])]
    weight: Param,
}

#[forward]
impl Table {
    fn forward(&self, ids: Tensor) -> Tensor {
        let (b, t, size) = (ids.dim(0), ids.dim(1), self.size);
        candle([ids, self.weight], [b, t, size], |ids, weight| {
            candle_nn::Module::forward(&candle_nn::Embedding::new(weight, size), &ids)
        })
    }
}

#[model([B, 1, 4, 4] -> [B, 3])]
struct Net {
    #[layer(2, 1)]
    conv: Conv,
    #[layer(size = 32)]
    norm: Norm,
    #[layer(3, 32)]
    fc: Affine,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(self.norm(self.conv(x).flatten(1)))
    }
}

#[test]
fn layers_of_candle_nn_are_fields() -> Anyhow {
    let net = Net::init(&Device::Cpu)?;
    let x = Param::new(Tensor::randn((2, 1, 4, 4), DType::F32, &Device::Cpu)?)?;
    net.forward(&x)?.square()?.sum(())?.backward()?;
    assert_eq!(
        net.state_dict().names().collect::<Vec<_>>(),
        ["conv.weight", "norm.weight", "fc.weight", "fc.bias"]
    );
    for param in net.parameters() {
        let grad = param.grad().ok_or("no gradient")?.to_vec::<f32>()?;
        assert!(grad.iter().any(|g| *g != 0.), "{param:?}");
    }
    assert!(x.grad().is_some());

    let table = Table::config(5, 3).init(&Device::Cpu)?;
    let y = table.forward(Tensor::new(&[[0u32, 4], [4, 4]], &Device::Cpu)?)?;
    y.sum(())?.backward()?;
    let grad = table.get_parameter("weight")?.grad().ok_or("no gradient")?;
    assert_eq!(grad.sum(1)?.to_vec::<f32>()?, [3., 0., 0., 0., 9.]);
    Ok(())
}
