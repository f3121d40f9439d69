//! The check of inputs at the door of `forward`, against the model's signature, and what its hooks see of a call.

use super::Module;
use crate::trace::{BinaryOp, Kind, Pattern, Side, Signed};
use crate::{profiler, DType, Error, Result, Tensor};
use std::fmt::Write as _;

/// A call of a method: what checks its inputs.
struct Door<'a> {
    /// Whose method it is; a function has none.
    module: Option<&'a dyn Module>,
    patterns: &'a [Pattern],
    inputs: &'a [Option<&'a Tensor>],
}

/// One dimension of a signature where the hyperparameters are known.
#[derive(Clone, Copy)]
enum Size {
    /// Bound by the first input that has it.
    Free(&'static str),
    Is(usize),
    /// Not checked here.
    Any,
}

/// Checks inputs against the signature of a method.
///
/// # Errors
/// If an input has another rank, another size, another size than an earlier input under the same name, or elements of
/// another kind.
#[inline]
pub fn door(
    module: Option<&dyn Module>,
    method: &'static str,
    signature: Signed,
    inputs: &[Option<&Tensor>],
) -> Result<()> {
    let Some(signature) = signature else {
        return Ok(());
    };
    let door = Door {
        module,
        patterns: signature.inputs,
        inputs,
    };
    for (i, (pattern, input)) in signature.inputs.iter().zip(inputs).enumerate() {
        let Some(x) = input else { continue };
        if !door.fits(i, pattern, x) {
            return Err(door.refuse(method, i, pattern, x));
        }
    }
    Ok(())
}

/// Begins a call of a model's method: checks the inputs, and keeps them if there are forward hooks.
///
/// # Errors
/// Those of [`door`].
#[inline]
pub fn enter(
    module: &dyn Module,
    method: &'static str,
    signature: Signed,
    inputs: &[Option<&Tensor>],
) -> Result<Option<Vec<Tensor>>> {
    profiler::begins();
    door(Some(module), method, signature, inputs)?;
    Ok(module.state().and_then(|state| state.watch(inputs)))
}

/// Ends a call: shows the forward hooks what went in and, as `collect` finds it, what came out.
///
/// # Errors
/// Those of the hooks.
#[inline]
pub fn leave<T>(
    module: &dyn Module,
    seen: Option<Vec<Tensor>>,
    result: Result<T>,
    collect: impl FnOnce(&T, &mut Vec<Tensor>),
) -> Result<T> {
    match module.state() {
        Some(state) => state.show(seen, result, collect),
        None => result,
    }
}

impl Door<'_> {
    /// What a dimension is.
    #[inline]
    fn size(&self, side: &Side) -> Size {
        match *side {
            Side::Any => Size::Any,
            Side::Is(n) => Size::Is(n),
            Side::Named(name, hash) => match self.setting(hash) {
                Some(n) => Size::Is(n),
                None => Size::Free(name),
            },
            // What depends on free dimensions, or is no size, is left to the operations that meet it.
            Side::Calculated(..) => match self.number(side).map(usize::try_from) {
                Some(Ok(n)) => Size::Is(n),
                _ => Size::Any,
            },
        }
    }

    /// The hyperparameter with this hash.
    fn setting(&self, hash: u64) -> Option<usize> {
        self.module.and_then(|module| module.size_setting(hash))
    }

    /// Arithmetic over hyperparameters and constants.
    fn number(&self, side: &Side) -> Option<i128> {
        match *side {
            Side::Any => None,
            Side::Is(n) => Some(n as i128),
            Side::Named(_, hash) => self.setting(hash).map(|n| n as i128),
            Side::Calculated(op, [a, b], _) => {
                let (a, b) = (self.number(a)?, self.number(b)?);
                match op {
                    BinaryOp::Add => a.checked_add(b),
                    BinaryOp::Sub => a.checked_sub(b),
                    BinaryOp::Mul => a.checked_mul(b),
                    BinaryOp::Div => a.checked_div_euclid(b),
                    _ => None,
                }
            }
        }
    }

    #[inline]
    fn fits(&self, i: usize, pattern: &Pattern, x: &Tensor) -> bool {
        let dims = x.dims();
        dims.len() == pattern.dims.len()
            && kind_fits(pattern.kind, x.dtype())
            && pattern
                .dims
                .iter()
                .zip(dims)
                .enumerate()
                .all(|(at, (side, &n))| match self.size(side) {
                    Size::Any => true,
                    Size::Is(want) => want == n,
                    Size::Free(name) => self.bound(name, i, at).is_none_or(|want| want == n),
                })
    }

    /// The size that a name has in inputs before `i` or in the first `at` dimensions of that one.
    fn bound(&self, name: &str, i: usize, at: usize) -> Option<usize> {
        let among = |sides: &[Side], dims: &[usize]| {
            let found = sides
                .iter()
                .position(|s| matches!(s, Side::Named(n, _) if *n == name));
            found.and_then(|at| dims.get(at).copied())
        };
        let all = self.patterns.iter().zip(self.inputs);
        let earlier = all
            .clone()
            .take(i)
            .find_map(|(pattern, x)| among(pattern.dims, x.as_ref()?.dims()));
        earlier.or_else(|| {
            let own = self.patterns.get(i)?.dims.get(..at)?;
            among(own, self.inputs.get(i)?.as_ref()?.dims())
        })
    }

    #[cold]
    fn refuse(&self, method: &'static str, at: usize, pattern: &Pattern, x: &Tensor) -> Error {
        let mut expected = String::from("[");
        for (i, side) in pattern.dims.iter().enumerate() {
            let comma = if i > 0 { ", " } else { "" };
            let size = match self.size(side) {
                Size::Free(name) => match self.bound(name, at, i) {
                    Some(n) => format!("{name} = {n}"),
                    None => name.to_owned(),
                },
                Size::Is(n) => n.to_string(),
                Size::Any => "_".to_owned(),
            };
            let _ = write!(expected, "{comma}{size}");
        }
        expected.push(']');
        let which = if self.inputs.len() > 1 {
            format!("input {at} of shape ")
        } else {
            "input ".to_owned()
        };
        // `forward` is the model itself to those who call it.
        let callee = match self.module {
            Some(module) if method == "forward" => module.type_name(),
            _ => method,
        };
        let mut message = format!(
            "`{callee}` expects {which}{expected}, but got {:?}",
            x.dims()
        );
        if !kind_fits(pattern.kind, x.dtype()) {
            let _ = write!(
                message,
                " of {:?}: {} are expected",
                x.dtype(),
                pattern.kind.word()
            );
            message.push_str(match pattern.kind {
                Kind::Float => "\nhelp: convert it with `to_dtype(DType::F32)`",
                Kind::Bool => "\nhelp: convert it with `to_dtype(DType::U8)`",
                _ => "\nhelp: convert it with `to_dtype(DType::I64)`",
            });
        } else if x.rank() + 1 == pattern.dims.len() {
            message.push_str("\nhelp: add the batch dimension with `unsqueeze(0)`");
        }
        Error::shape("", message)
    }
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
