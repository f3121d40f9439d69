//! `cat` and `stack`: several tensors as one.

use std::borrow::Cow;

use candle_core::Shape;

use crate::error::{Error, Result};
use crate::kernels::assembled;
use crate::ops::rule::{checked, Axis, MAX_PARTS};
use crate::tensor::autocast::cast_all;
use crate::tensor::{when, Dim, Tensor};
use crate::trace::{Args, Dim as Size, Kind, Param, Takes, TensorValue, Text, Tracer, Value};

/// The tensors one behind the other along a dimension (`torch.cat`).
///
/// All other dimensions are equal. As in PyTorch, tensors of shape `[0]` are left out.
///
/// # Errors
/// If there is no tensor, or shapes or types differ.
///
/// ```
/// # use taper::{ops::cat, Device, Tensor};
/// let x = Tensor::new(&[[1f32], [2.]], &Device::Cpu)?;
/// let y = Tensor::new(&[[3f32, 4.], [5., 6.]], &Device::Cpu)?;
/// assert_eq!(cat([&x, &y], 1)?.to_vec2::<f32>()?, [[1., 3., 4.], [2., 5., 6.]]);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn cat<T: AsRef<Tensor>>(tensors: impl AsRef<[T]>, dim: impl Into<Dim>) -> Result<Tensor> {
    let tensors: Vec<&Tensor> = tensors.as_ref().iter().map(AsRef::as_ref).collect();
    let tensors = cast_all("cat", &tensors)?;
    let tensors: Vec<&Tensor> = tensors.iter().map(AsRef::as_ref).collect();
    let first = tensors
        .iter()
        .copied()
        .find(|x| x.dims() != [0])
        .or(tensors.first().copied());
    let first =
        first.ok_or_else(|| Error::op("cat", "expected at least one tensor, but none came"))?;
    let dim = dim.into().resolve(first.rank(), "cat")?;
    let skipped = |x: &Tensor| x.dims() == [0] && first.rank() != 1;
    let (mut shape, mut starts) = (first.dims().to_vec(), Vec::with_capacity(tensors.len()));
    shape[dim] = 0;
    for x in &tensors {
        same_type("cat", first, x)?;
        starts.push(shape[dim]);
        if skipped(x) {
            continue;
        }
        let fits = x.rank() == shape.len()
            && (0..shape.len()).all(|i| i == dim || x.dims()[i] == shape[i]);
        if !fits {
            let message = format!(
                "shapes {:?} and {:?} differ in more than dimension {dim}",
                first.dims(),
                x.dims()
            );
            return Err(Error::op("cat", message));
        }
        shape[dim] += x.dims()[dim];
    }
    let parts = starts.iter().copied();
    let parts: Vec<_> = parts.zip(tensors.iter().map(|x| x.as_candle())).collect();
    let of = (first.dtype(), first.device());
    let data = assembled(&parts, dim, &Shape::from(shape), of)?;
    let lengths: Vec<_> = tensors
        .iter()
        .map(|x| (!skipped(x)).then(|| x.dims()[dim]))
        .collect();
    Ok(Tensor::record_list(
        "cat",
        data,
        &tensors,
        move |grad, needed| {
            let part = |i: usize| -> Result<_> {
                // The gradient of a tensor that was left out is empty.
                let part = lengths[i]
                    .map(|length| when(needed[i], || Ok(grad.narrow(dim, starts[i], length)?)));
                Ok(part.transpose()?.flatten())
            };
            (0..needed.len()).map(part).collect()
        },
    ))
}

/// The tensors, all of one shape, along a new dimension (`torch.stack`).
///
/// # Errors
/// If there is no tensor, or shapes or types differ.
///
/// ```
/// # use taper::{ops::stack, Device, Tensor};
/// let x = Tensor::new(&[1f32, 2.], &Device::Cpu)?;
/// let y = Tensor::new(&[3f32, 4.], &Device::Cpu)?;
/// assert_eq!(stack([&x, &y], 0)?.to_vec2::<f32>()?, [[1., 2.], [3., 4.]]);
/// assert_eq!(stack([&x, &y], -1)?.to_vec2::<f32>()?, [[1., 3.], [2., 4.]]);
/// # Ok::<(), taper::Error>(())
/// ```
pub fn stack<T: AsRef<Tensor>>(tensors: impl AsRef<[T]>, dim: impl Into<Dim>) -> Result<Tensor> {
    let tensors: Vec<&Tensor> = tensors.as_ref().iter().map(AsRef::as_ref).collect();
    let tensors = cast_all("stack", &tensors)?;
    let first = tensors
        .first()
        .ok_or_else(|| Error::op("stack", "expected at least one tensor, but none came"))?;
    let dim = dim.into().resolve_insert(first.rank(), "stack")?;
    let insert = |x: &Cow<'_, Tensor>| {
        if x.dims() != first.dims() {
            let message = format!(
                "expected tensors of one shape, but they have {:?} and {:?}",
                first.dims(),
                x.dims()
            );
            return Err(Error::op("stack", message));
        }
        same_type("stack", first, x)?;
        x.unsqueeze(dim)
    };
    cat(tensors.iter().map(insert).collect::<Result<Vec<_>>>()?, dim)
}

fn same_type(op: &'static str, a: &Tensor, b: &Tensor) -> Result<()> {
    if a.dtype() == b.dtype() {
        return Ok(());
    }
    let message = format!(
        "expected tensors of one type, but they have {:?} and {:?}",
        a.dtype(),
        b.dtype()
    );
    Err(Error::op(op, message).help("convert with `to_dtype`"))
}

const JOINED: &[Param] = &[
    Param::required("tensors", Takes::Any),
    Param::leading("dim", Takes::Int, Value::int(0)),
];

/// The shape rule of `cat`.
pub(super) const fn trace_cat(t: &mut Tracer<'_>, args: &Args) -> Value {
    let b = checked!(t.bind("cat", JOINED, args));
    let (tensors, count) = checked!(t.tensors("cat", b.value(0)));
    let Some(first) = first_ranked(&tensors, count) else {
        return t.called("cat", args, Value::Tensor(TensorValue::unranked(Kind::Any)));
    };
    let axis = checked!(t.axis("cat", &first, b.value(1)));
    let mut out = first.of_kind(first.kind);
    let mut size = Size::Known(0);
    let mut i = 0;
    while i < count {
        let x = tensors[i];
        i += 1;
        // PyTorch leaves these out.
        if x.ranked && x.rank == 1 && matches!(t.algebra.known(x.dims[0]), Some(0)) {
            continue;
        }
        if x.ranked && x.rank != first.rank {
            return t.refuse_join("cat", "have different ranks", &first, &x);
        }
        let mut j = 0;
        while j < first.rank {
            let joined = match axis {
                Axis::At(dim) => dim == j,
                Axis::Unknown => true,
            };
            if !joined && x.ranked {
                if t.differ(first.dims[j], x.dims[j]) {
                    return t.refuse_join(
                        "cat",
                        "differ in more than the joined dimension",
                        &first,
                        &x,
                    );
                }
                if let Size::Unknown = out.dims[j] {
                    out.dims[j] = x.dims[j];
                }
            }
            j += 1;
        }
        size = match axis {
            Axis::At(dim) if x.ranked => t.algebra.add(size, x.dims[dim]),
            _ => Size::Unknown,
        };
    }
    out = match axis {
        Axis::At(dim) => out.with(dim, size),
        Axis::Unknown => TensorValue::unranked(first.kind),
    };
    t.called("cat", args, Value::Tensor(out))
}

/// The shape rule of `stack`.
pub(super) const fn trace_stack(t: &mut Tracer<'_>, args: &Args) -> Value {
    let b = checked!(t.bind("stack", JOINED, args));
    let (tensors, count) = checked!(t.tensors("stack", b.value(0)));
    let Some(first) = first_ranked(&tensors, count) else {
        return t.called(
            "stack",
            args,
            Value::Tensor(TensorValue::unranked(Kind::Any)),
        );
    };
    let axis = checked!(t.axis_inserted("stack", &first, b.value(1)));
    let mut i = 0;
    while i < count {
        let x = tensors[i];
        let mut fits = !x.ranked || x.rank == first.rank;
        let mut j = 0;
        while fits && j < x.rank {
            fits = !t.differ(first.dims[j], x.dims[j]);
            j += 1;
        }
        if !fits {
            return t.refuse_join("stack", "differ", &first, &x);
        }
        i += 1;
    }
    let out = match axis {
        Axis::At(dim) if count > 0 => first.inserted(dim, Size::Known(count as i64)),
        _ => None,
    };
    let out = match out {
        Some(out) => out,
        None => TensorValue::unranked(first.kind),
    };
    t.called("stack", args, Value::Tensor(out))
}

/// The first tensor whose rank says something: `cat` leaves out vectors of nothing.
const fn first_ranked(tensors: &[TensorValue; MAX_PARTS], count: usize) -> Option<TensorValue> {
    let mut i = 0;
    let mut empty = None;
    while i < count {
        if tensors[i].ranked {
            if tensors[i].rank != 1 || !tensors[i].dims[0].is(0) {
                return Some(tensors[i]);
            }
            empty = Some(tensors[i]);
        }
        i += 1;
    }
    empty
}

impl Tracer<'_> {
    /// The tensors of a list and their number; none where the list isn't known.
    const fn tensors(
        &mut self,
        op: &'static str,
        v: Value,
    ) -> Option<([TensorValue; MAX_PARTS], usize)> {
        let mut tensors = [TensorValue::unranked(Kind::Any); MAX_PARTS];
        let list = match v {
            Value::List(list) if list.len() <= MAX_PARTS => list,
            Value::List(_) | Value::Opaque => return Some((tensors, 0)),
            Value::Unit => {
                let mut m = Text::new();
                m.push(op);
                m.push(": expected at least one tensor, but none came");
                self.error(&m);
                return None;
            }
            // Rust's to report.
            _ => return None,
        };
        let mut i = 0;
        while i < list.len() {
            tensors[i] = match self.operand(self.item(list, i)) {
                Some(x) => x,
                None => return None,
            };
            i += 1;
        }
        Some((tensors, i))
    }

    const fn refuse_join(
        &mut self,
        op: &'static str,
        what: &'static str,
        a: &TensorValue,
        b: &TensorValue,
    ) -> Value {
        let mut m = Text::new();
        m.push(op);
        m.push(": shapes ");
        self.write_shape(a, &mut m);
        m.push(" and ");
        self.write_shape(b, &mut m);
        m.push(" ");
        m.push(what);
        self.fail(&m)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gradcheck, randn};

    #[test]
    fn gradient() -> Result<()> {
        gradcheck(
            |x| cat(x, 1),
            &[randn([2, 3])?, randn([2, 1])?, randn([2, 0])?],
        )?;
        gradcheck(|x| cat([&x[0], &x[0]], -2), &[randn([2, 1, 3])?])?;
        gradcheck(|x| cat(x, 1), &[randn([2, 3])?, randn([0])?])?;
        gradcheck(
            |x| stack(x, -1),
            &[randn([2, 3])?, randn([2, 3])?.contiguous()?],
        )?;
        gradcheck(|x| stack(x, -1), &[randn([0, 2])?, randn([0, 2])?])?;
        gradcheck(|x| stack(x, 0), &[randn(())?])
    }

    #[test]
    fn errors_name_both_shapes() -> Result<()> {
        let error = cat([randn([2, 3])?, randn([3, 4])?], 1)
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "cat: shapes [2, 3] and [3, 4] differ in more than dimension 1"
        );
        assert!(cat::<Tensor>([], 0).is_err() && stack(Vec::<Tensor>::new(), 0).is_err());
        assert!(stack([randn([2])?, randn([3])?], 0).is_err());
        assert!(cat([randn([2])?, randn([2])?.to_dtype(crate::DType::F32)?], 0).is_err());
        Ok(())
    }
}
