//! The one error type of the crate.
//!
//! Errors carry data rather than prose, so that a program can match on them; their `Display` is what a
//! person reads: what was expected, what came, and a `help:` line where there is an obvious way out.

use std::fmt;
use std::path::PathBuf;

use candle_core::{DType, Shape};

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong when the library is used; bad input never panics.
///
/// Its `Debug` is the text of its `Display`, since that is what `fn main() -> taper::Result<()>` and `unwrap` show people.
///
/// # Example
/// ```
/// use taper::{DType, Device, Error, Tensor};
///
/// let a = Tensor::zeros([2, 3], DType::F32, &Device::Cpu)?;
/// let b = Tensor::zeros([4], DType::F32, &Device::Cpu)?;
/// assert!(matches!(a.add(&b), Err(Error::Op { op: "add", .. })));
/// # Ok::<(), Error>(())
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Candle refused, for a reason that taper has no better words for.
    #[error(transparent)]
    Candle(#[from] candle_core::Error),

    /// The tensors given to an operation don't fit it or each other.
    #[error("{op}: {message}{}", help_line(help))]
    Op {
        /// The operation, by its method name.
        op: &'static str,
        /// What was expected and what came.
        message: String,
        /// What to write instead, where that is obvious.
        help: Option<String>,
    },

    /// An argument (not a tensor) has a value that its receiver does not allow.
    #[error("{at}: `{name}` is {value}, but expected {expected}")]
    Argument {
        /// The operation, layer or function.
        at: String,
        /// The argument's name.
        name: &'static str,
        /// What was passed.
        value: String,
        /// What is allowed.
        expected: String,
    },

    /// `backward` reached a part of the graph that an earlier `backward` has used up.
    #[error(
        "backward: the graph below `{op}` was freed by an earlier backward\n  help: compute the loss again, or run \
         the first one as `backward_with(BackwardOptions::default().retain_graph(true))`"
    )]
    GraphFreed {
        /// The operation whose saved values are gone.
        op: &'static str,
    },

    /// A value that the gradient of `op` needs was changed in place after the forward pass.
    #[error(
        "backward of {op}: {owner} was changed in place between forward and backward (version {found}, expected \
         {expected})\n  help: call `backward` before the parameter is updated"
    )]
    ChangedInPlace {
        /// The operation that had saved the value.
        op: &'static str,
        /// The parameter or buffer, by name where it has one.
        owner: String,
        /// Its version when it was saved.
        expected: u64,
        /// Its version now.
        found: u64,
    },

    /// `backward` without a gradient starts from one number only.
    #[error(
        "backward: a gradient is implied for one element only, but the tensor has shape {shape:?}\n  help: reduce it \
         with `sum` or `mean`, or pass `BackwardOptions::default().gradient(…)`"
    )]
    BackwardNonScalar {
        /// The tensor's shape.
        shape: Shape,
    },

    /// Nothing upstream of the tensor needs a gradient, or it was computed under `no_grad`.
    #[error(
        "backward: the tensor does not need a gradient: nothing it was computed from has `requires_grad` set (or it \
         was computed under `no_grad`)"
    )]
    NoGradNeeded,

    /// A gradient does not have its tensor's shape or type; from an operation's own gradient this is a bug in it.
    #[error("gradient of {at}: expected shape {expected:?} of {expected_dtype:?}, but it has shape {found:?} of {found_dtype:?}")]
    Gradient {
        /// What the gradient belongs to.
        at: String,
        /// The tensor's shape.
        expected: Shape,
        /// The gradient's shape.
        found: Shape,
        /// The tensor's type.
        expected_dtype: DType,
        /// The gradient's type.
        found_dtype: DType,
    },

    /// The handle's parameter has since moved to another type or device through another handle.
    #[error(
        "{name} has moved to another type or device since this handle was taken\n  help: build the optimizer after \
         `to_dtype` and `to_device`"
    )]
    Moved {
        /// The parameter.
        name: String,
    },

    /// The layers of a network don't fit each other or their input.
    #[error("{}{}", at_path(at), message.replace("\nhelp: ", HELP))]
    Shape {
        /// Path of the layer, or type of the model; empty where the message names it.
        at: String,
        /// What was expected, what came, what to do.
        message: String,
    },

    /// A loss that training can't go on from.
    #[error(
        "step {step}: the loss is {loss}, so its gradients would ruin the weights\n  help: lower the learning rate, check the \
         inputs for NaN and infinity, and the loss for the logarithm of 0 or a division by 0"
    )]
    NotFinite {
        /// The step, as the training loop counts them.
        step: usize,
        /// NaN or an infinity.
        loss: f64,
    },

    /// A parameter was given to an optimizer twice, in one group or in two.
    #[error(
        "{optimizer}: {name} is in a parameter group already\n  help: give the optimizer each parameter once; tied \
         weights count as one"
    )]
    DuplicateParam {
        /// The optimizer.
        optimizer: &'static str,
        /// The parameter.
        name: String,
    },

    /// A file could not be read or written.
    #[error("{}: {source}{}", path.display(), io_help(source))]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },

    /// Data can't be used: a file, a label, an index, the shape of a sample.
    #[error(transparent)]
    Data(#[from] crate::data::DataError),

    /// A name, mask or state dict does not fit a model.
    #[error(transparent)]
    Module(#[from] crate::module::ModuleError),

    /// A file of weights is damaged or is something else.
    #[error(transparent)]
    File(#[from] crate::io::FileError),

    /// An error inside a model, with the path of the layer it happened in.
    #[error("{path}: {source}")]
    Context {
        /// The path from the model's root (`layer1.0.conv1`).
        path: String,
        /// What happened there.
        source: Box<Error>,
    },
}

fn at_path(at: &str) -> String {
    if at.is_empty() {
        String::new()
    } else {
        format!("`{at}`: ")
    }
}

/// What a line of help begins with; in const evaluation it isn't indented, since rustc does that.
const HELP: &str = "\n  help: ";

fn help_line(help: &Option<String>) -> String {
    help.as_ref()
        .map(|help| format!("{HELP}{help}"))
        .unwrap_or_default()
}

fn io_help(source: &std::io::Error) -> &'static str {
    match source.kind() {
        std::io::ErrorKind::NotFound => "\n  help: check the path; directories are not created",
        _ => "",
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error {
    /// The tensors given to `op` don't fit it.
    ///
    /// ```
    /// let error = taper::Error::op("softmax", "expected a float tensor, but it has type U8").help("call `to_dtype` first");
    /// assert!(error.to_string().ends_with("help: call `to_dtype` first"));
    /// ```
    pub fn op(op: &'static str, message: impl Into<String>) -> Self {
        Error::Op {
            op,
            message: message.into(),
            help: None,
        }
    }

    /// The same error with a `help:` line; errors of other kinds have their own and stay as they are.
    ///
    /// ```
    /// let error = taper::Error::op("item", "more than one element").help("call `to_vec`");
    /// assert_eq!(error.to_string(), "item: more than one element\n  help: call `to_vec`");
    /// ```
    #[must_use]
    pub fn help(self, line: impl Into<String>) -> Self {
        match self {
            Error::Op { op, message, .. } => Error::Op {
                op,
                message,
                help: Some(line.into()),
            },
            other => other,
        }
    }

    /// The layer at path `at` doesn't fit.
    ///
    /// ```
    /// let error = taper::Error::shape("fc1", "Linear expects 784 input features, but its input has shape [64, 100]");
    /// assert!(error.to_string().starts_with("`fc1`: Linear expects"));
    /// ```
    pub fn shape(at: impl Into<String>, message: impl Into<String>) -> Self {
        Error::Shape {
            at: at.into(),
            message: message.into(),
        }
    }

    /// The argument `name` of `at` is `value`, which is not what is `expected`.
    ///
    /// ```
    /// let error = taper::Error::argument("dropout", "p", 1.5, "a number from 0 to 1");
    /// assert_eq!(error.to_string(), "dropout: `p` is 1.5, but expected a number from 0 to 1");
    /// ```
    pub fn argument(
        at: impl Into<String>,
        name: &'static str,
        value: impl std::fmt::Debug,
        expected: impl Into<String>,
    ) -> Self {
        Error::Argument {
            at: at.into(),
            name,
            value: format!("{value:?}"),
            expected: expected.into(),
        }
    }

    /// The same error, said to have happened in the layer `path`; the paths of nested layers are joined by dots.
    ///
    /// ```
    /// let error = taper::Error::op("add", "shapes differ").context("conv1").context("layer1");
    /// assert_eq!(error.to_string(), "layer1.conv1: add: shapes differ");
    /// ```
    #[must_use]
    pub fn context(self, path: impl Into<String>) -> Self {
        let mut outer = path.into();
        match self {
            Error::Context { path, source } => {
                outer.push('.');
                outer.push_str(&path);
                Error::Context {
                    path: outer,
                    source,
                }
            }
            other => Error::Context {
                path: outer,
                source: Box::new(other),
            },
        }
    }

    /// Fills in which operation was running, for errors raised by what the operation had saved.
    pub(crate) fn in_op(self, name: &'static str) -> Self {
        match self {
            Error::ChangedInPlace {
                owner,
                expected,
                found,
                ..
            } => Error::ChangedInPlace {
                op: name,
                owner,
                expected,
                found,
            },
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_send_sync<T: Send + Sync + 'static>() {}

    #[test]
    fn errors_cross_threads_and_keep_their_source() {
        is_send_sync::<Error>();
        let error = Error::op("add", "no").context("fc1");
        let source = std::error::Error::source(&error).map(ToString::to_string);
        assert_eq!(source.as_deref(), Some("add: no"));
    }

    #[test]
    fn main_and_unwrap_show_the_message_with_its_help() {
        let error = Error::shape("", "Linear expects floats\nhelp: convert them");
        let text = "Linear expects floats\n  help: convert them";
        assert_eq!(
            (format!("{error:?}"), error.to_string()),
            (text.into(), text.into())
        );
    }
}
