//! How the time of a step grows: LeNet's with the batch, an MLP's with its depth.
//!
//! `cargo run --release -p taper-benches --bin scaling -- [ROUNDS]`

use std::env;
use std::error::Error;
use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;
use taper_benches::fit::Line;
use taper_benches::workloads::{deep_mlp, lenet, Step};
use taper_benches::{median, result, time, Page};

/// Rounds over all sizes.
const ROUNDS: usize = 5;

/// Seconds that the steps of a size are timed for in a round.
const SECONDS: f64 = 0.5;

/// Something that grows.
struct Series {
    title: &'static str,
    /// What is counted.
    unit: &'static str,
    sizes: &'static [usize],
    step: fn(usize) -> taper::Result<Step>,
}

const SERIES: [Series; 2] = [
    Series {
        title: "LeNet, Adam",
        unit: "batch",
        sizes: &[16, 32, 64, 128, 256, 512, 1024],
        step: lenet,
    },
    Series {
        title: "MLP of layers of 256, batch 64, SGD",
        unit: "depth",
        sizes: &[2, 5, 10, 20, 50, 100, 200],
        step: deep_mlp,
    },
];

/// Sizes and milliseconds, and a line through them.
struct Growth {
    points: Vec<(f64, f64)>,
    line: Line,
}

fn main() -> Result<(), Box<dyn Error>> {
    let rounds = env::args().nth(1).map_or(Ok(ROUNDS), |arg| arg.parse())?;
    taper::set_num_threads(2)?;
    let mut page = Page::new(
        "How the time of a step grows",
        "cargo run --release -p taper-benches --bin scaling",
    );
    page.paragraph(&format!(
        "Two threads. Medians over {rounds} rounds over all sizes of the median step of {SECONDS} s. The line is the one whose \
         distances from the points, each as a part of the point's time, have the least sum of squares."
    ));
    page.paragraph("![Milliseconds of a step by batch and by depth](scaling.svg)");
    let mut grown = Vec::new();
    for series in &SERIES {
        let growth = measure(series, rounds)?;
        report(&mut page, series, &growth);
        grown.push(growth);
    }
    plot(&result("scaling.svg")?, &grown)?;
    page.write("scaling")?;
    Ok(())
}

fn measure(series: &Series, rounds: usize) -> Result<Growth, Box<dyn Error>> {
    let mut times = vec![Vec::new(); series.sizes.len()];
    for round in 0..rounds {
        eprintln!("{}, round {}", series.title, round + 1);
        for (size, times) in series.sizes.iter().zip(&mut times) {
            let mut step = (series.step)(*size)?;
            times.push(time(SECONDS, || step().map(drop))?.median);
        }
    }
    let sizes = series.sizes.iter().map(|size| *size as f64);
    let points: Vec<_> = sizes.zip(times.iter().map(|times| median(times))).collect();
    let line = Line::through(&points).ok_or("no line fits the times")?;
    Ok(Growth { points, line })
}

fn report(page: &mut Page, series: &Series, growth: &Growth) {
    page.section(series.title);
    let Line { fixed, slope } = growth.line;
    let deviations = growth
        .points
        .iter()
        .map(|point| growth.line.deviation(*point));
    let worst = deviations.fold(0., |worst: f64, own| worst.max(own.abs()));
    let unit = series.unit;
    page.paragraph(&format!(
        "The line is {fixed:.3} ms + {slope:.4} ms · {unit}; the point furthest from it is off by {:.0} %.",
        worst * 100.
    ));
    let rows = growth.points.iter().map(|&(size, ms)| {
        vec![
            format!("{size:.0}"),
            format!("{ms:.2}"),
            format!("{:.1}", ms / size * 1e3),
            format!("{:.2}", growth.line.at(size)),
            format!("{:+.0}", growth.line.deviation((size, ms)) * 100.),
        ]
    });
    let each = format!("µs each of {unit}");
    page.table(
        &[unit, "step, ms", &each, "line, ms", "off, %"],
        &rows.collect::<Vec<_>>(),
    );
}

/// Both beside one another.
fn plot(path: &Path, grown: &[Growth]) -> Result<(), Box<dyn Error>> {
    let area = SVGBackend::new(path, (960, 400)).into_drawing_area();
    area.fill(&WHITE)?;
    for ((panel, series), growth) in area.split_evenly((1, 2)).iter().zip(&SERIES).zip(grown) {
        draw(panel, series, growth)?;
    }
    area.present()?;
    Ok(())
}

/// The points and the line, with axes on which each step doubles: a straight line of slope one is what grows in proportion.
fn draw(
    panel: &DrawingArea<SVGBackend<'_>, Shift>,
    series: &Series,
    growth: &Growth,
) -> Result<(), Box<dyn Error>> {
    let times = || growth.points.iter().map(|point| point.1);
    let (low, high) = (times().fold(f64::MAX, f64::min), times().fold(0., f64::max));
    let sizes = || growth.points.iter().map(|point| point.0);
    let (first, last) = (sizes().fold(f64::MAX, f64::min), sizes().fold(0., f64::max));
    let mut chart = ChartBuilder::on(panel)
        .caption(series.title, ("sans-serif", 22))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(56)
        .build_cartesian_2d(
            (first * 0.8..last * 1.25).log_scale().base(2.),
            (low * 0.7..high * 1.4).log_scale().base(2.),
        )?;
    chart
        .configure_mesh()
        .label_style(("sans-serif", 16))
        .axis_desc_style(("sans-serif", 18))
        .x_label_formatter(&|size| size.to_string())
        .y_label_formatter(&|ms| ms.to_string())
        .x_desc(series.unit)
        .y_desc("step, ms")
        .draw()?;
    let sizes = (0..=100).map(|i| first * (last / first).powf(f64::from(i) / 100.));
    let curve = sizes.map(|size| (size, growth.line.at(size)));
    // What is below nothing has no place on these axes.
    let curve = curve.filter(|point| point.1 > 0.);
    chart.draw_series(LineSeries::new(curve, &BLUE))?;
    let points = growth.points.iter();
    chart.draw_series(points.map(|point| Circle::new(*point, 4, RED.filled())))?;
    Ok(())
}
