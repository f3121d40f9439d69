//! Data sets and the loader that makes batches of them (`torch.utils.data`).
//!
//! A [`Dataset`] is a number of samples, each reached by its index; a [`DataLoader`] visits them in batches, in order or
//! shuffled, and puts the batches on a device.
//!
//! ```
//! use taper::data::{random_split, DataLoader, Dataset, TensorDataset};
//! use taper::{DType, Device, Tensor};
//!
//! let x = Tensor::rand([100, 3], DType::F32, &Device::Cpu)?;
//! let y = Tensor::zeros([100], DType::I64, &Device::Cpu)?;
//! let [train, valid] = random_split(TensorDataset::new((x, y))?, [0.8, 0.2], 42)?;
//! let train = DataLoader::new(train, 32)?.shuffle(true);
//! let valid = DataLoader::new(valid, 32)?;
//! for epoch in 0..2 {
//!     for batch in &train {
//!         let (x, y) = batch?;
//!     }
//! }
//! # Ok::<(), taper::Error>(())
//! ```

mod collate;
mod concat;
mod dataset;
mod error;
mod idx;
mod loader;
mod map;
mod mnist;
mod normalize;
mod sampler;
mod subset;
mod tensor_dataset;
#[cfg(test)]
mod testing;

pub use collate::{Collate, CollateFn, CollateWith, Stack};
pub use concat::ConcatDataset;
pub use dataset::{Dataset, Labelled};
pub use error::DataError;
pub use idx::{Idx, IdxType};
pub use loader::{Batches, DataLoader, LoaderState};
pub use map::{Map, TargetTransform, Transform};
pub use mnist::{Mnist, Split, FASHION_MNIST_CLASSES};
pub use normalize::Normalize;
pub use sampler::{RandomSampler, Sampler, SequentialSampler};
pub use subset::{random_split, SplitLength, Subset};
pub use tensor_dataset::{TensorDataset, Tensors};
