//! `linear`: y = x·Wᵀ + b, with one gradient for all three.

use crate::error::{Error, Result};
use crate::tensor::Tensor;
use candle_core::D;

impl Tensor {
    /// x·Wᵀ + b over the last dimension: `[*, in] · [out, in]ᵀ + [out] → [*, out]`
    /// (`torch.nn.functional.linear`).
    ///
    /// # Errors
    /// If the sizes don't fit each other.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[[1f32, 2.]], &Device::Cpu)?;
    /// let w = Tensor::new(&[[3f32, 4.], [5., 6.]], &Device::Cpu)?;
    /// let b = Tensor::new(&[0.5f32, 0.], &Device::Cpu)?;
    /// assert_eq!(x.linear(&w, Some(&b))?.to_vec2::<f32>()?, [[11.5, 17.]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn linear(&self, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
        let (rows, shape) = check(self, weight, bias)?;
        let (x, w) = (self.as_candle(), weight.as_candle());
        // One product of matrices: Candle's is wrong for a batch of transposed views.
        let x = x.contiguous()?.reshape((rows, w.dim(1)?))?;
        let mut y = x.matmul(&w.t()?)?;
        if let Some(b) = bias {
            y = y.broadcast_add(b.as_candle())?;
        }
        let y = y.reshape(shape)?;
        let (w, dims) = (w.clone(), self.dims().to_vec());
        Ok(match bias {
            Some(b) => Tensor::record("linear", y, [self, weight, b], move |g, needs| {
                gradients(g, &x, &w, &dims, needs)
            }),
            None => Tensor::record("linear", y, [self, weight], move |g, [for_x, for_w]| {
                let [x, w, _] = gradients(g, &x, &w, &dims, [for_x, for_w, false])?;
                Ok([x, w])
            }),
        })
    }
}

type Gradients = [Option<candle_core::Tensor>; 3];

fn gradients(
    g: &candle_core::Tensor,
    x: &candle_core::Tensor,
    w: &candle_core::Tensor,
    dims: &[usize],
    [for_x, for_w, for_b]: [bool; 3],
) -> Result<Gradients> {
    let g = g.contiguous()?.reshape((x.dim(0)?, w.dim(0)?))?;
    let dx = if for_x {
        Some(g.matmul(&w.contiguous()?)?.reshape(dims)?)
    } else {
        None
    };
    let dw = if for_w { Some(g.t()?.matmul(x)?) } else { None };
    let db = if for_b { Some(g.sum(0)?) } else { None };
    Ok([dx, dw, db])
}

/// The number of rows that `x` has as a matrix, and the result's shape.
fn check(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<(usize, Vec<usize>)> {
    let mismatch = |what: &str, expected: String, found: &[usize]| {
        Error::op(
            "linear",
            format!("expected {what} of shape {expected}, but it has shape {found:?}"),
        )
    };
    let &[out, inputs] = weight.dims() else {
        return Err(mismatch("a weight", "[out, in]".into(), weight.dims()));
    };
    if x.rank() == 0 || x.as_candle().dim(D::Minus1)? != inputs {
        return Err(mismatch("an input", format!("[.., {inputs}]"), x.dims()));
    }
    if let Some(b) = bias.filter(|b| b.dims() != [out]) {
        return Err(mismatch("a bias", format!("[{out}]"), b.dims()));
    }
    let (lead, _) = x.dims().split_at(x.rank() - 1);
    let mut shape = lead.to_vec();
    shape.push(out);
    Ok((lead.iter().product(), shape))
}
