//! The kinds of values that arguments accept.

use super::Value;

/// What an argument accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A whole number.
    Int,
    /// Any number.
    Float,
    /// `true` or `false`.
    Bool,
    /// A whole number or a pair of them.
    Pair,
    /// A pair, or one of a few words (`padding = "same"`).
    PairOrWord,
    /// A list of whole numbers.
    Ints,
    /// A word in quotes.
    Word,
    /// Anything.
    Any,
}

impl Takes {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Takes::Int => "a whole number",
            Takes::Float => "a number",
            Takes::Bool => "true or false",
            Takes::Pair => "a whole number or a pair of them",
            Takes::PairOrWord => "a whole number, a pair of them or a word in quotes",
            Takes::Ints => "a whole number or a list of them",
            Takes::Word => "a word in quotes",
            Takes::Any => "any value",
        }
    }

    pub(super) const fn accepts(self, v: &Value) -> bool {
        if let Value::Any | Value::Opaque = v {
            return true;
        }
        match self {
            Takes::Any => true,
            Takes::Int => matches!(v, Value::Dim(_)),
            Takes::Float => matches!(v, Value::Dim(_) | Value::Num(_)),
            Takes::Bool => matches!(v, Value::Flag(_)),
            Takes::Pair => match v {
                Value::List(l) => l.len() == 2,
                Value::Dim(_) => true,
                _ => false,
            },
            Takes::PairOrWord => Takes::Pair.accepts(v) || matches!(v, Value::Str(_)),
            Takes::Ints => matches!(v, Value::List(_) | Value::Dim(_)),
            Takes::Word => matches!(v, Value::Str(_)),
        }
    }
}
