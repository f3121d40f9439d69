//! One workload in one process: `workload NAME SECONDS` prints the milliseconds from the process's start to the end of the first
//! step, the times of the steps after it in milliseconds, and the peak of resident memory in kB.

use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs};

use taper_benches::workloads::workload;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("workload: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    let mut args = env::args().skip(1);
    let name = args.next().unwrap_or_default();
    let seconds: f64 = args.next().as_deref().unwrap_or("3").parse()?;
    let mut step = workload(&name)?.ok_or_else(|| format!("there is no workload {name:?}"))?;
    step()?;
    println!("first {:.3}", start.elapsed().as_secs_f64() * 1e3);
    for _ in 0..2 {
        step()?;
    }
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let mut times = Vec::new();
    while times.len() < 5 || Instant::now() < end {
        let start = Instant::now();
        step()?;
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
