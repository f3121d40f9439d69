//! Writes `docs/parity.md`: each piece of taper that is compared with PyTorch, its counterpart there, and by how much the two
//! differ at most, as the parity tests measure it.
//!
//! `cargo run -p taper-tests --bin parity_table`; with `-- --check` it fails where a piece is missing from the page.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs, io};

/// A family of cases: its file's name, its heading, and what precedes the names of its counterparts.
const FAMILIES: &[(&str, &str, &str)] = &[
    ("elementwise", "Element-wise operations", "torch."),
    ("reduce", "Reductions", "torch."),
    ("softmax", "Softmax", "torch.nn.functional."),
    ("matmul", "Products", "torch."),
    ("shape", "Shapes", "torch."),
    ("embedding", "Embedding", "torch.nn.functional."),
    ("conv", "Convolution", "torch.nn.functional."),
    ("pool", "Pooling", "torch.nn.functional."),
    ("norm", "Normalisation", "torch.nn.functional."),
    (
        "layers",
        "Layers with their gradients and state",
        "torch.nn, ",
    ),
    ("rnn", "Recurrent layers", "torch.nn."),
    ("attention", "Attention and encoders", "torch.nn."),
    ("losses", "Losses", "torch.nn.functional."),
    (
        "losses_elementwise",
        "Losses, element by element",
        "torch.nn.functional.",
    ),
    (
        "losses_margin",
        "Losses with margins",
        "torch.nn.functional.",
    ),
    (
        "losses_ctc",
        "Connectionist temporal classification",
        "torch.nn.functional.",
    ),
    ("losses_segmentation", "Losses of masks", "the textbook's "),
    ("penalties", "Penalties", "torch, "),
    (
        "optimizers",
        "Optimizers: long trajectories",
        "torch.optim.",
    ),
    ("optimizers_first_order", "Optimizers", "torch.optim."),
    ("optimizers_second", "Other optimizers", "torch.optim."),
    ("lr_schedulers", "Schedulers", "torch.optim.lr_scheduler."),
    (
        "lr_schedulers_all",
        "All schedulers, and in compositions",
        "torch.optim.lr_scheduler.",
    ),
    ("init", "Initialisation", "torch.nn.init."),
    ("gradients", "Gradients", "torch.nn.utils."),
    ("averaging", "Averaged weights", "torch.optim.swa_utils."),
    ("amp", "Mixed precision", "torch.autocast: "),
    ("quickstart", "A whole training", "PyTorch's "),
];

/// Counterparts whose names are not those of the cases.
const NAMES: &[(&str, &str)] = &[
    ("adadelta", "Adadelta"),
    ("adafactor", "Adafactor"),
    ("adagrad", "Adagrad"),
    ("adam", "Adam"),
    ("adamax", "Adamax"),
    ("adamw", "AdamW"),
    ("asgd", "ASGD"),
    ("averaged", "AveragedModel"),
    ("chained", "ChainedScheduler"),
    ("clip_grad_norm", "clip_grad_norm_"),
    ("clip_grad_value", "clip_grad_value_"),
    ("clip_grads_with_norm", "clip_grads_with_norm_"),
    ("constant", "ConstantLR"),
    ("cosine", "CosineAnnealingLR"),
    ("cosine_annealing", "CosineAnnealingLR"),
    ("cyclic", "CyclicLR"),
    ("dirac", "dirac_"),
    ("encoder", "TransformerEncoder"),
    ("encoder_layer", "TransformerEncoderLayer"),
    ("exponential", "ExponentialLR"),
    ("eye", "eye_"),
    ("fans", "_calculate_fan_in_and_fan_out"),
    ("gain", "calculate_gain"),
    ("gru", "GRU"),
    ("kaiming_normal", "kaiming_normal_"),
    ("kaiming_uniform", "kaiming_uniform_"),
    ("lambda", "LambdaLR"),
    ("lbfgs", "LBFGS"),
    ("lstm", "LSTM"),
    ("mha", "MultiheadAttention"),
    ("multi_step", "MultiStepLR"),
    ("multiplicative", "MultiplicativeLR"),
    ("muon", "Muon"),
    ("nadam", "NAdam"),
    ("one_cycle", "OneCycleLR"),
    ("plateau", "ReduceLROnPlateau"),
    ("polynomial", "PolynomialLR"),
    ("radam", "RAdam"),
    ("restarts", "CosineAnnealingWarmRestarts"),
    ("restarts_to", "CosineAnnealingWarmRestarts"),
    ("rmsprop", "RMSprop"),
    ("rnn", "RNN"),
    ("rprop", "Rprop"),
    ("sequential", "SequentialLR"),
    ("sgd", "SGD"),
    ("sparse_adam", "SparseAdam"),
    ("step", "StepLR"),
    ("xavier_normal", "xavier_normal_"),
    ("xavier_uniform", "xavier_uniform_"),
];

/// Counterparts that are elsewhere than those of their family.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("optimizers_first_order", "lion", "NumPy, by the paper"),
    (
        "lr_schedulers_all",
        "linear",
        "torch.optim.lr_scheduler.LinearLR",
    ),
    ("lr_schedulers_all", "swa", "torch.optim.swa_utils.SWALR"),
    ("amp", "grad_scaler", "torch.amp.GradScaler"),
];

fn main() -> ExitCode {
    let check = env::args().any(|arg| arg == "--check");
    match run(check) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("parity_table: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(check: bool) -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let measured = root.join("target/parity");
    if measured.exists() {
        fs::remove_dir_all(&measured)?;
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["test", "-p", "taper", "--test", "parity_*"])
        .current_dir(&root)
        .env(
            "TAPER_PARITY_REPORT",
            fs::canonicalize(&root)?.join("target/parity"),
        )
        .status()?;
    if !status.success() {
        return Err(io::Error::other("the parity tests fail"));
    }
    let page = root.join("docs/parity.md");
    let families = read(&measured)?;
    if check {
        return missing(&fs::read_to_string(&page)?, &families);
    }
    fs::create_dir_all(root.join("docs"))?;
    fs::write(page, text(&families))
}

/// An operation's measurements by type: the number of cases, the greatest difference.
type Rows = BTreeMap<String, BTreeMap<String, (u64, f64)>>;

/// All families that were measured, those of the list first.
fn read(folder: &Path) -> io::Result<Vec<(String, Rows)>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    files.sort();
    let mut families = Vec::new();
    for file in files {
        let name = file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let mut rows = Rows::new();
        for line in fs::read_to_string(&file)?.lines() {
            if let [op, dtype, cases, difference] = line.split('\t').collect::<Vec<_>>()[..] {
                let number = (
                    cases.parse().unwrap_or(0),
                    difference.parse().unwrap_or(f64::NAN),
                );
                rows.entry(op.to_owned())
                    .or_default()
                    .insert(dtype.to_owned(), number);
            }
        }
        families.push((name, rows));
    }
    let place = |name: &str| FAMILIES.iter().position(|(family, ..)| *family == name);
    families.sort_by_key(|(name, _)| place(name).unwrap_or(FAMILIES.len()));
    Ok(families)
}

fn text(families: &[(String, Rows)]) -> String {
    let mut out = "# What taper computes beside PyTorch\n\n\
        Made by `cargo run -p taper-tests --bin parity_table`; not edited by hand. Results, and gradients where there are \
        any, are compared with values that PyTorch 2.15 gave (`tests/parity/*.py`); a difference is `max|a − b| / max|b|` of \
        a tensor, the greatest among all cases.\n"
        .to_owned();
    for (name, rows) in families {
        let known = FAMILIES.iter().find(|(family, ..)| family == name);
        let (heading, prefix) = known.map_or((name.as_str(), ""), |(_, heading, prefix)| {
            (*heading, *prefix)
        });
        let _ = write!(
            out,
            "\n## {heading}\n\n| name | counterpart | cases | f32 | f64 | half |\n|---|---|---|---|---|---|\n"
        );
        for (op, by_type) in rows {
            let cases: u64 = by_type.values().map(|(cases, _)| cases).sum();
            let of = |dtypes: &[&str]| {
                let found = by_type
                    .iter()
                    .filter(|(dtype, _)| dtypes.contains(&dtype.as_str()));
                let worst = found
                    .map(|(_, (_, difference))| *difference)
                    .reduce(f64::max);
                worst.map_or("–".to_owned(), |worst| format!("{worst:.0e}"))
            };
            let (single, double, half) = (of(&["f32"]), of(&["f64"]), of(&["f16", "bf16"]));
            let counterpart = counterpart(name, prefix, op);
            let _ = writeln!(
                out,
                "| `{op}` | `{counterpart}` | {cases} | {single} | {double} | {half} |"
            );
        }
    }
    out
}

/// What an operation of a family is compared with.
fn counterpart(family: &str, prefix: &str, op: &str) -> String {
    let elsewhere = ELSEWHERE
        .iter()
        .find(|(of, name, _)| *of == family && *name == op);
    if let Some((.., counterpart)) = elsewhere {
        return (*counterpart).to_owned();
    }
    // Cases with a number, several results or a variant have names of their own here.
    let op = ["_number", "_with_indices", "_positive", "_list"]
        .iter()
        .fold(op, |op, suffix| op.strip_suffix(suffix).unwrap_or(op));
    let own = NAMES
        .iter()
        .find(|(name, _)| *name == op && prefix.ends_with('.'));
    format!("{prefix}{}", own.map_or(op, |(_, name)| name))
}

/// An error that names what was measured and is not on the page.
fn missing(page: &str, families: &[(String, Rows)]) -> io::Result<()> {
    let ops = families.iter().flat_map(|(_, rows)| rows.keys());
    let missing: Vec<_> = ops
        .filter(|op| !page.contains(&format!("| `{op}` |")))
        .cloned()
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "docs/parity.md lacks {}",
        missing.join(", ")
    )))
}
