//! A process that is killed while it saves leaves the old file.

use std::process::{abort, Command};
use std::{env, fs};

use taper::io::{safetensors, write_atomic};
use taper::module::StateDict;
use taper::{Device, Tensor};

type Test = Result<(), Box<dyn std::error::Error>>;

/// Where the process that is to die writes; set for that one alone.
const PATH: &str = "TAPER_TEST_KILLED_AT";

fn weights(value: f32) -> taper::Result<StateDict> {
    let tensor = Tensor::new(&[value; 1000], &Device::Cpu)?;
    Ok([("weight", tensor)].into_iter().collect())
}

#[test]
fn a_kill_between_writing_and_renaming_leaves_the_old_file() -> Test {
    if let Some(path) = env::var_os(PATH) {
        let new = safetensors::save(&weights(2.)?)?;
        write_atomic(path, |file| {
            file.write_all(&new)?;
            file.flush()?;
            abort()
        })?;
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("net.safetensors");
    safetensors::save_file(&weights(1.)?, &path)?;
    let killed = Command::new(env::current_exe()?)
        .env(PATH, &path)
        .output()?;
    assert!(!killed.status.success());
    // All was written beside the file when the process died.
    let written = fs::read_dir(folder.path())?.count();
    assert_eq!(written, 2);
    assert_eq!(fs::read(&path)?, safetensors::save(&weights(1.)?)?);
    safetensors::save_file(&weights(3.)?, &path)?;
    assert_eq!(fs::read(&path)?, safetensors::save(&weights(3.)?)?);
    Ok(())
}
