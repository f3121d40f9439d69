//! Raw identifiers and words that are keywords elsewhere as field names; paths have no `r#`.

use taper::prelude::*;

#[model([B, 8] -> [B, 4])]
pub struct Net {
    #[config(default = 8)]
    r#in: usize,
    #[layer(self::WIDTH)]
    r#type: Linear,
    #[layer(r#in)]
    r#match: Linear,
    auto: ReLU,
    union: ReLU,
    #[layer(4)]
    default: Linear,
}

const WIDTH: usize = 6;

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let x = self.auto(self.r#type(x));
        let x = self.union(self.r#match(x));
        self.default(x)
    }
}

#[test]
fn runs() -> taper::Result<()> {
    let net = Net::init(&Device::Cpu)?;
    let names: Vec<String> = net
        .named_parameters()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        names,
        [
            "type.weight",
            "type.bias",
            "match.weight",
            "match.bias",
            "default.weight",
            "default.bias"
        ]
    );
    Ok(())
}
