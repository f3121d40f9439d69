//! The safetensors format: names, shapes and types in a JSON header, then the values.
//!
//! Functions are named as in Python's `safetensors.torch`. The format sorts tensors by type and name; taper notes their order in
//! the header's metadata, so that a state dict comes back as it was. Files of other programs load in the order of their data.
//!
//! Types: `F16`, `BF16`, `F32`, `F64`, `U8`, `U32`, `I16`, `I32`, `I64`; `BOOL` is read as `U8`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, Metadata, SafeTensorError, SafeTensors, TensorView};
use serde_json::{json, Map, Value};

use super::{write_atomic, FileError};
use crate::module::StateDict;
use crate::{DType, Device, Error, Result, Tensor};

/// Text by name that a file carries beside its tensors.
pub type FileMetadata = BTreeMap<String, String>;

/// Where the order of the tensors is kept, one name a line.
const ORDER: &str = "taper.order";

/// A file's tensors and what else it says.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Contents {
    /// The tensors.
    pub state: StateDict,
    /// The metadata, `format` included.
    pub metadata: FileMetadata,
}

/// Writes tensors to a file, which is replaced at once.
///
/// # Errors
/// If the file can't be written, or a tensor's type is none of the format's.
///
/// # Example
/// ```
/// use taper::io::safetensors;
/// use taper::{module::StateDict, Device, Tensor};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("a.safetensors");
/// let state: StateDict = [("weight", Tensor::new(&[1f32, 2.], &Device::Cpu)?)].into_iter().collect();
/// safetensors::save_file(&state, &path)?;
/// let loaded = safetensors::load_file(&path)?;
/// assert_eq!(loaded.get("weight").unwrap().to_vec::<f32>()?, [1., 2.]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn save_file(state: &StateDict, path: impl AsRef<Path>) -> Result<()> {
    save_file_with(state, path, &FileMetadata::new())
}

/// [`save_file`] with metadata.
///
/// # Errors
/// As [`save_file`].
///
/// ```
/// use taper::io::safetensors::{load_file_with, save_file_with};
/// use taper::{module::StateDict, Device};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("a.safetensors");
/// let metadata = [("epoch".to_owned(), "7".to_owned())].into();
/// save_file_with(&StateDict::new(), &path, &metadata)?;
/// assert_eq!(load_file_with(&path, &Device::Cpu)?.metadata["epoch"], "7");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn save_file_with(
    state: &StateDict,
    path: impl AsRef<Path>,
    metadata: &FileMetadata,
) -> Result<()> {
    let path = path.as_ref();
    let layout = Layout::new(state, metadata, path)?;
    // An error of Candle's within the writer, which knows those of files only.
    let mut failed = None;
    let written = write_atomic(path, |file| {
        file.write_all(&layout.header)?;
        for tensor in &layout.tensors {
            match bytes(tensor) {
                Ok(bytes) => file.write_all(&bytes)?,
                Err(error) => {
                    failed = Some(error);
                    return Err(io::Error::other("a tensor could not be read"));
                }
            }
        }
        Ok(())
    });
    failed.map_or(written, Err)
}

/// Tensors as the bytes of a file.
///
/// # Errors
/// If a tensor's type is none of the format's.
///
/// ```
/// use taper::io::safetensors::{load, save};
/// # use taper::{module::ModuleExt, testing::Toy};
/// # let net = Toy::linear(2, 3)?;
/// let bytes = save(&net.state_dict())?;
/// net.load_state_dict(&load(&bytes)?)?;
/// # Ok::<(), taper::Error>(())
/// ```
pub fn save(state: &StateDict) -> Result<Vec<u8>> {
    let layout = Layout::new(state, &FileMetadata::new(), Path::new(""))?;
    let mut out = layout.header;
    for tensor in layout.tensors {
        out.extend(bytes(tensor)?);
    }
    Ok(out)
}

/// Reads a file's tensors, to the CPU.
///
/// # Errors
/// [`Error::Io`] if the file can't be read, [`Error::File`] if it is damaged, is something else, or has tensors of an
/// unknown type.
pub fn load_file(path: impl AsRef<Path>) -> Result<StateDict> {
    Ok(load_file_with(path, &Device::Cpu)?.state)
}

/// Reads a file's tensors, to a device, and its metadata.
///
/// # Errors
/// As [`load_file`].
pub fn load_file_with(path: impl AsRef<Path>, device: &Device) -> Result<Contents> {
    let path = path.as_ref();
    let bytes = fs::read(path).map_err(|source| Error::Io {
        path: path.to_path_buf(),
        source,
    })?;
    parse(&bytes, path, device)
}

/// Tensors from the bytes of a file.
///
/// # Errors
/// As [`load_file`].
pub fn load(bytes: &[u8]) -> Result<StateDict> {
    Ok(parse(bytes, Path::new(""), &Device::Cpu)?.state)
}

/// The header, with its length before it, and the tensors in the order of their data.
struct Layout<'s> {
    header: Vec<u8>,
    tensors: Vec<&'s Tensor>,
}

impl<'s> Layout<'s> {
    fn new(state: &'s StateDict, metadata: &FileMetadata, path: &Path) -> Result<Self> {
        let mut tensors = Vec::with_capacity(state.len());
        for (name, tensor) in state.iter() {
            tensors.push((format_type(tensor, name, path)?, name, tensor));
        }
        // The largest elements first, so that all are aligned; other readers rely on it.
        tensors.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        let mut header = Map::new();
        header.insert(
            "__metadata__".to_owned(),
            json!(with_order(state, metadata)),
        );
        let mut end = 0;
        for (dtype, name, tensor) in &tensors {
            let start = end;
            end += tensor.elem_count() * tensor.dtype().size_in_bytes();
            let entry = json!({
                "dtype": dtype.to_string(),
                "shape": tensor.dims(),
                "data_offsets": [start, end],
            });
            header.insert((*name).to_owned(), entry);
        }
        Ok(Layout {
            header: padded(Value::Object(header).to_string().into_bytes()),
            tensors: tensors.into_iter().map(|(_, _, tensor)| tensor).collect(),
        })
    }
}

/// The metadata with the names in order. `format` is what Python's `safetensors.torch` and its users look for.
fn with_order(state: &StateDict, metadata: &FileMetadata) -> FileMetadata {
    let mut metadata = metadata.clone();
    let order: Vec<&str> = state.names().collect();
    metadata.insert(ORDER.to_owned(), order.join("\n"));
    metadata
        .entry("format".to_owned())
        .or_insert_with(|| "pt".to_owned());
    metadata
}

/// The header after its length, filled up with blanks so that the data starts at a multiple of 8.
fn padded(mut header: Vec<u8>) -> Vec<u8> {
    header.resize(header.len().next_multiple_of(8), b' ');
    let mut out = (header.len() as u64).to_le_bytes().to_vec();
    out.append(&mut header);
    out
}

fn format_type(tensor: &Tensor, name: &str, path: &Path) -> Result<Dtype> {
    Ok(match tensor.dtype() {
        DType::U8 => Dtype::U8,
        DType::U32 => Dtype::U32,
        DType::I16 => Dtype::I16,
        DType::I32 => Dtype::I32,
        DType::I64 => Dtype::I64,
        DType::BF16 => Dtype::BF16,
        DType::F16 => Dtype::F16,
        DType::F32 => Dtype::F32,
        DType::F64 => Dtype::F64,
        other => return Err(unsupported(name, &format!("{other:?}"), path)),
    })
}

fn unsupported(tensor: &str, dtype: &str, path: &Path) -> Error {
    FileError::DType {
        path: path.to_path_buf(),
        tensor: tensor.to_owned(),
        dtype: dtype.to_owned(),
    }
    .into()
}

/// The values in row-major order, little-endian.
fn bytes(tensor: &Tensor) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(tensor.elem_count() * tensor.dtype().size_in_bytes());
    macro_rules! bytes {
        ($($dtype:ident => $element:ty),*) => {
            match tensor.dtype() {
                $(DType::$dtype => {
                    for value in tensor.to_vec::<$element>()? {
                        out.extend_from_slice(&value.to_le_bytes());
                    }
                })*
                other => return Err(unsupported("", &format!("{other:?}"), Path::new(""))),
            }
        };
    }
    bytes!(
        U8 => u8, U32 => u32, I16 => i16, I32 => i32, I64 => i64,
        BF16 => half::bf16, F16 => half::f16, F32 => f32, F64 => f64
    );
    Ok(out)
}

fn parse(bytes: &[u8], path: &Path, device: &Device) -> Result<Contents> {
    let (_, header) =
        SafeTensors::read_metadata(bytes).map_err(|error| explain(&error, bytes, path))?;
    let tensors = SafeTensors::deserialize(bytes).map_err(|error| explain(&error, bytes, path))?;
    let mut metadata: FileMetadata = header
        .metadata()
        .clone()
        .unwrap_or_default()
        .into_iter()
        .collect();
    let mut state = StateDict::new();
    for name in ordered(&header, metadata.remove(ORDER)) {
        let view = tensors
            .tensor(&name)
            .map_err(|error| explain(&error, bytes, path))?;
        state.insert(name.as_str(), tensor(&name, &view, path, device)?);
    }
    Ok(Contents { state, metadata })
}

/// The names in the order that the file notes, if it does and has not been changed since, else in the order of the data.
fn ordered(header: &Metadata, noted: Option<String>) -> Vec<String> {
    let by_place = header.offset_keys();
    let noted: Vec<String> = noted
        .map(|order| order.split('\n').map(str::to_owned).collect())
        .unwrap_or_default();
    let (mut a, mut b) = (by_place.clone(), noted.clone());
    a.sort_unstable();
    b.sort_unstable();
    if a == b {
        noted
    } else {
        by_place
    }
}

fn tensor(name: &str, view: &TensorView<'_>, path: &Path, device: &Device) -> Result<Tensor> {
    let dtype = match view.dtype() {
        Dtype::U8 | Dtype::BOOL => DType::U8,
        Dtype::U32 => DType::U32,
        Dtype::I16 => DType::I16,
        Dtype::I32 => DType::I32,
        Dtype::I64 => DType::I64,
        Dtype::BF16 => DType::BF16,
        Dtype::F16 => DType::F16,
        Dtype::F32 => DType::F32,
        Dtype::F64 => DType::F64,
        other => return Err(unsupported(name, &other.to_string(), path)),
    };
    let data = candle_core::Tensor::from_raw_buffer(view.data(), dtype, view.shape(), device)?;
    Ok(data.into())
}

const CONVERT: &str =
    "convert it in Python: `safetensors.torch.save_file(torch.load(\"net.pt\"), \"net.safetensors\")`";
const FETCH: &str = "check the path, or copy or download the file again";

/// What the format's library finds wrong, in terms of the file.
fn explain(error: &SafeTensorError, bytes: &[u8], path: &Path) -> Error {
    let path: PathBuf = path.to_path_buf();
    let found = bytes.len() as u64;
    let not = |reason: String, help| FileError::NotSafetensors {
        path: path.clone(),
        reason,
        help,
    };
    let header = bytes
        .first_chunk()
        .map(|length| u64::from_le_bytes(*length));
    let error = match (error, header) {
        _ if bytes.starts_with(b"PK") || bytes.starts_with(b"\x80\x02") => {
            not("it looks like a PyTorch `.pt` file".to_owned(), CONVERT)
        }
        (SafeTensorError::HeaderTooSmall, _) => FileError::WrongLength {
            path,
            expected: 8,
            found,
        },
        (SafeTensorError::InvalidHeaderLength, Some(length)) if bytes.get(8) == Some(&b'{') => {
            FileError::WrongLength {
                path,
                expected: length.saturating_add(8),
                found,
            }
        }
        (SafeTensorError::MetadataIncompleteBuffer, Some(length)) => FileError::WrongLength {
            path,
            expected: data_end(bytes, length)
                .saturating_add(length)
                .saturating_add(8),
            found,
        },
        (SafeTensorError::InvalidHeaderLength | SafeTensorError::HeaderTooLarge, _) => not(
            "its first 8 bytes are no length of a header".to_owned(),
            FETCH,
        ),
        (other, _) => not(other.to_string(), FETCH),
    };
    error.into()
}

/// Where the data should end, by a header that is otherwise in order.
fn data_end(bytes: &[u8], length: u64) -> u64 {
    let header = usize::try_from(length).ok();
    let header = header.and_then(|length| bytes.get(8..8usize.saturating_add(length)));
    let header =
        header.and_then(|header| serde_json::from_slice::<Map<String, Value>>(header).ok());
    let ends = header.iter().flat_map(Map::values);
    let ends = ends.filter_map(|entry| entry.get("data_offsets")?.get(1)?.as_u64());
    ends.max().unwrap_or_default()
}

#[cfg(test)]
#[path = "safetensors_tests.rs"]
mod tests;
