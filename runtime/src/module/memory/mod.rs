//! What training a model takes of memory, as planned by its trace.

use std::fmt;

use super::summary::megabytes;
use super::{Module, ModuleExt, Plan};
use crate::Result;

mod machine;
mod pooled;
mod program;
#[cfg(test)]
mod tests;

use machine::Machine;
use program::Program;

/// What one step of training takes of memory, in bytes, as [`Inspect::memory`](super::Inspect::memory) plans it.
///
/// The plan runs the trace as the tape would: every operation says what it keeps for its gradient, storage is freed after its
/// last use, views share it, parameters cost nothing to keep. It heeds freezing, the modes of the layers and
/// [checkpoints](super::ModuleExt::checkpoint), at the time of the call. The loss is taken to keep one tensor of the output's size,
/// as cross-entropy does.
///
/// Of the kernels' working memory the large part is in it. What an `escape` or a custom layer keeps is not known: its input and
/// its result are taken for it.
///
/// # Example
/// ```
/// use taper::prelude::*;
/// # fn main() -> taper::Result<()> {
/// let net = sequential! { <[B, 784] -> [B, 10]> Linear(512), ReLU, Linear(10) }.init(&Device::Cpu)?;
/// let memory = net.memory(&[vec![64, 784]])?;
/// let floats = |n: usize| 4 * n;
/// assert_eq!(memory.params, floats(784 * 512 + 512 + 512 * 10 + 10));
/// assert_eq!(memory.gradients, memory.params);
/// // The first layer keeps its input, which is there anyway; the activation its result, which the second layer keeps too.
/// assert_eq!(memory.saved, floats(64 * 512) + floats(64 * 10));
/// // Adam has two numbers of each parameter.
/// assert_eq!(memory.total(2.0), 3 * memory.params + memory.inputs + memory.peak);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// The parameters.
    pub params: usize,
    /// The buffers.
    pub buffers: usize,
    /// The inputs.
    pub inputs: usize,
    /// The gradients of the parameters that are trained.
    pub gradients: usize,
    /// What is kept from the forward to the backward pass, the loss's part included.
    pub saved: usize,
    /// The most that a step holds at once beside parameters, buffers, the optimizer's state and inputs: activations, the gradients of
    /// activations and parameters, and what kernels work with. It begins without gradients, as after `zero_grad(true)`.
    pub peak: usize,
}

impl Memory {
    /// All of it, with an optimizer that keeps `states` numbers of each parameter: 0 for SGD, 1 with momentum, 2 for Adam.
    pub fn total(&self, states: f64) -> usize {
        let states = (states * self.params as f64) as usize;
        self.params + states + self.buffers + self.inputs + self.peak
    }
}

/// The lines of `torchsummary`, with what is kept, the gradients and the peak.
impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Input size (MB): {:.2}", megabytes(self.inputs))?;
        writeln!(f, "Params size (MB): {:.2}", megabytes(self.params))?;
        writeln!(f, "Gradients size (MB): {:.2}", megabytes(self.gradients))?;
        writeln!(f, "Kept for backward (MB): {:.2}", megabytes(self.saved))?;
        writeln!(f, "Peak of a step (MB): {:.2}", megabytes(self.peak))?;
        write!(
            f,
            "Estimated Total Size (MB): {:.2}",
            megabytes(self.total(0.))
        )
    }
}

impl Plan {
    /// What a step of training `model`, whose plan this is, takes.
    ///
    /// # Errors
    /// If the plan has sizes that are not known.
    pub(super) fn memory(&self, model: &dyn Module) -> Result<Memory> {
        let program = Program::new(self, model)?;
        let (saved, peak) = Machine::new(&program.calls).step(&program.steps);
        let size = |tensors: Vec<(usize, usize)>| tensors.iter().map(|(n, each)| n * each).sum();
        let params = model.parameters();
        let of = |trained: bool| {
            let params = params.iter().filter(|param| param.trainable() || !trained);
            size(
                params
                    .map(|p| (p.elem_count(), p.dtype().size_in_bytes()))
                    .collect(),
            )
        };
        let buffers = model.buffers();
        let buffers = buffers
            .iter()
            .map(|b| (b.elem_count(), b.dtype().size_in_bytes()));
        Ok(Memory {
            params: of(false),
            buffers: size(buffers.collect()),
            inputs: program.inputs,
            gradients: of(true),
            saved,
            peak,
        })
    }
}
