//! Training steps and inferences beside PyTorch, Candle and burn, in turn, on two threads each.
//!
//! `cargo run --release -p taper-benches --bin compare -- [ROUNDS] [WORKLOAD…] [--without FRAMEWORK]…` builds what it runs;
//! `benches/README.md` says how what it doesn't build is installed. The page is written where all workloads were run.

use std::collections::BTreeSet;
use std::env;
use std::error::Error;

use taper_benches::comparison::{claims, Claim, Measured};
use taper_benches::frameworks::{optional, Framework, Frameworks, Outcome, Role, Run};
use taper_benches::limits::{limits, HEAD};
use taper_benches::peak::peak;
use taper_benches::workloads::{Workload, WORKLOADS};
use taper_benches::{least, median, Page};

/// Rounds of each workload.
const ROUNDS: usize = 5;

/// Seconds that steps are timed for in one process.
const SECONDS: &str = "2";

/// Threads of each framework.
const THREADS: usize = 2;

/// Measurements of what the processor can do, before and after each workload.
const PEAKS: usize = 20;

/// What the command line asks for.
struct Asked {
    rounds: usize,
    workloads: Vec<Workload>,
    without: Vec<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let asked = Asked::read(env::args().skip(1))?;
    let frameworks = Frameworks::find(&asked.without)?;
    let mut lacking = BTreeSet::new();
    let (mut measured, mut most) = (Vec::new(), peak(THREADS, PEAKS));
    for workload in &asked.workloads {
        measured.push(compare(workload, &frameworks, asked.rounds, &mut lacking)?);
        most = most.max(peak(THREADS, PEAKS));
    }
    let mut page = page(&frameworks, &measured, &lacking, asked.rounds);
    page.section("How far it can go");
    page.paragraph(&format!(
        "Multiply-adds in registers alone reach {most:.0} GF/s on {THREADS} threads here. With these the products of a step take what the \
         table calls its limit: nothing that multiplies all of them is faster, however little the rest of it takes. Where less is to be \
         gained on PyTorch than is wanted, this processor can't reach it. `profile.md` has where the time of taper's steps goes."
    ));
    page.table(HEAD, &limits(&measured, most)?);
    if asked.workloads.len() == WORKLOADS.len() {
        page.write("compare")?;
    } else {
        page.print();
    }
    Ok(())
}

impl Asked {
    fn read(args: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut rounds, mut names, mut without) = (ROUNDS, Vec::new(), Vec::new());
        let mut args = args.peekable();
        if let Some(number) = args.peek().and_then(|arg| arg.parse().ok()) {
            rounds = number;
            args.next();
        }
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--without" => without.push(args.next().unwrap_or_default()),
                _ => names.push(arg),
            }
        }
        let known = |name: &&String| WORKLOADS.iter().any(|workload| workload.name == **name);
        if let Some(name) = names.iter().find(|name| !known(name)) {
            let all: Vec<&str> = WORKLOADS.iter().map(|workload| workload.name).collect();
            return Err(format!("no workload {name:?}: {}", all.join(", ")));
        }
        let unknown = without
            .iter()
            .find(|name| !optional().any(|other| other == **name));
        if let Some(name) = unknown {
            let all: Vec<&str> = optional().collect();
            return Err(format!("--without {name:?}: {}", all.join(", ")));
        }
        let chosen = |workload: &&Workload| {
            names.is_empty() || names.iter().any(|name| name == workload.name)
        };
        Ok(Asked {
            rounds: rounds.max(1),
            workloads: WORKLOADS.iter().filter(chosen).copied().collect(),
            without,
        })
    }
}

/// Runs all that have a part in the workload in turn, as often as there are rounds. What can't do it leaves with the first.
fn compare(
    workload: &Workload,
    frameworks: &Frameworks,
    rounds: usize,
    lacking: &mut BTreeSet<String>,
) -> Result<Measured, Box<dyn Error>> {
    let mut turns: Vec<(Role, &Framework, Vec<Run>)> = Role::ALL
        .into_iter()
        .filter(|role| role.runs(workload))
        .filter_map(|role| Some((role, frameworks.of(role)?, Vec::new())))
        .collect();
    for round in 0..rounds {
        let mut staying = Vec::new();
        for (role, framework, mut runs) in turns {
            eprintln!("{}, round {}, {}", workload.name, round + 1, role.name());
            match framework.run(role, workload, SECONDS)? {
                Outcome::Ran(run) => {
                    runs.push(run);
                    staying.push((role, framework, runs));
                }
                Outcome::Lacks(why) => {
                    lacking.insert(format!("{} in `{}`: {why}", role.name(), workload.name));
                }
            }
        }
        turns = staying;
    }
    Ok(Measured {
        workload: *workload,
        runs: turns
            .into_iter()
            .map(|(role, _, runs)| (role, runs))
            .collect(),
    })
}

fn page(
    frameworks: &Frameworks,
    measured: &[Measured],
    lacking: &BTreeSet<String>,
    rounds: usize,
) -> Page {
    let mut page = Page::new(
        "Training steps and inferences, beside PyTorch, Candle and burn",
        "cargo run --release -p taper-benches --bin compare",
    );
    let versions = frameworks.found.iter();
    page.list(versions.map(|framework| format!("{} {}", framework.name, framework.version)));
    page.paragraph(&format!(
        "Two threads each, in turn, {rounds} rounds of processes that time steps for {SECONDS} s. A step is forward, loss, \
         backward and optimizer on the same batch of synthetic data. Ratios are medians over the rounds of the ratio in each, \
         or ratios of the least step of all rounds; PyTorch is the faster of eager and channels_last in the same round, \
         of which the latter changes nothing where no images come in. What a framework took to its first step counts from the \
         start of the process."
    ));
    if frameworks.of(Role::Candle).is_some() {
        page.paragraph(
            "Candle has no SGD with momentum and no gradients of its layer norm, nor of a max pool whose windows overlap: these are \
             written with its other operations.",
        );
    }
    let left_out = frameworks.skipped.iter().chain(lacking);
    let left_out: Vec<String> = left_out.cloned().collect();
    if !left_out.is_empty() {
        page.section("Left out");
        page.list(left_out);
    }
    page.section("What is wanted");
    let claims = claims(measured);
    let met = claims.iter().filter(|claim| claim.met()).count();
    page.paragraph(&format!("{met} of {} are met.", claims.len()));
    page.table(
        &["what", "wanted", "reached", "by minima", "met"],
        &claims.iter().map(Claim::row).collect::<Vec<_>>(),
    );
    page.paragraph(&repeated(measured, rounds));
    page.section("What was measured");
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
        &measured.iter().flat_map(rows).collect::<Vec<_>>(),
    );
    page.section("Size on disk");
    let sizes = frameworks.found.iter().flat_map(|framework| {
        let sizes = framework.sizes.iter();
        sizes.map(|(what, bytes)| {
            let megabytes = format!("{:.1}", *bytes as f64 / 1e6);
            vec![framework.name.to_owned(), what.clone(), megabytes]
        })
    });
    page.table(
        &["framework", "what is counted", "MB"],
        &sizes.collect::<Vec<_>>(),
    );
    page
}

/// Whether taper's losses were the same in all processes.
fn repeated(measured: &[Measured], rounds: usize) -> String {
    let differing: Vec<&str> = measured
        .iter()
        .filter(|measured| !measured.repeats())
        .map(|measured| measured.workload.name)
        .collect();
    match (rounds, differing.as_slice()) {
        (1, []) => "One round says nothing of whether runs repeat.".to_owned(),
        (_, []) => format!(
            "The losses of taper's first steps, and what it infers, were the same to the bit in all {rounds} processes of \
             each workload."
        ),
        (_, names) => format!(
            "The losses of taper's first steps **differ** between processes: {}.",
            names.join(", ")
        ),
    }
}

/// A row per framework: medians over the rounds, and the median of the rounds' ratios.
fn rows(measured: &Measured) -> Vec<Vec<String>> {
    let of = |runs: &[Run], get: fn(&Run) -> f64| median(&runs.iter().map(get).collect::<Vec<_>>());
    measured
        .runs
        .iter()
        .map(|(role, runs)| {
            let least = least(&runs.iter().map(|run| run.least).collect::<Vec<_>>());
            let ratio = measured.faster(&[*role]).map(|ratio| ratio.median);
            vec![
                measured.workload.what.to_owned(),
                role.name().to_owned(),
                format!("{:.2}", of(runs, |run| run.step)),
                format!("{least:.2}"),
                format!("{:.2}", ratio.unwrap_or(1.)),
                format!("{:.0}", of(runs, |run| run.peak)),
                format!("{:.0}", of(runs, |run| run.first)),
            ]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &str) -> Result<Asked, String> {
        Asked::read(words.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn command_lines_are_read() -> Result<(), String> {
        let all = asked("")?;
        assert_eq!((all.rounds, all.workloads.len()), (ROUNDS, WORKLOADS.len()));
        let some = asked("2 mlp lstm --without burn")?;
        let names: Vec<&str> = some.workloads.iter().map(|one| one.name).collect();
        assert_eq!((some.rounds, names), (2, vec!["mlp", "lstm"]));
        assert_eq!(some.without, ["burn"]);
        Ok(())
    }

    #[test]
    fn unknown_words_are_named() {
        let error = |words| asked(words).err().unwrap_or_default();
        assert!(error("resnet").starts_with("no workload \"resnet\": lenet, mlp"));
        let listed = "--without \"tch\": pytorch, candle, burn";
        assert_eq!(error("--without tch"), listed);
    }
}
