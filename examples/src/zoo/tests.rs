//! Ordered names and shapes against torchvision's.

use super::{densenet::DenseNet161, mobilenet::MobileNetV2, resnet::*, vgg::Vgg16Bn};
use serde_json::Value;
use taper::prelude::*;
use taper::Result;

fn expected(network: &str) -> (u64, Vec<(String, Vec<usize>)>) {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/parity/data/torchvision_keys.json"
    );
    let all: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let network = &all[network];
    let keys = serde_json::from_value(network["state_dict"].clone()).unwrap();
    (network["parameters"].as_u64().unwrap(), keys)
}

fn assert_as_in_torchvision(net: &impl ModuleExt, params: u64, network: &str) {
    let (parameters, keys) = expected(network);
    let state = net.state_dict();
    let own: Vec<_> = state
        .iter()
        .map(|(name, tensor)| (name.to_owned(), tensor.dims().to_vec()))
        .collect();
    for (own, key) in own.iter().zip(&keys) {
        assert_eq!(own, key);
    }
    assert_eq!(own.len(), keys.len());
    assert_eq!(params, parameters);
}

#[test]
fn resnet18() -> Result<()> {
    let net = ResNet18::init(&Device::Cpu)?;
    assert_as_in_torchvision(&net, ResNet18::PARAMS, "resnet18");
    Ok(())
}

#[test]
fn resnet50() -> Result<()> {
    let net = ResNet50::init(&Device::Cpu)?;
    assert_as_in_torchvision(&net, ResNet50::PARAMS, "resnet50");
    net.eval();
    let y = no_grad(|| net.forward(&Tensor::ones((1, 3, 64, 64), DType::F32, &Device::Cpu)?))?;
    assert_eq!(y.dims(), [1, 1000]);
    Ok(())
}

#[test]
fn vgg16_bn() -> Result<()> {
    let net = Vgg16Bn::init(&Device::Cpu)?;
    assert_as_in_torchvision(&net, Vgg16Bn::PARAMS, "vgg16_bn");
    Ok(())
}

#[test]
fn mobilenet_v2() -> Result<()> {
    let net = MobileNetV2::init(&Device::Cpu)?;
    assert_as_in_torchvision(&net, MobileNetV2::PARAMS, "mobilenet_v2");
    net.eval();
    let y = no_grad(|| net.forward(&Tensor::ones((1, 3, 64, 64), DType::F32, &Device::Cpu)?))?;
    assert_eq!(y.dims(), [1, 1000]);
    Ok(())
}

#[test]
fn densenet161() -> Result<()> {
    let net = DenseNet161::init(&Device::Cpu)?;
    assert_as_in_torchvision(&net, DenseNet161::PARAMS, "densenet161");
    net.eval();
    let y = no_grad(|| net.forward(&Tensor::ones((1, 3, 64, 64), DType::F32, &Device::Cpu)?))?;
    assert_eq!(y.dims(), [1, 1000]);
    Ok(())
}

#[test]
fn a_new_head_for_four_classes() -> Result<()> {
    let net = ResNet18::config().classes(4).init(&Device::Cpu)?;
    net.train_only(&ResNet18::HEAD)?;
    assert_eq!(
        (net.num_trainable_parameters(), net.num_parameters()),
        (2_052, 11_178_564)
    );
    Ok(())
}
