//! Products on the CPU, from any strides, without copies.

use candle_core::{Shape, Tensor as Data};

use crate::error::Result;
use crate::kernels::{new_products, output, strided, values, Begin, Lanes, Matrix, Real, Strides};

/// The product of matrices, the dimensions in front broadcast, plus a number for every column. The shapes must fit.
pub(super) fn product<T: Lanes + Real>(a: &Data, b: &Data, bias: Option<&Data>) -> Result<Data> {
    let (mut a, mut b) = (readable(a)?, readable(b)?);
    let bias = bias.map(Data::contiguous).transpose()?;
    let [m, k] = matrix_dims(&a);
    let [_, n] = matrix_dims(&b);
    let front = broadcast_front(&a, &b)?;
    let shape = Shape::from([front.dims(), &[m, n]].concat());
    let (mut count, mut rows) = (front.elem_count(), m);
    if single(&b) {
        // All rows of the left side meet one matrix.
        a = one_matrix(&a.broadcast_as([front.dims(), &[m, k]].concat())?)?;
        while b.rank() > 2 {
            b = b.squeeze(0)?; // a reshape would copy a transposed one
        }
        (count, rows) = (1, m * count);
    }
    let front = if count == 1 { &[] } else { front.dims() };
    let broadcast = |x: &Data| x.broadcast_as([front, &x.dims()[x.rank() - 2..]].concat());
    let (a, b) = (broadcast(&a)?, broadcast(&b)?);
    let (a_values, b_values) = (strided(&a), strided(&b));
    let (a_slice, b_slice) = (a_values.slice::<T>()?, b_values.slice::<T>()?);
    let bias = bias.as_ref().map(values).transpose()?;
    let bias = bias.as_ref().map(|bias| bias.slice::<T>()).transpose()?;
    let sizes = [rows, n, k];
    let begin = bias.map_or(Begin::Zero, Begin::Bias);
    let of = |entry| (part(&a, a_slice, entry), part(&b, b_slice, entry));
    output(new_products(count, sizes, begin, of), shape)
}

pub(super) fn matrix_dims(x: &Data) -> [usize; 2] {
    let rank = x.rank();
    [x.dims()[rank - 2], x.dims()[rank - 1]]
}

fn front(x: &Data) -> &[usize] {
    &x.dims()[..x.rank() - 2]
}

/// The dimensions in front of both matrices, broadcast.
pub(super) fn broadcast_front(a: &Data, b: &Data) -> Result<Shape> {
    Ok(Shape::from(front(a)).broadcast_shape_binary_op(&front(b).into(), "matmul")?)
}

/// Whether there is but one matrix.
pub(super) fn single(x: &Data) -> bool {
    front(x).iter().all(|&size| size == 1)
}

fn strides(x: &Data) -> Strides {
    let rank = x.rank();
    Strides {
        rows: x.stride()[rank - 2],
        columns: x.stride()[rank - 1],
    }
}

/// The matrix `entry` of a tensor whose values from the first element on are given.
pub(super) fn part<'a, T>(x: &Data, values: &'a [T], entry: usize) -> Matrix<'a, T> {
    Matrix {
        values: &values[offset(x, entry).min(values.len())..],
        strides: strides(x),
    }
}

/// The tensor, or a copy if an element stands for a whole row or column of a matrix: kernels go from one to the next.
pub(super) fn readable(x: &Data) -> Result<Data> {
    let rank = x.rank();
    let dims = x.dims()[rank - 2..].iter().zip(&x.stride()[rank - 2..]);
    let repeats = dims
        .into_iter()
        .any(|(&size, &stride)| size > 1 && stride == 0);
    Ok(if repeats { x.contiguous()? } else { x.clone() })
}

/// The dimensions in front and the rows as one: `[.., m, k]` as `[.. · m, k]`; a copy where their strides don't allow it.
fn one_matrix(x: &Data) -> Result<Data> {
    let [_, columns] = matrix_dims(x);
    match x.rank() {
        2 => Ok(x.clone()),
        _ => Ok(x.reshape((x.elem_count() / columns.max(1), columns))?),
    }
}

/// Where the matrix `entry` begins, from the first element.
fn offset(x: &Data, mut entry: usize) -> usize {
    let mut offset = 0;
    for (&size, &stride) in front(x).iter().zip(x.stride()).rev() {
        offset += entry % size * stride;
        entry /= size;
    }
    offset
}
