//! Random orthogonal matrices.

use candle_core::{DType, Device, Tensor as Data};

use crate::error::Result;
use crate::tensor::Generator;

/// How many vectors are made orthogonal to the earlier ones at once, by matrix products.
const BLOCK: usize = 64;

/// The values of a tensor whose rows, or columns where there are more rows than columns, are orthonormal, times `gain`.
pub(super) fn draw(shape: &[usize], gain: f64, generator: &mut Generator) -> Result<Vec<f64>> {
    let rows = shape[0];
    let columns = shape[1..].iter().product::<usize>();
    let matrix = if rows > columns {
        orthonormal(columns, rows, generator)?.t()?
    } else {
        orthonormal(rows, columns, generator)?
    };
    let matrix = (matrix * gain)?;
    Ok(matrix.flatten_all()?.to_vec1()?)
}

/// `count` orthonormal vectors of `size` ≥ `count` numbers, as rows.
///
/// Normal vectors, each made orthogonal to those before it (Gram and Schmidt), are uniform among all such: it is the
/// factor Q of a QR decomposition in which R has a positive diagonal.
fn orthonormal(count: usize, size: usize, generator: &mut Generator) -> Result<Data> {
    let mut blocks: Vec<Data> = Vec::new();
    for start in (0..count).step_by(BLOCK) {
        let shape = [BLOCK.min(count - start), size];
        let normal = generator.normal(shape, 0., 1., DType::F64, &Device::Cpu)?;
        let mut block = normal.into_candle();
        // What rounding leaves of the earlier directions the second time takes away.
        for _ in 0..2 {
            for earlier in &blocks {
                block = (&block - block.matmul(&earlier.t()?)?.matmul(earlier)?)?;
            }
        }
        let mut values = block.flatten_all()?.to_vec1()?;
        orthonormalize(&mut values, size);
        blocks.push(Data::from_vec(values, shape.as_slice(), &Device::Cpu)?);
    }
    Ok(Data::cat(&blocks, 0)?)
}

/// Makes each row orthogonal to those before it, and of length 1.
fn orthonormalize(rows: &mut [f64], size: usize) {
    for at in (0..rows.len()).step_by(size) {
        let (earlier, rest) = rows.split_at_mut(at);
        let row = &mut rest[..size];
        for _ in 0..2 {
            for other in earlier.chunks_exact(size) {
                let along = dot(row, other);
                row.iter_mut().zip(other).for_each(|(x, y)| *x -= along * y);
            }
        }
        let length = dot(row, row).sqrt();
        row.iter_mut().for_each(|x| *x /= length);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
