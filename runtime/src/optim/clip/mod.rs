//! Clipping of gradients (`torch.nn.utils`).

use std::borrow::Borrow;
use std::collections::HashSet;

use crate::error::{Error, Result};
use crate::kernels;
use crate::ops::compute::{dense, has_kernels};
use crate::ops::options::options;
use crate::ops::NormOptions;
use crate::tensor::{no_grad, Change, Param, Tensor};

#[cfg(test)]
mod tests;

options! {
    /// The optional arguments of [`clip_grad_norm_with_`] and [`get_total_norm_with`]; the defaults are PyTorch's.
    TotalNormOptions {
        /// The order: 2 is the Euclidean norm, 1 the sum of magnitudes, ±∞ the largest or smallest magnitude, 0 the number of
        /// tensors that are not all zeros; any other is allowed. Default: 2.
        norm_type: f64 = 2.,
        /// Whether a norm that is NaN or infinite is an error; else it makes the gradients NaN or 0. Default: false.
        error_if_nonfinite: bool = false,
    }
}

/// Scales all gradients by one factor so that their Euclidean norm, all taken as one vector, is at most `max_norm`; gives
/// the norm that they had (`torch.nn.utils.clip_grad_norm_`).
///
/// The factor is max_norm / (norm + 1e-6), if that is less than 1. The parameters are anything that can be iterated and
/// yields `&Param` or `Param`; those without a gradient don't matter, and a parameter that comes twice counts once. A
/// `max_norm` of ∞ only measures. The norm is computed in f64 whatever the type of the gradients. With a gradient scaler,
/// unscale first.
///
/// # Errors
/// If `max_norm` is negative or NaN; nothing has changed then.
///
/// ```
/// use taper::optim::clip_grad_norm_;
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[0f64, 0.], &Device::Cpu)?)?;
/// w.set_grad(Some(Tensor::new(&[3f64, -4.], &Device::Cpu)?))?;
/// assert_eq!(clip_grad_norm_([&w], 1.)?, 5.);
/// assert!((w.grad().unwrap().norm(())?.item()? - 1.).abs() < 1e-6);
/// assert!(clip_grad_norm_([&w], 1.)? <= 1.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn clip_grad_norm_<P: Borrow<Param>>(
    params: impl IntoIterator<Item = P>,
    max_norm: f64,
) -> Result<f64> {
    clip_grad_norm_with_(params, max_norm, TotalNormOptions::default())
}

/// [`clip_grad_norm_`] of another order, or with an error for a norm that is not finite.
///
/// # Errors
/// As there; if the order is NaN; and on request if the norm is NaN or infinite, which names the first such gradient.
/// Nothing has changed then.
///
/// ```
/// use taper::optim::{clip_grad_norm_with_, TotalNormOptions};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[0f32, 0.], &Device::Cpu)?)?;
/// w.set_grad(Some(Tensor::new(&[1f32, -4.], &Device::Cpu)?))?;
/// let options = TotalNormOptions::default().norm_type(f64::INFINITY).error_if_nonfinite(true);
/// assert_eq!(clip_grad_norm_with_([&w], 2., options)?, 4.);
/// assert!((w.grad().unwrap().norm(())?.item()? - 4.25f64.sqrt()).abs() < 1e-5);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn clip_grad_norm_with_<P: Borrow<Param>>(
    params: impl IntoIterator<Item = P>,
    max_norm: f64,
    options: TotalNormOptions,
) -> Result<f64> {
    const AT: &str = "clip_grad_norm_";
    check_limit(AT, "max_norm", max_norm)?;
    let params = distinct(params);
    let mut norms = Norms::new(AT, options)?;
    for param in &params {
        param.with_grad(|grad| grad.map_or(Ok(()), |grad| norms.add(grad)))?;
    }
    let total = norms.total(|at| {
        let with_grad = |param: &&Param| param.with_grad(|grad| grad.is_some());
        let found = params.iter().filter(with_grad).nth(at);
        found.map_or_else(String::new, Param::describe)
    })?;
    scale(&params, max_norm, total)?;
    Ok(total)
}

/// Scales all gradients by max_norm / (total_norm + 1e-6), if that is less than 1
/// (`torch.nn.utils.clip_grads_with_norm_`): [`clip_grad_norm_`] with a norm that is known, as of several models.
///
/// # Errors
/// If `max_norm` is negative or NaN.
///
/// ```
/// use taper::optim::{clip_grads_with_norm_, get_total_norm};
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[0f64, 0.], &Device::Cpu)?)?;
/// w.set_grad(Some(Tensor::new(&[3f64, -4.], &Device::Cpu)?))?;
/// let norm = get_total_norm(w.grad())?;
/// clip_grads_with_norm_([&w], 2.5, norm)?;
/// assert!((w.grad().unwrap().norm(())?.item()? - 2.5).abs() < 1e-6);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn clip_grads_with_norm_<P: Borrow<Param>>(
    params: impl IntoIterator<Item = P>,
    max_norm: f64,
    total_norm: f64,
) -> Result<()> {
    check_limit("clip_grads_with_norm_", "max_norm", max_norm)?;
    scale(&distinct(params), max_norm, total_norm)
}

/// Brings every element of every gradient into `[−clip_value, clip_value]` (`torch.nn.utils.clip_grad_value_`). NaN stays.
///
/// # Errors
/// If `clip_value` is negative or NaN.
///
/// ```
/// use taper::optim::clip_grad_value_;
/// use taper::{Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[0f32, 0.], &Device::Cpu)?)?;
/// w.set_grad(Some(Tensor::new(&[3f32, -0.25], &Device::Cpu)?))?;
/// clip_grad_value_([&w], 0.5)?;
/// assert_eq!(w.grad().unwrap().to_vec::<f32>()?, [0.5, -0.25]);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn clip_grad_value_<P: Borrow<Param>>(
    params: impl IntoIterator<Item = P>,
    clip_value: f64,
) -> Result<()> {
    check_limit("clip_grad_value_", "clip_value", clip_value)?;
    let mut params = distinct(params).into_iter();
    params.try_for_each(|param| param.change_grad(Change::Clamp(clip_value)))
}

/// The Euclidean norm of tensors, all taken as one vector; 0 if there are none (`torch.nn.utils.get_total_norm`).
///
/// # Errors
/// If a tensor is not of floats.
///
/// ```
/// use taper::optim::get_total_norm;
/// use taper::{Device, Tensor};
/// let tensors = [Tensor::new(&[3f32], &Device::Cpu)?, Tensor::new(&[[4f32, 0.]], &Device::Cpu)?];
/// assert_eq!(get_total_norm(&tensors)?, 5.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn get_total_norm<T: AsRef<Tensor>>(tensors: impl IntoIterator<Item = T>) -> Result<f64> {
    get_total_norm_with(tensors, TotalNormOptions::default())
}

/// [`get_total_norm`] of another order: the norm of the tensors' norms.
///
/// # Errors
/// As there; if the order is NaN; and on request if the norm is NaN or infinite.
///
/// ```
/// use taper::optim::{get_total_norm_with, TotalNormOptions};
/// use taper::{Device, Tensor};
/// let tensors = [Tensor::new(&[3f32], &Device::Cpu)?, Tensor::new(&[[4f32, -12.]], &Device::Cpu)?];
/// assert_eq!(get_total_norm_with(&tensors, TotalNormOptions::default().norm_type(1.))?, 19.);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn get_total_norm_with<T: AsRef<Tensor>>(
    tensors: impl IntoIterator<Item = T>,
    options: TotalNormOptions,
) -> Result<f64> {
    let mut norms = Norms::new("get_total_norm", options)?;
    for tensor in tensors {
        norms.add(tensor.as_ref().as_candle())?;
    }
    norms.total(|at| format!("tensor {at}"))
}

/// The norm of each tensor that has elements: others count for nothing, whatever the order.
struct Norms {
    at: &'static str,
    options: TotalNormOptions,
    norms: Vec<f64>,
    /// The position of each among all tensors.
    positions: Vec<usize>,
    seen: usize,
}

impl Norms {
    fn new(at: &'static str, options: TotalNormOptions) -> Result<Self> {
        if options.norm_type.is_nan() {
            let expected = "an order: 2, 1, 0, ±∞ or another number";
            return Err(Error::argument(
                at,
                "norm_type",
                options.norm_type,
                expected,
            ));
        }
        Ok(Norms {
            at,
            options,
            norms: Vec::new(),
            positions: Vec::new(),
            seen: 0,
        })
    }

    fn add(&mut self, tensor: &candle_core::Tensor) -> Result<()> {
        if tensor.elem_count() > 0 {
            self.norms.push(norm(tensor, self.options.norm_type)?);
            self.positions.push(self.seen);
        }
        self.seen += 1;
        Ok(())
    }

    /// The norm of the norms; `name` says which tensor is at a position.
    fn total(self, name: impl FnOnce(usize) -> String) -> Result<f64> {
        let order = self.options.norm_type;
        let total = match self.norms.is_empty() {
            true => 0.,
            false => kernels::norm(&self.norms, order),
        };
        if total.is_finite() || !self.options.error_if_nonfinite {
            return Ok(total);
        }
        let mut norms = self.norms.iter().zip(&self.positions);
        let first = norms.find(|(norm, _)| !norm.is_finite());
        let of = first.map_or_else(String::new, |(norm, &at)| {
            format!(": that of {} is {norm}", name(at))
        });
        let message = format!("the total norm of order {order} is {total}{of}");
        Err(Error::op(self.at, message).help(
            "without `error_if_nonfinite` the gradients are scaled all the same; a gradient scaler skips such steps",
        ))
    }
}

fn norm(tensor: &candle_core::Tensor, order: f64) -> Result<f64> {
    if !tensor.dtype().is_float() || !has_kernels(tensor) {
        let options = NormOptions::default().p(order);
        return no_grad(|| Tensor::from(tensor).norm_with((), options)?.item());
    }
    let tensor = dense(tensor)?;
    let values = kernels::values(&tensor)?;
    match tensor.dtype() {
        candle_core::DType::F64 => Ok(kernels::norm(values.slice::<f64>()?, order)),
        _ => Ok(kernels::norm(values.slice::<f32>()?, order)),
    }
}

fn scale(params: &[Param], max_norm: f64, total_norm: f64) -> Result<()> {
    let factor = max_norm / (total_norm + 1e-6);
    // Also if it is NaN, as in PyTorch.
    if factor >= 1. {
        return Ok(());
    }
    let mut params = params.iter();
    params.try_for_each(|param| param.change_grad(Change::Scale(factor)))
}

/// Each parameter once.
fn distinct<P: Borrow<Param>>(params: impl IntoIterator<Item = P>) -> Vec<Param> {
    let mut seen = HashSet::new();
    let params = params.into_iter().map(|param| param.borrow().share());
    params.filter(|param| seen.insert(param.id())).collect()
}

fn check_limit(at: &str, name: &'static str, limit: f64) -> Result<()> {
    if limit >= 0. {
        return Ok(());
    }
    Err(Error::argument(at, name, limit, "a number ≥ 0"))
}
