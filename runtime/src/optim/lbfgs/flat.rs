//! The parameters, and their gradients, as one vector.

use candle_core::{DType, Device, Tensor as Data};

use crate::error::Result;
use crate::kernels::{output, values, Real};
use crate::ops::compute::by_form;
use crate::tensor::{Param, Tensor};

/// The trained parameters in order, as one vector of the type that is computed in.
pub(super) struct Flat<'a> {
    params: Vec<&'a Param>,
    pub(super) dtype: DType,
    pub(super) device: Device,
    maximize: bool,
}

impl<'a> Flat<'a> {
    pub(super) fn new(params: Vec<&'a Param>, maximize: bool) -> Self {
        let widest = params.iter().any(|param| param.dtype() == DType::F64);
        let dtype = if widest { DType::F64 } else { DType::F32 };
        let device = params.first().map_or(Device::Cpu, |p| p.device().clone());
        Flat {
            params,
            dtype,
            device,
            maximize,
        }
    }

    /// The number of elements.
    pub(super) fn size(&self) -> usize {
        self.params.iter().map(|param| param.elem_count()).sum()
    }

    /// 1 to minimise, −1 to maximise.
    pub(super) fn sign(&self) -> f64 {
        if self.maximize {
            -1.
        } else {
            1.
        }
    }

    /// A copy of the values.
    pub(super) fn values(&self) -> Result<Data> {
        self.joined(|param| self.part(param.as_candle()))
    }

    /// The gradient of what is minimised; of a parameter without one, zeros.
    pub(super) fn gradient(&self) -> Result<Data> {
        let gradient = self.joined(|param| {
            param.with_grad(|grad| match grad {
                Some(grad) => self.part(grad),
                None => Ok(Data::zeros(param.elem_count(), self.dtype, &self.device)?),
            })
        })?;
        if self.maximize {
            return Ok(gradient.neg()?);
        }
        Ok(gradient)
    }

    /// Sets the values.
    pub(super) fn set(&self, point: &Data) -> Result<()> {
        let mut at = 0;
        for param in &self.params {
            let part = point.narrow(0, at, param.elem_count())?;
            param.set(Tensor::from(part.reshape(param.shape())?))?;
            at += param.elem_count();
        }
        Ok(())
    }

    fn part(&self, x: &Data) -> Result<Data> {
        let flat = x.flatten_all()?.to_device(&self.device)?;
        Ok(flat.to_dtype(self.dtype)?)
    }

    /// A vector of its own, whatever the parts share their storage with.
    fn joined(&self, part: impl Fn(&Param) -> Result<Data>) -> Result<Data> {
        let parts = self.params.iter().map(|param| part(param));
        let parts = parts.collect::<Result<Vec<_>>>()?;
        match &parts[..] {
            [one] => Ok(one.copy()?),
            _ => Ok(Data::cat(&parts, 0)?),
        }
    }
}

/// The scalar product, summed in f64.
pub(super) fn dot(a: &Data, b: &Data) -> Result<f64> {
    by_form!(a, dot_slices(a, b), number(&(a * b)?.sum_all()?))
}

/// `a + factor · b`.
pub(super) fn add_scaled(a: &Data, b: &Data, factor: f64) -> Result<Data> {
    by_form!(a, add_scaled_slices(a, b, factor), Ok((a + (b * factor)?)?))
}

/// The sum of the magnitudes.
pub(super) fn sum_abs(x: &Data) -> Result<f64> {
    number(&x.to_dtype(DType::F64)?.abs()?.sum_all()?)
}

/// The greatest magnitude; NaN if there is one.
pub(super) fn max_abs(x: &Data) -> Result<f64> {
    let values = Tensor::from(x).to_vec::<f64>()?.into_iter();
    Ok(values.map(f64::abs).fold(0., |greatest: f64, value| {
        if greatest >= value || greatest.is_nan() {
            greatest
        } else {
            value
        }
    }))
}

fn number(x: &Data) -> Result<f64> {
    Ok(x.to_dtype(DType::F64)?.to_scalar()?)
}

fn dot_slices<T: Real>(a: &Data, b: &Data) -> Result<f64> {
    let (a, b) = (values(a)?, values(b)?);
    let (a, b) = (a.slice::<T>()?.chunks(8), b.slice::<T>()?.chunks(8));
    // Lanes that add up on their own vectorise.
    let mut lanes = [0f64; 8];
    for (a, b) in a.zip(b) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += a.to_f64() * b.to_f64();
        }
    }
    Ok(lanes.iter().sum())
}

fn add_scaled_slices<T: Real>(a: &Data, b: &Data, factor: f64) -> Result<Data> {
    let factor = T::from_f64(factor);
    let sums = {
        let (a, b) = (values(a)?, values(b)?);
        let pairs = a.slice::<T>()?.iter().zip(b.slice::<T>()?);
        pairs.map(|(&a, &b)| a + factor * b).collect::<Vec<_>>()
    };
    output(sums, a.shape())
}
