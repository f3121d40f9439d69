//! Changes of every element of a gradient.

use candle_core::{CpuStorage, InplaceOp1, Layout, Tensor, WithDType};

use crate::error::Result;

/// What becomes of an element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Change {
    /// x · factor.
    Scale(f64),
    /// x, but at most `limit` and at least its negative; NaN stays.
    Clamp(f64),
}

impl Change {
    /// In place, on a contiguous CPU tensor that nobody else holds.
    pub(super) fn write(self, tensor: &Tensor) -> Result<()> {
        Ok(tensor.inplace_op1(&self)?)
    }

    /// The changed tensor, in plain operations.
    pub(super) fn apply(self, tensor: &Tensor) -> Result<Tensor> {
        Ok(match self {
            Change::Scale(factor) => (tensor * factor)?,
            Change::Clamp(limit) => {
                let clamped = tensor.clamp(-limit, limit)?;
                tensor.ne(tensor)?.where_cond(tensor, &clamped)?
            }
        })
    }

    fn run<T: WithDType>(self, values: &mut [T]) {
        // Factors and limits in the type itself: in f32 a conversion of each element would cost more than the change.
        match self {
            Change::Scale(factor) => {
                let factor = T::from_f64(factor);
                values.iter_mut().for_each(|x| *x *= factor);
            }
            Change::Clamp(limit) => {
                let (low, high) = (T::from_f64(-limit), T::from_f64(limit));
                for x in values {
                    if *x < low {
                        *x = low;
                    } else if *x > high {
                        *x = high;
                    }
                }
            }
        }
    }
}

impl InplaceOp1 for Change {
    fn name(&self) -> &'static str {
        "change_gradient"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> candle_core::Result<()> {
        let Some((start, end)) = layout.contiguous_offsets() else {
            return Err(candle_core::Error::RequiresContiguous { op: self.name() }.bt());
        };
        match storage {
            CpuStorage::F32(values) => self.run(&mut values[start..end]),
            CpuStorage::F64(values) => self.run(&mut values[start..end]),
            CpuStorage::F16(values) => self.run(&mut values[start..end]),
            CpuStorage::BF16(values) => self.run(&mut values[start..end]),
            other => {
                use candle_core::backend::BackendStorage;
                return Err(
                    candle_core::Error::UnsupportedDTypeForOp(other.dtype(), self.name()).bt(),
                );
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, tolerance};
    use candle_core::{DType, Device};

    #[test]
    fn both_forms_agree_in_every_type() -> Result<()> {
        let values = [-3f64, -0.5, 0., 1.5, f64::NAN, f64::INFINITY];
        for dtype in [DType::F64, DType::F32, DType::F16, DType::BF16] {
            for change in [Change::Scale(0.3), Change::Clamp(1.25), Change::Clamp(0.)] {
                let x = Tensor::new(&values, &Device::Cpu)?.to_dtype(dtype)?;
                let plain = change.apply(&x)?;
                change.write(&x)?;
                assert_close(
                    &format!("{change:?} of {dtype:?}"),
                    &x,
                    &plain,
                    tolerance(dtype),
                )?;
            }
        }
        let x = Tensor::new(&values, &Device::Cpu)?;
        Change::Clamp(1.).write(&x)?;
        let clamped = x.to_vec1::<f64>()?;
        assert_eq!((&clamped[..4], clamped[5]), (&[-1., -0.5, 0., 1.][..], 1.));
        assert!(clamped[4].is_nan());
        Ok(())
    }
}
