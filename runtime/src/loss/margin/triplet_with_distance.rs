//! The triplet margin loss with a distance of one's own.

use std::fmt;
use std::sync::Arc;

use super::triplet::Triplet;
use crate::error::Result;
use crate::loss::{loss_struct, Reduction};
use crate::tensor::Tensor;

const OP: &str = "triplet_margin_with_distance_loss";

/// A differentiable distance between two tensors; the default is [`pairwise_distance`](Tensor::pairwise_distance).
///
/// ```
/// use taper::loss::DistanceFunction;
/// use taper::{Device, Tensor};
/// let manhattan = DistanceFunction::new(|a, b| a.sub(b)?.abs()?.sum(-1));
/// let x = Tensor::new(&[[1f32, -2.]], &Device::Cpu)?;
/// assert_eq!(manhattan.call(&x, &x.zeros_like()?)?.to_vec::<f32>()?, [3.]);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone)]
pub struct DistanceFunction(Arc<Distance>);

type Distance = dyn Fn(&Tensor, &Tensor) -> Result<Tensor> + Send + Sync;

impl DistanceFunction {
    /// The distance that a function computes.
    pub fn new(
        distance: impl Fn(&Tensor, &Tensor) -> Result<Tensor> + Send + Sync + 'static,
    ) -> Self {
        DistanceFunction(Arc::new(distance))
    }

    /// The distance.
    ///
    /// # Errors
    /// Those of the function.
    pub fn call(&self, a: &Tensor, b: &Tensor) -> Result<Tensor> {
        (self.0)(a, b)
    }
}

impl Default for DistanceFunction {
    fn default() -> Self {
        Self::new(|a, b| a.pairwise_distance(b))
    }
}

impl fmt::Debug for DistanceFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DistanceFunction")
    }
}

/// The optional arguments of [`triplet_margin_with_distance_loss_with`]; the defaults are PyTorch's.
///
/// ```
/// use taper::loss::TripletMarginWithDistanceLossOptions;
/// assert_eq!(TripletMarginWithDistanceLossOptions::default().margin, 1.);
/// ```
#[derive(Clone, Debug)]
pub struct TripletMarginWithDistanceLossOptions {
    /// The distance. Default: [`pairwise_distance`](Tensor::pairwise_distance).
    pub distance_function: DistanceFunction,
    /// By how much the negative has to be further away than the positive to cost nothing. Default: 1.
    pub margin: f64,
    /// Whether the distance between positive and negative counts where it is less than that between anchor and negative.
    /// Default: false.
    pub swap: bool,
    /// What becomes of the losses of the single triplets. Default: their mean.
    pub reduction: Reduction,
}

impl Default for TripletMarginWithDistanceLossOptions {
    fn default() -> Self {
        TripletMarginWithDistanceLossOptions {
            distance_function: DistanceFunction::default(),
            margin: 1.,
            swap: false,
            reduction: Reduction::Mean,
        }
    }
}

impl TripletMarginWithDistanceLossOptions {
    /// The distance, as a closure of two tensors.
    #[must_use]
    pub fn distance_function(
        mut self,
        distance: impl Fn(&Tensor, &Tensor) -> Result<Tensor> + Send + Sync + 'static,
    ) -> Self {
        self.distance_function = DistanceFunction::new(distance);
        self
    }

    /// By how much the negative has to be further away than the positive to cost nothing.
    #[must_use]
    pub fn margin(mut self, margin: impl Into<f64>) -> Self {
        self.margin = margin.into();
        self
    }

    /// Whether the distance between positive and negative counts where it is less than that between anchor and negative.
    #[must_use]
    pub fn swap(mut self, swap: impl Into<bool>) -> Self {
        self.swap = swap.into();
        self
    }

    /// What becomes of the losses of the single triplets.
    #[must_use]
    pub fn reduction(mut self, reduction: impl Into<Reduction>) -> Self {
        self.reduction = reduction.into();
        self
    }
}

/// The mean of max(0, d(a, p) − d(a, n) + 1) over triplets, anchor, positive and negative, with
/// [`pairwise_distance`](Tensor::pairwise_distance) as d (`torch.nn.functional.triplet_margin_with_distance_loss`).
///
/// # Errors
/// Those of [`triplet_margin_loss`](super::triplet_margin_loss()).
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::triplet_margin_with_distance_loss;
/// let of = |values: [f64; 2]| Tensor::new(&[values], &Device::Cpu);
/// let loss = triplet_margin_with_distance_loss(of([0., 0.])?, of([3., 4.])?, of([0., 2.])?)?;
/// assert!((loss.item()? - (5. - 2. + 1.)).abs() < 1e-5);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn triplet_margin_with_distance_loss(
    anchor: impl AsRef<Tensor>,
    positive: impl AsRef<Tensor>,
    negative: impl AsRef<Tensor>,
) -> Result<Tensor> {
    triplet_margin_with_distance_loss_with(
        anchor,
        positive,
        negative,
        TripletMarginWithDistanceLossOptions::default(),
    )
}

/// [`triplet_margin_with_distance_loss`] with options: with `swap`, min(d(a, n), d(p, n)) stands for d(a, n).
///
/// The distance is called with the tensors as they are given; the loss has the shape and type of its results. In `#[forward]`
/// it is a closure of plain code, whose result's shape is not proved but checked: `distance_function = |a, b| a.sub(b)?.abs()?.sum(-1)`.
///
/// # Errors
/// If the numbers of dimensions or the types differ, a tensor or a distance is of integers, the margin is not greater
/// than 0, there is no mean of nothing, and those of the distance.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{triplet_margin_with_distance_loss_with, TripletMarginWithDistanceLossOptions};
/// let of = |values: [f64; 2]| Tensor::new(&[values], &Device::Cpu);
/// let options = TripletMarginWithDistanceLossOptions::default()
///     .distance_function(|a, b| 1.0 - a.cosine_similarity(b)?)
///     .margin(0.5);
/// let loss = triplet_margin_with_distance_loss_with(of([1., 0.])?, of([0., 2.])?, of([3., 0.])?, options)?;
/// assert_eq!(loss.item()?, 1. - 0. + 0.5);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn triplet_margin_with_distance_loss_with(
    anchor: impl AsRef<Tensor>,
    positive: impl AsRef<Tensor>,
    negative: impl AsRef<Tensor>,
    options: TripletMarginWithDistanceLossOptions,
) -> Result<Tensor> {
    let distance = options.distance_function;
    Triplet::new(OP, anchor.as_ref(), positive.as_ref(), negative.as_ref())?.loss(
        |a, b| distance.call(a, b),
        options.margin,
        options.swap,
        options.reduction,
    )
}

loss_struct! {
    /// [`triplet_margin_with_distance_loss_with`] and its options (`torch.nn.TripletMarginWithDistanceLoss`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::{TripletMarginWithDistanceLoss, TripletMarginWithDistanceLossOptions};
    /// let options = TripletMarginWithDistanceLossOptions::default().distance_function(|a, b| a.sub(b)?.abs());
    /// let of = |value: f64| Tensor::new(&[value], &Device::Cpu);
    /// let loss = TripletMarginWithDistanceLoss::new_with(options).forward(of(0.)?, of(1.)?, of(-1.5)?)?;
    /// assert_eq!(loss.item()?, 1. - 1.5 + 1.);
    /// # Ok::<(), taper::Error>(())
    /// ```
    TripletMarginWithDistanceLoss,
    TripletMarginWithDistanceLossOptions,
    triplet_margin_with_distance_loss_with(anchor, positive, negative)
}
