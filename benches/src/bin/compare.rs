//! Training steps and inferences beside PyTorch, in turn, on two threads each.
//!
//! `cargo run --release -p taper-benches --bin compare -- [ROUNDS] [WORKLOAD…]`; `benches/README.md` says how PyTorch is found.

use std::error::Error;
use std::path::PathBuf;
use std::process::Command;
use std::{env, io};

use taper_benches::workloads::WORKLOADS;
use taper_benches::{least, median, root, Page};

/// Rounds of each workload.
const ROUNDS: usize = 5;

/// Seconds that steps are timed for in one process.
const SECONDS: &str = "2";

/// A framework as it is run.
struct Framework {
    name: &'static str,
    command: Vec<PathBuf>,
    /// What follows the workload and the seconds.
    last: Option<&'static str>,
}

/// What one process measured.
struct Run {
    first: f64,
    step: f64,
    least: f64,
    peak: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args: Vec<String> = env::args().skip(1).collect();
    let rounds = match args.first().and_then(|arg| arg.parse().ok()) {
        Some(rounds) => {
            args.remove(0);
            rounds
        }
        None => ROUNDS,
    };
    let frameworks = frameworks()?;
    let chosen = WORKLOADS
        .iter()
        .filter(|(name, _)| args.is_empty() || args.iter().any(|arg| arg == name));
    let mut rows = Vec::new();
    for (name, what) in chosen {
        rows.extend(compare(name, what, &frameworks, rounds)?);
    }
    report(&frameworks, &rows, rounds)
}

/// Taper first; what is not installed is named on the page.
fn frameworks() -> io::Result<Vec<Framework>> {
    let own = env::current_exe()?.with_file_name("workload");
    let mut found = vec![Framework {
        name: "taper",
        command: vec![own],
        last: None,
    }];
    let venv = env::var_os("TAPER_ORACLE").map_or_else(|| root().join(".oracle"), PathBuf::from);
    let python = venv.join("bin/python");
    if python.exists() {
        for (name, layout) in [
            ("PyTorch eager", "eager"),
            ("PyTorch channels_last", "channels_last"),
        ] {
            found.push(Framework {
                name,
                command: vec![python.clone(), root().join("benches/python/workload.py")],
                last: Some(layout),
            });
        }
    }
    Ok(found)
}

impl Framework {
    fn run(&self, workload: &str) -> Result<Run, Box<dyn Error>> {
        let output = Command::new(&self.command[0])
            .args(&self.command[1..])
            .args([workload, SECONDS])
            .args(self.last)
            .env("RAYON_NUM_THREADS", "2")
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            let error = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("{} fails at {workload}: {error}", self.name).into());
        }
        let numbers = |key: &str| -> Vec<f64> {
            let line = text.lines().find_map(|line| line.strip_prefix(key));
            let words = line.unwrap_or_default().split_whitespace();
            words.filter_map(|word| word.parse().ok()).collect()
        };
        let steps = numbers("steps ");
        Ok(Run {
            first: median(&numbers("first ")),
            step: median(&steps),
            least: least(&steps),
            peak: median(&numbers("peak ")) / 1024.,
        })
    }
}

/// A row per framework: medians over the rounds, and the median of the rounds' ratios.
fn compare(
    name: &str,
    what: &str,
    frameworks: &[Framework],
    rounds: usize,
) -> Result<Vec<Vec<String>>, Box<dyn Error>> {
    let mut runs: Vec<Vec<Run>> = frameworks.iter().map(|_| Vec::new()).collect();
    for round in 0..rounds {
        for (framework, runs) in frameworks.iter().zip(&mut runs) {
            eprintln!("{name}, round {}, {}", round + 1, framework.name);
            runs.push(framework.run(name)?);
        }
    }
    let of = |runs: &[Run], get: fn(&Run) -> f64| median(&runs.iter().map(get).collect::<Vec<_>>());
    Ok(frameworks
        .iter()
        .zip(&runs)
        .map(|(framework, own)| {
            let ratios: Vec<f64> = own
                .iter()
                .zip(&runs[0])
                .map(|(other, taper)| other.step / taper.step)
                .collect();
            vec![
                what.to_owned(),
                framework.name.to_owned(),
                format!("{:.2}", of(own, |run| run.step)),
                format!(
                    "{:.2}",
                    least(&own.iter().map(|run| run.least).collect::<Vec<_>>())
                ),
                format!("{:.2}", median(&ratios)),
                format!("{:.0}", of(own, |run| run.peak)),
                format!("{:.0}", of(own, |run| run.first)),
            ]
        })
        .collect())
}

fn report(
    frameworks: &[Framework],
    rows: &[Vec<String>],
    rounds: usize,
) -> Result<(), Box<dyn Error>> {
    let mut page = Page::new(
        "Training steps and inferences, beside PyTorch",
        "cargo run --release -p taper-benches --bin compare",
    );
    page.paragraph(&format!(
        "Two threads each, in turn, {rounds} rounds of processes that time steps for {SECONDS} s. A step is forward, loss, \
         backward and optimizer on the same batch. Medians over the rounds of each process's median; the speed-up is \
         the median over the rounds of a framework's time divided by taper's in that round."
    ));
    if frameworks.len() == 1 {
        page.paragraph("PyTorch was not found: see `benches/README.md`.");
    }
    page.table(
        &[
            "workload",
            "framework",
            "step, ms",
            "least, ms",
            "taper is faster by",
            "peak, MB",
            "start to first step, ms",
        ],
        rows,
    );
    page.write("compare")?;
    Ok(())
}
