//! What the losses of this family refuse.

use crate::error::{Error, Result};
use crate::loss::checks::{check_within, within};
use crate::tensor::Tensor;

/// An argument and its name.
pub(super) type Named<'a> = (&'static str, &'a Tensor);

/// An error unless all inputs are floats of one type. A target is only looked at for whether it stands in their place.
pub(super) fn check_floats(
    op: &'static str,
    inputs: &[Named<'_>],
    target: Option<&Tensor>,
) -> Result<()> {
    if let Some((name, x)) = inputs.iter().find(|(_, x)| !x.dtype().is_float()) {
        let message = format!("expected floats, but `{name}` has type {:?}", x.dtype());
        let swapped = target.is_some_and(|target| target.dtype().is_float());
        return Err(Error::op(op, message).help(if swapped {
            "inputs and target look swapped: the target comes last"
        } else {
            "convert it with `to_dtype`"
        }));
    }
    let unequal = |pair: &&[Named<'_>]| pair[0].1.dtype() != pair[1].1.dtype();
    if let Some([(first, a), (second, b)]) = inputs.windows(2).find(unequal) {
        let (a, b) = (a.dtype(), b.dtype());
        let message = format!("`{first}` has type {a:?}, `{second}` {b:?}");
        return Err(Error::op(op, message).help("convert one of them with `to_dtype`"));
    }
    Ok(())
}

/// An error unless all have as many dimensions.
pub(super) fn check_ranks(op: &'static str, inputs: &[Named<'_>]) -> Result<()> {
    if inputs.windows(2).all(|x| x[0].1.rank() == x[1].1.rank()) {
        return Ok(());
    }
    let message = format!(
        "expected as many dimensions in each, but {}",
        shapes(inputs)
    );
    Err(Error::op(op, message)
        .help("a dimension of size 1 is added by `unsqueeze` and taken away by `squeeze`"))
}

/// The shapes of the arguments as text: "`anchor` has shape [3, 4], `positive` [4]".
pub(super) fn shapes(inputs: &[Named<'_>]) -> String {
    let list: Vec<String> = inputs
        .iter()
        .enumerate()
        .map(|(i, (name, x))| match i {
            0 => format!("`{name}` has shape {:?}", x.dims()),
            _ => format!("`{name}` {:?}", x.dims()),
        })
        .collect();
    list.join(", ")
}

/// An error unless the margin is greater than 0.
pub(super) fn check_margin(op: &'static str, margin: f64) -> Result<()> {
    check_within(op, "margin", margin, within::MARGIN)
}

/// An error unless the target has class indices.
pub(super) fn check_indices(op: &'static str, target: &Tensor) -> Result<()> {
    if !target.dtype().is_float() {
        return Ok(());
    }
    let message = format!(
        "expected a target of class indices, but it has type {:?}",
        target.dtype()
    );
    Err(Error::op(op, message).help("convert it with `to_dtype(DType::I64)`"))
}
