//! MNIST and the data sets that come in its format (Fashion-MNIST, KMNIST, EMNIST).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use candle_core::Device;

use super::dataset::check_index;
use super::idx::{Idx, IdxType};
use super::{DataError, Dataset, Labelled};
use crate::{Result, Tensor};

/// The names of Fashion-MNIST's classes.
pub const FASHION_MNIST_CLASSES: [&str; 10] = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
];

/// The number of classes that [`Mnist::open`] and [`Mnist::from_bytes`] check labels against.
const CLASSES: usize = 10;

/// Which half of a data set.
///
/// ```no_run
/// use taper::data::{Dataset, Mnist, Split};
/// let test = Mnist::open("mnist", Split::Test)?;
/// assert_eq!(test.len(), 10_000);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Split {
    /// The samples to learn from.
    Train,
    /// The samples to be judged by.
    Test,
}

/// Grey images with a class each, in MNIST's format (`torchvision.datasets.MNIST`, `FashionMNIST`).
///
/// A sample is the image, `f32` in `[0, 1]` of shape `[1, H, W]` (28 by 28 in MNIST), and its class, an `i64` from 0 to 9; a batch
/// is `[N, 1, H, W]` and `[N]`. The pixels are kept as bytes and shared between clones.
///
/// # Example
/// ```no_run
/// use taper::data::{DataLoader, Mnist, Split};
///
/// let train = Mnist::open("fashion-mnist", Split::Train)?;
/// for batch in &DataLoader::new(train, 64)?.shuffle(true) {
///     let (images, classes) = batch?;
/// }
/// # Ok::<(), taper::Error>(())
/// ```
///
/// Data that travels inside the program:
/// ```
/// use taper::data::{Dataset, Labelled, Mnist, FASHION_MNIST_CLASSES};
///
/// # macro_rules! path { ($name:literal) => { concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/fashion-mnist/", $name) } }
/// let test = Mnist::from_bytes(
///     include_bytes!(path!("t10k-images-idx3-ubyte.gz")),
///     include_bytes!(path!("t10k-labels-idx1-ubyte.gz")),
/// )?;
/// let (image, class) = test.get(0)?;
/// assert_eq!(image.dims(), [1, 28, 28]);
/// assert_eq!(FASHION_MNIST_CLASSES[class as usize], "Ankle boot");
/// assert_eq!(test.class_counts()?[&9], 188);
/// # Ok::<(), taper::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Mnist {
    pixels: Arc<[u8]>,
    labels: Arc<[u8]>,
    height: usize,
    width: usize,
}

impl Mnist {
    /// Reads `train-images-idx3-ubyte` and `train-labels-idx1-ubyte` (`t10k-…` for [`Split::Test`]) from a directory, plain or
    /// with the ending `.gz`.
    ///
    /// # Errors
    /// If a file is missing, damaged or not what its name says, there are not as many labels as images, or a label is above 9.
    ///
    /// ```
    /// use taper::data::{Dataset, Mnist, Split};
    ///
    /// # let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/fashion-mnist");
    /// let train = Mnist::open(directory, Split::Train)?;
    /// assert_eq!((train.len(), train.image_size()), (10_000, (28, 28)));
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn open(directory: impl AsRef<Path>, split: Split) -> Result<Self> {
        let directory = directory.as_ref();
        let prefix = match split {
            Split::Train => "train",
            Split::Test => "t10k",
        };
        let images = find(directory, &format!("{prefix}-images"), "idx3-ubyte")?;
        let labels = find(directory, &format!("{prefix}-labels"), "idx1-ubyte")?;
        Self::from_idx(Idx::open(images)?, &Idx::open(labels)?, CLASSES)
    }

    /// Reads the bytes of a file of images and one of labels, gzipped or not: data embedded by `include_bytes!`.
    ///
    /// # Errors
    /// As [`open`](Mnist::open).
    pub fn from_bytes(images: &[u8], labels: &[u8]) -> Result<Self> {
        Self::from_idx(
            Idx::from_bytes("images", images)?,
            &Idx::from_bytes("labels", labels)?,
            CLASSES,
        )
    }

    /// The data set of two arrays: bytes `[N, H, W]` and bytes `[N]` below `classes`. For files of other names, and data sets
    /// of more classes.
    ///
    /// # Errors
    /// If the arrays have other shapes or types, differ in `N`, or a label is out of range.
    ///
    /// ```no_run
    /// use taper::data::{Idx, Mnist};
    ///
    /// let images = Idx::open("emnist-balanced-train-images-idx3-ubyte.gz")?;
    /// let labels = Idx::open("emnist-balanced-train-labels-idx1-ubyte.gz")?;
    /// let letters = Mnist::from_idx(images, &labels, 47)?;
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn from_idx(images: Idx, labels: &Idx, classes: usize) -> Result<Self> {
        let (IdxType::U8, &[image_count, height, width]) = (images.element_type(), images.shape())
        else {
            return Err(layout("images: U8 of shape [N, H, W]", &images));
        };
        let (IdxType::U8, &[label_count]) = (labels.element_type(), labels.shape()) else {
            return Err(layout("labels: U8 of shape [N]", labels));
        };
        if image_count != label_count {
            return Err(DataError::CountMismatch {
                images: images.name().into(),
                image_count,
                labels: labels.name().into(),
                label_count,
            }
            .into());
        }
        if let Some(index) = labels
            .bytes()
            .iter()
            .position(|&label| usize::from(label) >= classes)
        {
            let (file, label) = (labels.name().into(), labels.bytes()[index].into());
            return Err(DataError::LabelOutOfRange {
                file,
                index,
                label,
                classes,
            }
            .into());
        }
        Ok(Mnist {
            labels: labels.bytes().into(),
            pixels: images.into_bytes().into(),
            height,
            width,
        })
    }

    /// Height and width of the images.
    pub fn image_size(&self) -> (usize, usize) {
        (self.height, self.width)
    }

    /// The bytes of one image, row by row; 0 is black.
    ///
    /// # Errors
    /// If there is no such image.
    pub fn pixels(&self, index: usize) -> Result<&[u8]> {
        check_index(index, self.len())?;
        let size = self.height * self.width;
        Ok(&self.pixels[index * size..][..size])
    }
}

fn layout(expected: &'static str, idx: &Idx) -> crate::Error {
    let found = format!("{:?} of shape {:?}", idx.element_type(), idx.shape());
    DataError::Layout {
        file: idx.name().into(),
        expected,
        found,
    }
    .into()
}

/// The file under one of the names in use: some unpackers write a dot where the original has a dash.
fn find(directory: &Path, stem: &str, ending: &str) -> Result<PathBuf> {
    let names = [
        format!("{stem}-{ending}"),
        format!("{stem}-{ending}.gz"),
        format!("{stem}.{ending}"),
    ];
    match names
        .iter()
        .map(|name| directory.join(name))
        .find(|path| path.is_file())
    {
        Some(path) => Ok(path),
        None => Err(DataError::Missing {
            directory: directory.into(),
            names: names.into(),
        }
        .into()),
    }
}

/// A pixel as `torchvision.transforms.ToTensor` has it.
fn scaled(pixel: &u8) -> f32 {
    f32::from(*pixel) / 255.
}

impl Dataset for Mnist {
    type Item = (Tensor, i64);

    fn len(&self) -> usize {
        self.labels.len()
    }

    fn get(&self, index: usize) -> Result<(Tensor, i64)> {
        let pixels = self.pixels(index)?.iter().map(scaled).collect();
        let image = Tensor::from_vec(pixels, (1, self.height, self.width), &Device::Cpu)?;
        Ok((image, self.label(index)?))
    }

    fn batch(&self, indices: &[usize], device: &Device) -> Result<(Tensor, Tensor)> {
        let mut pixels = Vec::with_capacity(indices.len() * self.height * self.width);
        let mut labels = Vec::with_capacity(indices.len());
        for &index in indices {
            pixels.extend(self.pixels(index)?.iter().map(scaled));
            labels.push(self.label(index)?);
        }
        let images = Tensor::from_vec(pixels, (indices.len(), 1, self.height, self.width), device)?;
        Ok((images, Tensor::from_vec(labels, indices.len(), device)?))
    }
}

impl Labelled for Mnist {
    fn label(&self, index: usize) -> Result<i64> {
        check_index(index, self.len())?;
        Ok(self.labels[index].into())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::data::Collate;
    use crate::Error;

    /// Three images of 2 by 3 pixels.
    const IMAGES: [u8; 34] = [
        0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 3, //
        0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ];
    const LABELS: [u8; 11] = [0, 0, 8, 1, 0, 0, 0, 3, 9, 0, 5];

    fn error(images: &[u8], labels: &[u8]) -> DataError {
        match Mnist::from_bytes(images, labels) {
            Err(Error::Data(error)) => error,
            other => panic!("expected a data error, got {other:?}"),
        }
    }

    #[test]
    fn samples_are_scaled_and_a_batch_equals_them() -> Result<()> {
        let data = Mnist::from_bytes(&IMAGES, &LABELS)?;
        let (image, label) = data.get(0)?;
        assert_eq!(image.to_vec3::<f32>()?, [[[0., 0.2, 0.4], [0.6, 0.8, 1.]]]);
        assert_eq!(label, 9);
        let (images, labels) = data.batch(&[2, 0], &Device::Cpu)?;
        assert_eq!(images.dims(), [2, 1, 2, 3]);
        let (expected, _) = Collate::collate(vec![data.get(2)?, data.get(0)?], &Device::Cpu)?;
        assert_eq!(images.to_vec::<f32>()?, expected.to_vec::<f32>()?);
        assert_eq!(labels.to_vec1::<i64>()?, [5, 9]);
        Ok(())
    }

    #[test]
    fn files_are_found_plain_gzipped_or_dotted() -> Result<()> {
        let io = |source| Error::Io {
            path: "test".into(),
            source,
        };
        let directory = tempfile::tempdir().map_err(io)?;
        let write =
            |name: &str, bytes: &[u8]| fs::write(directory.path().join(name), bytes).map_err(io);
        let missing = Mnist::open(directory.path(), Split::Train).map(|_| ());
        assert!(missing.is_err_and(|e| e.to_string().contains("train-images-idx3-ubyte.gz")));
        write("train-images-idx3-ubyte.gz", &IMAGES)?;
        write("train-labels.idx1-ubyte", &LABELS)?;
        assert_eq!(Mnist::open(directory.path(), Split::Train)?.len(), 3);
        assert!(matches!(
            Mnist::open(directory.path(), Split::Test),
            Err(Error::Data(DataError::Missing { .. }))
        ));
        Ok(())
    }

    #[test]
    fn files_must_belong_together() {
        assert!(matches!(error(&LABELS, &IMAGES), DataError::Layout { .. }));
        let two = [0, 0, 8, 1, 0, 0, 0, 2, 9, 0];
        assert!(matches!(
            error(&IMAGES, &two),
            DataError::CountMismatch {
                image_count: 3,
                label_count: 2,
                ..
            }
        ));
        let shorts = [0, 0, 0x0b, 1, 0, 0, 0, 1, 0, 0];
        assert!(matches!(error(&IMAGES, &shorts), DataError::Layout { .. }));
    }

    #[test]
    fn labels_must_be_classes() -> Result<()> {
        let mut labels = LABELS;
        labels[9] = 10;
        let error = error(&IMAGES, &labels);
        assert!(matches!(
            error,
            DataError::LabelOutOfRange {
                index: 1,
                label: 10,
                classes: 10,
                ..
            }
        ));
        let eleven = Mnist::from_idx(
            Idx::from_bytes("i", &IMAGES)?,
            &Idx::from_bytes("l", &labels)?,
            11,
        )?;
        assert_eq!(eleven.label(1)?, 10);
        Ok(())
    }

    #[test]
    fn the_embedded_cut_is_what_its_readme_says() -> Result<()> {
        let directory = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../examples/data/fashion-mnist"
        );
        let (train, test) = (
            Mnist::open(directory, Split::Train)?,
            Mnist::open(directory, Split::Test)?,
        );
        assert_eq!(
            (train.len(), test.len(), train.image_size()),
            (10_000, 2_000, (28, 28))
        );
        assert_eq!(
            train.class_counts()?.into_values().collect::<Vec<_>>(),
            [942, 1027, 1016, 1019, 974, 989, 1021, 1022, 990, 1000]
        );
        Ok(())
    }
}
