//! The types of layers' settings: what may be given for each, and how it appears in the trace.

use serde::{Deserialize, Serialize};

use crate::ops::{ConvPadding, Pair};
use crate::trace::{Takes, Tracer, Value};

/// A type that a layer's setting can have.
pub trait Setting: Sized {
    /// What the argument accepts in the trace.
    const TAKES: Takes;

    /// The type that defaults are written in.
    type Literal;

    /// A default.
    fn literal(literal: Self::Literal) -> Self;

    /// The setting's value in the trace.
    fn value(&self, t: &mut Tracer<'_>) -> Value;
}

/// What may be given for a setting of type `S`.
///
/// Not `Into<S>`: a whole number is to be a `usize` without a suffix.
#[diagnostic::on_unimplemented(message = "this setting takes {S}, not `{Self}`")]
pub trait Given<S> {
    /// The setting.
    fn setting(self) -> S;
}

impl<T> Given<T> for T {
    fn setting(self) -> T {
        self
    }
}

/// A word that is known when compiling. (By a name of its own, or serde would take it for one that it must lend.)
pub type Word = &'static str;

macro_rules! plain {
    ($($ty:ty: $takes:ident, |$x:ident| $value:expr;)*) => {$(
        impl Setting for $ty {
            const TAKES: Takes = Takes::$takes;
            type Literal = $ty;

            fn literal(literal: $ty) -> $ty {
                literal
            }

            fn value(&self, _: &mut Tracer<'_>) -> Value {
                let $x = *self;
                $value
            }
        }
    )*};
}
plain! {
    usize: Int, |n| Value::int(n as i64);
    i64: Int, |n| Value::int(n);
    f64: Float, |x| Value::Num(x);
    bool: Bool, |b| Value::flag(b);
}

impl Setting for Pair {
    const TAKES: Takes = Takes::Pair;
    type Literal = usize;

    fn literal(literal: usize) -> Self {
        literal.into()
    }

    fn value(&self, t: &mut Tracer<'_>) -> Value {
        t.list(&[Value::int(self.0 as i64), Value::int(self.1 as i64)])
    }
}

/// One size for both directions, or one for each; printed as it was written.
///
/// ```
/// use taper::nn::Size2d;
/// assert_eq!((Size2d::from(2).to_string(), Size2d::from((2, 2)).to_string()), ("2".into(), "(2, 2)".into()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Size2d {
    /// For both.
    Both(usize),
    /// For the height, and for the width.
    Each(usize, usize),
}

impl From<usize> for Size2d {
    fn from(both: usize) -> Self {
        Size2d::Both(both)
    }
}

impl From<(usize, usize)> for Size2d {
    fn from((height, width): (usize, usize)) -> Self {
        Size2d::Each(height, width)
    }
}

impl From<[usize; 2]> for Size2d {
    fn from([height, width]: [usize; 2]) -> Self {
        Size2d::Each(height, width)
    }
}

impl From<Size2d> for Pair {
    fn from(size: Size2d) -> Self {
        match size {
            Size2d::Both(n) => Pair(n, n),
            Size2d::Each(height, width) => Pair(height, width),
        }
    }
}

impl std::fmt::Display for Size2d {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Size2d::Both(n) => write!(f, "{n}"),
            Size2d::Each(height, width) => write!(f, "({height}, {width})"),
        }
    }
}

impl Setting for Size2d {
    const TAKES: Takes = Takes::Pair;
    type Literal = usize;

    fn literal(literal: usize) -> Self {
        literal.into()
    }

    fn value(&self, t: &mut Tracer<'_>) -> Value {
        match *self {
            Size2d::Both(n) => Value::int(n as i64),
            Size2d::Each(..) => Pair::from(*self).value(t),
        }
    }
}

impl Setting for Vec<usize> {
    const TAKES: Takes = Takes::Ints;
    type Literal = Vec<usize>;

    fn literal(literal: Vec<usize>) -> Self {
        literal
    }

    fn value(&self, t: &mut Tracer<'_>) -> Value {
        let items: Vec<Value> = self.iter().map(|&n| Value::int(n as i64)).collect();
        t.list(&items)
    }
}

impl Setting for Vec<i64> {
    const TAKES: Takes = Takes::Ints;
    type Literal = Vec<i64>;

    fn literal(literal: Vec<i64>) -> Self {
        literal
    }

    fn value(&self, t: &mut Tracer<'_>) -> Value {
        let items: Vec<Value> = self.iter().map(|&n| Value::int(n)).collect();
        t.list(&items)
    }
}

impl<S: Setting> Setting for Option<S> {
    // `None` is a default only where nothing else is (then the table accepts it anyway).
    const TAKES: Takes = match S::TAKES {
        Takes::Float => Takes::Any,
        takes => takes,
    };
    type Literal = S::Literal;

    fn literal(literal: S::Literal) -> Self {
        Some(S::literal(literal))
    }

    fn value(&self, t: &mut Tracer<'_>) -> Value {
        match self {
            Some(s) => s.value(t),
            None => Value::Unit,
        }
    }
}

macro_rules! given {
    ($($from:ty => $to:ty, |$x:ident| $setting:expr;)*) => {$(
        impl Given<$to> for $from {
            fn setting(self) -> $to {
                let $x = self;
                $setting
            }
        }
    )*};
}

given! {
    usize => Pair, |n| n.into();
    (usize, usize) => Pair, |pair| pair.into();
    [usize; 2] => Pair, |pair| pair.into();
    usize => Size2d, |n| n.into();
    (usize, usize) => Size2d, |pair| pair.into();
    [usize; 2] => Size2d, |pair| pair.into();
    usize => Option<Size2d>, |n| Some(n.into());
    (usize, usize) => Option<Size2d>, |pair| Some(pair.into());
    [usize; 2] => Option<Size2d>, |pair| Some(pair.into());
    usize => Option<usize>, |n| Some(n);
    i64 => Option<i64>, |n| Some(n);
    f64 => Option<f64>, |x| Some(x);
    usize => Vec<usize>, |n| vec![n];
    &[usize] => Vec<usize>, |sizes| sizes.to_vec();
    &[i64] => Vec<i64>, |sizes| sizes.to_vec();
}

impl<const N: usize> Given<Vec<usize>> for [usize; N] {
    fn setting(self) -> Vec<usize> {
        self.to_vec()
    }
}

impl<const N: usize> Given<Vec<i64>> for [i64; N] {
    fn setting(self) -> Vec<i64> {
        self.to_vec()
    }
}

/// A setting that is one of a few words.
macro_rules! words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, ::serde::Serialize, ::serde::Deserialize)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$vmeta])* #[serde(rename = $word)] $variant,)*
            /// Another word: an error when the layer is built.
            #[serde(skip)]
            Unknown($crate::nn::setting::Word),
        }

        impl $name {
            /// The words.
            pub(crate) const WORDS: &'static [&'static str] = &[$($word),*];

            /// The word.
            pub const fn word(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)*
                    $name::Unknown(word) => word,
                }
            }
        }

        impl From<&'static str> for $name {
            fn from(word: &'static str) -> Self {
                match word {
                    $($word => $name::$variant,)*
                    other => $name::Unknown(other),
                }
            }
        }

        impl $crate::nn::setting::Given<$name> for &'static str {
            fn setting(self) -> $name {
                self.into()
            }
        }

        impl $crate::nn::setting::Setting for $name {
            const TAKES: $crate::trace::Takes = $crate::trace::Takes::Word;
            type Literal = &'static str;

            fn literal(literal: &'static str) -> Self {
                literal.into()
            }

            fn value(&self, _: &mut $crate::trace::Tracer<'_>) -> $crate::trace::Value {
                $crate::trace::Value::Str(self.word())
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What the borders of a convolution's input are made of.
    pub enum PaddingMode {
        /// Zeros.
        Zeros = "zeros",
        /// The input mirrored at its edge, which is not repeated.
        Reflect = "reflect",
        /// The input's edge.
        Replicate = "replicate",
        /// The input's other end.
        Circular = "circular",
    }
}

/// The borders of a convolution's input: sizes, or a word.
///
/// ```
/// use taper::nn::Padding;
/// assert_eq!((Padding::from("same"), Padding::from(1)), (Padding::Same, Padding::from((1, 1))));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Padding {
    /// As much on either side, above and below as at the left and right.
    Sizes(Pair),
    /// As much as makes the output as large as the input (`"same"`).
    Same,
    /// Nothing (`"valid"`).
    Valid,
    /// Another word: an error when the layer is built.
    #[serde(skip)]
    Unknown(Word),
}

macro_rules! padding {
    ($($from:ty, |$x:ident| $padding:expr;)*) => {$(
        impl From<$from> for Padding {
            fn from($x: $from) -> Self {
                $padding
            }
        }

        impl Given<Padding> for $from {
            fn setting(self) -> Padding {
                self.into()
            }
        }
    )*};
}
padding! {
    usize, |n| Padding::Sizes(n.into());
    (usize, usize), |pair| Padding::Sizes(pair.into());
    [usize; 2], |pair| Padding::Sizes(pair.into());
    Pair, |pair| Padding::Sizes(pair);
    &'static str, |word| match word {
        "same" => Padding::Same,
        "valid" => Padding::Valid,
        other => Padding::Unknown(other),
    };
}

impl From<Padding> for ConvPadding {
    fn from(padding: Padding) -> Self {
        match padding {
            Padding::Sizes(sizes) => ConvPadding::Zeros(sizes),
            Padding::Same => ConvPadding::Same,
            Padding::Valid => ConvPadding::Zeros(Pair(0, 0)),
            Padding::Unknown(word) => ConvPadding::Unknown(word),
        }
    }
}

impl std::fmt::Display for Padding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Padding::Sizes(pair) => write!(f, "{pair}"),
            Padding::Same => f.write_str("same"),
            Padding::Valid => f.write_str("valid"),
            Padding::Unknown(word) => f.write_str(word),
        }
    }
}

impl Setting for Padding {
    const TAKES: Takes = Takes::PairOrWord;
    type Literal = usize;

    fn literal(literal: usize) -> Self {
        literal.into()
    }

    fn value(&self, t: &mut Tracer<'_>) -> Value {
        match *self {
            Padding::Sizes(pair) => pair.value(t),
            Padding::Same => Value::Str("same"),
            Padding::Valid => Value::Str("valid"),
            Padding::Unknown(word) => Value::Str(word),
        }
    }
}
