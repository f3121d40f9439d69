//! Training steps and inferences beside PyTorch, Candle and burn, in turn, on two threads each.
//!
//! `cargo run --release -p taper-benches --bin compare -- [ROUNDS] [WORKLOAD…] [--without FRAMEWORK]…` builds what it runs;
//! `benches/README.md` says how what it doesn't build is installed. The page is written where all workloads were run.

use std::collections::BTreeSet;
use std::env;
use std::error::Error;

use taper_benches::asked::Asked;
use taper_benches::comparison::{claims, Claim, Measured};
use taper_benches::frameworks::{optional, Framework, Frameworks, Outcome, Role, Run};
use taper_benches::limits::{limits, HEAD};
use taper_benches::peak::peak;
use taper_benches::profiled::{explain, time_of, THREADS};
use taper_benches::workloads::Workload;
use taper_benches::{least, median, Page};

/// Rounds of each workload.
const ROUNDS: usize = 5;

/// Seconds that steps are timed for in one process.
const SECONDS: &str = "2";

/// Measurements of what the processor can do, before and after each workload.
const PEAKS: usize = 20;

/// Seconds that a workload is profiled for.
const PROFILED: f64 = 3.;

fn main() -> Result<(), Box<dyn Error>> {
    let (without, words) = without(env::args().skip(1))?;
    let asked = Asked::read(words.into_iter(), ROUNDS as f64)?;
    let rounds = (asked.number as usize).max(1);
    let frameworks = Frameworks::find(&without)?;
    let mut lacking = BTreeSet::new();
    let (mut measured, mut most) = (Vec::new(), peak(THREADS, PEAKS));
    for workload in &asked.workloads {
        measured.push(compare(workload, &frameworks, rounds, &mut lacking)?);
        most = most.max(peak(THREADS, PEAKS));
    }
    let mut page = page(&frameworks, &measured, &lacking, rounds);
    page.section("How far it can go");
    page.paragraph(&format!(
        "Multiply-adds in registers alone reach {most:.0} GF/s on {THREADS} threads here. With these the products of a step take what the \
         table calls its limit: nothing that multiplies all of them is faster, however little the rest of it takes. Where less is to be \
         gained on PyTorch than is wanted, this processor can't reach it but by other sums, as Winograd's for kernels of 3×3, which take \
         2.25 times fewer multiplications than are counted here. {}",
        of_half_types()
    ));
    page.table(HEAD, &limits(&measured, most)?);
    missing(&mut page, &measured)?;
    asked.finish(&page, "compare")?;
    Ok(())
}

/// The frameworks that the command line leaves out, and its other words.
fn without(args: impl Iterator<Item = String>) -> Result<(Vec<String>, Vec<String>), String> {
    let (mut without, mut words) = (Vec::new(), Vec::new());
    let mut args = args;
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--without" => without.push(args.next().unwrap_or_default()),
            _ => words.push(arg),
        }
    }
    let known = |name: &&String| optional().any(|other| other == **name);
    match without.iter().find(|name| !known(name)) {
        None => Ok((without, words)),
        Some(name) => {
            let all: Vec<&str> = optional().collect();
            Err(format!("--without {name:?}: {}", all.join(", ")))
        }
    }
}

/// Where the time of the workloads goes that are slower than is wanted.
fn missing(page: &mut Page, measured: &[Measured]) -> Result<(), Box<dyn Error>> {
    let slow: Vec<&Measured> = measured.iter().filter(|one| !one.is_fast()).collect();
    if slow.is_empty() {
        return Ok(());
    }
    page.section("Where the time goes that is missing");
    explain(page, PROFILED);
    for measured in slow {
        eprintln!("{}, profile", measured.workload.name);
        page.subsection(measured.workload.what);
        time_of(page, &measured.workload, PROFILED)?;
    }
    Ok(())
}

/// Whether mixed precision can gain anything on f32.
fn of_half_types() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    let multiplies = is_x86_feature_detected!("avx512bf16");
    #[cfg(not(target_arch = "x86_64"))]
    let multiplies = false;
    match multiplies {
        true => "Its instructions for products of bf16 are not used yet.",
        false => {
            "It has no instructions that multiply bf16: products under autocast are those of f32, and the casts come on top, so that \
             mixed precision can't gain on f32."
        }
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

    fn words(line: &str) -> Result<(Vec<String>, Vec<String>), String> {
        without(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn frameworks_are_left_out() -> Result<(), String> {
        let (without, rest) = words("2 mlp --without burn lstm --without candle")?;
        assert_eq!(without, ["burn", "candle"]);
        assert_eq!(rest, ["2", "mlp", "lstm"]);
        Ok(())
    }

    #[test]
    fn unknown_frameworks_are_named() {
        let listed = "--without \"tch\": pytorch, candle, burn";
        assert_eq!(words("--without tch").err().as_deref(), Some(listed));
    }
}
