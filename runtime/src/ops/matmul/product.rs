//! Matrix products of plain tensors, correct for any strides.

use candle_core::{DType, Tensor as Data};

use super::cpu::{self, broadcast_front, matrix_dims, single};
use crate::error::Result;
use crate::kernels::{in_dtype, rounded_plus};
use crate::ops::compute::{compute_dtype, Form};

/// The product of matrices, the dimensions in front broadcast. The shapes must fit.
///
/// Half types are multiplied in f32 on the CPU: sums are rounded once, as in PyTorch.
pub(crate) fn product(a: &Data, b: &Data) -> Result<Data> {
    affine(a, b, None)
}

/// [`product`], plus a number for every column.
pub(super) fn affine(a: &Data, b: &Data, bias: Option<&Data>) -> Result<Data> {
    let dtype = a.dtype();
    if !dtype.is_float() {
        let sums = of_integers(a, b)?.to_dtype(dtype)?;
        return plus(sums, bias);
    }
    let wide = if a.device().is_cpu() {
        compute_dtype(dtype)
    } else {
        dtype
    };
    let (a, b) = (&in_dtype(a, wide)?, &in_dtype(b, wide)?);
    match (Form::of(a), a.dims()[a.rank() - 1]) {
        // Half types round the product first, as plain operations do.
        (Form::F32, 1..) if dtype == wide => cpu::product::<f32>(a, b, bias),
        (Form::F32, 1..) => rounded(cpu::product::<f32>(a, b, None)?, dtype, bias),
        (Form::F64, 1..) => cpu::product::<f64>(a, b, bias),
        _ => plus(of_floats(a, b)?.to_dtype(dtype)?, bias),
    }
}

fn rounded(sums: Data, dtype: DType, bias: Option<&Data>) -> Result<Data> {
    if let Some(bias) = bias
        && let Some(sums) = rounded_plus(&sums, bias)?
    {
        return Ok(sums);
    }
    plus(in_dtype(&sums, dtype)?, bias)
}

fn plus(sums: Data, bias: Option<&Data>) -> Result<Data> {
    Ok(match bias {
        Some(bias) => sums.broadcast_add(bias)?,
        None => sums,
    })
}

fn of_floats(a: &Data, b: &Data) -> Result<Data> {
    let ([m, k], [_, n]) = (matrix_dims(a), matrix_dims(b));
    if a.rank() == 2 && b.rank() == 2 {
        return Ok(matrices(a)?.matmul(&matrices(b)?)?);
    }
    let front = broadcast_front(a, b)?;
    let out = [front.dims(), &[m, n]].concat();
    if single(b) {
        // All rows of the left side meet one matrix.
        let all = with_rows(&a.broadcast_as([front.dims(), &[m, k]].concat())?)?;
        return Ok(all.matmul(&matrices(&b.reshape((k, n))?)?)?.reshape(out)?);
    }
    let count = front.elem_count();
    let side = |x: &Data| -> Result<Data> {
        let [rows, columns] = matrix_dims(x);
        if single(x) {
            // A batch of one repeats without a copy.
            return Ok(
                matrices(&x.reshape((1, rows, columns))?)?.broadcast_as((count, rows, columns))?
            );
        }
        let x = matrices(&x.broadcast_as([front.dims(), &[rows, columns]].concat())?)?;
        if x.is_contiguous() {
            return Ok(x.reshape((count, rows, columns))?);
        }
        let (last, before) = (x.rank() - 1, x.rank() - 2);
        Ok(x.transpose(before, last)?
            .reshape((count, columns, rows))?
            .transpose(1, 2)?)
    };
    Ok(side(a)?.matmul(&side(b)?)?.reshape(out)?)
}

/// Candle has no products of integers; sums of element-wise products are slow but right.
fn of_integers(a: &Data, b: &Data) -> Result<Data> {
    let (a, b) = (a.to_dtype(DType::I64)?, b.to_dtype(DType::I64)?);
    let products = a
        .unsqueeze(a.rank())?
        .broadcast_mul(&b.unsqueeze(b.rank() - 2)?)?;
    Ok(products.sum(products.rank() - 2)?)
}

/// The matrices in a layout that every device's product takes: row after row without gaps, or column after column.
fn matrices(x: &Data) -> Result<Data> {
    if x.is_contiguous() || transposed(x)?.is_contiguous() {
        return Ok(x.clone());
    }
    Ok(x.contiguous()?)
}

/// The dimensions in front and the rows as one: `[.., m, k]` as `[.. · m, k]`.
pub(crate) fn with_rows(x: &Data) -> Result<Data> {
    let columns = x.dims()[x.rank() - 1];
    let rows: usize = x.dims()[..x.rank() - 1].iter().product();
    if x.rank() == 2 {
        return matrices(x);
    }
    Ok(x.reshape((rows, columns))?)
}

/// Each matrix transposed; a view.
pub(crate) fn transposed(x: &Data) -> Result<Data> {
    Ok(x.transpose(x.rank() - 2, x.rank() - 1)?)
}
