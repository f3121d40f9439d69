//! The tape, parameters and random numbers as a whole.

use super::{Param, Tensor};
use crate::{Device, Result};

mod param;
mod random;
mod sparse;
mod tape;

fn tensor(values: &[f32]) -> Result<Tensor> {
    Tensor::new(values, &Device::Cpu)
}

fn param(values: &[f32]) -> Result<Param> {
    Param::new(tensor(values)?)
}

/// The gradient's values; none is an empty list.
fn grad(param: &Param) -> Result<Vec<f32>> {
    param.grad().map_or(Ok(Vec::new()), |grad| grad.to_vec())
}
