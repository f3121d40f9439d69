//! The plan of memory is what an allocator counts, within 20 %.

use peak_alloc::PeakAlloc;
use taper::Result;
use taper_benches::memory::{both, TRAINED};

#[global_allocator]
static COUNT: PeakAlloc = PeakAlloc;

/// One test alone: others would be counted too.
#[test]
fn planned_peaks_are_within_a_fifth_of_what_is_measured() -> Result<()> {
    let mut far = Vec::new();
    for name in TRAINED {
        let Some((memory, measured)) = both(&COUNT, name)? else {
            continue;
        };
        let ratio = memory.peak as f64 / measured as f64;
        println!(
            "{name}: planned {} measured {measured} ratio {ratio:.3}",
            memory.peak
        );
        if !(0.8..=1.2).contains(&ratio) {
            far.push(format!(
                "{name}: planned {}, measured {measured}",
                memory.peak
            ));
        }
    }
    assert!(far.is_empty(), "{far:?}");
    Ok(())
}
