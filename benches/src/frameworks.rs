//! The frameworks that are compared: how their programs are found and built, and what a run of one says.

use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, io};

use crate::workloads::{Workload, FULL};
use crate::{cargo, median, output, python, root};

/// A framework, in one of the ways that it is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// What is measured.
    Taper,
    /// Taper in f32, beside itself in mixed precision.
    TaperFull,
    /// PyTorch as it comes.
    Eager,
    /// PyTorch with the channels of images last in memory.
    ChannelsLast,
    /// PyTorch in bf16 autocast.
    Mixed,
    /// Plain Candle.
    Candle,
    /// burn on its `flex` backend.
    Burn,
}

impl Role {
    /// All, in the order in which they take turns.
    pub const ALL: [Role; 7] = [
        Role::Taper,
        Role::TaperFull,
        Role::Eager,
        Role::ChannelsLast,
        Role::Mixed,
        Role::Candle,
        Role::Burn,
    ];

    /// The ways that PyTorch is run.
    pub const PYTORCH: [Role; 3] = [Role::Eager, Role::ChannelsLast, Role::Mixed];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Role::Taper => "taper",
            Role::TaperFull => "taper, f32",
            Role::Eager => "PyTorch eager",
            Role::ChannelsLast => "PyTorch channels_last",
            Role::Mixed => "PyTorch bf16 autocast",
            Role::Candle => "Candle",
            Role::Burn => "burn",
        }
    }

    /// Whether it has a part in a workload. Where no images come in, `channels_last` changes nothing.
    pub fn runs(self, workload: &Workload) -> bool {
        match self {
            Role::Taper | Role::Candle | Role::Burn => true,
            Role::TaperFull | Role::Mixed => workload.mixed(),
            Role::Eager => !workload.mixed(),
            Role::ChannelsLast => workload.images,
        }
    }

    /// What its program is told beside the workload and the seconds.
    fn layout(self) -> Option<&'static str> {
        match self {
            Role::Eager => Some("eager"),
            Role::ChannelsLast => Some("channels_last"),
            Role::Mixed => Some("bf16"),
            Role::Taper | Role::TaperFull | Role::Candle | Role::Burn => None,
        }
    }
}

/// A framework that is there.
#[derive(Debug)]
pub struct Framework {
    /// What it is called.
    pub name: &'static str,
    /// Its version.
    pub version: String,
    /// What was counted on the disk, and how many bytes it has.
    pub sizes: Vec<(String, u64)>,
    command: Vec<PathBuf>,
}

/// What is there and what isn't.
#[derive(Debug, Default)]
pub struct Frameworks {
    /// What is run.
    pub found: Vec<Framework>,
    /// The others, with why not.
    pub skipped: Vec<String>,
}

/// What one process measured, in milliseconds and MB.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// From the start of the process to the end of the first step.
    pub first: f64,
    /// The median step.
    pub step: f64,
    /// The least step.
    pub least: f64,
    /// The most that was resident.
    pub peak: f64,
    /// The bits of the first losses, where the program tells.
    pub losses: Option<String>,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It measured.
    Ran(Run),
    /// The framework can't do that, for this reason.
    Lacks(String),
}

/// Whether a framework was found; if not, why.
type Found = Result<(), Box<dyn Error>>;

/// Finds a framework.
type Find = fn(&mut Frameworks) -> Found;

/// The frameworks that taper is compared with, by what `--without` calls them.
const OPTIONAL: [(&str, Find); 3] = [
    ("pytorch", Frameworks::pytorch),
    ("candle", Frameworks::candle),
    ("burn", Frameworks::burn),
];

/// What `--without` can name.
pub fn optional() -> impl Iterator<Item = &'static str> {
    OPTIONAL.iter().map(|(name, _)| *name)
}

impl Frameworks {
    /// Builds what can be built and finds what is installed, but for what is in `without`.
    ///
    /// # Errors
    /// If taper's own program can't be built.
    pub fn find(without: &[String]) -> Result<Self, Box<dyn Error>> {
        let mut all = Frameworks::default();
        all.own("taper", taper_version(), "workload")?;
        for (name, find) in OPTIONAL {
            if without.iter().any(|other| other == name) {
                all.skipped.push(format!("{name}: `--without {name}`"));
            } else if let Err(error) = find(&mut all) {
                all.skipped.push(format!("{name}: {error}"));
            }
        }
        Ok(all)
    }

    /// A program of this package.
    fn own(&mut self, name: &'static str, version: String, program: &str) -> Found {
        cargo(&["-p", "taper-benches", "--bin", program])?;
        let path = env::current_exe()?.with_file_name(program);
        Ok(self.program(name, version, path)?)
    }

    fn candle(&mut self) -> Found {
        self.own("Candle", locked("Cargo.lock", "candle-core")?, "candle")
    }

    fn burn(&mut self) -> Found {
        let target = root().join("target/burn");
        let manifest = root().join("benches/burn/Cargo.toml");
        cargo(&[
            "--locked",
            "--manifest-path",
            &manifest.to_string_lossy(),
            "--target-dir",
            &target.to_string_lossy(),
        ])?;
        let version = locked("benches/burn/Cargo.lock", "burn")?;
        let path = target.join("release/taper-benches-burn");
        Ok(self.program("burn", version, path)?)
    }

    fn program(&mut self, name: &'static str, version: String, path: PathBuf) -> io::Result<()> {
        let size = fs::metadata(&path)?.len();
        self.found.push(Framework {
            name,
            version,
            sizes: vec![("the program that was measured".to_owned(), size)],
            command: vec![path],
        });
        Ok(())
    }

    fn pytorch(&mut self) -> Found {
        let python = python().ok_or("there is no virtual environment: see `benches/README.md`")?;
        let folder = root().join("benches/python");
        let told = output(Command::new(&python).arg(folder.join("installed.py")));
        let (version, sizes) = installed(&told).ok_or("torch or torchvision isn't installed")?;
        self.found.push(Framework {
            name: "PyTorch",
            version,
            sizes,
            command: vec![python, folder.join("workload.py")],
        });
        Ok(())
    }

    /// The framework that a role is of, if it is there.
    pub fn of(&self, role: Role) -> Option<&Framework> {
        let name = match role {
            Role::Taper | Role::TaperFull => "taper",
            Role::Eager | Role::ChannelsLast | Role::Mixed => "PyTorch",
            Role::Candle | Role::Burn => role.name(),
        };
        self.found.iter().find(|framework| framework.name == name)
    }
}

impl Framework {
    /// Runs a workload in a process, with two threads.
    ///
    /// # Errors
    /// If taper's program fails, or a program says what isn't understood. That of another framework then lacks the workload.
    pub fn run(
        &self,
        role: Role,
        workload: &Workload,
        seconds: &str,
    ) -> Result<Outcome, Box<dyn Error>> {
        let name = match role {
            Role::TaperFull => FULL,
            _ => workload.name,
        };
        let start = Instant::now();
        let mut child = Command::new(&self.command[0])
            .args(&self.command[1..])
            .args([name, seconds])
            .args(role.layout())
            .env("RAYON_NUM_THREADS", "2")
            .stdout(Stdio::piped())
            .spawn()?;
        let mut lines = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            for line in BufReader::new(stdout).lines() {
                lines.push((start.elapsed(), line?));
            }
        }
        let status = child.wait()?;
        if !status.success() {
            let what = format!("{} fails at {name}: {status}", role.name());
            return match role {
                Role::Taper | Role::TaperFull => Err(what.into()),
                _ => Ok(Outcome::Lacks(what)),
            };
        }
        parse(&lines).ok_or_else(|| format!("{} said nothing of {name}", role.name()).into())
    }
}

/// What the lines of a program say; when they came says how long the first step took from the start of the process.
fn parse(lines: &[(Duration, String)]) -> Option<Outcome> {
    let after = |key: &str| {
        lines
            .iter()
            .find_map(|(at, line)| Some((at, line.strip_prefix(key)?.trim())))
    };
    if let Some((_, why)) = after("lacks") {
        return Some(Outcome::Lacks(why.to_owned()));
    }
    let steps: Vec<f64> = after("steps")?
        .1
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    Some(Outcome::Ran(Run {
        first: after("first")?.0.as_secs_f64() * 1e3,
        step: median(&steps),
        least: crate::least(&steps),
        peak: after("peak")?.1.parse::<f64>().ok()? / 1024.,
        losses: after("losses").map(|(_, bits)| bits.to_owned()),
    }))
}

/// The version and the sizes that `installed.py` tells.
fn installed(told: &str) -> Option<(String, Vec<(String, u64)>)> {
    let (mut version, mut sizes) = (None, Vec::new());
    for line in told.lines() {
        match line.split_once(' ')? {
            ("version", text) => version = Some(text.to_owned()),
            (bytes, what) => sizes.push((what.to_owned(), bytes.parse().ok()?)),
        }
    }
    Some((version?, sizes))
}

/// The version of a package in a lock file of the repository.
fn locked(file: &str, package: &str) -> Result<String, Box<dyn Error>> {
    let text = fs::read_to_string(root().join(Path::new(file)))?;
    let version = locked_in(&text, package).ok_or_else(|| format!("{file} has no {package}"))?;
    Ok(version.to_owned())
}

fn locked_in<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    let version = lines.nth(1)?.strip_prefix("version = ")?;
    Some(version.trim_matches('"'))
}

/// Taper's version and the commit it is built from.
fn taper_version() -> String {
    let git = output(
        Command::new("git")
            .arg("-C")
            .arg(root())
            .args(["describe", "--always", "--dirty"]),
    );
    format!("{} ({git})", env!("CARGO_PKG_VERSION"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workloads::WORKLOADS;

    fn lines(text: &str) -> Vec<(Duration, String)> {
        text.lines()
            .enumerate()
            .map(|(i, line)| (Duration::from_millis(10 * i as u64), line.to_owned()))
            .collect()
    }

    #[test]
    fn runs_are_read() {
        let text = "warning\nfirst\nsteps 3.0 1.0 2.5\npeak 2048\nlosses 00ff";
        let run = Run {
            first: 10.,
            step: 2.5,
            least: 1.,
            peak: 2.,
            losses: Some("00ff".to_owned()),
        };
        assert_eq!(parse(&lines(text)), Some(Outcome::Ran(run)));
        assert_eq!(parse(&lines("first\nsteps 3.0")), None);
        let lacks = Some(Outcome::Lacks("no autocast".to_owned()));
        assert_eq!(parse(&lines("lacks no autocast")), lacks);
    }

    #[test]
    fn versions_and_sizes_are_read() {
        let told = "version torch 2.0\n12 torch\n34 and the rest";
        let sizes = vec![("torch".to_owned(), 12), ("and the rest".to_owned(), 34)];
        assert_eq!(installed(told), Some(("torch 2.0".to_owned(), sizes)));
        assert_eq!(installed("unknown"), None);
        let lock = "[[package]]\nname = \"burn-core\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"burn\"\nversion = \"2.0.0\"";
        assert_eq!(locked_in(lock, "burn"), Some("2.0.0"));
        assert_eq!(locked_in(lock, "candle"), None);
    }

    #[test]
    fn roles_fit_the_workloads() {
        let roles = |name: &str| -> Vec<Role> {
            let workload = WORKLOADS.iter().find(|workload| workload.name == name);
            let runs = |role: &Role| workload.is_some_and(|workload| role.runs(workload));
            Role::ALL.into_iter().filter(runs).collect()
        };
        use Role::*;
        assert_eq!(roles("lenet"), [Taper, Eager, ChannelsLast, Candle, Burn]);
        assert_eq!(roles("mlp"), [Taper, Eager, Candle, Burn]);
        assert_eq!(
            roles("encoder-bf16"),
            [Taper, TaperFull, Mixed, Candle, Burn]
        );
    }
}
