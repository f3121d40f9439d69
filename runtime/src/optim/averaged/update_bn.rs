//! Running statistics for weights that were not trained with them.

use crate::error::{Error, Result};
use crate::module::state::{in_mode, with_cumulative_statistics};
use crate::module::walk::nodes;
use crate::module::{Forward, Module};
use crate::tensor::{no_grad, Buffer, Tensor};

/// What a data loader yields, of which a model's input is the first part.
pub trait Batch {
    /// The input.
    ///
    /// # Errors
    /// If it could not be loaded.
    fn input(self) -> Result<Tensor>;
}

impl Batch for Tensor {
    fn input(self) -> Result<Tensor> {
        Ok(self)
    }
}

impl Batch for &Tensor {
    fn input(self) -> Result<Tensor> {
        Ok(self.clone())
    }
}

impl<T> Batch for (Tensor, T) {
    fn input(self) -> Result<Tensor> {
        Ok(self.0)
    }
}

impl<T, U> Batch for (Tensor, T, U) {
    fn input(self) -> Result<Tensor> {
        Ok(self.0)
    }
}

impl<B: Batch> Batch for Result<B> {
    fn input(self) -> Result<Tensor> {
        self?.input()
    }
}

/// Computes the running statistics of batch normalisation anew, as the means over these batches
/// (`torch.optim.swa_utils.update_bn`): for an [`AveragedModel`](super::AveragedModel), whose weights no batch has seen.
///
/// The model runs as in training, whatever its mode, and without gradients: dropout drops. Each batch counts alike, also
/// where the layer's `momentum` says otherwise; the layer keeps that, and the model its mode. Layers that are frozen keep
/// their statistics. Without batch normalisation nothing is run.
///
/// # Errors
/// If there are no batches, which PyTorch lets pass with statistics that are reset; or as the model's `forward`.
///
/// ```
/// use taper::optim::update_bn;
/// use taper::prelude::*;
/// # fn main() -> taper::Result<()> {
/// let norm = BatchNorm1d::config().input([2, 1]).init(&Device::Cpu)?;
/// let batches = [Tensor::new(&[[1f32], [3.]], &Device::Cpu)?, Tensor::new(&[[4f32], [6.]], &Device::Cpu)?];
/// update_bn(&batches, &norm)?;
/// assert_eq!(norm.get_buffer("running_mean")?.item()?, 3.5);
/// # Ok(()) }
/// ```
pub fn update_bn<M: Forward, B: Batch>(
    batches: impl IntoIterator<Item = B>,
    model: &M,
) -> Result<()> {
    update_bn_with(batches, model, |model, batch| {
        model.forward_hooked(&batch.input()?).map(drop)
    })
}

/// [`update_bn`] for a model that is called with something else than one tensor: `run` calls it with a batch.
///
/// # Errors
/// As there.
///
/// ```
/// use taper::optim::update_bn_with;
/// use taper::prelude::*;
/// # fn main() -> taper::Result<()> {
/// let norm = BatchNorm1d::config().input([2, 1]).init(&Device::Cpu)?;
/// let x = Tensor::new(&[[1f32], [3.]], &Device::Cpu)?;
/// update_bn_with([1., 2.], &norm, |norm, scale| norm.forward(&x.mul(scale)?).map(drop))?;
/// assert_eq!(norm.get_buffer("running_mean")?.item()?, 3.);
/// # Ok(()) }
/// ```
pub fn update_bn_with<M: Module, T>(
    batches: impl IntoIterator<Item = T>,
    model: &M,
    mut run: impl FnMut(&M, T) -> Result<()>,
) -> Result<()> {
    let statistics = statistics(model);
    if statistics.is_empty() {
        return Ok(());
    }
    let mut batches = batches.into_iter().peekable();
    if batches.peek().is_none() {
        return Err(Error::argument(
            "update_bn",
            "batches",
            [(); 0],
            "at least one batch",
        ));
    }
    for (buffer, start) in statistics {
        buffer.set(Tensor::full(
            buffer.shape(),
            start,
            buffer.dtype(),
            buffer.device(),
        )?)?;
    }
    let all = || batches.try_for_each(|batch| run(model, batch));
    no_grad(|| in_mode(true, || with_cumulative_statistics(all)))
}

/// The running statistics of every batch normalisation that is not frozen, with what they start from.
fn statistics(model: &dyn Module) -> Vec<(&Buffer, f64)> {
    let mut statistics = Vec::new();
    for node in nodes(model) {
        let frozen = node.module.state().is_some_and(|state| state.frozen());
        if frozen || !node.module.type_name().starts_with("BatchNorm") {
            continue;
        }
        for (name, buffer) in node.buffers {
            match name.rsplit('.').next() {
                Some("running_mean" | "num_batches_tracked") => statistics.push((buffer, 0.)),
                Some("running_var") => statistics.push((buffer, 1.)),
                _ => {}
            }
        }
    }
    statistics
}
