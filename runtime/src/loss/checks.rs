//! What losses refuse of the tensors they are given.

use super::Reduction;
use crate::error::{Error, Result};
use crate::kernels::{values, Real};
use crate::ops::compute::{expect_dtype, Form};
use crate::tensor::Tensor;
use crate::trace::Interval;

pub(super) const SWAPPED: &str = "output and target look swapped: the output comes first";

/// An error unless the output has floats.
pub(super) fn check_output(op: &'static str, output: &Tensor, target: &Tensor) -> Result<()> {
    if output.dtype().is_float() {
        return Ok(());
    }
    let message = format!(
        "expected an output of floats, but it has type {:?}",
        output.dtype()
    );
    Err(Error::op(op, message).help(if target.dtype().is_float() {
        SWAPPED
    } else {
        "convert it with `to_dtype`"
    }))
}

/// An error unless both are floats of one type.
pub(super) fn check_types(op: &'static str, output: &Tensor, target: &Tensor) -> Result<()> {
    check_output(op, output, target)?;
    let (out, tgt) = (output.dtype(), target.dtype());
    if out != tgt {
        let message = format!("the output has type {out:?}, the target {tgt:?}");
        return Err(Error::op(op, message).help("convert the target with `to_dtype`"));
    }
    Ok(())
}

/// An error unless both have one shape.
pub(super) fn check_shapes(op: &'static str, output: &Tensor, target: &Tensor) -> Result<()> {
    if output.shape() == target.shape() {
        return Ok(());
    }
    let message = format!(
        "the output has shape {:?}, the target {:?}; they are not broadcast",
        output.dims(),
        target.dims()
    );
    Err(Error::op(op, message)
        .help("a dimension of size 1 is added by `unsqueeze` and taken away by `squeeze`"))
}

/// An error unless both are floats of one type and shape, of which the reduction can be had.
pub(super) fn check_pair(
    op: &'static str,
    output: &Tensor,
    target: &Tensor,
    reduction: Reduction,
) -> Result<()> {
    check_types(op, output, target)?;
    check_shapes(op, output, target)?;
    reduction.check_count(op, output.dims())
}

/// [`check_pair`] for a target of labels or counts, which may be integers of any type, too.
pub(super) fn check_labelled(
    op: &'static str,
    output: &Tensor,
    target: &Tensor,
    reduction: Reduction,
) -> Result<()> {
    if target.dtype().is_float() {
        return check_pair(op, output, target, reduction);
    }
    check_output(op, output, target)?;
    check_shapes(op, output, target)?;
    reduction.check_count(op, output.dims())
}

/// An error unless the weight has the output's type and shape.
pub(super) fn check_weight(op: &'static str, output: &Tensor, weight: &Tensor) -> Result<()> {
    expect_dtype(op, output.dtype(), "weight", weight)?;
    if weight.shape() == output.shape() {
        return Ok(());
    }
    let message = format!(
        "expected a weight for each element of the output, which has shape {:?}, but `weight` has {:?}",
        output.dims(),
        weight.dims()
    );
    Err(Error::op(op, message).help("`expand` the weight to the output's shape"))
}

/// An error unless the tensor, called `name`, has the output's type and broadcasts to its shape.
pub(super) fn check_broadcast(
    op: &'static str,
    output: &Tensor,
    name: &str,
    weight: &Tensor,
) -> Result<()> {
    expect_dtype(op, output.dtype(), name, weight)?;
    let (from, to) = (weight.dims(), output.dims());
    let fits = from.len() <= to.len()
        && from
            .iter()
            .rev()
            .zip(to.iter().rev())
            .all(|(from, to)| from == to || *from == 1);
    if fits {
        return Ok(());
    }
    let message =
        format!("`{name}` has shape {from:?}, which does not broadcast to the output's {to:?}");
    Err(Error::op(op, message))
}

/// The intervals of settings, for the calls and for their shape rules.
pub(super) mod within {
    use crate::trace::Interval;

    pub(in crate::loss) const DELTA: Interval =
        Interval::from(0., "a number greater than 0").open();
    pub(in crate::loss) const MARGIN: Interval = DELTA;
    pub(in crate::loss) const BETA: Interval = Interval::from(0., "0 or greater");
    /// What is added to a rate before its logarithm is taken.
    pub(in crate::loss) const ADDED: Interval =
        Interval::from(0., "a finite number, 0 or greater").finite();
    /// The least variance.
    pub(in crate::loss) const LEAST: Interval =
        Interval::from(0., "a finite number greater than 0")
            .open()
            .finite();
    pub(in crate::loss) const SMOOTHING: Interval =
        Interval::from(0., "a number from 0 to 1").to(1.);
    /// The settings of the losses of masks.
    pub(in crate::loss) const MASKS: Interval =
        Interval::from(0., "a number of at least 0").finite();
}

/// An error unless a setting is in its interval.
pub(super) fn check_within(
    op: &'static str,
    name: &'static str,
    value: f64,
    interval: Interval,
) -> Result<()> {
    if interval.has(value) {
        return Ok(());
    }
    Err(Error::argument(op, name, value, interval.words))
}

/// A value where it should not be.
pub(super) struct Misfit {
    value: f64,
    position: usize,
}

impl Misfit {
    /// The error: what is expected instead.
    pub(super) fn refuse(&self, op: &'static str, of: &str, expected: &str) -> Error {
        let Misfit { value, position } = self;
        let message = format!("the {of} is {value} at position {position}, but {expected}");
        Error::op(op, message)
    }
}

/// The first value that is not `allowed`.
pub(super) fn first_misfit(x: &Tensor, allowed: impl Fn(f64) -> bool) -> Result<Option<Misfit>> {
    let data = x.as_candle().contiguous()?;
    let found = match Form::of(&data) {
        Form::F32 => misfit(values(&data)?.slice::<f32>()?, allowed),
        Form::F64 => misfit(values(&data)?.slice::<f64>()?, allowed),
        Form::Plain => misfit(&x.to_vec::<f64>()?, allowed),
    };
    Ok(found)
}

fn misfit<T: Real>(values: &[T], allowed: impl Fn(f64) -> bool) -> Option<Misfit> {
    let position = values.iter().position(|value| !allowed(value.to_f64()))?;
    Some(Misfit {
        value: values[position].to_f64(),
        position,
    })
}

/// An error unless all labels are 1 or −1.
pub(super) fn check_signs(op: &'static str, output: &Tensor, target: &Tensor) -> Result<()> {
    let is_sign = |value: f64| value == 1. || value == -1.;
    let Some(misfit) = first_misfit(target, is_sign)? else {
        return Ok(());
    };
    let swapped = output.elem_count() > 1 && first_misfit(output, is_sign)?.is_none();
    let error = misfit.refuse(op, "target", "expected labels 1 and -1");
    Err(error.help(if swapped {
        SWAPPED
    } else {
        "labels y of 0 and 1 become -1 and 1 by `2 y - 1`"
    }))
}

/// Whether the output has what a target has, labels, and no gradient, while the target has neither labels nor none: both
/// are in their range, so that nothing else would show that they are swapped.
pub(super) fn look_swapped(
    output: &Tensor,
    target: &Tensor,
    is_label: impl Fn(f64) -> bool + Copy,
) -> Result<bool> {
    Ok(target.requires_grad()
        && !output.requires_grad()
        && first_misfit(output, is_label)?.is_none()
        && first_misfit(target, is_label)?.is_some())
}
