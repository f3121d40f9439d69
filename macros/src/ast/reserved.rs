//! Names that generated code takes.

use super::plain_name;
use syn::Ident;

/// Methods that every model has. A field of that name could not be told from them in `self.name(x)`.
pub(crate) const METHODS: &[&str] = &[
    "forward",
    "trace",
    "config",
    "init",
    "parameters",
    "named_parameters",
    "buffers",
    "named_buffers",
    "state_dict",
    "load_state_dict",
    "train",
    "eval",
    "is_training",
    "to",
    "clone",
    "freeze",
    "unfreeze",
    "train_only",
    "mask_of",
    "zero_grad",
    "summary",
    "visit",
    "children",
];

/// Associated constants that every model has, in the spelling of a mask's declaration.
pub(crate) const CONSTANTS: &[&str] = &["params", "macs", "trace", "rule", "name"];

/// Whether generated code has a method of this name.
pub(crate) fn is_reserved_method(ident: &Ident) -> bool {
    METHODS.contains(&plain_name(ident).as_str())
}

/// Whether a mask of this name would clash with a generated constant.
pub(crate) fn is_reserved_constant(ident: &Ident) -> bool {
    CONSTANTS.contains(&plain_name(ident).to_lowercase().as_str())
}

/// Whether the name starts with `__`, as what the macros add does.
pub(crate) fn is_reserved_prefix(ident: &Ident) -> bool {
    plain_name(ident).starts_with("__")
}
