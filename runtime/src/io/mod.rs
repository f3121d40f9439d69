//! Files: weights of models, written so that a crash leaves the old file or the new one.

mod atomic;
mod error;
mod module_io;
pub mod safetensors;

pub use atomic::write_atomic;
pub use error::FileError;
pub use module_io::ModuleIo;
