//! What the measurements share: the machine's description, statistics, results pages.

pub mod asked;
pub mod cases;
pub mod comparison;
pub mod fit;
pub mod frameworks;
pub mod limits;
pub mod memory;
pub mod peak;
pub mod process;
pub mod profiled;
pub mod workloads;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, io};

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Builds with cargo, optimised, as the arguments say.
///
/// # Errors
/// If that fails; cargo has said why.
pub fn cargo(args: &[&str]) -> io::Result<()> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    let status = command
        .current_dir(root())
        .args(["build", "--release"])
        .args(args)
        .status()?;
    match status.success() {
        true => Ok(()),
        false => Err(io::Error::other("it can't be built")),
    }
}

/// The interpreter of the virtual environment that `scripts/oracle` makes, if there is one.
pub fn python() -> Option<PathBuf> {
    let venv = env::var_os("TAPER_ORACLE").map_or_else(|| root().join(".oracle"), PathBuf::from);
    Some(venv.join("bin/python")).filter(|python| python.exists())
}

/// The middle of some values, the mean of the two middle ones where their number is even; 0 of none.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match (sorted.get(half), sorted.len() % 2) {
        (Some(middle), 1) => *middle,
        (Some(upper), _) => (sorted[half - 1] + upper) / 2.0,
        (None, _) => 0.0,
    }
}

/// The least of some values; infinite of none.
pub fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

/// The number whose logarithm is the mean of the values' logarithms; 1 of none.
pub fn geometric_mean(values: &[f64]) -> f64 {
    let logs: f64 = values.iter().map(|value| value.ln()).sum();
    (logs / values.len().max(1) as f64).exp()
}

/// How long something takes, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Times {
    /// The median.
    pub median: f64,
    /// The least.
    pub least: f64,
}

/// What it takes that is done for that many seconds, and at least three times; what fails ends it.
///
/// # Errors
/// Those of `f`.
pub fn time<E>(seconds: f64, mut f: impl FnMut() -> Result<(), E>) -> Result<Times, E> {
    // The first ones fill caches.
    for _ in 0..2 {
        f()?;
    }
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let mut times = Vec::new();
    while times.len() < 3 || Instant::now() < end {
        let start = Instant::now();
        f()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(Times {
        median: median(&times),
        least: least(&times),
    })
}

/// A page of `benches/results`: a title, what was measured, where and by which command.
#[derive(Debug)]
pub struct Page {
    text: String,
}

impl Page {
    /// Begins a page. `command` is what makes it again.
    pub fn new(title: &str, command: &str) -> Page {
        let mut text = format!("# {title}\n\nMade by `{command}`; not edited by hand.\n\n");
        for (what, value) in machine() {
            let _ = writeln!(text, "- {what}: {value}");
        }
        text.push('\n');
        Page { text }
    }

    /// Begins a section.
    pub fn section(&mut self, title: &str) {
        let _ = writeln!(self.text, "## {title}\n");
    }

    /// Begins a part of a section.
    pub fn subsection(&mut self, title: &str) {
        let _ = writeln!(self.text, "### {title}\n");
    }

    /// Adds a list.
    pub fn list(&mut self, items: impl IntoIterator<Item = String>) {
        for item in items {
            let _ = writeln!(self.text, "- {item}");
        }
        self.text.push('\n');
    }

    /// Adds a paragraph.
    pub fn paragraph(&mut self, text: &str) {
        let _ = writeln!(self.text, "{text}\n");
    }

    /// Adds a table.
    pub fn table(&mut self, head: &[&str], rows: &[Vec<String>]) {
        let _ = writeln!(self.text, "| {} |", head.join(" | "));
        let _ = writeln!(self.text, "|{}", "---|".repeat(head.len()));
        for row in rows {
            let _ = writeln!(self.text, "| {} |", row.join(" | "));
        }
        self.text.push('\n');
    }

    /// Prints the page.
    pub fn print(&self) {
        print!("{}", self.text);
    }

    /// Writes the page as `benches/results/name.md` and prints it.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn write(&self, name: &str) -> io::Result<()> {
        self.print();
        let path = result(name)?.with_extension("md");
        fs::write(path, self.text.trim_end().to_owned() + "\n")
    }
}

/// Where a file of that name belongs in `benches/results`.
///
/// # Errors
/// If the folder can't be made.
pub fn result(name: &str) -> io::Result<PathBuf> {
    let folder = root().join("benches/results");
    fs::create_dir_all(&folder)?;
    Ok(folder.join(name))
}

/// Processor, cores, memory and compiler.
fn machine() -> Vec<(&'static str, String)> {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    vec![
        (
            "processor",
            format!("{}, {cores} cores", field("/proc/cpuinfo", "model name")),
        ),
        ("memory", field("/proc/meminfo", "MemTotal")),
        ("compiler", output(Command::new("rustc").arg("--version"))),
    ]
}

/// The first value of `name` in a file of `name : value` lines.
fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let value = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim() == name);
    value.map_or_else(|| "unknown".to_owned(), |(_, v)| v.trim().to_owned())
}

/// What a command prints.
pub fn output(command: &mut Command) -> String {
    match command.output() {
        Ok(out) => String::from_utf8_lossy(&out.stdout).trim().to_owned(),
        Err(_) => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median(&[]), 0.0);
        assert_eq!(least(&[2.0, 1.0]), 1.0);
    }

    #[test]
    fn geometric_means() {
        assert!((geometric_mean(&[2.0, 8.0]) - 4.0).abs() < 1e-12);
        assert_eq!(geometric_mean(&[]), 1.0);
    }
}
