//! What can be wrong with a file of weights.

use std::path::{Path, PathBuf};

/// A file, or bytes, that are not what they should be. That it can't be read or written is [`Error::Io`](crate::Error::Io).
///
/// # Example
/// ```
/// use taper::io::{safetensors, FileError};
/// let error = safetensors::load(b"hello, world").unwrap_err();
/// assert!(matches!(error, taper::Error::File(FileError::NotSafetensors { .. })));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The file ends early, or something follows where it should end.
    #[error(
        "{}: truncated or damaged: {expected} bytes are needed, but there are {found}\n  help: copy or download the file \
         again",
        place(path)
    )]
    WrongLength {
        /// The file; empty for bytes in memory.
        path: PathBuf,
        /// How many bytes its header asks for.
        expected: u64,
        /// How many there are.
        found: u64,
    },

    /// The bytes are something else.
    #[error("{}: not a safetensors file: {reason}\n  help: {help}", place(path))]
    NotSafetensors {
        /// The file; empty for bytes in memory.
        path: PathBuf,
        /// How it can be told.
        reason: String,
        /// Where to get one.
        help: &'static str,
    },

    /// A tensor has a type of elements that is not known here.
    #[error(
        "{}: tensor `{tensor}` has type {dtype}, which is not supported\n  help: save it in another type, such as F32",
        place(path)
    )]
    DType {
        /// The file; empty for bytes in memory.
        path: PathBuf,
        /// The tensor.
        tensor: String,
        /// Its type, as the format names it.
        dtype: String,
    },
}

/// The file's name, or that there is none.
fn place(path: &Path) -> String {
    if path.as_os_str().is_empty() {
        "safetensors bytes".to_owned()
    } else {
        path.display().to_string()
    }
}
