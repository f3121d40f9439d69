//! What a step takes at least: the time of its products, if the processor did nothing but multiply and add.

use taper::Result;

use crate::comparison::Measured;
use crate::frameworks::Role;
use crate::workloads::multiply_accumulates;

/// The head of the table of [`limits`].
pub const HEAD: &[&str] = &[
    "workload",
    "products, GF",
    "limit, ms",
    "taper's least, ms",
    "of the limit",
    "PyTorch's least, ms",
    "most to gain on it",
    "wanted",
];

/// A row per workload that PyTorch ran, at a `peak` of billions of operations a second.
///
/// # Errors
/// If a network can't be made.
pub fn limits(measured: &[Measured], peak: f64) -> Result<Vec<Vec<String>>> {
    let mut rows = Vec::new();
    for measured in measured {
        let workload = &measured.workload;
        let others = measured.least(&[Role::Eager, Role::ChannelsLast]);
        let times = measured.least(&[Role::Taper]).zip(others);
        let work = multiply_accumulates(workload.name)?;
        let (Some((taper, others)), Some(work)) = (times, work) else {
            continue;
        };
        rows.push(row(
            workload.name,
            workload.wanted,
            work,
            peak,
            [taper, others],
        ));
    }
    Ok(rows)
}

fn row(name: &str, wanted: f64, work: u64, peak: f64, [taper, others]: [f64; 2]) -> Vec<String> {
    let billions = 2e-9 * work as f64;
    let limit = billions / peak * 1e3;
    vec![
        format!("`{name}`"),
        format!("{billions:.2}"),
        format!("{limit:.2}"),
        format!("{taper:.2}"),
        format!("{:.0} %", 100. * limit / taper),
        format!("{others:.2}"),
        format!("{:.2}", others / limit),
        format!("{wanted}"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_of_products_alone() -> Result<()> {
        // Two layers' products for the result and their weights' gradients, one's for its input's.
        let mlp = 64 * (3 * (784 * 512 + 512 * 512 + 512 * 10) - 784 * 512);
        assert_eq!(multiply_accumulates("mlp")?, Some(mlp));
        assert_eq!(multiply_accumulates("nothing")?, None);
        let row = row("mlp", 1.7, 50_000_000, 200., [1., 2.]);
        let expected = [
            "`mlp`", "0.10", "0.50", "1.00", "50 %", "2.00", "4.00", "1.7",
        ];
        assert_eq!(row, expected);
        Ok(())
    }
}
