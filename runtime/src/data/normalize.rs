//! Channels brought to mean 0 and standard deviation 1.

use crate::{Error, Result, Tensor};

/// `(x − mean) / std` per channel (`torchvision.transforms.Normalize`), for float tensors `[…, C, H, W]`: one image or a
/// batch. On a batch it is cheaper.
///
/// One mean and standard deviation serve all channels. It is for data: a tensor that needs a gradient is refused.
///
/// # Example
/// ```
/// use taper::data::Normalize;
/// use taper::{DType, Device, Tensor};
///
/// let normalize = Normalize::new([0.5, 0.0], [0.5, 2.0])?;
/// let image = Tensor::ones([2, 4, 4], DType::F32, &Device::Cpu)?;
/// let y = normalize.apply(&image)?.to_vec3::<f32>()?;
/// assert_eq!((y[0][0][0], y[1][3][3]), (1.0, 0.5));
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Normalize {
    mean: Vec<f64>,
    std: Vec<f64>,
}

impl Normalize {
    /// A mean and a standard deviation per channel, or one of each for all.
    ///
    /// # Errors
    /// If there are not as many of one as of the other, or none; if a standard deviation is 0 or a number is not finite.
    pub fn new(mean: impl Into<Vec<f64>>, std: impl Into<Vec<f64>>) -> Result<Self> {
        let (mean, std) = (mean.into(), std.into());
        if mean.is_empty() || !mean.iter().all(|mean| mean.is_finite()) {
            return Err(Error::argument(
                "Normalize",
                "mean",
                mean,
                "a finite number per channel",
            ));
        }
        if std.len() != mean.len() || !std.iter().all(|std| std.is_finite() && *std > 0.) {
            let expected = format!("as many numbers above 0 as `mean` has: {}", mean.len());
            return Err(Error::argument("Normalize", "std", std, expected));
        }
        Ok(Normalize { mean, std })
    }

    /// The normalised image or images.
    ///
    /// # Errors
    /// If `x` has fewer than three dimensions, another number of channels, is not of floats, or needs a gradient.
    pub fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let (channels, dims) = (self.mean.len(), x.dims());
        let fits = dims.len() >= 3 && (channels == 1 || dims[dims.len() - 3] == channels);
        if !fits || !x.dtype().is_float() {
            let wanted = if channels == 1 {
                "C".into()
            } else {
                channels.to_string()
            };
            let message = format!(
                "expected floats of shape […, {wanted}, H, W], but came {dims:?} {:?}",
                x.dtype()
            );
            return Err(Error::op("Normalize", message));
        }
        if x.requires_grad() {
            return Err(Error::op(
                "Normalize",
                "expected data, but the tensor needs a gradient",
            )
            .help("write `(x - mean) / std` in the forward, or pass `x.detach()`"));
        }
        let column = |values: &[f64]| -> Result<candle_core::Tensor> {
            let values = candle_core::Tensor::new(values, x.device())?;
            Ok(values.to_dtype(x.dtype())?.reshape((channels, 1, 1))?)
        };
        let centred = x.as_candle().broadcast_sub(&column(&self.mean)?)?;
        Ok(centred.broadcast_div(&column(&self.std)?)?.into())
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};

    use super::*;

    #[test]
    fn a_batch_equals_its_images() -> Result<()> {
        let normalize = Normalize::new([0.1, 0.2, 0.3], [1., 2., 4.])?;
        let batch = Tensor::rand([2, 3, 4, 5], DType::F32, &Device::Cpu)?;
        let image = Tensor::from(batch.as_candle().get(1)?);
        let whole = normalize.apply(&batch)?;
        assert_eq!(
            whole.as_candle().get(1)?.to_vec3::<f32>()?,
            normalize.apply(&image)?.to_vec3::<f32>()?
        );
        Ok(())
    }

    #[test]
    fn wrong_arguments_and_shapes_are_errors() -> Result<()> {
        assert!(Normalize::new([], []).is_err());
        assert!(Normalize::new([0.], [0.]).is_err());
        assert!(Normalize::new([0., 1.], [1.]).is_err());
        assert!(Normalize::new([f64::NAN], [1.]).is_err());
        let three = Normalize::new([0.; 3], [1.; 3])?;
        assert!(three
            .apply(&Tensor::zeros([1, 4, 4], DType::F32, &Device::Cpu)?)
            .is_err());
        assert!(three
            .apply(&Tensor::zeros([4, 4], DType::F32, &Device::Cpu)?)
            .is_err());
        assert!(three
            .apply(&Tensor::zeros([3, 4, 4], DType::U8, &Device::Cpu)?)
            .is_err());
        Ok(())
    }

    #[test]
    fn a_gradient_is_never_cut_silently() -> Result<()> {
        let image = crate::Param::new(Tensor::ones([1, 2, 2], DType::F32, &Device::Cpu)?)?;
        let normalize = Normalize::new([0.], [1.])?;
        assert!(normalize.apply(&image).is_err());
        assert!(normalize.apply(&image.detach()).is_ok());
        Ok(())
    }
}
