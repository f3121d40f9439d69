//! The IDX format of MNIST: a header of four bytes and the dimensions, then the elements, big-endian.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use candle_core::Device;
use flate2::read::MultiGzDecoder;

use super::DataError;
use crate::{Error, Result, Tensor};

/// The largest ratio that DEFLATE reaches, rounded up: no header can promise more than this times the compressed size.
const MAX_DEFLATE_RATIO: u64 = 1040;

/// More dimensions than anybody stores; keeps the header small.
const MAX_RANK: u8 = 8;

/// The element types of IDX files.
///
/// ```
/// use taper::data::{Idx, IdxType};
/// let file = [0, 0, 0x08, 1, 0, 0, 0, 3, 7, 8, 9]; // one dimension of three unsigned bytes
/// let idx = Idx::from_bytes("labels", &file)?;
/// assert_eq!(idx.element_type(), IdxType::U8);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdxType {
    /// Unsigned bytes (08).
    U8,
    /// Signed bytes (09).
    I8,
    /// Signed integers of 16 bits (0b).
    I16,
    /// Signed integers of 32 bits (0c).
    I32,
    /// Floats of 32 bits (0d).
    F32,
    /// Floats of 64 bits (0e).
    F64,
}

impl IdxType {
    fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0x08 => IdxType::U8,
            0x09 => IdxType::I8,
            0x0b => IdxType::I16,
            0x0c => IdxType::I32,
            0x0d => IdxType::F32,
            0x0e => IdxType::F64,
            _ => return None,
        })
    }

    fn size(self) -> u64 {
        match self {
            IdxType::U8 | IdxType::I8 => 1,
            IdxType::I16 => 2,
            IdxType::I32 | IdxType::F32 => 4,
            IdxType::F64 => 8,
        }
    }
}

/// An array read from an IDX file, plain or gzipped: its first bytes tell which, not its name.
///
/// What the header announces is compared with the bytes there are before any memory is taken for it.
///
/// # Example
/// ```
/// use taper::data::Idx;
///
/// let bytes = [0, 0, 0x0b, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xff, 0x01, 0x00];
/// let idx = Idx::from_bytes("numbers", &bytes)?;
/// assert_eq!(idx.shape(), [1, 2]);
/// assert_eq!(idx.to_tensor(&taper::Device::Cpu)?.to_vec2::<i16>()?, [[-1, 256]]);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Idx {
    name: String,
    kind: IdxType,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl Idx {
    /// Reads a file.
    ///
    /// # Errors
    /// If it can't be read, is not an IDX file, or is longer or shorter than its header says.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let failed = |source| Error::Io {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(failed)?;
        let len = file.metadata().map_err(failed)?.len();
        Self::detect(path.display().to_string(), file, len)
    }

    /// Reads the bytes of a file, for data that a program embeds (`include_bytes!`). The name stands in errors.
    ///
    /// # Errors
    /// If they are not those of an IDX file, or more or fewer than the header says.
    pub fn from_bytes(name: impl Into<String>, bytes: &[u8]) -> Result<Self> {
        Self::detect(name.into(), bytes, bytes.len() as u64)
    }

    /// Reads a plain or gzipped stream of `len` bytes.
    fn detect(name: String, mut stream: impl Read, len: u64) -> Result<Self> {
        let start = read_up_to(&name, &mut stream, 2)?;
        let gzipped = start == [0x1f, 0x8b];
        let stream = start.as_slice().chain(stream);
        if gzipped {
            Self::read(
                name,
                MultiGzDecoder::new(stream),
                len.saturating_mul(MAX_DEFLATE_RATIO),
            )
        } else {
            Self::read(name, stream, len)
        }
    }

    /// Reads an array from a stream that can't have more than `limit` bytes.
    fn read(name: String, mut stream: impl Read, limit: u64) -> Result<Self> {
        let (kind, shape, header) = read_header(&name, &mut stream)?;
        let expected = shape
            .iter()
            .try_fold(kind.size(), |size, &dim| size.checked_mul(dim as u64))
            .and_then(|size| size.checked_add(header))
            .unwrap_or(u64::MAX);
        if expected > limit {
            return Err(DataError::Truncated {
                file: name,
                expected,
                found: limit,
            }
            .into());
        }
        let bytes = read_up_to(&name, &mut stream, expected - header)?;
        let found = header + bytes.len() as u64;
        if found < expected {
            return Err(DataError::Truncated {
                file: name,
                expected,
                found,
            }
            .into());
        }
        // One byte more than there should be; reading to the end also checks gzip's checksum.
        match stream.read(&mut [0]) {
            Ok(0) => Ok(Idx {
                name,
                kind,
                shape,
                bytes,
            }),
            Ok(_) => Err(DataError::TrailingBytes {
                file: name,
                expected,
            }
            .into()),
            Err(source) => Err(unreadable(&name, source)),
        }
    }

    /// The file's path, or the name given to [`from_bytes`](Idx::from_bytes).
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The element type.
    pub fn element_type(&self) -> IdxType {
        self.kind
    }

    /// The size of each dimension.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The elements as the file has them, big-endian.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The elements as the file has them, big-endian.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The array as a tensor of the same type; signed bytes, which tensors don't have, become `I16`.
    ///
    /// # Errors
    /// If the device refuses.
    pub fn to_tensor(&self, device: &Device) -> Result<Tensor> {
        let (bytes, shape) = (&self.bytes, self.shape.as_slice());
        match self.kind {
            IdxType::U8 => Tensor::from_vec(bytes.clone(), shape, device),
            IdxType::I8 => Tensor::from_vec(
                elements(bytes, |[byte]| i16::from(byte as i8)),
                shape,
                device,
            ),
            IdxType::I16 => Tensor::from_vec(elements(bytes, i16::from_be_bytes), shape, device),
            IdxType::I32 => Tensor::from_vec(elements(bytes, i32::from_be_bytes), shape, device),
            IdxType::F32 => Tensor::from_vec(elements(bytes, f32::from_be_bytes), shape, device),
            IdxType::F64 => Tensor::from_vec(elements(bytes, f64::from_be_bytes), shape, device),
        }
    }
}

fn elements<T, const N: usize>(bytes: &[u8], convert: impl Fn([u8; N]) -> T) -> Vec<T> {
    bytes
        .as_chunks()
        .0
        .iter()
        .map(|&chunk| convert(chunk))
        .collect()
}

/// The element type, the shape and the header's length.
fn read_header(name: &str, stream: &mut impl Read) -> Result<(IdxType, Vec<usize>, u64)> {
    let start = read_up_to(name, stream, 4)?;
    let (kind, rank) = match start[..] {
        [0, 0, code, rank @ 1..=MAX_RANK] => (IdxType::from_code(code), u64::from(rank)),
        _ => (None, 0),
    };
    let Some(kind) = kind else {
        return Err(DataError::Magic {
            file: name.into(),
            start,
        }
        .into());
    };
    let dims = read_up_to(name, stream, 4 * rank)?;
    let (expected, found) = (4 + 4 * rank, 4 + dims.len() as u64);
    if found < expected {
        return Err(DataError::Truncated {
            file: name.into(),
            expected,
            found,
        }
        .into());
    }
    Ok((
        kind,
        elements(&dims, |dim| u32::from_be_bytes(dim) as usize),
        expected,
    ))
}

/// The next `count` bytes, or fewer where the stream ends, be it in the middle of its compressed form.
///
/// The memory grows with what comes: a stream that ends early never takes what its header promised.
fn read_up_to(name: &str, stream: &mut impl Read, count: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match stream.take(count).read_to_end(&mut bytes) {
        Err(source) if source.kind() != io::ErrorKind::UnexpectedEof => {
            Err(unreadable(name, source))
        }
        _ => Ok(bytes),
    }
}

/// Whether the decompressor or the file system is to blame.
fn unreadable(name: &str, source: io::Error) -> Error {
    match source.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            DataError::Damaged {
                file: name.into(),
                source,
            }
            .into()
        }
        _ => Error::Io {
            path: name.into(),
            source,
        },
    }
}

#[cfg(test)]
mod tests;
