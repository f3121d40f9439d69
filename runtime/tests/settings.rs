//! Settings of other types than numbers and truth values, passed on to nested models.

use taper::prelude::*;
use taper::Result;

#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
enum Act {
    Relu,
    Tanh,
    Leaky(f64),
}

#[model([B, size] -> [B, size])]
struct Block {
    #[config]
    act: Act,
    #[config]
    size: usize,
    #[config(default = String::from("block"))]
    label: String,
    #[config(default = None)]
    widths: Option<Vec<usize>>,
    #[layer(size)]
    fc: Linear,
}

#[forward]
impl Block {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

/// A level between, which passes on what it is given.
#[model([B, 4] -> [B, 4])]
struct Middle {
    #[config]
    activation: Act,
    #[config]
    label: String,
    #[layer(activation, 4, label = label)]
    block: Block,
}

#[forward]
impl Middle {
    fn forward(&self, x: Tensor) -> Tensor {
        self.block(x)
    }
}

#[model([B, 4] -> [B, 4])]
struct Outer {
    #[layer(act = Act::Tanh, size = 4)]
    fixed: Block,
    #[layer(Act::Leaky(slope), 4, label = "given")]
    leaky: Block,
    #[layer(activation, label)]
    middle: Middle,
    #[layer(if i == 0 { activation } else { Act::Relu }, 4, widths = widths, repeat = i in 0..2)]
    list: Vec<Block>,
    #[layer(activation, 4)]
    maybe: Option<Block>,
    #[config(default = Act::Tanh)]
    activation: Act,
    #[config(default = "outer".to_owned())]
    label: String,
    #[config(default = Some(vec![1, 2]))]
    widths: Option<Vec<usize>>,
    #[config(default = 0.25)]
    slope: f64,
}

#[forward]
impl Outer {
    fn forward(&self, x: Tensor) -> Tensor {
        let mut x = self.maybe(self.middle(self.leaky(self.fixed(x))));
        for block in &self.list {
            x = block(x);
        }
        x
    }
}

#[test]
fn nested_models_get_the_values_of_the_outer_one() -> Result<()> {
    let config = Outer::config().activation(Act::Leaky(0.5)).slope(0.125);
    let net = config.init(&Device::Cpu)?;
    assert_eq!(net.fixed.act, Act::Tanh);
    assert_eq!(
        (&net.leaky.act, net.leaky.label.as_str()),
        (&Act::Leaky(0.125), "given")
    );
    assert_eq!(net.middle.block.act, Act::Leaky(0.5));
    assert_eq!(net.middle.block.label, "outer");
    assert_eq!(
        (&net.list[0].act, &net.list[1].act),
        (&Act::Leaky(0.5), &Act::Relu)
    );
    assert_eq!(net.list[1].widths, Some(vec![1, 2]));
    assert_eq!(net.maybe.map(|m| m.act), Some(Act::Leaky(0.5)));
    // Left out, it is the default.
    assert_eq!(
        (net.fixed.label.as_str(), &net.fixed.widths),
        ("block", &None)
    );
    Ok(())
}

#[model([B, 4] -> [B, 4])]
struct Mistaken {
    #[config(default = 3)]
    act: i32,
    #[layer(act, 4)]
    block: Block,
}

#[forward]
impl Mistaken {
    fn forward(&self, x: Tensor) -> Tensor {
        self.block(x)
    }
}

#[test]
fn a_value_of_another_type_is_refused() -> Result<()> {
    let error = Mistaken::init(&Device::Cpu)
        .err()
        .map(|e| e.to_string())
        .unwrap_or_default();
    assert!(
        error.contains("Block: `act` is a settings::Act, but its argument is i32"),
        "{error}"
    );
    assert!(error.contains("block"), "{error}");
    Ok(())
}
