//! Which form of an operation runs: the CPU kernel or plain Candle operations, and in which type.

use candle_core::{DType, Tensor};

use crate::error::{Error, Result};
use crate::kernels::{in_dtype, row_major};
use crate::tensor::DenseSum;

/// How a tensor of floats is computed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The CPU kernel for f32.
    F32,
    /// The CPU kernel for f64.
    F64,
    /// Plain Candle operations.
    Plain,
}

impl Form {
    /// The form for a tensor that has the type of [`compute_dtype`].
    pub(crate) fn of(x: &Tensor) -> Self {
        match (has_kernels(x), x.dtype()) {
            (true, DType::F32) => Form::F32,
            (true, DType::F64) => Form::F64,
            _ => Form::Plain,
        }
    }
}

/// Whether CPU kernels compute with `x`, if they know its type.
pub(crate) fn has_kernels(x: &Tensor) -> bool {
    x.device().is_cpu() && !plain_only::get()
}

/// Runs a generic kernel for the type, or the plain form.
macro_rules! by_form {
    ($x:expr, $kernel:ident($($arg:expr),* $(,)?), $plain:expr $(,)?) => {
        match $crate::ops::compute::Form::of($x) {
            $crate::ops::compute::Form::F32 => $kernel::<f32>($($arg),*),
            $crate::ops::compute::Form::F64 => $kernel::<f64>($($arg),*),
            $crate::ops::compute::Form::Plain => $plain,
        }
    };
}
pub(crate) use by_form;

/// The type that sums are computed in: half types are widened to f32.
pub(crate) fn compute_dtype(dtype: DType) -> DType {
    match dtype {
        DType::F16 | DType::BF16 => DType::F32,
        other => other,
    }
}

/// Row-major values in the type that is computed in.
pub(crate) fn dense(x: &Tensor) -> Result<Tensor> {
    Ok(row_major(&wide(x)?)?)
}

/// The values in the type that is computed in.
pub(crate) fn wide(x: &Tensor) -> Result<Tensor> {
    Ok(in_dtype(x, compute_dtype(x.dtype()))?)
}

/// An error unless `x` has a float type.
pub(crate) fn expect_float(op: &'static str, what: &str, x: &crate::Tensor) -> Result<()> {
    if x.dtype().is_float() {
        return Ok(());
    }
    let message = format!("expected {what} of floats, but it has type {:?}", x.dtype());
    Err(Error::op(op, message).help("convert it with `to_dtype(DType::F32)`"))
}

/// An error unless `other`, called `what`, has the type of the input.
pub(crate) fn expect_dtype(
    op: &'static str,
    input: DType,
    what: &str,
    other: &crate::Tensor,
) -> Result<()> {
    if other.dtype() == input {
        return Ok(());
    }
    let message = format!(
        "expected the {what} to have the input's type {input:?}, but it has {:?}",
        other.dtype()
    );
    Err(Error::op(op, message).help("convert one of them with `to_dtype`"))
}

/// [`crate::Tensor::record`] for an operation whose later inputs may be missing: `backward` is asked for, and answers
/// for, all `N`.
pub(crate) fn record_optional<const N: usize>(
    op: &'static str,
    data: Tensor,
    inputs: [Option<&crate::Tensor>; N],
    backward: impl Fn(&Tensor, [bool; N]) -> Result<[Option<Tensor>; N]> + Send + Sync + 'static,
) -> crate::Tensor {
    let present = inputs.map(|input| input.is_some());
    let inputs: Vec<_> = inputs.into_iter().flatten().collect();
    crate::Tensor::record_list(op, data, &inputs, move |grad, needs| {
        of_present(present, needs, |needs| backward(grad, needs))
    })
}

/// The same for an operation that may write to its gradient, and whose gradients are in buffers of their own.
pub(crate) fn record_optional_own<const N: usize>(
    op: &'static str,
    data: Tensor,
    inputs: [Option<&crate::Tensor>; N],
    backward: impl Fn(DenseSum, [bool; N]) -> Result<[Option<Tensor>; N]> + Send + Sync + 'static,
) -> crate::Tensor {
    let present = inputs.map(|input| input.is_some());
    let inputs: Vec<_> = inputs.into_iter().flatten().collect();
    crate::Tensor::record_own(op, data, &inputs, move |grad, needs| {
        of_present(present, needs, |needs| backward(grad, needs))
    })
}

/// The gradients of the inputs that are there, from a function that gives those of all.
fn of_present<const N: usize>(
    present: [bool; N],
    needs: &[bool],
    backward: impl FnOnce([bool; N]) -> Result<[Option<Tensor>; N]>,
) -> Result<Vec<Option<Tensor>>> {
    let mut needs = needs.iter();
    let needs = present.map(|present| present && needs.next().is_some_and(|&needed| needed));
    let grads = backward(needs)?.into_iter().zip(present);
    Ok(grads
        .filter(|(_, present)| *present)
        .map(|(grad, _)| grad)
        .collect())
}

/// Makes this thread's operations use the plain form, so that tests can compare the two.
pub(crate) mod plain_only {
    use std::cell::Cell;

    use crate::scoped::with;

    thread_local! {
        static PLAIN: Cell<bool> = const { Cell::new(false) };
    }

    pub(super) fn get() -> bool {
        PLAIN.get()
    }

    pub(crate) fn run<T>(f: impl FnOnce() -> T) -> T {
        with(&PLAIN, true, f)
    }
}
