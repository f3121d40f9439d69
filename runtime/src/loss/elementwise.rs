//! Losses that each element has by itself: a formula and its slopes, an optional weight, a reduction.

use candle_core::{DType, Result as CandleResult, Shape, Tensor as Data};

use super::Reduction;
use crate::error::Result;
use crate::ops::binary;
use crate::ops::compute::compute_dtype;
use crate::tensor::{grad_to_shape, when, Saved, Tensor};

/// A loss of `N` numbers, the first of them the network's output, in Candle operations.
///
/// They are given as tensors of one shape and of one type, f32 or f64.
pub(super) trait Formula<const N: usize>: Send + Sync + 'static {
    /// The function's name.
    const OP: &'static str;

    fn losses(&self, x: &[Data; N]) -> CandleResult<Data>;

    /// The derivative of the losses by each of the numbers that is needed. One that has none answers `None`.
    fn slopes(&self, x: &[Data; N], needed: [bool; N]) -> Result<[Option<Data>; N]>;
}

/// What a [`Formula`] is applied to; everything broadcasts to the first of the inputs.
pub(super) struct Elementwise<'a, const N: usize> {
    inputs: [&'a Tensor; N],
    weight: Option<&'a Tensor>,
    reduction: Reduction,
    denominator: f64,
}

impl<'a, const N: usize> Elementwise<'a, N> {
    /// The output and what it is compared with.
    pub(super) fn of(inputs: [&'a Tensor; N], reduction: Reduction) -> Self {
        Elementwise {
            inputs,
            weight: None,
            reduction,
            denominator: inputs[0].elem_count() as f64,
        }
    }

    /// With a factor for each loss.
    pub(super) fn weight(mut self, weight: Option<&'a Tensor>) -> Self {
        self.weight = weight;
        self
    }

    /// With a mean that divides by this instead of the number of elements.
    pub(super) fn denominator(mut self, denominator: usize) -> Self {
        self.denominator = denominator as f64;
        self
    }

    /// The reduced losses, in the output's type.
    pub(super) fn run<F: Formula<N>>(self, formula: F) -> Result<Tensor> {
        let output = self.inputs[0];
        let wide = Wide::like(output);
        let mut x = self.inputs.map(|input| input.as_candle().clone());
        for value in &mut x {
            *value = wide.of(value)?;
        }
        let mut losses = formula.losses(&x)?;
        if let Some(weight) = self.weight {
            losses = binary::mul(&losses, &wide.of(weight.as_candle())?)?;
        }
        let loss = self.reduction.apply(losses, self.denominator)?;
        let inputs: Vec<&Tensor> = self.inputs.into_iter().chain(self.weight).collect();
        let tracked = inputs.iter().any(|input| input.requires_grad());
        let kept = Kept {
            inputs: self.inputs.map(|input| Source::of(input, tracked)),
            weight: self.weight.map(|weight| Source::of(weight, tracked)),
            wide,
            reduction: self.reduction,
            denominator: self.denominator,
            formula,
        };
        let loss = loss.to_dtype(output.dtype())?;
        Ok(Tensor::record_list(
            F::OP,
            loss,
            &inputs,
            move |grad, needs| kept.gradients(grad, needs),
        ))
    }
}

/// The shape of the losses, and the type that they are computed in.
struct Wide {
    shape: Shape,
    dtype: DType,
}

impl Wide {
    fn like(output: &Tensor) -> Self {
        Wide {
            shape: output.shape().clone(),
            dtype: compute_dtype(output.dtype()),
        }
    }

    fn of(&self, x: &Data) -> Result<Data> {
        Ok(x.to_dtype(self.dtype)?
            .broadcast_as(&self.shape)?
            .contiguous()?)
    }
}

/// An input's values, and what its gradient must look like.
struct Source {
    saved: Saved,
    shape: Shape,
    dtype: DType,
}

impl Source {
    fn of(input: &Tensor, tracked: bool) -> Self {
        Source {
            saved: input.save_if(tracked),
            shape: input.shape().clone(),
            dtype: input.dtype(),
        }
    }

    fn gradient(&self, each: &Data) -> Result<Data> {
        Ok(grad_to_shape(each, &self.shape)?.to_dtype(self.dtype)?)
    }
}

/// What the backward pass needs.
struct Kept<F, const N: usize> {
    inputs: [Source; N],
    weight: Option<Source>,
    wide: Wide,
    reduction: Reduction,
    denominator: f64,
    formula: F,
}

impl<F: Formula<N>, const N: usize> Kept<F, N> {
    /// Of the inputs, and of the weight if there is one.
    fn gradients(&self, grad: &Data, needs: &[bool]) -> Result<Vec<Option<Data>>> {
        let mut x: [Data; N] = std::array::from_fn(|_| grad.clone());
        for (value, source) in x.iter_mut().zip(&self.inputs) {
            *value = self.wide.of(source.saved.get()?)?;
        }
        let grad = grad.to_dtype(self.wide.dtype)?;
        let each = self.reduction.spread(&grad, self.denominator)?;
        let mut factor = each.clone();
        if let Some(weight) = &self.weight {
            factor = binary::mul(&each, &self.wide.of(weight.saved.get()?)?)?;
        }
        let slopes = self
            .formula
            .slopes(&x, std::array::from_fn(|i| needs[i]))?
            .into_iter()
            .zip(&self.inputs);
        let mut grads = Vec::with_capacity(needs.len());
        for (slope, source) in slopes {
            let back = |slope: Data| source.gradient(&binary::mul(&slope, &factor)?);
            grads.push(slope.map(back).transpose()?);
        }
        if let Some(weight) = &self.weight {
            grads.push(when(needs[N], || {
                weight.gradient(&binary::mul(&self.formula.losses(&x)?, &each)?)
            })?);
        }
        Ok(grads)
    }
}
