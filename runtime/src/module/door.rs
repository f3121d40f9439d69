//! The check of inputs at the door of `forward`, against the model's signature.

use crate::trace::Kind;
use crate::{DType, Error, Result, Tensor};
use std::fmt::Write as _;

/// One dimension of a signature at run time.
#[derive(Clone, Copy, Debug)]
pub enum Side {
    /// A name: bound by the first input that has it.
    Free(&'static str),
    /// A number.
    Is(usize),
    /// Not checked here.
    Any,
}

impl Side {
    /// A name: of a hyperparameter of this size, else of a free dimension.
    pub fn named(name: &'static str, size: Option<usize>) -> Self {
        size.map_or(Side::Free(name), Side::Is)
    }

    /// A calculated size; one that is no size is left to the operations that meet it.
    pub fn calculated(size: Option<i128>) -> Self {
        let size = size.and_then(|n| usize::try_from(n).ok());
        size.map_or(Side::Any, Side::Is)
    }
}

/// One input of a signature at run time.
#[derive(Clone, Copy, Debug)]
pub struct Entrance<'a> {
    /// Kind of the elements.
    pub kind: Kind,
    /// The dimensions.
    pub dims: &'a [Side],
}

/// Checks inputs against a signature.
///
/// # Errors
/// If an input has another rank, another size, another size than an earlier input under the same name, or elements of
/// another kind.
#[inline]
pub fn door(
    model: &'static str,
    entrances: &[Entrance<'_>],
    inputs: &[Option<&Tensor>],
) -> Result<()> {
    for (i, (entrance, input)) in entrances.iter().zip(inputs).enumerate() {
        let Some(x) = input else { continue };
        if !fits(entrance, x, &entrances[..i], inputs) {
            return Err(refuse(model, i, entrances, inputs, x));
        }
    }
    Ok(())
}

#[inline]
fn fits(
    entrance: &Entrance<'_>,
    x: &Tensor,
    before: &[Entrance<'_>],
    inputs: &[Option<&Tensor>],
) -> bool {
    let dims = x.dims();
    dims.len() == entrance.dims.len()
        && kind_fits(entrance.kind, x.dtype())
        && entrance
            .dims
            .iter()
            .zip(dims)
            .enumerate()
            .all(|(at, (side, &n))| match *side {
                Side::Any => true,
                Side::Is(want) => want == n,
                Side::Free(name) => bound(name, before, inputs, &entrance.dims[..at], dims)
                    .is_none_or(|want| want == n),
            })
}

/// The size that a name has in earlier inputs or earlier dimensions of this one.
fn bound(
    name: &str,
    before: &[Entrance<'_>],
    inputs: &[Option<&Tensor>],
    own: &[Side],
    dims: &[usize],
) -> Option<usize> {
    let among = |sides: &[Side], dims: &[usize]| {
        let found = sides
            .iter()
            .position(|s| matches!(s, Side::Free(n) if *n == name));
        found.and_then(|at| dims.get(at).copied())
    };
    let earlier = before
        .iter()
        .zip(inputs)
        .find_map(|(e, x)| among(e.dims, x.as_ref()?.dims()));
    earlier.or_else(|| among(own, dims))
}

fn kind_fits(kind: Kind, dtype: DType) -> bool {
    let float = dtype.is_float();
    match kind {
        Kind::Float => float,
        Kind::Int => !float,
        Kind::Bool => dtype == DType::U8,
        Kind::Any => true,
    }
}

#[cold]
fn refuse(
    model: &'static str,
    at: usize,
    entrances: &[Entrance<'_>],
    inputs: &[Option<&Tensor>],
    x: &Tensor,
) -> Error {
    let entrance = &entrances[at];
    let mut expected = String::from("[");
    for (i, side) in entrance.dims.iter().enumerate() {
        let comma = if i > 0 { ", " } else { "" };
        let size = match side {
            Side::Free(name) => match bound(
                name,
                &entrances[..at],
                inputs,
                &entrance.dims[..i],
                x.dims(),
            ) {
                Some(n) => format!("{name} = {n}"),
                None => (*name).to_owned(),
            },
            Side::Is(n) => n.to_string(),
            Side::Any => "_".to_owned(),
        };
        let _ = write!(expected, "{comma}{size}");
    }
    expected.push(']');
    let which = if inputs.len() > 1 {
        format!("input {at} of shape ")
    } else {
        "input ".to_owned()
    };
    let mut message = format!(
        "`{model}` expects {which}{expected}, but got {:?}",
        x.dims()
    );
    if !kind_fits(entrance.kind, x.dtype()) {
        let _ = write!(
            message,
            " of {:?}: {} are expected",
            x.dtype(),
            entrance.kind.word()
        );
        if entrance.kind == Kind::Float {
            message.push_str("\nhelp: convert it with `to_dtype(DType::F32)`");
        }
    } else if x.rank() + 1 == entrance.dims.len() {
        message.push_str("\nhelp: add the batch dimension with `unsqueeze(0)`");
    }
    Error::shape("", message)
}
