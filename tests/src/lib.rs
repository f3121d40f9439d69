//! Compile-fail cases on toolchains other than the pinned one.
//!
//! The full text of an error is rustc's as much as taper's, so it is compared only on the toolchain that CI pins. On
//! any other, [`compare`] compares what is taper's own: for each case the messages of its errors and where they point.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The toolchain that the expected texts were made with.
const PINNED: &str = "rustc 1.95.";

/// One error: its message, and the line and column where its caret starts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// All lines of the message, trimmed.
    pub message: String,
    /// Line and column, counted from one.
    pub at: (u64, u64),
}

/// Whether the compiler in use is the one whose full text is expected.
///
/// # Errors
/// If there is no compiler.
pub fn is_pinned() -> io::Result<bool> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output()?.stdout;
    Ok(String::from_utf8_lossy(&version).starts_with(PINNED))
}

/// The errors in an expected text.
///
/// ```
/// let text = "error[E0080]: evaluation panicked: no\n    help: yes\n --> ui/fail/a.rs:14:9\n   |\n";
/// let [mistake] = &taper_tests::expected(text)[..] else { panic!("one error") };
/// assert_eq!((mistake.message.as_str(), mistake.at), ("evaluation panicked: no\nhelp: yes", (14, 9)));
/// ```
pub fn expected(text: &str) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut message: Option<String> = None;
    for line in text.lines() {
        if let Some((start, rest)) = line.split_once(": ").filter(|(start, _)| is_error(start)) {
            debug_assert!(!start.is_empty());
            message = Some(rest.trim().to_owned());
        } else if let Some(place) = line.trim_start().strip_prefix("--> ") {
            if let (Some(message), Some(at)) = (message.take(), position(place)) {
                mistakes.push(Mistake { message, at });
            }
        } else if let Some(message) = &mut message {
            message.push('\n');
            message.push_str(line.trim());
        }
    }
    mistakes.sort();
    mistakes
}

fn is_error(start: &str) -> bool {
    start == "error" || (start.starts_with("error[") && start.ends_with(']'))
}

fn position(place: &str) -> Option<(u64, u64)> {
    let mut parts = place.rsplit(':');
    let column = parts.next()?.parse().ok()?;
    Some((parts.next()?.parse().ok()?, column))
}

/// The errors in a line of `cargo check --message-format=json`, with the name of the case.
fn reported(line: &str) -> Option<(String, Mistake)> {
    let value: Value = serde_json::from_str(line).ok()?;
    let message = &value["message"];
    if value["reason"] != "compiler-message" || message["level"] != "error" {
        return None;
    }
    let spans = message["spans"].as_array()?;
    // "aborting due to …" has no place.
    let mut span = spans.iter().find(|span| span["is_primary"] == true)?;
    let name = value["target"]["name"].as_str()?.to_owned();
    // Inside one of Rust's own macros (`assert!`): what is shown is where it is written.
    let file = format!("{name}.rs");
    while !span["file_name"].as_str()?.ends_with(&file) && span["expansion"].is_object() {
        span = &span["expansion"]["span"];
    }
    let text: Vec<&str> = message["message"]
        .as_str()?
        .lines()
        .map(str::trim)
        .collect();
    let at = (span["line_start"].as_u64()?, span["column_start"].as_u64()?);
    Some((
        name,
        Mistake {
            message: text.join("\n"),
            at,
        },
    ))
}

/// Compiles every case in `cases` and compares its errors with the text beside it; the differences, one a line.
///
/// # Errors
/// If a file can't be read or written, or cargo can't be run.
pub fn compare(cases: &Path) -> io::Result<Vec<String>> {
    let sources = sources(cases)?;
    let project = project(&sources)?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([
            "check",
            "--offline",
            "--keep-going",
            "--bins",
            "--message-format=json",
            "--quiet",
        ])
        .current_dir(&project)
        .output()?;
    let mut found: BTreeMap<String, Vec<Mistake>> = BTreeMap::new();
    for (name, mistake) in String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(reported)
    {
        found.entry(name).or_default().push(mistake);
    }
    if found.is_empty() {
        return Err(io::Error::other(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ));
    }
    let mut differences = Vec::new();
    for source in sources {
        let name = stem(&source);
        let mut found = found.remove(&name).unwrap_or_default();
        // What several parts of the generated code run into is shown once.
        found.sort();
        found.dedup();
        let expected = expected(&fs::read_to_string(source.with_extension("stderr"))?);
        if found != expected {
            differences.push(format!("{name}: expected {expected:?}, found {found:?}"));
        }
    }
    Ok(differences)
}

/// The cases of a directory, in order.
///
/// # Errors
/// If it can't be read.
pub fn sources(cases: &Path) -> io::Result<Vec<PathBuf>> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(cases)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push(path.canonicalize()?);
        }
    }
    sources.sort();
    Ok(sources)
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// A package with one binary per case, beside the other build products.
fn project(sources: &[PathBuf]) -> io::Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.join("..").canonicalize()?;
    let project = root.join("target/tests/messages");
    fs::create_dir_all(&project)?;
    let (runtime, renamed) = (root.join("runtime"), root.join("tests/renamed"));
    let mut manifest = format!(
        "[package]\nname = \"messages\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n\n\
         [dependencies]\ntaper = {{ path = {runtime:?} }}\n\
         taper-tests-renamed = {{ path = {renamed:?} }}\n"
    );
    for source in sources {
        let _ = write!(
            manifest,
            "\n[[bin]]\nname = {:?}\npath = {source:?}\n",
            stem(source)
        );
    }
    fs::write(project.join("Cargo.toml"), manifest)?;
    // The same versions as the workspace's: nothing to be resolved anew.
    fs::copy(root.join("Cargo.lock"), project.join("Cargo.lock"))?;
    Ok(project)
}
