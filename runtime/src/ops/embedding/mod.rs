//! `embedding`: rows of a table by number.

use candle_core::{DType, Tensor as Data};

use crate::error::{Error, Result};
use crate::ops::compute::{dense, expect_float};
use crate::tensor::{when, Tensor};

pub(crate) mod rule;

const OP: &str = "embedding";

/// The optional arguments of [`Tensor::embedding_with`]; the defaults are PyTorch's.
///
/// ```
/// use taper::ops::EmbeddingOptions;
/// assert_eq!(EmbeddingOptions::default().padding_idx, None);
/// assert_eq!(EmbeddingOptions::default().padding_idx(-1).padding_idx, Some(-1));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EmbeddingOptions {
    /// A row that gets no gradient; negative numbers count from the end. Default: none.
    pub padding_idx: Option<i64>,
}

impl EmbeddingOptions {
    /// A row that gets no gradient; negative numbers count from the end.
    #[must_use]
    pub fn padding_idx(mut self, padding_idx: impl Into<Option<i64>>) -> Self {
        self.padding_idx = padding_idx.into();
        self
    }
}

impl Tensor {
    /// For these integers, the rows of `weight`, `[rows, features]`, with that number
    /// (`torch.nn.functional.embedding`): ids `[…]` give `[…, features]`.
    ///
    /// The gradient of a row is the sum over all the places where it was taken, added in their order.
    ///
    /// # Errors
    /// If the ids are not integers, one of them has no row (checked on the CPU), or the weight is no matrix of floats.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let weight = Tensor::new(&[[0f32, 0.], [1., 2.], [3., 4.]], &Device::Cpu)?;
    /// let ids = Tensor::new(&[2u32, 1], &Device::Cpu)?;
    /// assert_eq!(ids.embedding(&weight)?.to_vec2::<f32>()?, [[3., 4.], [1., 2.]]);
    ///
    /// let error = Tensor::new(&[3u32], &Device::Cpu)?.embedding(&weight).unwrap_err();
    /// assert_eq!(error.to_string(), "embedding: id 3 is out of range: the weight [3, 2] has 3 rows");
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn embedding(&self, weight: impl AsRef<Tensor>) -> Result<Tensor> {
        self.embedding_with(weight, EmbeddingOptions::default())
    }

    /// [`embedding`](Self::embedding) with a row for padding, which is read like the others but gets no gradient.
    ///
    /// # Errors
    /// Those of [`embedding`](Self::embedding), and a `padding_idx` without a row.
    ///
    /// ```
    /// # use taper::{Device, Param, Tensor};
    /// # use taper::ops::EmbeddingOptions;
    /// # use taper::tensor::BackwardOptions;
    /// let weight = Param::new(Tensor::new(&[[5f32], [6.]], &Device::Cpu)?)?;
    /// let ids = Tensor::new(&[0u32, 1, 1], &Device::Cpu)?;
    /// let y = ids.embedding_with(&weight, EmbeddingOptions::default().padding_idx(0))?;
    /// y.backward_with(BackwardOptions::default().gradient(y.ones_like()?))?;
    /// assert_eq!(weight.grad().unwrap().to_vec::<f32>()?, [0., 2.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn embedding_with(
        &self,
        weight: impl AsRef<Tensor>,
        options: EmbeddingOptions,
    ) -> Result<Tensor> {
        let weight = weight.as_ref();
        expect_float(OP, "a weight", weight)?;
        let [rows, features] = *weight.dims() else {
            let expected = "expected a weight [rows, features], but it has shape";
            return Err(Error::op(OP, format!("{expected} {:?}", weight.dims())));
        };
        let padding = options
            .padding_idx
            .map(|row| padding_row(row, rows))
            .transpose()?;
        let ids = checked_ids(self, weight)?;
        let mut shape = self.dims().to_vec();
        shape.push(features);
        let data = weight.as_candle().contiguous()?.index_select(&ids, 0)?;
        let data = data.reshape(shape)?;
        Ok(Tensor::record(OP, data, [weight], move |grad, [needed]| {
            Ok([when(needed, || {
                let sum = scatter(&ids, &dense(grad)?.reshape(((), features))?, rows, padding)?;
                Ok(sum.to_dtype(grad.dtype())?)
            })?])
        }))
    }
}

fn padding_row(row: i64, rows: usize) -> Result<usize> {
    let n = rows as i64;
    if (-n..n).contains(&row) {
        return Ok(row.rem_euclid(n) as usize);
    }
    let expected = format!("a row of the weight's {rows}");
    Err(Error::argument(OP, "padding_idx", row, expected))
}

/// All ids in a row, in the one type that every kernel takes.
fn checked_ids(ids: &Tensor, weight: &Tensor) -> Result<Data> {
    if ids.dtype().is_float() {
        let message = format!(
            "expected integers as ids, but they have type {:?}",
            ids.dtype()
        );
        return Err(Error::op(OP, message).help("convert them with `to_dtype(DType::I64)`"));
    }
    let flat = ids
        .as_candle()
        .to_dtype(DType::I64)?
        .flatten_all()?
        .contiguous()?;
    if flat.device().is_cpu() {
        let rows = weight.dims()[0];
        let values = flat.to_vec1::<i64>()?;
        if let Some(id) = values.iter().find(|&&id| id < 0 || id >= rows as i64) {
            let message = format!(
                "id {id} is out of range: the weight {:?} has {rows} rows",
                weight.dims()
            );
            return Err(Error::op(OP, message));
        }
    }
    Ok(flat)
}

/// The sum of the gradients of every row; those of the padding go to a row beyond the end, which is cut off.
fn scatter(ids: &Data, grad: &Data, rows: usize, padding: Option<usize>) -> Result<Data> {
    let shape = |rows| (rows, grad.dims()[1]);
    let Some(padding) = padding else {
        let zeros = Data::zeros(shape(rows), grad.dtype(), grad.device())?;
        return Ok(zeros.index_add(ids, grad, 0)?);
    };
    let beyond = Data::full(rows as i64, ids.shape(), ids.device())?;
    let ids = ids.eq(padding as i64)?.where_cond(&beyond, ids)?;
    let zeros = Data::zeros(shape(rows + 1), grad.dtype(), grad.device())?;
    Ok(zeros.index_add(&ids, grad, 0)?.narrow(0, 0, rows)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::BackwardOptions;
    use crate::testing::{gradcheck, randn};
    use crate::{Device, Param};

    fn ids<T: candle_core::WithDType>(values: &[T]) -> Result<Tensor> {
        Tensor::new(values, &Device::Cpu)
    }

    #[test]
    fn gradient() -> Result<()> {
        let ids = ids(&[4i64, 0, 4, 2, 4, 1])?;
        let matrix = Tensor::from(ids.as_candle().reshape((2, 3))?.t()?);
        for (ids, options) in [
            (&ids, EmbeddingOptions::default()),
            (&matrix, EmbeddingOptions::default()),
        ] {
            gradcheck(|x| ids.embedding_with(&x[0], options), &[randn([5, 3])?])?;
        }
        gradcheck(
            |x| self::ids::<u8>(&[])?.embedding(&x[0]),
            &[randn([5, 3])?],
        )?;
        gradcheck(|x| self::ids(&[0u32])?.embedding(&x[0]), &[randn([1, 1])?])
    }

    #[test]
    fn every_integer_type_reads_the_same_rows() -> Result<()> {
        let weight = randn([300, 2])?;
        let expected = ids(&[255i64, 0, 7])?.embedding(&weight)?.to_vec::<f64>()?;
        assert_eq!(expected[..2], weight.to_vec::<f64>()?[510..512]);
        // Candle reads the largest value of an unsigned type as "no row".
        for other in [ids(&[255u8, 0, 7])?, ids(&[255u32, 0, 7])?] {
            assert_eq!(other.embedding(&weight)?.to_vec::<f64>()?, expected);
        }
        Ok(())
    }

    #[test]
    fn gradients_of_half_types_add_up() -> Result<()> {
        let weight = Param::new(Tensor::zeros([2, 1], DType::BF16, &Device::Cpu)?)?;
        let y = Tensor::zeros(1000, DType::U32, &Device::Cpu)?.embedding(&weight)?;
        y.backward_with(BackwardOptions::default().gradient(y.ones_like()?))?;
        assert_eq!(weight.grad().unwrap().to_vec::<f32>()?, [1000., 0.]);
        Ok(())
    }

    #[test]
    fn padding_counts_from_the_end_and_stops_nan() -> Result<()> {
        let weight = Param::new(randn([3, 1])?)?;
        let y = ids(&[2u32, 1, 2])?
            .embedding_with(&weight, EmbeddingOptions::default().padding_idx(-1))?;
        let gradient = Tensor::new(&[[f64::NAN], [5.], [1.]], &Device::Cpu)?;
        y.backward_with(BackwardOptions::default().gradient(gradient))?;
        assert_eq!(weight.grad().unwrap().to_vec::<f64>()?, [0., 5., 0.]);
        Ok(())
    }

    #[test]
    fn errors_say_what_was_expected() -> Result<()> {
        let text = |result: Result<Tensor>| result.unwrap_err().to_string();
        let weight = randn([3, 2])?;
        assert!(text(ids(&[-1i64])?.embedding(&weight)).contains("id -1 is out of range"));
        assert!(text(ids(&[1f32])?.embedding(&weight)).contains("integers as ids"));
        assert!(text(ids(&[0u8])?.embedding(randn(3)?)).contains("[rows, features]"));
        assert!(text(ids(&[0u8])?.embedding(ids(&[0u8])?)).contains("of floats"));
        let options = EmbeddingOptions::default().padding_idx(3);
        let wrong = ids(&[0u8])?.embedding_with(&weight, options);
        assert!(matches!(
            wrong,
            Err(Error::Argument {
                name: "padding_idx",
                ..
            })
        ));
        Ok(())
    }
}
