//! Models to and from files.

use std::path::Path;

use super::safetensors;
use crate::module::{LoadOptions, LoadReport, ModuleExt};
use crate::Result;

/// `save` and `load` for every module.
///
/// # Example
/// ```
/// use taper::io::ModuleIo;
/// # use taper::testing::Toy;
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("net.safetensors");
/// # let (net, other) = (Toy::net()?, Toy::net()?);
/// net.save(&path)?;
/// other.load(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait ModuleIo: ModuleExt {
    /// Writes the state dict to a safetensors file, which is replaced at once.
    ///
    /// # Errors
    /// If the file can't be written.
    fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        safetensors::save_file(&self.state_dict(), path)
    }

    /// Loads a safetensors file strictly: [`load_state_dict`](ModuleExt::load_state_dict).
    ///
    /// # Errors
    /// If the file can't be read, is damaged or does not fit; nothing is changed then.
    fn load(&self, path: impl AsRef<Path>) -> Result<LoadReport> {
        self.load_with(path, LoadOptions::default())
    }

    /// Loads a safetensors file: [`load_state_dict_with`](ModuleExt::load_state_dict_with).
    ///
    /// # Errors
    /// As [`load`](Self::load).
    fn load_with(&self, path: impl AsRef<Path>, options: LoadOptions) -> Result<LoadReport> {
        self.load_state_dict_with(&safetensors::load_file(path)?, options)
    }
}

impl<M: ModuleExt + ?Sized> ModuleIo for M {}
