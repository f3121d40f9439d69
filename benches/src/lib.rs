//! What the measurements share: the machine's description, statistics, results pages.

pub mod memory;
pub mod workloads;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
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

    /// Writes the page as `benches/results/name.md` and prints it.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn write(&self, name: &str) -> io::Result<()> {
        print!("{}", self.text);
        let folder = root().join("benches/results");
        fs::create_dir_all(&folder)?;
        fs::write(
            folder.join(name).with_extension("md"),
            self.text.trim_end().to_owned() + "\n",
        )
    }
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

fn output(command: &mut Command) -> String {
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
}
