//! The memory of training steps, planned and measured, and what checkpoints save of it in ResNet-18 and cost in time.
//!
//! `cargo run --release -p taper-benches --bin memory`

use std::error;
use std::time::Instant;

use peak_alloc::PeakAlloc;
use taper::Result;
use taper_benches::memory::{both, measured, resnet18, BLOCKS, TRAINED};
use taper_benches::workloads::WORKLOADS;
use taper_benches::{median, Page};

#[global_allocator]
static COUNT: PeakAlloc = PeakAlloc;

/// Pairs of a step without and one with checkpoints.
const PAIRS: usize = 7;
const BATCH: usize = 16;
/// Heights and widths of the pictures.
const SIZES: [usize; 2] = [64, 224];

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
        "ResNet-18 of {BATCH} pictures, SGD with momentum, without and with `net.checkpoint(\"{BLOCKS}\")`: the median of {PAIRS} \
         steps each, in turns. Activations are the peak without the parameters' gradients. What bounds the peak with checkpoints is the \
         way back through what comes before the first block: the first convolution's result, the activation's, and both gradients.",
    ));
    let rows = SIZES
        .iter()
        .map(|&size| checkpoints(size))
        .collect::<Result<Vec<_>>>()?;
    let head = [
        "pictures",
        "kept",
        "kept, checkpoints",
        "peak",
        "peak, checkpoints",
        "fewer activations",
        "planned ÷ measured",
        "time (ms)",
        "time, checkpoints (ms)",
        "ratio",
    ];
    page.table(&head, &rows);
    page.write("memory")?;
    Ok(())
}

fn megabytes(bytes: usize) -> String {
    format!("{:.2}", bytes as f64 / f64::from(1 << 20))
}

/// A row of the second table.
fn checkpoints(size: usize) -> Result<Vec<String>> {
    let mut plans = Vec::new();
    let mut peaks = Vec::new();
    let mut steps = Vec::new();
    for with in [false, true] {
        let (memory, mut step) = resnet18(BATCH, size, with)?;
        peaks.push(measured(&COUNT, &mut step, memory.gradients)?);
        plans.push(memory);
        steps.push(step);
    }
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..PAIRS {
        for (step, times) in steps.iter_mut().zip(&mut times) {
            let start = Instant::now();
            step()?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    let [plain, again] = times.map(|times| median(&times));
    let activations = |i: usize| (peaks[i] - plans[i].gradients) as f64;
    let ratio = |i: usize| format!("{:.2}", plans[i].peak as f64 / peaks[i] as f64);
    Ok(vec![
        format!("{BATCH}×3×{size}×{size}"),
        megabytes(plans[0].saved),
        megabytes(plans[1].saved),
        megabytes(peaks[0]),
        megabytes(peaks[1]),
        format!("{:.0} %", 100. * (1. - activations(1) / activations(0))),
        format!("{}, {}", ratio(0), ratio(1)),
        format!("{plain:.0}"),
        format!("{again:.0}"),
        format!("{:.2}", again / plain),
    ])
}
