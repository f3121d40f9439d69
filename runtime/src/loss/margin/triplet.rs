//! The triplet margin loss, and what it is with any distance.

use super::check::{check_floats, check_margin, check_ranks};
use super::compose::{hinge, reduce, wide};
use crate::error::Result;
use crate::loss::{loss_struct, Reduction};
use crate::ops::compute::expect_float;
use crate::ops::operand::broadcast_shape;
use crate::ops::options::options;
use crate::ops::PairwiseDistanceOptions;
use crate::tensor::autocast::cast;
use crate::tensor::Tensor;

const OP: &str = "triplet_margin_loss";

/// An anchor, what should be near it and what should be far from it.
pub(super) struct Triplet<'a> {
    op: &'static str,
    anchor: &'a Tensor,
    positive: &'a Tensor,
    negative: &'a Tensor,
}

impl<'a> Triplet<'a> {
    /// Three tensors of one float type and as many dimensions.
    pub(super) fn new(
        op: &'static str,
        anchor: &'a Tensor,
        positive: &'a Tensor,
        negative: &'a Tensor,
    ) -> Result<Self> {
        let all = [
            ("anchor", anchor),
            ("positive", positive),
            ("negative", negative),
        ];
        check_floats(op, &all, None)?;
        check_ranks(op, &all)?;
        Ok(Triplet {
            op,
            anchor,
            positive,
            negative,
        })
    }

    /// The loss by a distance, in its type.
    pub(super) fn loss(
        &self,
        distance: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
        margin: f64,
        swap: bool,
        reduction: Reduction,
    ) -> Result<Tensor> {
        check_margin(self.op, margin)?;
        let near = distance(self.anchor, self.positive)?;
        let mut far = distance(self.anchor, self.negative)?;
        if swap {
            far = far.minimum(distance(self.positive, self.negative)?)?;
        }
        expect_float(self.op, "distances", &near)?;
        broadcast_shape(self.op, &[near.shape(), far.shape()])?;
        let losses = hinge(&wide(&near)?.add(margin)?.sub(wide(&far)?)?)?;
        reduce(self.op, &losses, reduction, near.dtype())
    }
}

options! {
    /// The optional arguments of [`triplet_margin_loss_with`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::loss::TripletMarginLossOptions;
    /// assert_eq!(TripletMarginLossOptions::default().margin, 1.);
    /// ```
    TripletMarginLossOptions {
        /// By how much the negative has to be further away than the positive to cost nothing. Default: 1.
        margin: f64 = 1.,
        /// The order of the norm that measures distances. Default: 2.
        p: f64 = 2.,
        /// What is added to every difference. Default: 1e-6.
        eps: f64 = 1e-6,
        /// Whether the distance between positive and negative counts where it is less than that between anchor and negative.
        /// Default: false.
        swap: bool = false,
        /// What becomes of the losses of the single triplets. Default: their mean.
        reduction: Reduction = Reduction::Mean,
    }
}

/// The mean of max(0, ‖a − p + ε‖ − ‖a − n + ε‖ + 1) over triplets of vectors, anchor, positive and negative
/// (`torch.nn.functional.triplet_margin_loss`).
///
/// The vectors lie along the last dimension: `[D]`, `[N, D]` or more. The three have as many dimensions and are
/// broadcast. Half types are computed in f32. At 0 the gradient is 0.
///
/// # Errors
/// If the numbers of dimensions or the types differ, the shapes don't broadcast, one is of integers, or the batch is empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::triplet_margin_loss;
/// let of = |values: [f64; 2]| Tensor::new(&[values], &Device::Cpu);
/// let loss = triplet_margin_loss(of([0., 0.])?, of([3., 4.])?, of([0., 2.])?)?;
/// assert!((loss.item()? - (5. - 2. + 1.)).abs() < 1e-5);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn triplet_margin_loss(
    anchor: impl AsRef<Tensor>,
    positive: impl AsRef<Tensor>,
    negative: impl AsRef<Tensor>,
) -> Result<Tensor> {
    triplet_margin_loss_with(
        anchor,
        positive,
        negative,
        TripletMarginLossOptions::default(),
    )
}

/// [`triplet_margin_loss`] with options: the margin, the order and the ε of
/// [`pairwise_distance`](Tensor::pairwise_distance_with), and with `swap` min(‖a − n + ε‖, ‖p − n + ε‖) as the distance of
/// the negative (where both are equal, each gets half of the gradient).
///
/// # Errors
/// As for [`triplet_margin_loss`], and if the margin is not greater than 0; the sum and the list of nothing are no errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{triplet_margin_loss_with, TripletMarginLossOptions};
/// let of = |values: [f64; 2]| Tensor::new(&[values], &Device::Cpu);
/// let options = TripletMarginLossOptions::default().p(1).eps(0).swap(true).margin(0.5);
/// let loss = triplet_margin_loss_with(of([0., 0.])?, of([3., 4.])?, of([9., 4.])?, options)?;
/// assert_eq!(loss.item()?, 7. - 6. + 0.5);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn triplet_margin_loss_with(
    anchor: impl AsRef<Tensor>,
    positive: impl AsRef<Tensor>,
    negative: impl AsRef<Tensor>,
    options: TripletMarginLossOptions,
) -> Result<Tensor> {
    let given = &cast(OP, [anchor.as_ref(), positive.as_ref(), negative.as_ref()])?;
    Triplet::new(OP, &given[0], &given[1], &given[2])?;
    let [anchor, positive, negative] = [wide(&given[0])?, wide(&given[1])?, wide(&given[2])?];
    let norm = PairwiseDistanceOptions::default()
        .p(options.p)
        .eps(options.eps);
    let distance = |a: &Tensor, b: &Tensor| {
        broadcast_shape(OP, &[a.shape(), b.shape()])?;
        a.pairwise_distance_with(b, norm.clone())
    };
    Triplet::new(OP, &anchor, &positive, &negative)?
        .loss(distance, options.margin, options.swap, options.reduction)?
        .to_dtype(given[0].dtype())
}

loss_struct! {
    /// [`triplet_margin_loss_with`] and its options (`torch.nn.TripletMarginLoss`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::TripletMarginLoss;
    /// let x = Tensor::new(&[[1f64, 2.]], &Device::Cpu)?;
    /// assert_eq!(TripletMarginLoss::new().forward(&x, &x, &x)?.item()?, 1.);
    /// # Ok::<(), taper::Error>(())
    /// ```
    TripletMarginLoss, TripletMarginLossOptions, triplet_margin_loss_with(anchor, positive, negative)
}
