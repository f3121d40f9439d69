//! What taper costs in `cargo check`: programs of many models beside the same structs without taper, and one model
//! of a thousand layers whose sizes are symbols.
//!
//! `cargo run -p taper-benches --bin check_cost`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{env, error, fs, io};

use taper_benches::{least, median, root, Page};

/// Models in the program.
const MODELS: usize = 100;

/// Layers of the deep model.
const DEPTH: usize = 1000;

/// Timed checks of each program.
const ROUNDS: usize = 20;

/// What the README tells users to write: Candle is of no use unoptimised, and the macros gain too.
const PROFILE: &str = "[profile.dev.package.\"*\"]\nopt-level = 2\n";

fn main() -> Result<(), Box<dyn error::Error>> {
    let rounds = env::args().nth(1).map_or(Ok(ROUNDS), |n| n.parse())?;
    let folder = root().join("target/check-cost");
    let taper = Program::new(&folder, "models", true)?;
    let plain = Program::new(&folder, "structs", false)?;
    let deep = Program::new(&folder, "deep", true)?;
    let model = |n: usize, edit: usize| {
        if n.is_multiple_of(2) {
            mlp(n, edit)
        } else {
            cnn(n, edit)
        }
    };
    let source = |edit: usize| -> String {
        let last = MODELS - 1;
        let models = (0..MODELS).map(|n| model(n, if n == last { edit } else { 0 }));
        format!(
            "use taper::prelude::*;\n{}fn main() {{}}\n",
            models.collect::<String>()
        )
    };
    taper.write(&source(0))?;
    plain.write(&without_taper(&source(0)))?;
    deep.write(&deep_model(0))?;
    // Builds the dependencies.
    for program in [&taper, &plain, &deep] {
        program.check()?;
    }
    let mut times = [const { Vec::new() }; 4];
    for round in 1..=rounds {
        plain.touch()?;
        times[0].push(plain.check()?);
        taper.touch()?;
        times[1].push(taper.check()?);
        taper.write(&source(round))?;
        times[2].push(taper.check()?);
        deep.write(&deep_model(round))?;
        times[3].push(deep.check()?);
    }
    report(&times, rounds)?;
    Ok(())
}

fn report(times: &[Vec<f64>; 4], rounds: usize) -> io::Result<()> {
    let mut page = Page::new(
        "What taper costs in `cargo check`",
        "cargo run -p taper-benches --bin check_cost",
    );
    page.paragraph(&format!(
        "The program has {MODELS} models of ten layers, every other one a perceptron, the rest convolutional networks; \
         the same structs stand in another program without attributes and without taper. Both are checked in turn, \
         {rounds} times, after their file was touched; then with the last model's first layer changed. The deep model \
         has {DEPTH} linear layers whose widths are sums with a hyperparameter; one width changes before each check, \
         so that all of it is proved again. Wall time of the whole command."
    ));
    let names = [
        "structs, touched",
        "models, touched",
        "models, one edited",
        "deep model, edited",
    ];
    let rows: Vec<Vec<String>> = names
        .iter()
        .zip(times)
        .map(|(name, t)| {
            let (middle, best) = (median(t) * 1e3, least(t) * 1e3);
            vec![
                (*name).to_owned(),
                format!("{middle:.0}"),
                format!("{best:.0}"),
            ]
        })
        .collect();
    page.table(&["program", "median, ms", "minimum, ms"], &rows);
    let cost = (median(&times[1]) - median(&times[0])) * 1e3 / MODELS as f64;
    page.paragraph(&format!(
        "Cost of a ten-layer model in a touched check: **{cost:.1} ms** (at most 10). Deep model: **{:.2} s** (at most 3).",
        median(&times[3])
    ));
    page.write("check")
}

/// A crate outside the workspace.
struct Program {
    folder: PathBuf,
    target: PathBuf,
}

impl Program {
    fn new(parent: &Path, name: &str, with_taper: bool) -> io::Result<Program> {
        let folder = parent.join(name);
        fs::create_dir_all(folder.join("src"))?;
        let runtime = root().join("runtime");
        let mut manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n\n{PROFILE}\n[dependencies]\n"
        );
        if with_taper {
            let _ = writeln!(manifest, "taper = {{ path = {runtime:?} }}");
            fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
        }
        fs::write(folder.join("Cargo.toml"), manifest)?;
        let target = parent.join("target");
        Ok(Program { folder, target })
    }

    fn file(&self) -> PathBuf {
        self.folder.join("src/main.rs")
    }

    fn write(&self, source: &str) -> io::Result<()> {
        fs::write(self.file(), source)
    }

    /// Makes the file look changed.
    fn touch(&self) -> io::Result<()> {
        let source = fs::read(self.file())?;
        fs::write(self.file(), source)
    }

    /// Seconds that `cargo check` takes.
    fn check(&self) -> io::Result<f64> {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command
            .args(["check", "--quiet"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .env_remove("RUSTFLAGS");
        // What cargo says of the package that runs this is not meant for another.
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("CARGO_PKG") || name.starts_with("CARGO_MANIFEST") {
                command.env_remove(name);
            }
        }
        let start = Instant::now();
        let status = command.status()?;
        let seconds = start.elapsed().as_secs_f64();
        if status.success() {
            Ok(seconds)
        } else {
            Err(io::Error::other(format!(
                "`cargo check` fails in {}",
                self.folder.display()
            )))
        }
    }
}

/// Ten linear layers.
fn mlp(n: usize, edit: usize) -> String {
    let widths: Vec<usize> = (0..10)
        .map(|k| 32 + (n * 7 + k * 5) % 97 + if k == 0 { edit } else { 0 })
        .collect();
    let mut fields = String::new();
    let mut body = String::new();
    for (k, width) in widths.iter().enumerate() {
        let _ = writeln!(fields, "    #[layer({width})]\n    fc{k}: Linear,");
        let _ = writeln!(body, "        let x = self.fc{k}(x).relu();");
    }
    declare(
        n,
        &format!("[B, {}] -> [B, {}]", 64 + n, widths[9]),
        &fields,
        &(body + "        x\n"),
    )
}

/// Three convolutions with batch normalisation, pooling, two linear layers with dropout between them.
fn cnn(n: usize, edit: usize) -> String {
    let (a, b, c) = (8 + n + edit, 12 + n, 16 + n);
    let fields = format!(
        "    #[layer({a}, 3, padding = 1)]\n    conv1: Conv2d,\n    bn1: BatchNorm2d,\n    \
         #[layer({b}, 3, padding = 1)]\n    conv2: Conv2d,\n    bn2: BatchNorm2d,\n    \
         #[layer({c}, 3)]\n    conv3: Conv2d,\n    bn3: BatchNorm2d,\n    \
         #[layer(2)]\n    pool: MaxPool2d,\n    #[layer(120)]\n    fc1: Linear,\n    \
         #[layer(0.5)]\n    dropout: Dropout,\n    #[layer(10)]\n    fc2: Linear,\n"
    );
    let body = "        let x = self.pool(self.bn1(self.conv1(x)).relu());\n        \
                let x = self.pool(self.bn2(self.conv2(x)).relu());\n        \
                let x = self.bn3(self.conv3(x)).relu().flatten(1);\n        \
                self.fc2(self.dropout(self.fc1(x).relu()))\n";
    declare(n, "[B, 3, 32, 32] -> [B, 10]", &fields, body)
}

fn declare(n: usize, signature: &str, fields: &str, body: &str) -> String {
    format!(
        "#[model({signature})]\npub struct Net{n} {{\n{fields}}}\n#[forward]\nimpl Net{n} {{\n    \
         fn forward(&self, x: Tensor) -> Tensor {{\n{body}    }}\n}}\n"
    )
}

/// Many linear layers; widths depend on a hyperparameter.
fn deep_model(edit: usize) -> String {
    let mut fields = "    #[config]\n    width: usize,\n".to_owned();
    let mut body = String::new();
    for k in 0..DEPTH {
        let more = k % 7 + if k == 0 { edit } else { 0 };
        let _ = writeln!(fields, "    #[layer(width + {more})]\n    fc{k}: Linear,");
        let _ = writeln!(body, "        let x = self.fc{k}(x).relu();");
    }
    let last = (DEPTH - 1) % 7;
    let model = declare(
        0,
        &format!("[B, F] -> [B, width + {last}]"),
        &fields,
        &(body + "        x\n"),
    );
    format!("use taper::prelude::*;\n{model}fn main() {{}}\n")
}

/// The structs of a program alone, with layers that are nothing.
fn without_taper(source: &str) -> String {
    let mut out = "#![allow(dead_code)]\n".to_owned();
    for layer in ["Linear", "Conv2d", "BatchNorm2d", "MaxPool2d", "Dropout"] {
        let _ = writeln!(out, "pub struct {layer};");
    }
    let mut in_struct = false;
    for line in source.lines() {
        in_struct |= line.starts_with("pub struct");
        if in_struct && !line.trim_start().starts_with("#[") {
            let _ = writeln!(out, "{line}");
        }
        in_struct &= line != "}";
    }
    out + "fn main() {}\n"
}
