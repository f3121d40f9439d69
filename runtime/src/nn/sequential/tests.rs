//! The same networks by different ways, and what is refused.

use super::*;
use crate::module::{format_module, Forward, ModuleExt};
use crate::nn::{BatchNorm1d, Linear, ReLU};
use crate::testing::randn;
use crate::{sequential, DType, Device, Result};

fn assembled() -> SequentialConfig {
    Sequential::config()
        .add("hidden", Linear::config(4))
        .push(BatchNorm1d::config())
        .push(ReLU::config())
        .add("output", Linear::config(2))
        .input([2, 3])
}

#[test]
fn the_same_seed_gives_the_same_network_as_the_literal() -> Result<()> {
    let literal = sequential! { <[B, 3] -> [B, 2]>
        hidden: Linear(4), BatchNorm1d, ReLU, output: Linear(2),
    };
    let literal = literal.init_seeded(&Device::Cpu, 7)?;
    let net = assembled().init_seeded(&Device::Cpu, 7)?;
    assert_eq!(net.to_string(), format_module(&literal));
    let x = randn([5, 3])?.to_dtype(DType::F32)?;
    let (a, b) = (net.forward(&x)?, literal.forward(&x)?);
    assert_eq!(a.to_vec::<f32>()?, b.to_vec::<f32>()?);
    let names = |state: crate::module::StateDict| -> Vec<String> {
        state.names().map(str::to_owned).collect()
    };
    assert_eq!(names(net.state_dict()), names(literal.state_dict()));
    Ok(())
}

#[test]
fn a_copy_is_deep() -> Result<()> {
    let net = assembled().init(&Device::Cpu)?;
    let copy = net.clone();
    let weight = net.get_parameter("output.weight")?;
    weight.set(weight.zeros_like()?)?;
    let sum = copy.get_parameter("output.weight")?.square()?.sum(())?;
    assert!(sum.item()? > 0.);
    Ok(())
}

#[test]
fn errors_name_the_layer() -> Result<()> {
    let text = |config: SequentialConfig| config.init(&Device::Cpu).unwrap_err().to_string();
    let wrong = assembled().add("third", Linear::config(2).in_features(3));
    let expected = "`third`: Linear expects 3 input features, but its input has shape [2, 2]";
    assert_eq!(text(wrong), expected);
    assert!(text(Sequential::config()).contains(".input("));
    assert!(text(assembled().add("hidden", ReLU::config())).contains("no other layer has"));
    let x = randn([5, 4])?.to_dtype(DType::F32)?;
    let error = assembled().init(&Device::Cpu)?.forward(&x).unwrap_err();
    assert!(error.to_string().starts_with("hidden: linear"), "{error}");
    Ok(())
}
