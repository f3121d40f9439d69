//! `kl_div`: how far one distribution is from another.

use candle_core::{Result as CandleResult, Tensor as Data};

use super::checks::{check_shapes, check_types, first_misfit, SWAPPED};
use super::elementwise::{Elementwise, Formula};
use super::{loss_struct, Reduction};
use crate::error::{Error, Result};
use crate::ops::options::options;
use crate::tensor::autocast::cast;
use crate::tensor::{when, Tensor};

/// What becomes of the divergences of the single elements in [`kl_div_with`].
///
/// ```
/// use taper::loss::{KlDivReduction, Reduction};
/// assert_eq!(KlDivReduction::from("batchmean"), KlDivReduction::BatchMean);
/// assert_eq!(KlDivReduction::from(Reduction::Sum), KlDivReduction::Sum);
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum KlDivReduction {
    /// Their mean, over the classes of each distribution, too: not the divergence itself.
    #[default]
    Mean,
    /// Their sum divided by the size of the first dimension: the mean divergence of a batch.
    BatchMean,
    /// Their sum.
    Sum,
    /// All of them.
    None,
    /// A word that is none of these; an error when it is used.
    #[serde(skip)]
    Unknown(&'static str),
}

/// PyTorch's words, `"mean"`, `"batchmean"`, `"sum"` and `"none"`.
impl From<&'static str> for KlDivReduction {
    fn from(word: &'static str) -> Self {
        match word {
            "batchmean" => KlDivReduction::BatchMean,
            other => Reduction::from(other).into(),
        }
    }
}

impl From<Reduction> for KlDivReduction {
    fn from(reduction: Reduction) -> Self {
        match reduction {
            Reduction::Mean => KlDivReduction::Mean,
            Reduction::Sum => KlDivReduction::Sum,
            Reduction::None => KlDivReduction::None,
            Reduction::Unknown(word) => KlDivReduction::Unknown(word),
        }
    }
}

options! {
    /// The optional arguments of [`kl_div_with`]; the defaults are PyTorch's.
    ///
    /// ```
    /// use taper::loss::KlDivOptions;
    /// assert!(!KlDivOptions::default().log_target);
    /// ```
    KlDivOptions {
        /// What becomes of the divergences of the single elements. Default: their mean; the mean divergence of a batch is
        /// `"batchmean"`.
        reduction: KlDivReduction = KlDivReduction::Mean,
        /// Whether the target has logarithms of probabilities, too. Default: false.
        log_target: bool = false,
    }
}

const OP: &str = "kl_div";

/// Of log q and p.
struct Divergence;

impl Formula<2> for Divergence {
    const OP: &'static str = OP;

    fn losses(&self, [log_q, p]: &[Data; 2]) -> CandleResult<Data> {
        let entropy = p.eq(0.)?.where_cond(p, &(p * p.log()?)?)?; // 0 · log 0 is 0
        entropy - (p * log_q)?
    }

    fn slopes(
        &self,
        [log_q, p]: &[Data; 2],
        [to_output, to_target]: [bool; 2],
    ) -> Result<[Option<Data>; 2]> {
        Ok([
            when(to_output, || Ok(p.neg()?))?,
            when(to_target, || {
                // At 0, where the slope is infinite, this product makes it NaN, as in PyTorch.
                let one = (p * p.recip()?)?;
                Ok(((p.log()? + one)? - log_q)?)
            })?,
        ])
    }
}

/// Of log q and log p.
struct OfLogarithms;

impl Formula<2> for OfLogarithms {
    const OP: &'static str = OP;

    fn losses(&self, [log_q, log_p]: &[Data; 2]) -> CandleResult<Data> {
        log_p.exp()? * (log_p - log_q)?
    }

    fn slopes(
        &self,
        [log_q, log_p]: &[Data; 2],
        [to_output, to_target]: [bool; 2],
    ) -> Result<[Option<Data>; 2]> {
        let p = log_p.exp()?;
        Ok([
            when(to_output, || Ok(p.neg()?))?,
            when(to_target, || Ok((&p * ((log_p - log_q)? + 1.)?)?))?,
        ])
    }
}

/// The Kullback-Leibler divergence of targets p from outputs that are logarithms of probabilities q, element by element, and
/// the mean of all elements: p (log p − log q) (`torch.nn.functional.kl_div`).
///
/// The output comes from `log_softmax`. The mean over all elements is PyTorch's default but not the divergence itself: that is
/// [`KlDivReduction::BatchMean`]. PyTorch's gradient of a target of 0 is NaN, and so is this one.
///
/// # Errors
/// If the shapes or types differ, the two look swapped (a target is negative, no output is), or both are empty.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::kl_div;
/// let log_q = Tensor::new(&[[0.5f64, 0.5]], &Device::Cpu)?.log()?;
/// let p = Tensor::new(&[[1f64, 0.]], &Device::Cpu)?;
/// assert!((kl_div(&log_q, &p)?.item()? - 2f64.ln() / 2.).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn kl_div(output: impl AsRef<Tensor>, target: impl AsRef<Tensor>) -> Result<Tensor> {
    kl_div_with(output, target, KlDivOptions::default())
}

/// [`kl_div`] with options. With `log_target` the target is log p.
///
/// # Errors
/// As for [`kl_div`], but nothing shows that two logarithms are swapped; the sum and the list of nothing are no errors.
///
/// ```
/// # use taper::{Device, Tensor};
/// # use taper::loss::{kl_div_with, KlDivOptions};
/// let log_q = Tensor::new(&[[0.5f64, 0.5]], &Device::Cpu)?.log()?;
/// let p = Tensor::new(&[[1f64, 0.]], &Device::Cpu)?;
/// let loss = kl_div_with(&log_q, &p, KlDivOptions::default().reduction("batchmean"))?;
/// assert!((loss.item()? - 2f64.ln()).abs() < 1e-12);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn kl_div_with(
    output: impl AsRef<Tensor>,
    target: impl AsRef<Tensor>,
    options: KlDivOptions,
) -> Result<Tensor> {
    let [output, target] = &cast(OP, [output.as_ref(), target.as_ref()])?;
    check_types(OP, output, target)?;
    check_shapes(OP, output, target)?;
    let (reduction, denominator) = reduction(options.reduction, output)?;
    if !options.log_target {
        check_roles(output, target)?;
    }
    let both = Elementwise::of([output, target], reduction).denominator(denominator);
    if options.log_target {
        both.run(OfLogarithms)
    } else {
        both.run(Divergence)
    }
}

/// What is done, and what a mean divides by.
fn reduction(reduction: KlDivReduction, output: &Tensor) -> Result<(Reduction, usize)> {
    let (plain, counted) = match reduction {
        KlDivReduction::Mean => (Reduction::Mean, output.dims()),
        // A single number is a batch of one.
        KlDivReduction::BatchMean => (Reduction::Mean, output.dims().get(..1).unwrap_or_default()),
        KlDivReduction::Sum => (Reduction::Sum, output.dims()),
        KlDivReduction::None => (Reduction::None, output.dims()),
        KlDivReduction::Unknown(word) => {
            let words = "\"mean\", \"batchmean\", \"sum\" or \"none\"";
            return Err(Error::argument(OP, "reduction", word, words));
        }
    };
    plain.check_count(OP, counted)?;
    Ok((plain, counted.iter().product()))
}

/// Logarithms of probabilities are negative, probabilities aren't.
fn check_roles(output: &Tensor, target: &Tensor) -> Result<()> {
    let Some(misfit) = first_misfit(target, |value| value.is_nan() || value >= 0.)? else {
        return Ok(());
    };
    if first_misfit(output, |value| value.is_nan() || value >= 0.)?.is_some() {
        return Ok(());
    }
    let expected =
        "expected probabilities there and their logarithms in the output, where none is negative";
    Err(misfit.refuse(OP, "target", expected).help(SWAPPED))
}

loss_struct! {
    /// [`kl_div_with`] and its options (`torch.nn.KLDivLoss`).
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// use taper::loss::KlDivLoss;
    /// let log_q = Tensor::new(&[[0f64]], &Device::Cpu)?;
    /// assert_eq!(KlDivLoss::new().forward(&log_q, log_q.exp()?)?.item()?, 0.);
    /// # Ok::<(), taper::Error>(())
    /// ```
    KlDivLoss, KlDivOptions, kl_div_with
}
