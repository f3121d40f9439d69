//! `embedding`: rows of a table by number.

use candle_core::{DType, Shape, Tensor as Data};

use crate::error::{Error, Result};
use crate::kernels::{output, row_sums, values, Real};
use crate::ops::compute::{by_form, dense, expect_float};
use crate::tensor::{is_recomputing, when, SparseGrad, Tensor};

mod renorm;
pub(crate) mod rule;

const OP: &str = "embedding";

/// The optional arguments of [`Tensor::embedding_with`]; the defaults are PyTorch's.
///
/// ```
/// use taper::ops::EmbeddingOptions;
/// assert_eq!(EmbeddingOptions::default().padding_idx, None);
/// assert_eq!(EmbeddingOptions::default().padding_idx(-1).padding_idx, Some(-1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EmbeddingOptions {
    /// A row that gets no gradient; negative numbers count from the end. Default: none.
    pub padding_idx: Option<i64>,
    /// The largest norm: rows that are read and have a greater one are scaled to it, in place. Default: none.
    pub max_norm: Option<f64>,
    /// The p of the p-norm that `max_norm` is about; `f64::INFINITY` takes the largest magnitude. Default: 2.
    pub norm_type: f64,
    /// Whether a row's gradient is divided by how often it was read. Default: false.
    pub scale_grad_by_freq: bool,
    /// Whether the gradient holds the rows that were read alone. Default: false.
    pub sparse: bool,
}

impl Default for EmbeddingOptions {
    fn default() -> Self {
        EmbeddingOptions {
            padding_idx: None,
            max_norm: None,
            norm_type: 2.,
            scale_grad_by_freq: false,
            sparse: false,
        }
    }
}

impl EmbeddingOptions {
    /// A row that gets no gradient; negative numbers count from the end.
    #[must_use]
    pub fn padding_idx(mut self, padding_idx: impl Into<Option<i64>>) -> Self {
        self.padding_idx = padding_idx.into();
        self
    }

    /// The largest norm: rows that are read and have a greater one are scaled to it, in place.
    #[must_use]
    pub fn max_norm(mut self, max_norm: impl Into<Option<f64>>) -> Self {
        self.max_norm = max_norm.into();
        self
    }

    /// The p of the p-norm that `max_norm` is about.
    #[must_use]
    pub fn norm_type(mut self, norm_type: f64) -> Self {
        self.norm_type = norm_type;
        self
    }

    /// Whether a row's gradient is divided by how often it was read.
    #[must_use]
    pub fn scale_grad_by_freq(mut self, scale_grad_by_freq: bool) -> Self {
        self.scale_grad_by_freq = scale_grad_by_freq;
        self
    }

    /// Whether the gradient holds the rows that were read alone.
    #[must_use]
    pub fn sparse(mut self, sparse: bool) -> Self {
        self.sparse = sparse;
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

    /// [`embedding`](Self::embedding) with a row for padding, which is read like the others but gets no gradient; with a limit to
    /// the rows' norms; with gradients divided by how often a row was read; or with a row-sparse gradient.
    ///
    /// `max_norm` changes the weight itself, as in PyTorch: each row that is read and whose norm exceeds it is multiplied by
    /// `max_norm / (norm + 1e-7)`, without a gradient of its own.
    ///
    /// With `sparse`, a parameter as weight gets a [`SparseGrad`], whose size and cost are those of the
    /// rows that were read; [`SparseAdam`](crate::optim::SparseAdam) and [`Sgd`](crate::optim::Sgd) take it. PyTorch refuses
    /// `scale_grad_by_freq` with it, which works here. The gradient of a weight that was computed from others is dense.
    ///
    /// # Errors
    /// Those of [`embedding`](Self::embedding), a `padding_idx` without a row, and `max_norm` with a weight that is neither a
    /// parameter nor a buffer.
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
        // A second run of a checkpoint finds the rows as the first has left them.
        if let Some(max_norm) = options.max_norm.filter(|_| !is_recomputing()) {
            renorm::renormalise(weight, &ids, max_norm, options.norm_type)?;
        }
        let by_freq = options.scale_grad_by_freq;
        let mut shape = self.dims().to_vec();
        shape.push(features);
        let data = weight.as_candle().contiguous()?.index_select(&ids, 0)?;
        let (data, read) = (data.reshape(shape)?, ids.clone());
        let each = move |grad: &Data| {
            let each = dense(grad)?.reshape((ids.elem_count(), features))?;
            Ok::<_, Error>(if by_freq {
                each.broadcast_div(&frequencies(&ids, rows, each.dtype())?)?
            } else {
                each
            })
        };
        if options.sparse {
            let shape = weight.shape().clone();
            return Ok(Tensor::record_rows(OP, data, weight, move |grad| {
                sparse(&read, &each(grad)?, &shape, padding)?.convert(grad.dtype(), grad.device())
            }));
        }
        Ok(Tensor::record(OP, data, [weight], move |grad, [needed]| {
            Ok([when(needed, || {
                let sum = scatter(&read, &each(grad)?, rows, padding)?;
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

/// How often the row of each id is read, `[ids, 1]`.
fn frequencies(ids: &Data, rows: usize, dtype: DType) -> Result<Data> {
    let ones = Data::ones(ids.elem_count(), dtype, ids.device())?;
    let counts = Data::zeros(rows, dtype, ids.device())?.index_add(ids, &ones, 0)?;
    Ok(counts.index_select(ids, 0)?.unsqueeze(1)?)
}

/// The sum of the gradients of every row, but for the padding's.
fn scatter(ids: &Data, grad: &Data, rows: usize, padding: Option<usize>) -> Result<Data> {
    fn kernel<T: Real>(
        ids: &Data,
        grad: &Data,
        rows: usize,
        padding: Option<usize>,
    ) -> Result<Data> {
        let sizes = [rows, grad.dims()[1]];
        let (ids, grad) = (values(ids)?, values(grad)?);
        let sums = row_sums(ids.slice::<i64>()?, grad.slice::<T>()?, sizes, padding);
        output(sums, (sizes[0], sizes[1]))
    }
    by_form!(
        grad,
        kernel(ids, grad, rows, padding),
        scatter_plain(ids, grad, rows, padding)
    )
}

/// The same; the padding's go to a row beyond the end, which is cut off.
fn scatter_plain(ids: &Data, grad: &Data, rows: usize, padding: Option<usize>) -> Result<Data> {
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

/// The gradients of the rows that were read, but for the padding.
fn sparse(ids: &Data, grad: &Data, shape: &Shape, padding: Option<usize>) -> Result<SparseGrad> {
    let mut rows: Vec<_> = ids
        .to_vec1::<i64>()?
        .into_iter()
        .map(|id| id as usize)
        .collect();
    let Some(padding) = padding.filter(|padding| rows.contains(padding)) else {
        return SparseGrad::summed(&rows, grad, shape.clone());
    };
    let kept = (0..rows.len()).filter(|&at| rows[at] != padding);
    let kept: Vec<_> = kept.map(|at| at as i64).collect();
    rows.retain(|row| *row != padding);
    let kept = Data::from_vec(kept, rows.len(), grad.device())?;
    SparseGrad::summed(&rows, &grad.index_select(&kept, 0)?, shape.clone())
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
    fn gradients_are_divided_by_the_frequency() -> Result<()> {
        let weight = Param::new(randn([4, 2])?)?;
        let options = EmbeddingOptions::default()
            .scale_grad_by_freq(true)
            .padding_idx(0);
        let y = ids(&[3u32, 1, 3, 0, 3])?.embedding_with(&weight, options)?;
        let upstream: Vec<f64> = (1..=10).map(f64::from).collect();
        let upstream = Tensor::from_vec(upstream, (5, 2), &Device::Cpu)?;
        y.backward_with(BackwardOptions::default().gradient(upstream))?;
        // Rows 3: (1 + 5 + 9)/3 and (2 + 6 + 10)/3; row 1: 3 and 4; the padding none.
        let grad = weight.grad().map(|g| g.to_vec::<f64>()).transpose()?;
        assert_eq!(grad, Some(vec![0., 0., 3., 4., 0., 0., 5., 6.]));

        let weight = Param::new(randn([4, 2])?)?;
        let none = ids::<u32>(&[])?.embedding_with(&weight, options)?;
        none.sum(())?.backward()?;
        let grad = weight.grad().map(|g| g.to_vec::<f64>()).transpose()?;
        assert_eq!(grad, Some(vec![0.; 8]));
        Ok(())
    }

    #[test]
    fn rows_that_are_read_are_scaled_to_the_largest_norm() -> Result<()> {
        let values = [[3f64, 4.], [6., 8.], [0.3, 0.4], [0., 0.]];
        for (norm_type, norm) in [
            (2., 10.),
            (1., 14.),
            (f64::INFINITY, 8.),
            (3., 728f64.cbrt()),
        ] {
            let weight = Param::new(Tensor::new(&values, &Device::Cpu)?)?;
            let options = EmbeddingOptions::default()
                .max_norm(1.)
                .norm_type(norm_type);
            let y = ids(&[1u32, 2, 1, 3])?.embedding_with(&weight, options)?;
            let scale = 1. / (norm + 1e-7);
            let expected = [3., 4., 6. * scale, 8. * scale, 0.3, 0.4, 0., 0.];
            let close = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-15);
            let found = weight.to_vec::<f64>()?;
            assert!(close(&found, &expected), "{norm_type}: {found:?}");
            assert!(close(&y.to_vec::<f64>()?[..2], &expected[2..4]));
            assert_eq!(weight.version(), 1);
            // The scaling has no gradient of its own.
            y.sum(())?.backward()?;
            let grad = weight.grad().map(|g| g.to_vec::<f64>()).transpose()?;
            assert_eq!(grad, Some(vec![0., 0., 2., 2., 1., 1., 1., 1.]));
        }
        Ok(())
    }

    #[test]
    fn a_row_that_is_renormalised_after_it_was_saved_is_noticed() -> Result<()> {
        let weight = Param::new(Tensor::new(&[[3f64, 4.]], &Device::Cpu)?)?;
        let early = weight.square()?;
        let options = EmbeddingOptions::default().max_norm(1.);
        let y = ids(&[0u32])?.embedding_with(&weight, options)?;
        let error = early.add(&y)?.sum(())?.backward();
        assert!(matches!(error, Err(Error::ChangedInPlace { .. })));
        // Rows within the limit are left alone, and so is what was saved of them.
        let (early, version) = (weight.square()?, weight.version());
        let y = ids(&[0u32])?.embedding_with(&weight, options)?;
        early.add(&y)?.sum(())?.backward()?;
        assert_eq!(weight.version(), version);

        let constant = weight.detach().mul(9.)?;
        let error = ids(&[0u32])?.embedding_with(&constant, options);
        let error = error.err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error.contains("`max_norm` changes the weight"), "{error}");
        Ok(())
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
    fn a_sparse_gradient_is_the_dense_one_in_its_rows() -> Result<()> {
        let weight = Param::new(randn([6, 2])?)?;
        let ids = ids(&[4i64, 0, 4, 2, 4, 5])?;
        let upstream = randn([6, 2])?;
        let gradient = |options: EmbeddingOptions| {
            weight.zero_grad(true)?;
            ids.embedding_with(&weight, options)?
                .mul(&upstream)?
                .sum(())?
                .backward()?;
            weight.grad().map(|g| g.to_vec::<f64>()).transpose()
        };
        for (options, rows) in [
            (EmbeddingOptions::default(), &[0usize, 2, 4, 5][..]),
            (EmbeddingOptions::default().padding_idx(-2), &[0, 2, 5]),
            (
                EmbeddingOptions::default().scale_grad_by_freq(true),
                &[0, 2, 4, 5],
            ),
        ] {
            let dense = gradient(options)?;
            assert!(weight.sparse_grad().is_none());
            assert_eq!(gradient(options.sparse(true))?, dense);
            let sparse = weight.sparse_grad();
            assert_eq!(sparse.as_ref().map(|grad| grad.indices()), Some(rows));
            assert_eq!(
                sparse.map(|grad| grad.values().dims().to_vec()),
                Some(vec![rows.len(), 2])
            );
        }
        Ok(())
    }

    #[test]
    fn a_computed_weight_passes_a_sparse_gradient_on_as_a_dense_one() -> Result<()> {
        let options = EmbeddingOptions::default().sparse(true);
        let read = ids(&[3u32, 1, 3])?;
        gradcheck(
            |x| read.embedding_with(x[0].square()?, options),
            &[randn([4, 2])?],
        )?;
        let weight = Param::new(randn([4, 2])?)?;
        let y = ids::<u8>(&[])?.embedding_with(&weight, options)?;
        y.sum(())?.backward()?;
        let grad = weight.grad().map(|g| g.to_vec::<f64>()).transpose()?;
        assert_eq!(grad, Some(vec![0.; 8]));
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
