//! What can go wrong with names, masks and state dicts.

use super::names::or_list;
use super::LoadReport;

/// An error of a module tree.
///
/// # Example
/// ```
/// use taper::module::{ModuleError, ModuleExt};
/// use taper::Error;
/// # use taper::testing::Toy;
/// # let net = Toy::net()?;
/// let error = net.get_submodule("fc3").err();
/// assert!(matches!(error, Some(Error::Module(ModuleError::NoSuchName { kind: "module", .. }))));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModuleError {
    /// No member of the model has this path.
    #[error("{model} has no {kind} `{path}`{}", nearest_line(nearest))]
    NoSuchName {
        /// The model's type.
        model: &'static str,
        /// What was looked for: a module, parameter or buffer.
        kind: &'static str,
        /// The path.
        path: String,
        /// Paths that exist, the nearest first.
        nearest: Vec<String>,
    },

    /// A state dict does not fit the model; nothing was changed.
    #[error("the state dict does not fit {model}: {report}{}", load_help(report))]
    StateDict {
        /// The model's type.
        model: &'static str,
        /// The names that don't fit.
        report: Box<LoadReport>,
    },

    /// A part of a mask, or all of it, selects nothing in the model: most likely a misspelt name.
    #[error(
        "the mask `{part}` matches nothing in {model}{}",
        nearest_line(nearest)
    )]
    EmptyMask {
        /// The model's type.
        model: &'static str,
        /// The pattern or mask.
        part: String,
        /// Patterns that match something, the nearest first.
        nearest: Vec<String>,
    },

    /// The module has no hooks: it is a mere container of modules or tensors, which is never called itself.
    #[error(
        "`{path}` is a {module}, which is never called itself{}",
        callable_line(callable)
    )]
    NoHooks {
        /// The module's path.
        path: String,
        /// The module's type.
        module: &'static str,
        /// Paths of modules that are called: those in the container or, if there are none, the nearest others.
        callable: Vec<String>,
    },

    /// A module behind an `Arc` can't be changed while it is shared.
    #[error(
        "{module} is shared by an `Arc`, so its type and device can't be changed\n  help: convert it before it is shared"
    )]
    Shared {
        /// The module's type.
        module: &'static str,
    },
}

fn nearest_line(nearest: &[String]) -> String {
    if nearest.is_empty() {
        return String::new();
    }
    format!("\n  help: did you mean {}?", or_list(nearest))
}

fn callable_line(callable: &[String]) -> String {
    if callable.is_empty() {
        return String::new();
    }
    format!("\n  help: register the hook on {}", or_list(callable))
}

fn load_help(report: &LoadReport) -> &'static str {
    if !report.mismatched.is_empty() {
        "\n  help: `LoadOptions::default().except(\"…\")` leaves out a replaced layer"
    } else if report.missing.is_empty() || report.unexpected.is_empty() {
        "\n  help: `LoadOptions::default().strict(false)` loads what is there"
    } else {
        "\n  help: is it of another model? `StateDict::rename` changes names, and `LoadOptions::default().strict(false)` loads \
         those that match"
    }
}
