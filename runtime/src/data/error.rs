//! What can be wrong with data: the file, the field, what was expected and what came.

use std::path::PathBuf;

use candle_core::Shape;

/// Data that can't be used, with what to do about it.
///
/// # Example
/// ```
/// use taper::data::{DataError, Mnist, Split};
/// use taper::Error;
///
/// let error = Mnist::open("/nowhere", Split::Train);
/// assert!(matches!(error, Err(Error::Data(DataError::Missing { .. }))));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// None of the names under which a file may stand exists.
    #[error(
        "{} not found in {}\n  help: give the directory that holds the data set's own files, gzipped or not; taper's \
         `scripts/fetch` downloads and checks them", names.join(" or "), directory.display()
    )]
    Missing {
        /// Where it was looked for.
        directory: PathBuf,
        /// The names it may have.
        names: Vec<String>,
    },

    /// The file doesn't start as an IDX file does.
    #[error(
        "{file}: not an IDX file: it starts with {}, expected 00 00, an element type (08, 09, 0b, 0c, 0d or \
         0e) and the number of dimensions (1 to 8)\n  help: {}", hex(start), magic_help(start)
    )]
    Magic {
        /// The file.
        file: String,
        /// Its first four bytes (fewer if it has fewer).
        start: Vec<u8>,
    },

    /// The file ends before what its header promises.
    #[error(
        "{file}: truncated: the header announces {expected} bytes, but there are {found}\n  help: fetch the file again"
    )]
    Truncated {
        /// The file.
        file: String,
        /// The size the header asks for, header included.
        expected: u64,
        /// The size there is, or the most that the compressed bytes can become.
        found: u64,
    },

    /// The file goes on after what its header promises.
    #[error(
        "{file}: the header announces {expected} bytes, but more follow\n  help: the file is damaged or not what its \
         name says; fetch it again"
    )]
    TrailingBytes {
        /// The file.
        file: String,
        /// The size the header asks for, header included.
        expected: u64,
    },

    /// The compressed bytes are not what was compressed.
    #[error("{file}: damaged: {source}\n  help: fetch the file again")]
    Damaged {
        /// The file.
        file: String,
        /// What the decompressor found.
        source: std::io::Error,
    },

    /// The file has another shape or element type than its role asks for.
    #[error("{file}: expected {expected}, but it holds {found}\n  help: check that the files were not swapped")]
    Layout {
        /// The file.
        file: String,
        /// What is needed.
        expected: &'static str,
        /// What is there.
        found: String,
    },

    /// There are not as many labels as images.
    #[error(
        "{images} holds {image_count} images, but {labels} holds {label_count} labels\n  help: take both files from \
         the same split of the same data set"
    )]
    CountMismatch {
        /// The file of the images.
        images: String,
        /// Its number of images.
        image_count: usize,
        /// The file of the labels.
        labels: String,
        /// Its number of labels.
        label_count: usize,
    },

    /// A label that is no class.
    #[error(
        "{file}: the label of sample {index} is {label}, but there are {classes} classes (0 to {})\n  help: fetch the file again, or \
         give the right number of classes", classes.saturating_sub(1)
    )]
    LabelOutOfRange {
        /// The file or data set.
        file: String,
        /// The sample's index.
        index: usize,
        /// Its label.
        label: i64,
        /// The number of classes.
        classes: usize,
    },

    /// There is no sample of that index.
    #[error("index {index} is out of range for a data set of {len} samples")]
    IndexOutOfRange {
        /// The index asked for.
        index: usize,
        /// The number of samples.
        len: usize,
    },

    /// A data set without samples where there must be some.
    #[error(
        "{at}: the data set is empty\n  help: check the path, or the split that left nothing over"
    )]
    Empty {
        /// Who asked for samples.
        at: &'static str,
    },

    /// The tensors of one data set differ in their first dimension.
    #[error(
        "TensorDataset: tensor {index} has shape {found:?}, but the first one has {expected} samples\n  help: all \
         tensors need the same first dimension"
    )]
    FirstDimension {
        /// Which tensor, counted from 0.
        index: usize,
        /// Its shape.
        found: Shape,
        /// The first tensor's first dimension.
        expected: usize,
    },

    /// The samples of one batch can't be stacked.
    #[error(
        "batch: sample {index} has shape {found:?}, but sample 0 has {expected:?}\n  help: bring the samples to one \
         shape in a `transform`, or give the loader its own `collate`"
    )]
    Ragged {
        /// Which sample of the batch, counted from 0.
        index: usize,
        /// Its shape.
        found: Shape,
        /// The first sample's shape.
        expected: Shape,
    },
}

fn hex(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "nothing".into();
    }
    bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// What the first bytes of a file that is no IDX file say about it.
fn magic_help(start: &[u8]) -> &'static str {
    match start {
        [b'<', ..] => {
            "this looks like a web page saved in the file's place; download the file again"
        }
        [b'P', b'K', ..] => "this is a zip archive; unpack it first",
        [] => "the file is empty; download it again",
        _ => "check the path, or download the file again",
    }
}
