//! What runs of frameworks beside one another say, and whether it is what is wanted.

use crate::frameworks::{Role, Run};
use crate::workloads::Workload;
use crate::{geometric_mean, least, median};

/// How many times faster than PyTorch taper is to be over all workloads: the geometric mean.
const MEAN: f64 = 1.7;

/// How many times faster than its own f32 mixed precision is to be.
const MIXED: f64 = 1.4;

/// How many times faster than Candle taper is to be, where that is asked for.
const CANDLE: f64 = 5.;

/// The most that taper may take of PyTorch's memory.
const MEMORY: f64 = 0.2;

/// Milliseconds in which a process's first LeNet step is to be done.
const FIRST: f64 = 60.;

/// A workload, and what each framework did of it in each round.
#[derive(Debug)]
pub struct Measured {
    /// The workload.
    pub workload: Workload,
    /// The rounds of each framework, taper's first.
    pub runs: Vec<(Role, Vec<Run>)>,
}

/// How much others had more than taper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    /// The median over the rounds of the ratio in each.
    pub median: f64,
    /// That of the least of all rounds.
    pub minima: f64,
}

impl Measured {
    /// The rounds of a framework.
    pub fn of(&self, role: Role) -> Option<&[Run]> {
        let runs = self.runs.iter().find(|(other, _)| *other == role);
        runs.map(|(_, runs)| runs.as_slice())
    }

    /// How many times longer the fastest of `others` takes than taper.
    pub fn faster(&self, others: &[Role]) -> Option<Ratio> {
        Some(Ratio {
            median: self.ratio(others, |run| run.step)?,
            minima: self.least(others)? / self.least(&[Role::Taper])?,
        })
    }

    /// The median over the rounds of how much more than taper the one of `others` has that has least.
    fn ratio(&self, others: &[Role], get: fn(&Run) -> f64) -> Option<f64> {
        let others = self.some(others)?;
        let taper = self.of(Role::Taper)?;
        let ratios = taper.iter().enumerate().map(|(round, own)| {
            let rivals = others.iter().filter_map(|runs| runs.get(round));
            least(&rivals.map(get).collect::<Vec<_>>()) / get(own)
        });
        Some(median(&ratios.collect::<Vec<_>>()))
    }

    /// The least step of some frameworks in all rounds, in milliseconds.
    pub fn least(&self, roles: &[Role]) -> Option<f64> {
        let runs = self.some(roles)?.concat();
        Some(least(&runs.iter().map(|run| run.least).collect::<Vec<_>>()))
    }

    fn some(&self, roles: &[Role]) -> Option<Vec<&[Run]>> {
        let found: Vec<&[Run]> = roles.iter().filter_map(|role| self.of(*role)).collect();
        (!found.is_empty()).then_some(found)
    }

    /// Whether everything was reached that is wanted of its speed.
    pub fn is_fast(&self) -> bool {
        let beside_pytorch = self.beside_pytorch().map(|(claim, _)| claim);
        beside_pytorch
            .iter()
            .chain(&self.beside_others())
            .all(Claim::met)
    }

    /// How much faster than the faster PyTorch it is to be.
    fn beside_pytorch(&self) -> Option<(Claim, Ratio)> {
        let ratio = self.faster(&[Role::Eager, Role::ChannelsLast])?;
        let what = format!("`{}`: times faster than PyTorch", self.workload.name);
        let wanted = Wanted::AtLeast(self.workload.wanted);
        Some((Claim::ratio(what, wanted, ratio), ratio))
    }

    /// How much faster than anything else it is to be.
    fn beside_others(&self) -> Vec<Claim> {
        let name = self.workload.name;
        let beside_candle = ["lenet", "cifar", "resnet18"].contains(&name);
        let wanted = [
            (Role::TaperFull, "taper's f32", Some(Wanted::AtLeast(MIXED))),
            (
                Role::Mixed,
                "PyTorch's bf16",
                Some(Wanted::Above(self.workload.wanted)),
            ),
            (
                Role::Candle,
                "Candle",
                beside_candle.then_some(Wanted::AtLeast(CANDLE)),
            ),
            (Role::Burn, "burn", Some(Wanted::Above(1.))),
        ];
        let claim = |(role, other, wanted): (Role, &str, Option<Wanted>)| {
            let what = format!("`{name}`: times faster than {other}");
            Some(Claim::ratio(what, wanted?, self.faster(&[role])?))
        };
        wanted.into_iter().filter_map(claim).collect()
    }

    /// Whether taper's losses were the same in all rounds, to the bit.
    pub fn repeats(&self) -> bool {
        let losses = |role| self.of(role).unwrap_or_default().iter();
        [Role::Taper, Role::TaperFull].into_iter().all(|role| {
            let mut seen = losses(role).map(|run| &run.losses);
            match seen.next() {
                Some(first) => first.is_some() && seen.all(|other| other == first),
                None => true,
            }
        })
    }
}

/// What is wanted of a number.
#[derive(Clone, Copy, Debug)]
pub enum Wanted {
    /// No less than that.
    AtLeast(f64),
    /// More than that.
    Above(f64),
    /// No more than that.
    AtMost(f64),
}

/// Something that is wanted, and what was reached.
#[derive(Debug)]
pub struct Claim {
    what: String,
    wanted: Wanted,
    median: f64,
    minima: Option<f64>,
}

impl Claim {
    fn ratio(what: String, wanted: Wanted, ratio: Ratio) -> Self {
        Claim {
            what,
            wanted,
            median: ratio.median,
            minima: Some(ratio.minima),
        }
    }

    /// Whether it was reached, by the medians.
    pub fn met(&self) -> bool {
        match self.wanted {
            Wanted::AtLeast(least) => self.median >= least,
            Wanted::Above(bound) => self.median > bound,
            Wanted::AtMost(most) => self.median <= most,
        }
    }

    /// A row of the table: what, wanted, reached by medians and by minima, met.
    pub fn row(&self) -> Vec<String> {
        let wanted = match self.wanted {
            Wanted::AtLeast(least) => format!("≥ {least}"),
            Wanted::Above(bound) => format!("> {bound}"),
            Wanted::AtMost(most) => format!("≤ {most}"),
        };
        let number = |value: f64| format!("{value:.2}");
        vec![
            self.what.clone(),
            wanted,
            number(self.median),
            self.minima.map(number).unwrap_or_default(),
            if self.met() { "yes" } else { "no" }.to_owned(),
        ]
    }
}

/// All that is wanted of what was measured.
pub fn claims(measured: &[Measured]) -> Vec<Claim> {
    let mut claims = speed(measured);
    claims.extend(measured.iter().flat_map(Measured::beside_others));
    claims.extend(resources(measured));
    claims
}

/// How much faster than the faster PyTorch each workload is, and all together.
fn speed(measured: &[Measured]) -> Vec<Claim> {
    let of_each = measured.iter().filter_map(Measured::beside_pytorch);
    let (mut claims, ratios): (Vec<Claim>, Vec<Ratio>) = of_each.unzip();
    if !ratios.is_empty() {
        let mean =
            |get: fn(&Ratio) -> f64| geometric_mean(&ratios.iter().map(get).collect::<Vec<_>>());
        let ratio = Ratio {
            median: mean(|ratio| ratio.median),
            minima: mean(|ratio| ratio.minima),
        };
        let what = "the geometric mean of these".to_owned();
        claims.push(Claim::ratio(what, Wanted::AtLeast(MEAN), ratio));
    }
    claims
}

/// Memory beside PyTorch's, and the time to the first step.
fn resources(measured: &[Measured]) -> Vec<Claim> {
    let mut claims = Vec::new();
    for measured in measured {
        if let Some(ratio) = measured.ratio(&Role::PYTORCH, |run| run.peak) {
            claims.push(Claim {
                what: format!("`{}`: peak memory, of PyTorch's", measured.workload.name),
                wanted: Wanted::AtMost(MEMORY),
                median: 1. / ratio,
                minima: None,
            });
        }
    }
    let lenet = measured.iter().find(|one| one.workload.name == "lenet");
    if let Some(runs) = lenet.and_then(|lenet| lenet.of(Role::Taper)) {
        let first: Vec<f64> = runs.iter().map(|run| run.first).collect();
        claims.push(Claim {
            what: "process start to the end of the first LeNet step, ms".to_owned(),
            wanted: Wanted::AtMost(FIRST),
            median: median(&first),
            minima: Some(least(&first)),
        });
    }
    claims
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workloads::WORKLOADS;

    fn run(step: f64, peak: f64, losses: &str) -> Run {
        Run {
            first: 50.,
            step,
            least: step / 2.,
            peak,
            losses: Some(losses.to_owned()),
        }
    }

    fn lenet() -> Measured {
        let own = [2., 4., 2.].map(|step| run(step, 10., "a"));
        let eager = [8., 12., 20.].map(|step| run(step, 100., ""));
        let last = [9., 8., 6.].map(|step| run(step, 40., ""));
        Measured {
            workload: WORKLOADS[0],
            runs: vec![
                (Role::Taper, own.into()),
                (Role::Eager, eager.into()),
                (Role::ChannelsLast, last.into()),
            ],
        }
    }

    #[test]
    fn ratios_are_of_the_same_round_and_of_the_fastest_other() {
        let ratio = lenet().faster(&[Role::Eager, Role::ChannelsLast]);
        // 8 / 2, 8 / 4, 6 / 2; 6 / 2 in the least of all rounds.
        let expected = Ratio {
            median: 3.,
            minima: 3.,
        };
        assert_eq!(ratio, Some(expected));
        assert_eq!(lenet().faster(&[Role::Burn]), None);
    }

    #[test]
    fn claims_say_what_was_reached() {
        let rows: Vec<Vec<String>> = claims(&[lenet()]).iter().map(Claim::row).collect();
        let expected = [
            [
                "`lenet`: times faster than PyTorch",
                "≥ 4",
                "3.00",
                "3.00",
                "no",
            ],
            [
                "the geometric mean of these",
                "≥ 1.7",
                "3.00",
                "3.00",
                "yes",
            ],
            [
                "`lenet`: peak memory, of PyTorch's",
                "≤ 0.2",
                "0.25",
                "",
                "no",
            ],
            [
                "process start to the end of the first LeNet step, ms",
                "≤ 60",
                "50.00",
                "50.00",
                "yes",
            ],
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn a_workload_is_fast_if_all_is_met() {
        let mut measured = lenet();
        assert!(!measured.is_fast(), "3 of 4 times PyTorch");
        measured.workload.wanted = 3.;
        assert!(measured.is_fast());
        measured.runs.push((Role::Burn, vec![run(1., 10., ""); 3]));
        assert!(!measured.is_fast(), "burn is faster");
    }

    #[test]
    fn losses_must_repeat_to_the_bit() {
        let mut measured = lenet();
        assert!(measured.repeats());
        measured.runs[0].1[2] = run(2., 10., "b");
        assert!(!measured.repeats());
        for run in &mut measured.runs[0].1 {
            run.losses = None;
        }
        assert!(!measured.repeats());
    }
}
