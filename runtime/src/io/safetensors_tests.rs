use super::*;
use crate::io::ModuleIo;
use crate::module::{Module, ModuleError, ModuleExt};
use crate::testing::Toy;

type Test = std::result::Result<(), Box<dyn std::error::Error>>;

/// One tensor of each type, the small elements first.
fn every_type() -> Result<StateDict> {
    let types = [
        ("u8", DType::U8),
        ("f16", DType::F16),
        ("bf16", DType::BF16),
        ("i16", DType::I16),
        ("u32", DType::U32),
        ("i32", DType::I32),
        ("f32", DType::F32),
        ("i64", DType::I64),
        ("f64", DType::F64),
    ];
    let values = Tensor::new(&[[1f32, 2., 3.]], &Device::Cpu)?;
    let tensors = types.map(|(name, dtype)| Ok((name, values.to_dtype(dtype)?)));
    let mut state: StateDict = tensors.into_iter().collect::<Result<_>>()?;
    let scalar = Tensor::new(5i64, &Device::Cpu)?;
    state.insert("a.scalar", scalar);
    state.insert("empty", Tensor::zeros([0, 2], DType::F32, &Device::Cpu)?);
    let transposed = candle_core::Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?.t()?;
    state.insert("transposed", transposed);
    Ok(state)
}

#[test]
fn every_type_comes_back_in_its_order() -> Test {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("all.safetensors");
    let state = every_type()?;
    save_file(&state, &path)?;
    let loaded = load_file_with(&path, &Device::Cpu)?;
    assert_eq!(
        loaded.state.names().collect::<Vec<_>>(),
        state.names().collect::<Vec<_>>()
    );
    for (name, tensor) in state.iter() {
        let found = loaded.state.get(name).ok_or("missing")?;
        assert_eq!(
            (found.dtype(), found.dims()),
            (tensor.dtype(), tensor.dims()),
            "{name}"
        );
        assert_eq!(found.to_vec::<f64>()?, tensor.to_vec::<f64>()?, "{name}");
    }
    assert_eq!(
        loaded.metadata.into_iter().collect::<Vec<_>>(),
        [("format".to_owned(), "pt".to_owned())]
    );
    assert_eq!(fs::read(&path)?, save(&state)?);
    Ok(())
}

#[test]
fn a_foreign_file_loads_in_the_order_of_its_data() -> Test {
    let header = br#"{"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"BOOL","shape":[2],"data_offsets":[4,6]}}"#;
    let mut file = padded(header.to_vec());
    file.extend([0, 0, 128, 63, 1, 0]);
    let state = load(&file)?;
    assert_eq!(state.names().collect::<Vec<_>>(), ["b", "a"]);
    assert_eq!(state.get("a").ok_or("missing")?.to_vec::<u8>()?, [1, 0]);
    Ok(())
}

#[test]
fn damaged_files_are_errors_that_name_the_file_and_the_reason() -> Test {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("net.safetensors");
    let whole = save(&every_type()?)?;
    let message = |bytes: &[u8]| -> std::result::Result<String, Box<dyn std::error::Error>> {
        fs::write(&path, bytes)?;
        let error = load_file(&path).map(|_| "loaded").unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("{}: ", path.display())),
            "{error}"
        );
        Ok(error)
    };
    for cut in [0, 5, 100, whole.len() - 1] {
        let error = message(&whole[..cut])?;
        assert!(error.contains("truncated or damaged"), "{error}");
        assert!(error.contains(&format!("there are {cut}\n")), "{error}");
    }
    let cut = message(&whole[..whole.len() - 1])?;
    assert!(
        cut.contains(&format!("{} bytes are needed", whole.len())),
        "{cut}"
    );
    let longer = [&whole[..], b"x"].concat();
    assert!(message(&longer)?.contains("truncated or damaged"));
    assert!(
        message(b"<!DOCTYPE html><html>")?.contains("not a safetensors file: its first 8 bytes")
    );
    assert!(message(b"PK\x03\x04 and a zip archive")?.contains("a PyTorch `.pt` file"));
    let mut garbled = whole.clone();
    garbled[9..200].fill(b'!');
    assert!(message(&garbled)?.contains("not a safetensors file: invalid JSON"));
    let mut complex = padded(br#"{"z":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}"#.to_vec());
    complex.extend([0; 8]);
    assert!(message(&complex)?.contains("tensor `z` has type C64, which is not supported"));
    let missing = load_file(folder.path().join("none")).map(|_| ());
    assert!(
        matches!(missing, Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound)
    );
    Ok(())
}

#[test]
fn a_model_is_saved_loaded_and_left_alone_by_a_file_that_does_not_fit() -> Test {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("net.safetensors");
    let (net, other) = (Toy::net()?, Toy::net()?);
    net.save(&path)?;
    assert!(other.load(&path)?.is_clean());
    assert_eq!(save(&other.state_dict())?, save(&net.state_dict())?);
    Toy::net_with_classes(3)?.save(&path)?;
    let refused = (&other as &dyn Module).load(&path);
    assert!(matches!(
        refused,
        Err(Error::Module(ModuleError::StateDict { .. }))
    ));
    assert_eq!(save(&other.state_dict())?, save(&net.state_dict())?);
    Ok(())
}
