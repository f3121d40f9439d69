//! What every framework's program prints of one workload. It knows no framework: burn's program, a package of its own, has this
//! file too.
//!
//! `PROGRAM WORKLOAD SECONDS` prints `first` at the end of the first step, `steps` with the times of the steps after it in
//! milliseconds, and `peak` with the most that was resident in kB. A program that can't do a workload prints `lacks` and why.

use std::error::Error;
use std::time::{Duration, Instant};
use std::{env, fs};

/// Steps after the first that aren't timed.
const WARM: usize = 2;

/// The fewest steps that are timed, however long they take.
const LEAST: usize = 3;

/// The workload and the seconds that steps are timed for: the arguments of a program.
///
/// # Errors
/// If the seconds are no number.
pub fn arguments() -> Result<(String, f64), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let name = args.next().unwrap_or_default();
    let seconds = args.next().as_deref().unwrap_or("3").parse()?;
    Ok((name, seconds))
}

/// Says that the framework can't do the workload.
pub fn lacks(why: &str) {
    println!("lacks {why}");
}

/// Takes steps for that many seconds and prints what they took. A step is told whether it is one that every process takes, however
/// slow the machine.
///
/// # Errors
/// Those of a step.
pub fn measure(
    seconds: f64,
    mut step: impl FnMut(bool) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    step(true)?;
    // The end of a line reaches who listens at once.
    println!("first");
    for _ in 0..WARM {
        step(true)?;
    }
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let mut times = Vec::new();
    while times.len() < LEAST || Instant::now() < end {
        let start = Instant::now();
        step(times.len() < LEAST)?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    let times: Vec<String> = times.iter().map(|ms| format!("{ms:.4}")).collect();
    println!("steps {}", times.join(" "));
    if let Some(peak) = peak_memory() {
        println!("peak {peak}");
    }
    Ok(())
}

/// The most that was resident, in kB, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
