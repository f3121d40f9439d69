//! The plan of memory is what an allocator counts, within 20 %.

use peak_alloc::PeakAlloc;
use taper::module::Memory;
use taper::Result;
use taper_benches::memory::{both, measured, resnet18, CHECKPOINTS, TRAINED};

#[global_allocator]
static COUNT: PeakAlloc = PeakAlloc;

/// One test alone: what others allocate would be counted too.
#[test]
fn planned_peaks_are_within_a_fifth_of_what_is_measured() -> Result<()> {
    let mut far = Vec::new();
    let mut compare = |name: &str, memory: &Memory, measured: usize| {
        let ratio = memory.peak as f64 / measured as f64;
        if !(0.8..=1.2).contains(&ratio) {
            far.push(format!(
                "{name}: planned {}, measured {measured}",
                memory.peak
            ));
        }
    };
    // Without optimisation sixteen pictures would take minutes.
    let slow = cfg!(debug_assertions);
    for name in TRAINED.iter().filter(|name| !slow || **name != "resnet18") {
        if let Some((memory, measured)) = both(&COUNT, name)? {
            compare(name, &memory, measured);
        }
    }
    for checkpoints in CHECKPOINTS {
        let (memory, mut step) = resnet18(2, 64, checkpoints)?;
        let measured = measured(&COUNT, &mut step, memory.gradients)?;
        compare("resnet18 of two pictures", &memory, measured);
    }
    assert!(far.is_empty(), "{far:?}");
    Ok(())
}
