//! What the workloads' training steps take of memory: as the trace plans it, and as an allocator counts it.

use peak_alloc::PeakAlloc;
use taper::module::Memory;
use taper::prelude::*;
use taper::Result;
use taper_examples::pages::cifar::CifarNet;
use taper_examples::zoo::resnet::ResNet18;
use taper_examples::LeNet;

use crate::workloads::{classify, workload, Encoder, Mlp, Recurrent, Step};

/// The workloads that train.
pub const TRAINED: &[&str] = &["lenet", "mlp", "cifar", "resnet18", "encoder", "lstm"];

/// The checkpoints of ResNet-18 that are compared: none, every residual block, and the convolution and norm before them as well.
pub const CHECKPOINTS: [&[&str]; 3] = [&[], &["layer?.?"], &["conv1", "bn1", "layer?.?"]];

/// The plan of a workload's network, if there is one of that name that trains.
///
/// # Errors
/// If the network can't be made.
pub fn planned(name: &str) -> Result<Option<Memory>> {
    let device = Device::Cpu;
    Ok(Some(match name {
        "lenet" => LeNet::init(&device)?.memory(&[vec![64, 1, 28, 28]])?,
        "mlp" => Mlp::init(&device)?.memory(&[vec![64, 784]])?,
        "cifar" => CifarNet::init(&device)?.memory(&[vec![64, 3, 32, 32]])?,
        "resnet18" => ResNet18::init(&device)?.memory(&[vec![16, 3, 64, 64]])?,
        "encoder" => Encoder::init(&device)?.memory(&[vec![8, 128, 256]])?,
        "lstm" => Recurrent::init(&device)?.memory(&[vec![64, 32, 256]])?,
        _ => return Ok(None),
    }))
}

/// ResNet-18 that trains on `batch` pictures of `size` by `size`, with these checkpoints: its plan, and the step.
///
/// # Errors
/// If the network can't be made.
pub fn resnet18(batch: usize, size: usize, checkpoints: &[&str]) -> Result<(Memory, Step)> {
    let net = ResNet18::config().init_seeded(&Device::Cpu, 0)?;
    if !checkpoints.is_empty() {
        net.checkpoint(checkpoints)?;
    }
    let shape = [batch, 3, size, size];
    let memory = net.memory(&[shape.to_vec()])?;
    let opt = Sgd::new(net.parameters(), SgdOptions::default().momentum(0.9))?;
    Ok((memory, classify(net, opt, &shape, 1000)?))
}

/// The peak of a training step over what is there when it begins but for the `gradients` of the step before, which it clears:
/// that is over parameters, buffers, the optimizer's state and the batch. A first step makes that state.
///
/// # Errors
/// Those of the step.
pub fn measured(count: &PeakAlloc, step: &mut Step, gradients: usize) -> Result<usize> {
    step()?;
    let before = count.current_usage();
    count.reset_peak_usage();
    step()?;
    Ok((count.peak_usage() + gradients).saturating_sub(before))
}

/// A workload's plan beside what is measured of it.
///
/// # Errors
/// If the network can't be made, or a step fails.
pub fn both(count: &PeakAlloc, name: &str) -> Result<Option<(Memory, usize)>> {
    let Some(memory) = planned(name)? else {
        return Ok(None);
    };
    let Some(mut step) = workload(name)? else {
        return Ok(None);
    };
    let measured = measured(count, &mut step, memory.gradients)?;
    Ok(Some((memory, measured)))
}
