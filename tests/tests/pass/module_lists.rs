//! Lists of layers: plain, with arguments that depend on the index, with names of their own.

use taper::prelude::*;

#[model([B, 8] -> [B, 4])]
pub struct Net {
    #[config(default = 3)]
    depth: usize,
    #[layer(8, repeat = depth)]
    same: Vec<Linear>,
    #[layer(8 * (i + 1), repeat = i in 0..depth, name = "step{i+1}")]
    steps: Vec<Linear>,
    #[layer(4)]
    head: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let mut x = x;
        for layer in &self.same {
            x = layer(x).relu();
        }
        for layer in &self.steps {
            x = layer(x);
        }
        self.head(x)
    }
}

#[test]
fn runs() -> taper::Result<()> {
    let net = Net::config().depth(2).init(&Device::Cpu)?;
    let names: Vec<String> = net
        .named_parameters()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names[0], "same.0.weight");
    assert_eq!(names[4], "step1.weight");
    Ok(())
}
