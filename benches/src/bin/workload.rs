//! One workload in one process, in taper. Beside what `process.rs` says it prints `losses`: the bits of those of the first steps, or
//! of the inferences' results, as one number.

use std::error::Error;

use taper_benches::process::{arguments, measure};
use taper_benches::workloads::workload;

fn main() -> Result<(), Box<dyn Error>> {
    let (name, seconds) = arguments()?;
    let mut step = workload(&name)?.ok_or_else(|| format!("there is no workload {name:?}"))?;
    let mut bits = Vec::new();
    measure(seconds, |in_all| {
        let loss = step()?;
        if in_all {
            bits.extend(loss.to_vec::<f32>()?.iter().map(|value| value.to_bits()));
        }
        Ok(())
    })?;
    println!("losses {:016x}", hash(&bits));
    Ok(())
}

/// FNV-1a: the same in every process, as the standard library's hash need not be.
fn hash(bits: &[u32]) -> u64 {
    bits.iter()
        .flat_map(|bits| bits.to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}
