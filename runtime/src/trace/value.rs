//! What the trace computes with: symbolic tensors, integers, flags and numbers.

use super::{Cond, Dim};

/// The largest rank that the trace follows.
pub const MAX_RANK: usize = 8;

/// Kind of a tensor's elements, as far as shapes and layers care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Floating point of any width.
    Float,
    /// Integers: class indices, tokens.
    Int,
    /// Truth values.
    Bool,
    /// Not known to the trace.
    Any,
}

impl Kind {
    /// The word used in messages.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Float => "floats",
            Kind::Int => "integers",
            Kind::Bool => "booleans",
            Kind::Any => "elements",
        }
    }

    /// Whether a tensor of kind `self` may stand where `wanted` is asked for.
    pub const fn fits(self, wanted: Kind) -> bool {
        matches!(
            (self, wanted),
            (Kind::Any, _)
                | (_, Kind::Any)
                | (Kind::Float, Kind::Float)
                | (Kind::Int, Kind::Int)
                | (Kind::Bool, Kind::Bool)
        )
    }
}

/// Shape and element kind of a tensor, and the record that produced it.
#[derive(Clone, Copy, Debug)]
pub struct TensorValue {
    /// Kind of the elements.
    pub kind: Kind,
    /// Whether rank and dimensions are known at all.
    pub ranked: bool,
    /// Number of dimensions in use, if `ranked`.
    pub rank: usize,
    /// The dimensions; those past `rank` are unused.
    pub dims: [Dim; MAX_RANK],
    /// Index of the record that produced the tensor, if records are kept.
    pub node: u32,
}

impl TensorValue {
    /// `node` of a tensor that no record produced.
    pub const NO_NODE: u32 = u32::MAX;

    /// A tensor of no dimensions.
    pub const fn scalar(kind: Kind) -> Self {
        TensorValue {
            kind,
            ranked: true,
            rank: 0,
            dims: [Dim::Known(1); MAX_RANK],
            node: Self::NO_NODE,
        }
    }

    /// A tensor of which nothing is known.
    pub const fn unranked(kind: Kind) -> Self {
        TensorValue {
            kind,
            ranked: false,
            rank: 0,
            dims: [Dim::Unknown; MAX_RANK],
            node: Self::NO_NODE,
        }
    }

    /// A float tensor of the given dimensions (at most [`MAX_RANK`] of them are used).
    pub const fn floats(dims: &[Dim]) -> Self {
        let mut v = Self::scalar(Kind::Float);
        let mut i = 0;
        while i < dims.len() && i < MAX_RANK {
            v.dims[i] = dims[i];
            i += 1;
        }
        v.rank = i;
        v
    }

    /// Position of dimension `dim`, which may count from the end; `None` if out of range.
    pub const fn axis(&self, dim: i64) -> Option<usize> {
        let rank = self.rank as i64;
        let at = if dim < 0 { dim + rank } else { dim };
        if at < 0 || at >= rank {
            None
        } else {
            Some(at as usize)
        }
    }

    /// The last dimension; `Unknown` for scalars.
    pub const fn last(&self) -> Dim {
        if self.rank == 0 {
            Dim::Unknown
        } else {
            self.dims[self.rank - 1]
        }
    }

    /// The same tensor with dimension `at` replaced; no longer anybody's result.
    pub const fn with(mut self, at: usize, dim: Dim) -> Self {
        self.dims[at] = dim;
        self.node = Self::NO_NODE;
        self
    }

    /// The same shape with another element kind.
    pub const fn of_kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self.node = Self::NO_NODE;
        self
    }

    /// Without dimension `at`.
    pub const fn without(mut self, at: usize) -> Self {
        let mut i = at;
        while i + 1 < self.rank {
            self.dims[i] = self.dims[i + 1];
            i += 1;
        }
        self.rank -= 1;
        self.node = Self::NO_NODE;
        self
    }

    /// With `dim` inserted before position `at`; `None` if the rank would exceed [`MAX_RANK`].
    pub const fn inserted(mut self, at: usize, dim: Dim) -> Option<Self> {
        if self.rank >= MAX_RANK {
            return None;
        }
        let mut i = self.rank;
        while i > at {
            self.dims[i] = self.dims[i - 1];
            i -= 1;
        }
        self.dims[at] = dim;
        self.rank += 1;
        self.node = Self::NO_NODE;
        Some(self)
    }
}

/// A tuple or list: a run of values in the tracer's arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List {
    pub(super) start: u32,
    pub(super) len: u32,
}

impl List {
    /// Number of elements.
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// The value of any expression of `forward`, as the trace sees it.
#[derive(Clone, Copy, Debug)]
pub enum Value {
    /// The result of something that failed: silences all that follows.
    Any,
    /// No value: `()`, `None`, an argument left out.
    Unit,
    /// A tensor.
    Tensor(TensorValue),
    /// An integer.
    Dim(Dim),
    /// A floating-point number that is known.
    Num(f64),
    /// A truth value.
    Flag(Cond),
    /// A string that is known.
    Str(&'static str),
    /// A tuple or list.
    List(List),
    /// A submodule: field, and index within a module list.
    Layer(u64, Dim),
    /// A module list: field, and number of elements.
    Layers(u64, Dim),
    /// `_` in a list of sizes: the one inferred.
    Infer,
    /// Something only known at run time.
    Opaque,
}

impl Value {
    /// An integer that is known.
    pub const fn int(n: i64) -> Value {
        Value::Dim(Dim::Known(n))
    }

    /// A truth value that is known.
    pub const fn flag(b: bool) -> Value {
        Value::Flag(if b { Cond::Yes } else { Cond::No })
    }

    /// The word for what this is, in messages.
    pub const fn word(&self) -> &'static str {
        match self {
            Value::Any | Value::Opaque => "a value",
            Value::Unit => "nothing",
            Value::Tensor(_) => "a tensor",
            Value::Dim(_) => "an integer",
            Value::Num(_) => "a number",
            Value::Flag(_) => "a bool",
            Value::Str(_) => "a string",
            Value::List(_) => "a list",
            Value::Layer(..) => "a layer",
            Value::Layers(..) => "a module list",
            Value::Infer => "`_`",
        }
    }
}

/// Turns a Rust constant into a [`Value`]. Inherent methods on one wrapper per type, because const
/// code can't call traits; one integer type only, or literals would be ambiguous.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<T>(pub T);

impl Leaf<usize> {
    /// An integer.
    pub const fn value(self) -> Value {
        if self.0 > i64::MAX as usize {
            Value::Dim(Dim::Unknown)
        } else {
            Value::int(self.0 as i64)
        }
    }
}

impl Leaf<f64> {
    /// A number.
    pub const fn value(self) -> Value {
        Value::Num(self.0)
    }
}

impl Leaf<bool> {
    /// A truth value.
    pub const fn value(self) -> Value {
        Value::flag(self.0)
    }
}

impl Leaf<&'static str> {
    /// A string.
    pub const fn value(self) -> Value {
        Value::Str(self.0)
    }
}
