//! Blocks of several inputs and outputs are checkpoints; one that takes a key says that it can't be.

use taper::prelude::*;

/// Two inputs, one of them optional, and a plain value.
#[model(([B, 4], [B, 4]?) -> ([B, 4], [B, 4]))]
pub struct Pair {
    #[layer(4)]
    fc: Linear,
}

#[forward]
impl Pair {
    fn forward(&self, x: Tensor, y: Option<Tensor>, scale: f64) -> (Tensor, Tensor) {
        let x = self.fc(x).tanh() * scale;
        match y {
            Some(y) => (x * &y, y),
            None => (&x * 2.0, x),
        }
    }
}

/// A key can't be kept.
#[model([B, 4] -> [B, 4])]
pub struct Chosen {
    acts: dict!(relu: ReLU, tanh: Tanh),
}

#[forward]
impl Chosen {
    fn forward(&self, x: Tensor, which: ChosenActs) -> Tensor {
        self.acts[which](x)
    }
}

#[model([B, 4] -> [B, 4])]
pub struct Net {
    #[layer(repeat = 2)]
    pairs: Vec<Pair>,
    chosen: Chosen,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let mut x = x;
        let mut y = &x * 1.0;
        for pair in &self.pairs {
            let (a, b) = pair(x, Some(y), 3.0);
            x = a;
            y = b;
        }
        self.chosen(x + y, ChosenActs::Tanh)
    }
}

fn gradients(net: &Net, x: &Tensor) -> taper::Result<Vec<Vec<f32>>> {
    net.zero_grad(true)?;
    net.forward(x)?.sum(())?.backward()?;
    let grads = net.parameters().into_iter().filter_map(|p| p.grad());
    grads.map(|grad| grad.to_vec()).collect()
}

#[test]
fn runs() -> taper::Result<()> {
    let net = Net::config().init_seeded(&Device::Cpu, 0)?;
    let x = Tensor::rand((3, 4), DType::F32, &Device::Cpu)?;
    let plain = gradients(&net, &x)?;
    net.checkpoint("pairs")?;
    assert_eq!(gradients(&net, &x)?, plain);
    assert_eq!(plain.len(), 4);

    net.checkpoint("chosen")?;
    let error = gradients(&net, &x).map_err(|error| error.to_string());
    assert!(
        error.is_err_and(|text| text.contains("`forward` of Chosen takes or gives other values"))
    );
    Ok(())
}
