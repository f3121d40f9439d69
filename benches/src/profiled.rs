//! Where the time of a workload goes, operation by operation, and how near its products are to what the processor can do.

use std::error::Error;
use std::time::{Duration, Instant};

use taper::profiler::{profile, Profile};

use crate::peak::peak;
use crate::workloads::{multiply_accumulates, workload, Workload};
use crate::Page;

/// Threads that steps run on, as in `compare`.
pub const THREADS: usize = 2;

/// Operations that take less of a step are left out.
const LEAST: f64 = 0.01;

/// Says how [`time_of`] measures, and what its numbers mean.
pub fn explain(page: &mut Page, seconds: f64) {
    page.paragraph(&format!(
        "Two threads; steps for {seconds} s, after three that are not measured. What takes less than 1 % of a step is left out. What \
         bounds a step from below is the time of its products if both threads did nothing but multiply and add in registers, as measured \
         before and after the steps."
    ));
}

/// Profiles a workload in this process, for so many seconds, and writes down what was found.
///
/// # Errors
/// Those of a step, or if the workload is not of the list.
pub fn time_of(page: &mut Page, of: &Workload, seconds: f64) -> Result<(), Box<dyn Error>> {
    taper::set_num_threads(THREADS)?;
    let missing = "a workload of the list is missing";
    let mut step = workload(of.name)?.ok_or(missing)?;
    let work = multiply_accumulates(of.name)?.ok_or(missing)? as f64 * 2e-9;
    for _ in 0..3 {
        step()?;
    }
    let before = peak(THREADS, 5);
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let (mut steps, mut fastest) = (0, f64::INFINITY);
    let (result, times) = profile(|| -> taper::Result<()> {
        while steps == 0 || Instant::now() < end {
            let start = Instant::now();
            step()?;
            steps += 1;
            fastest = fastest.min(start.elapsed().as_secs_f64() * 1e3);
        }
        Ok(())
    });
    result?;
    let most = before.max(peak(THREADS, 5));
    let ms = |time: Duration| time.as_secs_f64() * 1e3 / f64::from(steps);
    let least = work / most * 1e3;
    page.paragraph(&format!(
        "{:.2} ms a step in the mean, {fastest:.2} in the fastest. Its products are {work:.2} GF; multiply-adds in registers alone reach \
         {most:.0} GF/s here, with which they take **{least:.2} ms**: {:.0} % of the fastest step.",
        ms(times.total()),
        100. * least / fastest,
    ));
    page.table(
        &["operation", "phase", "calls", "ms", "share"],
        &rows(&times, steps),
    );
    Ok(())
}

fn rows(times: &Profile, steps: u32) -> Vec<Vec<String>> {
    let share = |time: Duration| time.as_secs_f64() / times.total().as_secs_f64();
    let cells = |name: &str, phase: String, calls: String, time: Duration| {
        let ms = time.as_secs_f64() * 1e3 / f64::from(steps);
        let share = format!("{:.1} %", share(time) * 100.);
        vec![name.to_owned(), phase, calls, format!("{ms:.3}"), share]
    };
    let shown = times
        .operations()
        .iter()
        .filter(|op| share(op.time) >= LEAST);
    let mut rows: Vec<_> = shown
        .map(|op| {
            let calls = op.calls / steps as usize;
            cells(op.name, op.phase.to_string(), calls.to_string(), op.time)
        })
        .collect();
    rows.push(cells(
        "elsewhere",
        String::new(),
        String::new(),
        times.elsewhere(),
    ));
    rows
}
