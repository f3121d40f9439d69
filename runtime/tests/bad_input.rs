//! What people read when their files, labels or batches are wrong: the whole text, which says what, why and what to do.

use std::fs;
use std::path::Path;

use taper::data::{Idx, Mnist, Split};
use taper::io::safetensors;
use taper::prelude::*;
use taper::Error;

type Test = Result<(), Box<dyn std::error::Error>>;

#[model([B, 1, 6, 6] -> [B, classes])]
struct Net {
    #[config(default = 10)]
    classes: usize,
    #[layer(4, 3)]
    conv: Conv2d,
    #[layer(classes)]
    fc: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.fc(self.conv(x).relu().flatten(1))
    }
}

/// Two images of 2×3, and their labels.
const IMAGES: [u8; 28] = [
    0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
];
const LABELS: [u8; 10] = [0, 0, 8, 1, 0, 0, 0, 2, 9, 0];

fn message<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => "no error".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// The message about a file, without the directory it stands in.
fn in_folder(folder: &Path, message: &str) -> String {
    message.replace(&folder.display().to_string(), "DIR")
}

#[test]
fn data_files() -> Test {
    let folder = tempfile::tempdir()?;
    let dir = folder.path();
    let refused = |name: &str, bytes: &[u8]| -> Result<String, std::io::Error> {
        fs::write(dir.join(name), bytes)?;
        let text = in_folder(dir, &message(Mnist::open(dir, Split::Test)));
        fs::remove_file(dir.join(name))?;
        Ok(text)
    };
    assert_eq!(
        in_folder(dir, &message(Mnist::open(dir, Split::Test))),
        "t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz or t10k-images.idx3-ubyte not found in DIR\n\
         \x20 help: give the directory that holds the data set's own files, gzipped or not; taper's `scripts/fetch` downloads and checks them"
    );
    assert_eq!(
        refused("t10k-images-idx3-ubyte", &IMAGES)?,
        "t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz or t10k-labels.idx1-ubyte not found in DIR\n\
         \x20 help: give the directory that holds the data set's own files, gzipped or not; taper's `scripts/fetch` downloads and checks them"
    );
    fs::write(dir.join("t10k-labels-idx1-ubyte"), LABELS)?;
    assert_eq!(
        refused("t10k-images-idx3-ubyte", &IMAGES[..20])?,
        "DIR/t10k-images-idx3-ubyte: truncated: the header announces 28 bytes, but there are 20\n\
         \x20 help: fetch the file again"
    );
    assert_eq!(
        refused("t10k-images-idx3-ubyte", &IMAGES[..7])?,
        "DIR/t10k-images-idx3-ubyte: truncated: the header announces 16 bytes, but there are 7\n\
         \x20 help: fetch the file again"
    );
    assert_eq!(
        refused("t10k-images-idx3-ubyte", &[&IMAGES[..], &[0]].concat())?,
        "DIR/t10k-images-idx3-ubyte: the header announces 28 bytes, but more follow\n\
         \x20 help: the file is damaged or not what its name says; fetch it again"
    );
    assert_eq!(
        refused("t10k-images-idx3-ubyte", b"<!DOCTYPE html>")?,
        "DIR/t10k-images-idx3-ubyte: not an IDX file: it starts with 3c 21 44 4f, expected 00 00, an element type (08, 09, 0b, 0c, 0d or 0e) and the number of dimensions (1 to 8)\n\
         \x20 help: this looks like a web page saved in the file's place; download the file again"
    );
    assert_eq!(
        refused("t10k-images-idx3-ubyte.gz", b"PK\x03\x04")?,
        "DIR/t10k-images-idx3-ubyte.gz: not an IDX file: it starts with 50 4b 03 04, expected 00 00, an element type (08, 09, 0b, 0c, 0d or 0e) and the number of dimensions (1 to 8)\n\
         \x20 help: this is a zip archive; unpack it first"
    );
    assert_eq!(
        refused("t10k-images-idx3-ubyte", b"")?,
        "DIR/t10k-images-idx3-ubyte: not an IDX file: it starts with nothing, expected 00 00, an element type (08, 09, 0b, 0c, 0d or 0e) and the number of dimensions (1 to 8)\n\
         \x20 help: the file is empty; download it again"
    );
    assert_eq!(
        refused("t10k-images-idx3-ubyte", &LABELS)?,
        "DIR/t10k-images-idx3-ubyte: expected images: U8 of shape [N, H, W], but it holds U8 of shape [2]\n\
         \x20 help: check that the files were not swapped"
    );
    assert_eq!(
        refused(
            "t10k-images-idx3-ubyte.gz",
            &[0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]
        )?,
        "DIR/t10k-images-idx3-ubyte.gz: damaged: invalid gzip header\n\
         \x20 help: fetch the file again"
    );
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, &IMAGES)?;
    let gz = encoder.finish()?;
    assert_eq!(
        refused("t10k-images-idx3-ubyte.gz", &gz[..20])?,
        "DIR/t10k-images-idx3-ubyte.gz: truncated: the header announces 16 bytes, but there are 15\n\
         \x20 help: fetch the file again"
    );
    assert_eq!(
        refused("t10k-images-idx3-ubyte.gz", &gz[..gz.len() - 4])?,
        "DIR/t10k-images-idx3-ubyte.gz: damaged: unexpected end of file\n\
         \x20 help: fetch the file again"
    );
    fs::write(dir.join("t10k-images-idx3-ubyte"), IMAGES)?;
    assert_eq!(
        refused("t10k-labels-idx1-ubyte", &[0, 0, 8, 1, 0, 0, 0, 1, 9])?,
        "DIR/t10k-images-idx3-ubyte holds 2 images, but DIR/t10k-labels-idx1-ubyte holds 1 labels\n\
         \x20 help: take both files from the same split of the same data set"
    );
    assert_eq!(
        refused("t10k-labels-idx1-ubyte", &[0, 0, 8, 1, 0, 0, 0, 2, 9, 10])?,
        "DIR/t10k-labels-idx1-ubyte: the label of sample 1 is 10, but there are 10 classes (0 to 9)\n\
         \x20 help: fetch the file again, or give the right number of classes"
    );
    assert_eq!(
        in_folder(dir, &message(Idx::open(dir.join("none")))),
        "DIR/none: No such file or directory (os error 2)\n\
         \x20 help: check the path; directories are not created"
    );
    Ok(())
}

#[test]
fn files_of_weights() -> Test {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("net.safetensors");
    let net = Net::init(&Device::Cpu)?;
    let before = safetensors::save(&net.state_dict())?;
    assert_eq!(
        in_folder(folder.path(), &message(net.load(&path))),
        "DIR/net.safetensors: No such file or directory (os error 2)\n\
         \x20 help: check the path; directories are not created"
    );
    net.save(&path)?;
    let whole = fs::read(&path)?;
    let refused = |bytes: &[u8]| -> Result<String, std::io::Error> {
        fs::write(&path, bytes)?;
        Ok(in_folder(folder.path(), &message(net.load(&path))))
    };
    assert_eq!(
        refused(&whole[..whole.len() - 1])?,
        "DIR/net.safetensors: truncated or damaged: 3128 bytes are needed, but there are 3127\n\
         \x20 help: copy or download the file again"
    );
    assert_eq!(
        refused(b"")?,
        "DIR/net.safetensors: truncated or damaged: 8 bytes are needed, but there are 0\n\
         \x20 help: copy or download the file again"
    );
    assert_eq!(
        refused(b"PK\x03\x04 archive of PyTorch")?,
        "DIR/net.safetensors: not a safetensors file: it looks like a PyTorch `.pt` file\n\
         \x20 help: convert it in Python: `safetensors.torch.save_file(torch.load(\"net.pt\"), \"net.safetensors\")`"
    );
    assert_eq!(
        refused(b"<!DOCTYPE html><html>")?,
        "DIR/net.safetensors: not a safetensors file: its first 8 bytes are no length of a header\n\
         \x20 help: check the path, or copy or download the file again"
    );
    fs::remove_file(&path)?;
    Net::config().classes(3).init(&Device::Cpu)?.save(&path)?;
    assert_eq!(
        in_folder(folder.path(), &message(net.load(&path))),
        "the state dict does not fit Net: 2 names are of another shape\n\
         \x20 fc.weight: expected shape [10, 64], but it has shape [3, 64]\n\
         \x20 fc.bias: expected shape [10], but it has shape [3]\n\
         \x20 help: `LoadOptions::default().except(\"…\")` leaves out a replaced layer"
    );
    let other =
        sequential! { <[B, 4] -> [B, 3]> Linear(16), ReLU, Linear(3) }.init(&Device::Cpu)?;
    assert_eq!(
        message(net.load_state_dict(&other.state_dict())),
        "the state dict does not fit Net: 4 names are missing, 4 unexpected\n\
         \x20 missing: conv.weight, conv.bias, fc.weight, fc.bias\n\
         \x20 unexpected: 0.weight, 0.bias, 2.weight, 2.bias\n\
         \x20 help: is it of another model? `StateDict::rename` changes names, and `LoadOptions::default().strict(false)` loads those that match"
    );
    assert_eq!(
        in_folder(
            folder.path(),
            &message(net.save(folder.path().join("none/net.safetensors")))
        ),
        "DIR/none/net.safetensors: No such file or directory (os error 2)\n\
         \x20 help: check the path; directories are not created"
    );
    // Nothing half-written, in the model or in the folder.
    assert_eq!(safetensors::save(&net.state_dict())?, before);
    assert_eq!(fs::read_dir(folder.path())?.count(), 1);
    Ok(())
}

#[test]
fn batches_and_targets() -> Test {
    let cpu = Device::Cpu;
    let net = Net::init(&cpu)?;
    let zeros = |shape: &[usize], dtype| Tensor::zeros(shape, dtype, &cpu);
    let labels = Tensor::new(&[1i64, 10], &cpu)?;
    let x = zeros(&[2, 1, 6, 6], DType::F32)?;
    let y = net.forward(&x)?;
    assert_eq!(
        message(net.forward(zeros(&[1, 6, 6], DType::F32)?)),
        "`Net` expects input [B, 1, 6, 6], but got [1, 6, 6]\n\
         \x20 help: add the batch dimension with `unsqueeze(0)`"
    );
    assert_eq!(
        message(net.forward(zeros(&[2, 3, 6, 6], DType::F32)?)),
        "`Net` expects input [B, 1, 6, 6], but got [2, 3, 6, 6]"
    );
    assert_eq!(
        message(net.forward(zeros(&[2, 1, 28, 28], DType::F32)?)),
        "`Net` expects input [B, 1, 6, 6], but got [2, 1, 28, 28]"
    );
    assert_eq!(
        message(net.forward(zeros(&[36], DType::F32)?)),
        "`Net` expects input [B, 1, 6, 6], but got [36]"
    );
    assert_eq!(
        message(net.forward(zeros(&[2, 1, 6, 6], DType::U8)?)),
        "`Net` expects input [B, 1, 6, 6], but got [2, 1, 6, 6] of U8: floats are expected\n\
         \x20 help: convert it with `to_dtype(DType::F32)`"
    );
    assert_eq!(
        message(net.forward(zeros(&[2, 1, 6, 6], DType::F64)?)),
        "conv2d: expected the weight to have the input's type F64, but it has F32\n\
         \x20 help: convert one of them with `to_dtype`"
    );
    assert_eq!(
        message(cross_entropy(&y, &labels)),
        "cross_entropy: label 10 at position 1 is out of range for 10 classes (expected 0..=9)\n\
         \x20 help: classes count from 0"
    );
    assert_eq!(
        message(cross_entropy(&y, Tensor::new(&[1i64, -1], &cpu)?)),
        "cross_entropy: label -1 at position 1 is out of range for 10 classes (expected 0..=9)\n\
         \x20 help: positions that don't count have the label `ignore_index`, which is -100"
    );
    assert_eq!(
        message(cross_entropy(&labels, &y)),
        "cross_entropy: expected an output of floats, but it has type I64\n\
         \x20 help: output and target look swapped: the output comes first"
    );
    assert_eq!(
        message(cross_entropy(&y, Tensor::new(&[1f32, 3.], &cpu)?)),
        "cross_entropy: the target has floats, as probabilities do, but shape [2] instead of the output's [2, 10]\n\
         \x20 help: class indices are integers: convert the target with `to_dtype(DType::I64)`"
    );
    assert_eq!(
        message(cross_entropy(&y, Tensor::new(&[1i64], &cpu)?)),
        "cross_entropy: expected a class index for each of [2], but the target has shape [1]"
    );
    assert_eq!(
        message(cross_entropy(&y, Tensor::new(&[1f64], &cpu)?)),
        "cross_entropy: the target has floats, as probabilities do, but shape [1] instead of the output's [2, 10]\n\
         \x20 help: class indices are integers: convert the target with `to_dtype(DType::I64)`"
    );
    assert_eq!(
        message(mse_loss(&labels, &x)),
        "mse_loss: expected an output of floats, but it has type I64\n\
         \x20 help: output and target look swapped: the output comes first"
    );
    assert_eq!(
        message(mse_loss(&y, &x)),
        "mse_loss: the output has shape [2, 10], the target [2, 1, 6, 6]; they are not broadcast\n\
         \x20 help: a dimension of size 1 is added by `unsqueeze` and taken away by `squeeze`"
    );
    assert_eq!(
        message(mse_loss(&y, y.to_dtype(DType::F64)?)),
        "mse_loss: the output has type F32, the target F64\n\
         \x20 help: convert the target with `to_dtype`"
    );
    assert_eq!(
        message(accuracy(&labels, &y)),
        "accuracy: expected scores of floats, but they have type I64\n\
         \x20 help: scores and labels look swapped: the scores come first"
    );
    assert_eq!(
        message(accuracy(&y, Tensor::new(&[1i64], &cpu)?)),
        "accuracy: expected a class index for each of [2], but the target has shape [1]"
    );
    assert_eq!(
        message(accuracy(&y, &labels)),
        "accuracy: label 10 at position 1 is out of range for 10 classes (expected 0..=9)\n\
         \x20 help: classes count from 0"
    );
    let nan = Tensor::new(f32::NAN, &cpu)?;
    assert_eq!(
        message(check_finite(&nan, 12)),
        "step 12: the loss is NaN, so its gradients would ruin the weights\n\
         \x20 help: lower the learning rate, check the inputs for NaN and infinity, and the loss for the logarithm of 0 or a division by 0"
    );
    Ok(())
}
