//! An output and the masks that it should show, brought to one shape.

use candle_core::{DType, Tensor as Data};

use crate::error::{Error, Result};
use crate::loss::checks::check_output;
use crate::loss::Classes;
use crate::ops::compute::{compute_dtype, expect_dtype};
use crate::ops::{where_, AmaxOptions};
use crate::tensor::Tensor;

/// An output and its target, of one shape and in the type that is computed in.
pub(super) struct Masks {
    pub(super) op: &'static str,
    pub(super) output: Tensor,
    /// From 0 to 1; 0 where it doesn't count.
    pub(super) target: Tensor,
    /// Not 0 where an element counts; none if all do.
    pub(super) counts: Option<Tensor>,
    /// The output's own type.
    dtype: DType,
}

impl Masks {
    /// Reads a target that is one mask per output or, without the dimension of classes, a class per position.
    pub(super) fn read(
        op: &'static str,
        output: &Tensor,
        target: &Tensor,
        ignore_index: Option<i64>,
    ) -> Result<Self> {
        check_output(op, output, target)?;
        let dtype = output.dtype();
        let (target, counts) = if target.shape() == output.shape() {
            from_masks(op, dtype, target, ignore_index)?
        } else if target.rank() + 1 == output.rank() && output.rank() > 1 {
            from_classes(op, output, target, ignore_index)?
        } else {
            return Err(misfit(op, output, target));
        };
        let wide = compute_dtype(dtype);
        Ok(Masks {
            op,
            output: output.to_dtype(wide)?,
            target: target.to_dtype(wide)?,
            counts,
            dtype,
        })
    }

    /// The output, with 0 where nothing counts: what stands there, be it NaN, is not seen. With a softmax that is where no
    /// class counts.
    pub(super) fn scores(&self, softmax: bool) -> Result<Tensor> {
        let position = |counts: &Tensor| match softmax {
            true => counts.amax_with(1, AmaxOptions::default().keepdim(true)),
            false => Ok(counts.clone()),
        };
        zeroed(
            &self.counts.as_ref().map(position).transpose()?,
            &self.output,
        )
    }

    /// `x`, of the output's shape, with 0 where it doesn't count; the gradient there is 0, whatever `x` is.
    pub(super) fn counted(&self, x: &Tensor) -> Result<Tensor> {
        zeroed(&self.counts, x)
    }

    /// The loss in the output's own type.
    pub(super) fn finish(&self, loss: &Tensor) -> Result<Tensor> {
        loss.to_dtype(self.dtype)
    }
}

/// `x` with 0 where it doesn't count.
pub(super) fn zeroed(counts: &Option<Tensor>, x: &Tensor) -> Result<Tensor> {
    match counts {
        Some(counts) => where_(counts, x, 0.),
        None => Ok(x.clone()),
    }
}

fn misfit(op: &'static str, output: &Tensor, target: &Tensor) -> Error {
    let (out, tgt) = (output.dims(), target.dims());
    let message = format!("a target of shape {tgt:?} doesn't fit an output of shape {out:?}");
    let help = if out.len() > 1 {
        let mut positions = out.to_vec();
        positions.remove(1);
        format!("expected masks {out:?}, or classes {positions:?}")
    } else {
        format!("expected a mask {out:?}")
    };
    Error::op(op, message).help(help)
}

/// The target, and which of its elements count.
type Target = (Tensor, Option<Tensor>);

fn from_masks(
    op: &'static str,
    dtype: DType,
    target: &Tensor,
    ignore_index: Option<i64>,
) -> Result<Target> {
    if target.dtype().is_float() {
        expect_dtype(op, dtype, "target", target)?;
    }
    let target = target.to_dtype(compute_dtype(dtype))?;
    let counts = ignore_index.map(|label| target.ne(label)).transpose()?;
    let target = zeroed(&counts, &target)?;
    check_unit(&target, |value, at| {
        let message = format!("the target is {value} at position {at}, but masks are from 0 to 1");
        Error::op(op, message).help(match ignore_index {
            None if value == 255. => {
                "divide a mask of bytes by 255, or give the value of positions that don't count as `ignore_index`"
            }
            _ => "classes are given without the dimension of classes: [N, …] for an output [N, C, …]",
        })
    })?;
    Ok((target, counts))
}

fn from_classes(
    op: &'static str,
    output: &Tensor,
    target: &Tensor,
    ignore_index: Option<i64>,
) -> Result<Target> {
    let classes = Classes::of(op, output)?;
    if target.dims() != classes.positions {
        return Err(misfit(op, output, target));
    }
    if target.dtype().is_float() {
        let message = format!(
            "expected classes of integers, but they have type {:?}",
            target.dtype()
        );
        return Err(Error::op(op, message).help(if classes.count == 1 {
            "a mask has the output's shape: `unsqueeze(1)` it"
        } else {
            "convert them with `to_dtype(DType::I64)`"
        }));
    }
    if classes.count == 1 {
        return Err(
            misfit(op, output, target).help("a mask has the output's shape: `unsqueeze(1)` it")
        );
    }
    let labels = classes.labels(op, target, ignore_index)?;
    let rows = |of: &dyn Fn(&Option<usize>, usize) -> bool| {
        let columns = 0..classes.count;
        let values = labels
            .iter()
            .flat_map(|label| columns.clone().map(move |class| u8::from(of(label, class))));
        let shape = (classes.rows(), classes.count);
        let rows = Data::from_vec(values.collect(), shape, output.device())?;
        Ok::<_, Error>(Tensor::from(classes.restore(&rows)?.contiguous()?))
    };
    let masks = rows(&|label, class| *label == Some(class))?;
    let ignored = labels.contains(&None);
    let counts = ignored.then(|| rows(&|label, _| label.is_some()));
    Ok((masks.to_dtype(DType::F32)?, counts.transpose()?))
}

/// An error if an element is not from 0 to 1; on other devices than the CPU nobody looks.
pub(super) fn check_unit(x: &Tensor, error: impl FnOnce(f64, usize) -> Error) -> Result<()> {
    if !x.device().is_cpu() {
        return Ok(());
    }
    let values = x.to_vec::<f64>()?;
    match values.iter().position(|x| !(0. ..=1.).contains(x)) {
        Some(at) => Err(error(values[at], at)),
        None => Ok(()),
    }
}
