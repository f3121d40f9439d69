//! Every model can be cloned and printed; a derive of that changes nothing, others stand beside it.

use taper::prelude::*;

/// No derive, and yet an element of lists and blocks.
#[model([B, width] -> [B, width])]
pub struct Scale {
    #[config]
    width: usize,
    #[param([width], init = ones())]
    factor: Param,
}

#[forward]
impl Scale {
    fn forward(&self, x: Tensor) -> Tensor {
        x * &self.factor
    }
}

#[model([B, 4] -> [B, 4])]
#[derive(Clone, Debug)]
pub struct Net {
    #[config(default = 2)]
    count: usize,
    #[layer(4, repeat = count)]
    list: Vec<Scale>,
    maybe: Option<sequential!(Scale(4), ReLU)>,
    choices: dict!(scale: Scale(4), relu: ReLU),
    #[buffer([4])]
    mean: Buffer,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor, choice: NetChoices) -> Tensor {
        let mut x = self.maybe(x - &self.mean);
        for scale in &self.list {
            x = scale(x);
        }
        self.choices[choice](x)
    }
}

#[model([B, 4] -> [B, 4])]
#[derive(std::fmt::Debug, ::core::clone::Clone)]
#[cfg_attr(all(), derive(Default))]
#[cfg_attr(not(all()), derive(Clone))]
pub struct Empty {
    #[config]
    count: usize,
    #[layer(4, repeat = count)]
    list: Vec<Linear>,
}

#[forward]
impl Empty {
    fn forward(&self, x: Tensor) -> Tensor {
        let mut x = x;
        for layer in &self.list {
            x = layer(x);
        }
        x
    }
}

impl PartialEq for Empty {
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count
    }
}

#[test]
fn runs() -> taper::Result<()> {
    let net = Net::init(&Device::Cpu)?;
    let copy = net.clone();
    net.list[0]
        .factor
        .set(Tensor::zeros(4, DType::F32, &Device::Cpu)?)?;
    let x = Tensor::ones((1, 4), DType::F32, &Device::Cpu)?;
    let (y, z) = (
        net.forward(&x, NetChoices::Scale)?,
        copy.forward(&x, NetChoices::Scale)?,
    );
    assert_eq!((y.sum(())?.item()?, z.sum(())?.item()?), (0.0, 4.0));
    assert_eq!(format!("{net:?}"), net.to_string());
    assert!(net.to_string().contains("(list): ModuleList"));

    let literal = sequential! { <[B, 4] -> [B, 4]> Scale(4), ReLU }.init(&Device::Cpu)?;
    assert_eq!(format!("{:?}", literal.clone()), literal.to_string());
    assert_eq!(Empty::default(), Empty::default().clone());
    Ok(())
}
