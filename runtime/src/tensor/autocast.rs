//! In which type operations compute: mixed precision (`torch.autocast`).

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::marker::PhantomData;

use candle_core::DType;

use super::tape::Edge;
use super::{is_grad_enabled, Tensor};
use crate::error::{Error, Result};

thread_local! {
    static MODE: Cell<Mode> = const { Cell::new(Mode { lower: None, scopes: 0 }) };
    /// Parameters as they were cast last, by the id of their storage.
    static CASTS: RefCell<HashMap<u64, Cast>> = RefCell::default();
}

#[derive(Clone, Copy)]
struct Mode {
    /// The half type, where autocast is on.
    lower: Option<DType>,
    /// How many scopes this is in.
    scopes: usize,
}

/// A parameter in a half type.
struct Cast {
    version: u64,
    tensor: Tensor,
}

/// Runs `f` with mixed precision: products and convolutions in `dtype`, what loses by it in f32, everything else in the
/// types that come (`torch.autocast`).
///
/// | `dtype` | in the half type | in f32 | in the widest type of the inputs |
/// |---|---|---|---|
/// | bf16, PyTorch's list for the CPU | `matmul`, `bmm`, `linear`, `conv2d`, recurrent layers | the losses | `cat`, `stack` |
/// | f16, PyTorch's list for CUDA | `matmul`, `bmm`, `linear`, `conv2d`, `prelu`, recurrent layers | `exp`, `log`, `rsqrt`, `pow`, `softplus`, `softmax`, `log_softmax`, `logsumexp`, `layer_norm`, `norm`, `sum`, `cumsum`, the losses | `dot` |
///
/// Parameters stay f32: they are cast where they are used, once until they change, and their gradients come back in
/// f32. Sums inside of an operation are computed in f32 whatever its type. The scope is the calling thread's; the backward
/// pass computes in the types of the forward pass and belongs outside.
///
/// # Errors
/// If `dtype` is neither bf16 nor f16; those of `f`.
///
/// ```
/// use taper::amp::autocast;
/// use taper::{DType, Device, Param, Tensor};
/// let w = Param::new(Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?)?;
/// let x = Tensor::new(&[[1f32, 1.]], &Device::Cpu)?;
/// let y = autocast(DType::BF16, || x.matmul(&w))?;
/// assert_eq!(y.dtype(), DType::BF16);
/// y.sum(())?.backward()?;
/// assert_eq!(w.grad().map(|g| g.dtype()), Some(DType::F32));
/// # Ok::<(), taper::Error>(())
/// ```
pub fn autocast<T>(dtype: DType, f: impl FnOnce() -> Result<T>) -> Result<T> {
    let _scope = Autocast::new(dtype)?;
    f()
}

/// Runs `f` without mixed precision, inside of an [`autocast`] (`torch.autocast(enabled=False)`).
///
/// ```
/// use taper::amp::{autocast, autocast_dtype, no_autocast};
/// use taper::DType;
/// autocast(DType::BF16, || {
///     no_autocast(|| assert_eq!(autocast_dtype(), None));
///     assert_eq!(autocast_dtype(), Some(DType::BF16));
///     Ok(())
/// })?;
/// # Ok::<(), taper::Error>(())
/// ```
pub fn no_autocast<T>(f: impl FnOnce() -> T) -> T {
    let _scope = Autocast::disabled();
    f()
}

/// The half type of the [`autocast`] that this thread is in (`torch.get_autocast_dtype`).
pub fn autocast_dtype() -> Option<DType> {
    MODE.get().lower
}

/// Mixed precision until it is dropped, for code where a closure is in the way.
///
/// ```
/// use taper::amp::{autocast_dtype, Autocast};
/// use taper::DType;
/// let scope = Autocast::new(DType::BF16)?;
/// assert_eq!(autocast_dtype(), Some(DType::BF16));
/// drop(scope);
/// assert_eq!(autocast_dtype(), None);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "the scope ends when the guard is dropped"]
pub struct Autocast {
    outer: Option<DType>,
    // The mode belongs to a thread, and so does its end.
    not_send: PhantomData<*const ()>,
}

impl Autocast {
    /// Operations compute in `dtype` while the guard lives, as [`autocast`] says.
    ///
    /// # Errors
    /// If `dtype` is neither bf16 nor f16.
    pub fn new(dtype: DType) -> Result<Self> {
        match dtype {
            DType::BF16 | DType::F16 => Ok(Self::enter(Some(dtype))),
            _ => Err(Error::argument(
                "autocast",
                "dtype",
                dtype,
                "DType::BF16 or DType::F16",
            )),
        }
    }

    /// Operations compute in the types that come while the guard lives.
    pub fn disabled() -> Self {
        Self::enter(None)
    }

    /// Operations compute as in a scope that had this half type, or none.
    pub(super) fn enter(lower: Option<DType>) -> Self {
        let mode = MODE.get();
        MODE.set(Mode {
            lower,
            scopes: mode.scopes + 1,
        });
        Autocast {
            outer: mode.lower,
            not_send: PhantomData,
        }
    }
}

impl Drop for Autocast {
    fn drop(&mut self) {
        let scopes = MODE.get().scopes.saturating_sub(1);
        MODE.set(Mode {
            lower: self.outer,
            scopes,
        });
        if scopes == 0 {
            // A thread that is ending has no casts any more.
            let _ = CASTS.try_with(|casts| casts.borrow_mut().clear());
        }
    }
}

/// In which type an operation computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    Lower,
    Full,
    Widest,
}

/// What both of PyTorch's lists compute in the half type.
const LOWER: &[&str] = &[
    "bmm",
    "conv2d",
    "gru",
    "linear",
    "lstm",
    "matmul",
    "rnn_relu",
    "rnn_tanh",
    "scaled_dot_product_attention",
];

/// The losses, which both lists compute in f32. Those that PyTorch composes of other operations are not there.
const LOSSES: &[&str] = &[
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cosine_embedding_loss",
    "cross_entropy",
    "ctc_loss",
    "hinge_embedding_loss",
    "huber_loss",
    "kl_div",
    "l1_loss",
    "margin_ranking_loss",
    "mse_loss",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "nll_loss",
    "poisson_nll_loss",
    "smooth_l1_loss",
    "soft_margin_loss",
    "triplet_margin_loss",
];

/// What else CUDA's list computes in f32.
const FULL_IN_F16: &[&str] = &[
    "cosine_similarity",
    "cumsum",
    "exp",
    "layer_norm",
    "log",
    "log_softmax",
    "logsumexp",
    "norm",
    "pow",
    "rsqrt",
    "softmax",
    "softplus",
    "sum",
];

impl Policy {
    /// What PyTorch's list for the half type says of an operation, if it is there.
    pub(crate) fn of(op: &str, lower: DType) -> Option<Self> {
        let cuda = lower == DType::F16;
        if LOWER.contains(&op) || cuda && op == "prelu" {
            Some(Policy::Lower)
        } else if LOSSES.contains(&op) || cuda && FULL_IN_F16.contains(&op) {
            Some(Policy::Full)
        } else if cuda && op == "dot" || !cuda && ["cat", "stack"].contains(&op) {
            Some(Policy::Widest)
        } else {
            None
        }
    }
}

/// The inputs of an operation in the type that it computes in: as they are, unless autocast is on and says otherwise.
#[inline]
pub(crate) fn cast<'a, const N: usize>(
    op: &'static str,
    inputs: [&'a Tensor; N],
) -> Result<[Cow<'a, Tensor>; N]> {
    let mut out = inputs.map(Cow::Borrowed);
    if let Some(lower) = MODE.get().lower {
        cast_under(op, &inputs, &mut out, lower)?;
    }
    Ok(out)
}

/// The same, of any number of inputs.
pub(crate) fn cast_all<'a>(
    op: &'static str,
    inputs: &[&'a Tensor],
) -> Result<Vec<Cow<'a, Tensor>>> {
    let mut out: Vec<_> = inputs.iter().map(|x| Cow::Borrowed(*x)).collect();
    if let Some(lower) = MODE.get().lower {
        cast_under(op, inputs, &mut out, lower)?;
    }
    Ok(out)
}

/// The same, where the last input may be missing.
#[inline]
pub(crate) fn cast_optional<'a>(
    op: &'static str,
    input: Option<&'a Tensor>,
) -> Result<Option<Cow<'a, Tensor>>> {
    let one = |x| cast(op, [x]).map(|[x]| x);
    input.map(one).transpose()
}

#[cold]
fn cast_under<'a>(
    op: &'static str,
    inputs: &[&'a Tensor],
    out: &mut [Cow<'a, Tensor>],
    lower: DType,
) -> Result<()> {
    let to = match Policy::of(op, lower) {
        None => None,
        Some(Policy::Lower) => Some(lower),
        Some(Policy::Full) => Some(DType::F32),
        Some(Policy::Widest) => widest(inputs),
    };
    if let Some(to) = to {
        for (x, out) in inputs.iter().zip(out) {
            *out = converted(x, to)?;
        }
    }
    Ok(())
}

/// The widest type among inputs that autocast converts.
fn widest(inputs: &[&Tensor]) -> Option<DType> {
    let mut eligible = inputs.iter().map(|x| x.dtype()).filter(|&t| is_eligible(t));
    let first = eligible.next()?;
    let same = eligible.all(|dtype| dtype == first);
    Some(if same { first } else { DType::F32 })
}

/// f64 and integers stay what they are.
fn is_eligible(dtype: DType) -> bool {
    matches!(dtype, DType::F32 | DType::F16 | DType::BF16)
}

fn converted<'a>(x: &'a Tensor, to: DType) -> Result<Cow<'a, Tensor>> {
    if x.dtype() == to || !is_eligible(x.dtype()) {
        return Ok(Cow::Borrowed(x));
    }
    let Some((id, version)) = kept(x, to) else {
        return Ok(Cow::Owned(x.to_dtype(to)?));
    };
    let found = CASTS.with_borrow(|casts| {
        let cast = casts.get(&id)?;
        (cast.version == version && cast.tensor.dtype() == to && !cast.tensor.graph_is_freed())
            .then(|| cast.tensor.clone())
    });
    if let Some(tensor) = found {
        return Ok(Cow::Owned(tensor));
    }
    let tensor = x.to_dtype(to)?;
    let cast = Cast {
        version,
        tensor: tensor.clone(),
    };
    CASTS.with_borrow_mut(|casts| casts.insert(id, cast));
    Ok(Cow::Owned(tensor))
}

/// The storage and version of a parameter whose cast is kept until it changes: one that is trained, being recorded.
fn kept(x: &Tensor, to: DType) -> Option<(u64, u64)> {
    let Some(Edge::Leaf(leaf)) = &x.edge else {
        return None;
    };
    let kept = x.dtype() == DType::F32 && to != DType::F32 && is_grad_enabled() && leaf.tracked();
    kept.then(|| (leaf.owner.id, leaf.owner.version()))
}
