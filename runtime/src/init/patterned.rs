//! Values that depend on the place: identities and zeros at chosen places. Shapes and arguments have been checked.

use candle_core::{DType, Device};

use crate::error::Result;
use crate::tensor::Generator;

pub(super) fn eye(shape: &[usize]) -> Vec<f64> {
    let columns = shape[1];
    ones_at(shape, (0..shape[0].min(columns)).map(|i| i * columns + i))
}

pub(super) fn dirac(shape: &[usize], groups: usize) -> Vec<f64> {
    let (out, inputs, kernel) = (shape[0] / groups, shape[1], &shape[2..]);
    let field: usize = kernel.iter().product();
    let middle = kernel.iter().fold(0, |at, size| at * size + size / 2);
    let channels = out.min(inputs);
    let pairs = (0..groups).flat_map(|group| (0..channels).map(move |i| (group * out + i, i)));
    ones_at(
        shape,
        pairs.map(|(output, input)| (output * inputs + input) * field + middle),
    )
}

fn ones_at(shape: &[usize], places: impl Iterator<Item = usize>) -> Vec<f64> {
    let mut values = vec![0.; shape.iter().product()];
    places.for_each(|at| values[at] = 1.);
    values
}

pub(super) fn sparse(
    shape: &[usize],
    sparsity: f64,
    std: f64,
    generator: &mut Generator,
) -> Result<Vec<f64>> {
    let (rows, columns) = (shape[0], shape[1]);
    let normal = generator.normal(shape, 0., std, DType::F64, &Device::Cpu)?;
    let mut values = normal.to_vec::<f64>()?;
    let zeros = (sparsity * rows as f64).ceil() as usize;
    for column in 0..columns {
        for row in generator.randperm(rows).into_iter().take(zeros) {
            values[row * columns + column] = 0.;
        }
    }
    Ok(values)
}
