//! Dimensions and three-valued truth.

/// A dimension, or another integer that the trace knows about.
///
/// An [`Expr`](Dim::Expr) belongs to the [`Algebra`](super::Algebra) that made it.
#[derive(Clone, Copy, Debug)]
pub enum Dim {
    /// A number.
    Known(i64),
    /// An interned polynomial that is not a number.
    Expr(u32),
    /// Nothing is known: left to the run time.
    Unknown,
}

impl Dim {
    /// Whether this is [`Dim::Unknown`].
    pub const fn is_unknown(self) -> bool {
        matches!(self, Dim::Unknown)
    }

    /// Whether this is the number `value`.
    pub const fn is(self, value: i64) -> bool {
        matches!(self, Dim::Known(known) if known == value)
    }
}

/// The answer to a question that may have none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Truth {
    /// It holds.
    Yes,
    /// It does not hold.
    No,
    /// It can't be told.
    Unknown,
}

impl Truth {
    /// From a decided question.
    pub const fn from_bool(holds: bool) -> Truth {
        if holds {
            Truth::Yes
        } else {
            Truth::No
        }
    }

    /// Whether it holds.
    pub const fn is_yes(self) -> bool {
        matches!(self, Truth::Yes)
    }

    /// Whether it is known not to hold.
    pub const fn is_no(self) -> bool {
        matches!(self, Truth::No)
    }

    /// Whether it holds, if that is known.
    pub const fn known(self) -> Option<bool> {
        match self {
            Truth::Yes => Some(true),
            Truth::No => Some(false),
            Truth::Unknown => None,
        }
    }

    /// The opposite.
    pub const fn not(self) -> Truth {
        match self {
            Truth::Yes => Truth::No,
            Truth::No => Truth::Yes,
            Truth::Unknown => Truth::Unknown,
        }
    }

    /// Both, in Kleene's logic.
    pub const fn and(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::No, _) | (_, Truth::No) => Truth::No,
            (Truth::Yes, Truth::Yes) => Truth::Yes,
            _ => Truth::Unknown,
        }
    }

    /// What two cases agree on.
    pub(super) const fn agreed(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::Yes, Truth::Yes) => Truth::Yes,
            (Truth::No, Truth::No) => Truth::No,
            _ => Truth::Unknown,
        }
    }
}
