//! Where the time of each workload goes, operation by operation, and how near its products are to what the processor can do.
//!
//! `cargo run --release -p taper-benches --bin profile -- [SECONDS] [WORKLOAD…]`; the page is written where all workloads were run.

use std::env;
use std::error::Error;

use taper_benches::asked::Asked;
use taper_benches::profiled::{explain, time_of};
use taper_benches::Page;

/// Seconds that steps are profiled for.
const SECONDS: f64 = 5.;

fn main() -> Result<(), Box<dyn Error>> {
    let asked = Asked::read(env::args().skip(1), SECONDS)?;
    let mut page = Page::new(
        "Where the time of a step goes",
        "cargo run --release -p taper-benches --bin profile",
    );
    explain(&mut page, asked.number);
    for workload in &asked.workloads {
        eprintln!("{}", workload.name);
        page.section(workload.what);
        time_of(&mut page, workload, asked.number)?;
    }
    asked.finish(&page, "profile")?;
    Ok(())
}
