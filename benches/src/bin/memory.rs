//! The memory of training steps, planned and measured, and what checkpoints save of it in ResNet-18 and cost in time.
//!
//! `cargo run --release -p taper-benches --bin memory`

use std::error;
use std::time::Instant;

use peak_alloc::PeakAlloc;
use taper::Result;
use taper_benches::memory::{both, measured, resnet18, CHECKPOINTS, TRAINED};
use taper_benches::workloads::WORKLOADS;
use taper_benches::{least, Page};

#[global_allocator]
static COUNT: PeakAlloc = PeakAlloc;

/// How often each step is timed.
const ROUNDS: usize = 7;
/// How many pictures, and their height and width.
const PICTURES: [(usize, usize); 3] = [(16, 64), (16, 224), (32, 224)];
/// What the checkpoints that are compared are called.
const NAMES: [&str; CHECKPOINTS.len()] = ["none", "blocks", "blocks and stem"];

fn main() -> std::result::Result<(), Box<dyn error::Error>> {
    let mut page = Page::new(
        "Memory of a training step",
        "cargo run --release -p taper-benches --bin memory",
    );
    page.paragraph(
        "The peak of one step over what is there before it: parameters, buffers, the optimizer's state and the batch. The step begins \
         without gradients, so that those of the parameters are in its peak. Planned by `net.memory(…)` from the trace; \
         measured by an allocator that counts, kernels' working memory included. MB are 2²⁰ bytes.",
    );
    let mut rows = Vec::new();
    for name in TRAINED {
        if let Some((memory, found)) = both(&COUNT, name)? {
            let what = WORKLOADS.iter().find(|found| found.name == *name);
            rows.push(vec![
                what.map_or_else(String::new, |found| found.what.to_owned()),
                megabytes(memory.gradients),
                megabytes(memory.saved),
                megabytes(memory.peak),
                megabytes(found),
                format!("{:.2}", memory.peak as f64 / found as f64),
            ]);
        }
    }
    let head = [
        "workload",
        "gradients",
        "kept for backward",
        "planned peak",
        "measured peak",
        "planned ÷ measured",
    ];
    page.table(&head, &rows);

    page.paragraph(&format!(
        "ResNet-18, SGD with momentum, without checkpoints, with one of every residual block (`{}`), and with those and one of the \
         first convolution and its norm (`{}`). The time is the least of {ROUNDS} steps each, in turns. Activations are the peak without \
         the parameters' gradients, which depend neither on checkpoints nor on the number of pictures.",
        CHECKPOINTS[1].join(", "),
        CHECKPOINTS[2].join(", "),
    ));
    let mut rows = Vec::new();
    for (batch, size) in PICTURES {
        rows.extend(checkpoints(batch, size)?);
    }
    let head = [
        "pictures",
        "checkpoints",
        "kept for backward",
        "peak",
        "lower",
        "fewer activations",
        "planned ÷ measured",
        "time (ms)",
        "ratio",
    ];
    page.table(&head, &rows);
    page.write("memory")?;
    Ok(())
}

fn megabytes(bytes: usize) -> String {
    format!("{:.2}", bytes as f64 / f64::from(1 << 20))
}

/// The rows of the second table for so many pictures of this height and width.
fn checkpoints(batch: usize, size: usize) -> Result<Vec<Vec<String>>> {
    let mut plans = Vec::new();
    let mut peaks = Vec::new();
    let mut steps = Vec::new();
    for with in CHECKPOINTS {
        let (memory, mut step) = resnet18(batch, size, with)?;
        peaks.push(measured(&COUNT, &mut step, memory.gradients)?);
        plans.push(memory);
        steps.push(step);
    }
    let mut times = CHECKPOINTS.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for (step, times) in steps.iter_mut().zip(&mut times) {
            let start = Instant::now();
            step()?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    let times = times.map(|times| least(&times));
    let activations = |i: usize| (peaks[i] - plans[i].gradients) as f64;
    let less = |part: f64, whole: f64| match part < whole {
        true => format!("{:.0} %", 100. * (1. - part / whole)),
        false => String::new(),
    };
    let row = |i: usize| {
        vec![
            format!("{batch}×3×{size}×{size}"),
            NAMES[i].to_owned(),
            megabytes(plans[i].saved),
            megabytes(peaks[i]),
            less(peaks[i] as f64, peaks[0] as f64),
            less(activations(i), activations(0)),
            format!("{:.2}", plans[i].peak as f64 / peaks[i] as f64),
            format!("{:.0}", times[i]),
            format!("{:.2}", times[i] / times[0]),
        ]
    };
    Ok((0..CHECKPOINTS.len()).map(row).collect())
}
