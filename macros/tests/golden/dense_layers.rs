//! A list whose arguments depend on the index and whose elements are named by a template; several inputs, a helper method.

use taper::prelude::*;

#[model(([B, N], [B, N]?) -> [B, 1])]
struct DenseLayers {
    #[config]
    growth: usize,
    #[config(default = 4)]
    depth: usize,
    #[layer(growth * (i + 1), repeat = i in 0..depth, name = "denselayer{i+1}")]
    layers: Vec<Linear>,
}

#[forward]
impl DenseLayers {
    fn forward(&self, x: Tensor, bias: Option<Tensor>) -> Tensor {
        let mut x = if let Some(bias) = bias { x + bias } else { x };
        for layer in &self.layers {
            let y = layer(&x).relu();
            x = cat([x, y], dim = 1);
        }
        self.average(x)
    }

    #[shape([B, N] -> [B, 1])]
    fn average(&self, x: Tensor) -> Tensor {
        x.mean(1, keepdim = true)
    }
}
