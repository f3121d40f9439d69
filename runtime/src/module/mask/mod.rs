//! Masks: selections of a model's parameters, to freeze, to group, to leave out of loading.

use std::fmt;
use std::ops::{BitAnd, BitOr, Not};

use serde::{Deserialize, Serialize};

mod patterns;
mod select;
mod table;

pub(crate) use select::{freeze, select, train_only, unfreeze};
pub use table::{MaskRow, MaskTable};

use crate::trace::glob;
use patterns::Patterns;

/// A selection of parameters, by patterns over their paths or by the type of the layer that owns them.
///
/// Patterns are compared with whole paths; `*` stands for any run of characters, dots included, `?` for one: `features.*` is
/// everything in `features`. Masks combine with `|`, `&` and `!`, are saved with serde, and print as what they say;
/// [`table`](Self::table) shows what they select in a model.
///
/// # Example
/// ```
/// use taper::module::{Mask, ModuleExt};
/// # use taper::testing::Toy;
/// # let net = Toy::net()?;
/// let head = Mask::new("fc2.*");
/// net.train_only(&head)?; // fine-tune the head alone
/// assert_eq!(net.trainable_parameters().len(), 2);
///
/// let no_decay = Mask::new("*.bias") | Mask::of_type("BatchNorm2d");
/// let decayed = net.select(&!no_decay)?; // a parameter group
/// assert_eq!(decayed.len(), 3);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mask(Expr);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Expr {
    All,
    None,
    Names(Patterns),
    Type(String),
    Or(Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
}

impl Mask {
    /// What matches one of the patterns: `Mask::new("fc1.*")`, `Mask::new(["features.*", "fc1.*"])`.
    pub fn new(patterns: impl Into<Mask>) -> Self {
        patterns.into()
    }

    /// [`Mask::new`] for constants.
    ///
    /// ```
    /// use taper::module::Mask;
    /// const HEAD: Mask = Mask::from_static(&["fc3.*"]);
    /// assert!(HEAD.selects("fc3.weight"));
    /// ```
    pub const fn from_static(patterns: &'static [&'static str]) -> Self {
        Mask(Expr::Names(Patterns::Static(patterns)))
    }

    /// Everything.
    pub const fn all() -> Self {
        Mask(Expr::All)
    }

    /// Nothing.
    pub const fn none() -> Self {
        Mask(Expr::None)
    }

    /// The own parameters of every layer of a type, by the name that PyTorch prints.
    ///
    /// ```
    /// use taper::module::{Mask, ModuleExt};
    /// # use taper::testing::Toy;
    /// # let net = Toy::net()?;
    /// net.freeze(&Mask::of_type("BatchNorm2d"))?;
    /// assert!(net.get_parameter("features.1.weight")?.frozen());
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn of_type(type_name: impl Into<String>) -> Self {
        Mask(Expr::Type(type_name.into()))
    }

    /// Whether the mask selects a parameter of this name.
    ///
    /// A name alone does not tell its owner's type, so what is selected [by type](Self::of_type) is not.
    ///
    /// ```
    /// use taper::module::Mask;
    /// let mask = Mask::new("fc*.*") & !Mask::new("*.bias");
    /// assert!(mask.selects("fc1.weight") && !mask.selects("fc1.bias"));
    /// ```
    pub fn selects(&self, name: &str) -> bool {
        self.selects_owned(name, "")
    }

    /// Whether the mask selects this parameter of a module of type `owner`.
    pub(crate) fn selects_owned(&self, name: &str, owner: &str) -> bool {
        self.0.holds(&|leaf| match leaf {
            Leaf::Pattern(pattern) => glob(pattern, name),
            Leaf::Type(wanted) => wanted == owner,
        })
    }

    /// Whether the mask selects a module by its own path or type.
    pub(crate) fn selects_path(&self, path: &str, type_name: &str) -> bool {
        self.0.holds(&|leaf| match leaf {
            Leaf::Pattern(pattern) => glob(pattern, path),
            Leaf::Type(wanted) => wanted == type_name,
        })
    }

    /// Whether the mask selects a module without parameters: by its path, or by a pattern for what would be in it
    /// (`features.3` by `features.3.*`).
    pub(crate) fn selects_module(&self, path: &str, type_name: &str) -> bool {
        let inside = format!("{path}.");
        self.0.holds(&|leaf| match leaf {
            Leaf::Pattern(pattern) => glob(pattern, path) || glob(pattern, &inside),
            Leaf::Type(wanted) => wanted == type_name,
        })
    }
}

/// What a mask is combined of.
#[derive(Clone, Copy)]
enum Leaf<'m> {
    Pattern(&'m str),
    Type(&'m str),
}

impl Expr {
    /// The value of the expression, where `leaf` says what its leaves are.
    fn holds(&self, leaf: &dyn Fn(Leaf<'_>) -> bool) -> bool {
        match self {
            Expr::All => true,
            Expr::None => false,
            Expr::Names(patterns) => patterns.iter().any(|pattern| leaf(Leaf::Pattern(pattern))),
            Expr::Type(name) => leaf(Leaf::Type(name)),
            Expr::Or(a, b) => a.holds(leaf) || b.holds(leaf),
            Expr::And(a, b) => a.holds(leaf) && b.holds(leaf),
            Expr::Not(a) => !a.holds(leaf),
        }
    }

    /// Shows `see` every leaf.
    fn leaves<'m>(&'m self, see: &mut dyn FnMut(Leaf<'m>)) {
        match self {
            Expr::All | Expr::None => {}
            Expr::Names(patterns) => patterns
                .iter()
                .for_each(|pattern| see(Leaf::Pattern(pattern))),
            Expr::Type(name) => see(Leaf::Type(name)),
            Expr::Or(a, b) | Expr::And(a, b) => {
                a.leaves(see);
                b.leaves(see);
            }
            Expr::Not(a) => a.leaves(see),
        }
    }
}

impl From<&str> for Mask {
    fn from(pattern: &str) -> Self {
        Mask::from([pattern])
    }
}

impl From<String> for Mask {
    fn from(pattern: String) -> Self {
        Mask::from(vec![pattern])
    }
}

impl<const N: usize> From<[&str; N]> for Mask {
    fn from(patterns: [&str; N]) -> Self {
        Mask::from(patterns.as_slice())
    }
}

impl From<&[&str]> for Mask {
    fn from(patterns: &[&str]) -> Self {
        Mask::from(patterns.iter().map(|&p| p.to_owned()).collect::<Vec<_>>())
    }
}

impl From<Vec<String>> for Mask {
    fn from(patterns: Vec<String>) -> Self {
        Mask(Expr::Names(Patterns::Owned(patterns)))
    }
}

impl From<&Mask> for Mask {
    fn from(mask: &Mask) -> Self {
        mask.clone()
    }
}

/// What either selects.
impl<M: Into<Mask>> BitOr<M> for Mask {
    type Output = Mask;

    fn bitor(self, other: M) -> Mask {
        Mask(Expr::Or(Box::new(self.0), Box::new(other.into().0)))
    }
}

/// What both select.
impl<M: Into<Mask>> BitAnd<M> for Mask {
    type Output = Mask;

    fn bitand(self, other: M) -> Mask {
        Mask(Expr::And(Box::new(self.0), Box::new(other.into().0)))
    }
}

/// What it does not select.
impl Not for Mask {
    type Output = Mask;

    fn not(self) -> Mask {
        Mask(Expr::Not(Box::new(self.0)))
    }
}

impl fmt::Display for Leaf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Leaf::Pattern(pattern) => f.write_str(pattern),
            Leaf::Type(name) => write!(f, "type {name}"),
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expr::All => f.write_str("all"),
            Expr::None => f.write_str("none"),
            Expr::Names(patterns) => {
                let patterns: Vec<&str> = patterns.iter().collect();
                f.write_str(&patterns.join(", "))
            }
            Expr::Type(name) => Leaf::Type(name).fmt(f),
            Expr::Or(a, b) => write!(f, "({a} | {b})"),
            Expr::And(a, b) => write!(f, "({a} & {b})"),
            Expr::Not(a) => write!(f, "!({a})"),
        }
    }
}

/// The patterns and how they are combined.
impl fmt::Display for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests;
