//! `matmul`, `bmm`, `dot`, `outer`: products of matrices and vectors.

mod attention;
mod cpu;
mod linear;
pub(crate) mod product;
pub(super) mod rule;

pub use attention::ScaledDotProductAttentionOptions;

use candle_core::{Shape, Tensor as Data};

use crate::error::{Error, Result};
use crate::tensor::autocast::cast;
use crate::tensor::{grad_to_shape, when, Tensor};
use product::{product, transposed, with_rows};

impl Tensor {
    /// The matrix product (`torch.matmul`): `[.., m, k] · [.., k, n] → [.., m, n]`, the dimensions in front broadcast.
    ///
    /// A vector on the left is a row, on the right a column, and that dimension is not in the result: `[k] · [k]` is the
    /// scalar product, `[.., m, k] · [k]` has shape `[.., m]`.
    ///
    /// # Errors
    /// If the inner sizes differ, the dimensions in front don't broadcast, one of the two has no dimensions, or the types
    /// differ.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let a = Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?;
    /// let b = Tensor::new(&[[1f32, 0.], [1., 1.]], &Device::Cpu)?;
    /// assert_eq!(a.matmul(&b)?.to_vec2::<f32>()?, [[3., 2.], [7., 4.]]);
    /// let x = Tensor::new(&[1f32, 10.], &Device::Cpu)?;
    /// assert_eq!(a.matmul(&x)?.to_vec1::<f32>()?, [21., 43.]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn matmul(&self, other: impl AsRef<Tensor>) -> Result<Tensor> {
        let [a, b] = cast("matmul", [self, other.as_ref()])?;
        a.multiplied("matmul", &b)
    }

    /// The products of two batches of matrices (`torch.bmm`): `[b, m, k] · [b, k, n] → [b, m, n]`, without broadcasting.
    ///
    /// # Errors
    /// If the two don't have three dimensions, the batches or the inner sizes differ, or the types differ.
    ///
    /// ```
    /// # use taper::{DType, Device, Tensor};
    /// let a = Tensor::ones([2, 3, 4], DType::F32, &Device::Cpu)?;
    /// assert_eq!(a.bmm(a.transpose(1, 2)?)?.dims(), [2, 3, 3]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn bmm(&self, other: impl AsRef<Tensor>) -> Result<Tensor> {
        let other = other.as_ref();
        if self.rank() != 3 || other.rank() != 3 || self.dims()[0] != other.dims()[0] {
            let message = format!(
                "expected [b, m, k] and [b, k, n], but the shapes are {:?} and {:?}",
                self.dims(),
                other.dims()
            );
            return Err(Error::op("bmm", message).help("use `matmul`, which broadcasts"));
        }
        let [a, b] = cast("bmm", [self, other])?;
        a.multiplied("bmm", &b)
    }

    /// The scalar product of two vectors (`torch.dot`): Σ xᵢyᵢ.
    ///
    /// # Errors
    /// If the two are not vectors of one length and type.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, 2., 3.], &Device::Cpu)?;
    /// assert_eq!(x.dot(&x)?.item()?, 14.);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn dot(&self, other: impl AsRef<Tensor>) -> Result<Tensor> {
        let other = other.as_ref();
        if self.rank() != 1 || other.rank() != 1 {
            let message = format!(
                "expected two vectors, but the shapes are {:?} and {:?}",
                self.dims(),
                other.dims()
            );
            return Err(Error::op("dot", message));
        }
        let [a, b] = cast("dot", [self, other])?;
        a.multiplied("dot", &b)
    }

    /// All products of the elements of two vectors (`torch.outer`): `out[i, j] = x[i] · y[j]`.
    ///
    /// # Errors
    /// If the two are not vectors of one type.
    ///
    /// ```
    /// # use taper::{Device, Tensor};
    /// let x = Tensor::new(&[1f32, 2.], &Device::Cpu)?;
    /// assert_eq!(x.outer(&x)?.to_vec2::<f32>()?, [[1., 2.], [2., 4.]]);
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn outer(&self, other: impl AsRef<Tensor>) -> Result<Tensor> {
        let other = other.as_ref();
        if self.rank() != 1 || other.rank() != 1 {
            let message = format!(
                "expected two vectors, but the shapes are {:?} and {:?}",
                self.dims(),
                other.dims()
            );
            return Err(Error::op("outer", message));
        }
        self.unsqueeze(1)?.multiplied("outer", &other.unsqueeze(0)?)
    }

    fn multiplied(&self, op: &'static str, other: &Tensor) -> Result<Tensor> {
        let form = Product::new(op, self, other)?;
        let data = product(
            &form.left(self.as_candle())?,
            &form.right(other.as_candle())?,
        )?
        .reshape(&form.out)?;
        let a = self.save_if(other.requires_grad());
        let b = other.save_if(self.requires_grad());
        Ok(Tensor::record(
            op,
            data,
            [self, other],
            move |grad, [a_needs, b_needs]| {
                let grad = grad.reshape(&form.full)?;
                // ∂/∂A = G · Bᵀ and ∂/∂B = Aᵀ · G, summed over what was broadcast.
                let a_grad = || {
                    let b = transposed(&form.right(b.get()?)?)?;
                    Ok(grad_to_shape(&product(&grad, &b)?, &form.matrix_a)?.reshape(&form.a)?)
                };
                let b_grad = || {
                    let a = form.left(a.get()?)?;
                    if form.matrix_b.rank() == 2 {
                        // One product of all rows instead of a sum of products.
                        let (a, grad) = (with_rows(&a)?, with_rows(&grad)?);
                        return Ok(product(&a.t()?, &grad)?.reshape(&form.b)?);
                    }
                    Ok(
                        grad_to_shape(&product(&transposed(&a)?, &grad)?, &form.matrix_b)?
                            .reshape(&form.b)?,
                    )
                };
                Ok([when(a_needs, a_grad)?, when(b_needs, b_grad)?])
            },
        ))
    }
}

/// The shapes of one product.
struct Product {
    a: Shape,
    b: Shape,
    /// The operands as matrices: vectors as a row or a column.
    matrix_a: Shape,
    matrix_b: Shape,
    /// The result of the matrices, and without the dimensions that vectors don't have.
    full: Shape,
    out: Shape,
}

impl Product {
    fn new(op: &'static str, a: &Tensor, b: &Tensor) -> Result<Self> {
        let mismatch = |expected: &str| {
            Error::op(
                op,
                format!(
                    "{expected}, but the shapes are {:?} and {:?}",
                    a.dims(),
                    b.dims()
                ),
            )
        };
        let (row, column) = (a.rank() == 1, b.rank() == 1);
        let matrix_a = if row {
            vec![1, a.dims()[0]]
        } else {
            a.dims().to_vec()
        };
        let matrix_b = if column {
            vec![b.dims()[0], 1]
        } else {
            b.dims().to_vec()
        };
        let ([batch_a @ .., m, k], [batch_b @ .., inner, n]) = (&matrix_a[..], &matrix_b[..])
        else {
            return Err(mismatch("expected at least one dimension each"));
        };
        if k != inner {
            return Err(mismatch("expected equal inner sizes"));
        }
        if a.dtype() != b.dtype() {
            let message = format!(
                "expected two tensors of one type, but they have {:?} and {:?}",
                a.dtype(),
                b.dtype()
            );
            return Err(Error::op(op, message).help("convert one of them with `to_dtype`"));
        }
        let batch = Shape::from(batch_a).broadcast_shape_binary_op(&Shape::from(batch_b), op);
        let batch = batch.map_err(|_| mismatch("expected dimensions in front that broadcast"))?;
        let full = [batch.dims(), &[*m, *n]].concat();
        let mut out = batch.into_dims();
        out.extend((!row).then_some(m));
        out.extend((!column).then_some(n));
        Ok(Product {
            a: a.shape().clone(),
            b: b.shape().clone(),
            matrix_a: matrix_a.into(),
            matrix_b: matrix_b.into(),
            full: full.into(),
            out: out.into(),
        })
    }

    fn left(&self, a: &Data) -> Result<Data> {
        if a.rank() == 1 {
            Ok(a.unsqueeze(0)?)
        } else {
            Ok(a.clone())
        }
    }

    fn right(&self, b: &Data) -> Result<Data> {
        if b.rank() == 1 {
            Ok(b.unsqueeze(1)?)
        } else {
            Ok(b.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{assert_close, gradcheck, randn};
    use crate::{DType, Device};

    fn check(a: &[usize], b: &[usize]) -> Result<()> {
        gradcheck(|x| x[0].matmul(&x[1]), &[randn(a)?, randn(b)?])
            .map_err(|error| error.context(format!("{a:?} · {b:?}")))
    }

    #[test]
    fn gradient() -> Result<()> {
        check(&[3, 5], &[5, 2])?;
        check(&[5], &[5])?;
        check(&[3, 5], &[5])?;
        check(&[5], &[5, 2])?;
        check(&[2, 3, 5], &[5])?;
        check(&[5], &[2, 5, 3])?;
        check(&[1, 1], &[1, 1])
    }

    #[test]
    fn gradient_of_batches() -> Result<()> {
        check(&[2, 3, 4], &[2, 4, 5])?;
        check(&[2, 3, 4], &[4, 5])?;
        check(&[3, 4], &[2, 4, 5])?;
        check(&[2, 1, 3, 4], &[3, 4, 2])?;
        check(&[2, 1, 1, 4], &[1, 3, 4, 1])?;
        check(&[1, 3, 4], &[2, 4, 1])
    }

    #[test]
    fn gradient_of_nothing() -> Result<()> {
        check(&[3, 0], &[0, 2])?;
        check(&[0, 3], &[3, 2])?;
        check(&[0, 3, 4], &[4, 2])?;
        check(&[0], &[0])
    }

    /// Candle's product is wrong where the right side is broadcast over a batch and the left one a transposed view.
    #[test]
    fn a_transposed_left_side_and_a_broadcast_right_side() -> Result<()> {
        let (a, b) = (randn([2, 4, 3])?.transpose(1, 2)?, randn([4, 5])?);
        let expected = a.contiguous()?.matmul(&b)?;
        assert_close(
            "matmul",
            a.matmul(&b)?.as_candle(),
            expected.as_candle(),
            1e-12,
        )?;
        let wide = b.broadcast_to([2, 4, 5])?;
        assert_close(
            "matmul",
            a.matmul(&wide)?.as_candle(),
            expected.as_candle(),
            1e-12,
        )?;
        for i in 0..2 {
            let one = a.select(0, i)?.matmul(&b)?;
            assert_close(
                "matmul",
                one.as_candle(),
                expected.select(0, i)?.as_candle(),
                1e-12,
            )?;
        }
        Ok(())
    }

    #[test]
    fn half_types_add_up_in_f32() -> Result<()> {
        for dtype in [DType::F16, DType::BF16] {
            let ones = Tensor::ones([2, 4096], dtype, &Device::Cpu)?;
            assert_eq!(
                ones.matmul(ones.t()?)?.to_vec::<f32>()?,
                [4096.; 4],
                "{dtype:?}"
            );
        }
        Ok(())
    }

    #[test]
    fn integers_multiply() -> Result<()> {
        let x = Tensor::new(&[1i64, 2], &Device::Cpu)?;
        assert_eq!(x.matmul(&x)?.to_vec0::<i64>()?, 5);
        Ok(())
    }

    #[test]
    fn errors_name_both_shapes() -> Result<()> {
        let error = randn([2, 3])?
            .matmul(randn([4, 5])?)
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "matmul: expected equal inner sizes, but the shapes are [2, 3] and [4, 5]"
        );
        assert!(randn(())?.matmul(randn([4])?).is_err());
        assert!(randn([2, 3, 4])?.matmul(randn([3, 4, 5])?).is_err());
        assert!(
            randn([3, 4])?.bmm(randn([3, 4, 5])?).is_err()
                && randn([2, 2])?.dot(randn([2])?).is_err()
        );
        assert!(randn([3])?.dot(randn([3])?.to_dtype(DType::F32)?).is_err());
        Ok(())
    }
}
