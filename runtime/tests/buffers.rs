//! Buffers of a model's own, saved and not.

use candle_nn::VarBuilder;
use taper::prelude::*;
use taper::Result;

#[model([B, size] -> [B, size])]
#[derive(Clone)]
struct Masked {
    #[config]
    size: usize,
    #[buffer([size], init = ones())]
    seen: Buffer,
    #[buffer([size], init = constant(2.0), persistent = false)]
    mask: Buffer,
    #[layer(size)]
    fc: Linear,
}

#[forward]
impl Masked {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x) * &self.mask
    }
}

#[test]
fn a_buffer_that_is_not_persistent_is_a_buffer_but_not_saved() -> Result<()> {
    let mut net = Masked::config(3).init(&Device::Cpu)?;
    let names =
        |net: &Masked| -> Vec<String> { net.named_buffers().into_iter().map(|b| b.0).collect() };
    assert_eq!(names(&net), ["seen", "mask"]);
    let saved: Vec<String> = net.state_dict().names().map(str::to_owned).collect();
    assert_eq!(saved, ["seen", "fc.weight", "fc.bias"]);
    assert_eq!(net.var_map().all_vars().len(), 3);

    // What was saved elsewhere is complete without it, and has nothing to say about it.
    net.mask.set(net.mask.mul(3.)?)?;
    let other = Masked::config(3).init(&Device::Cpu)?;
    other.load_state_dict(&net.state_dict())?;
    assert_eq!(other.mask.to_vec::<f32>()?, [2.; 3]);
    assert_eq!(
        other.fc.weight.to_vec::<f32>()?,
        net.fc.weight.to_vec::<f32>()?
    );
    let tensors = net
        .state_dict()
        .into_iter()
        .map(|(n, t)| (n, t.as_candle().clone()))
        .collect();
    let vb = VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu);
    let built = Masked::config(3).build_from(vb)?;
    assert_eq!(built.mask.to_vec::<f32>()?, [2.; 3]);

    // Conversions and clones take it along, and it stays what it is.
    net.to_dtype(DType::F64)?;
    assert_eq!(net.mask.dtype(), DType::F64);
    let copy = net.clone();
    assert_eq!(copy.mask.to_vec::<f64>()?, [6.; 3]);
    assert!(!copy.mask.is_persistent() && copy.seen.is_persistent());
    assert_eq!(copy.state_dict().names().count(), 3);
    Ok(())
}

#[test]
fn running_statistics_are_saved() -> Result<()> {
    let norm = BatchNorm1d::config().input([2, 3]).init(&Device::Cpu)?;
    assert!(norm.buffers().iter().all(|buffer| buffer.is_persistent()));
    Ok(())
}
