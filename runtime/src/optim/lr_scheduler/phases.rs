//! The phases of [`OneCycleLr`](super::OneCycleLr).

use super::rates::{named, read};
use crate::error::{Error, Result};
use crate::optim::{Setting, Settings};

/// A part of the cycle, from one of the values that are kept in a group to another.
#[derive(Clone, Debug)]
pub(super) struct Phase {
    end_step: f64,
    pub(super) start_lr: &'static str,
    pub(super) end_lr: &'static str,
    pub(super) start_momentum: &'static str,
    pub(super) end_momentum: &'static str,
}

/// The phases in order, at least one.
#[derive(Clone, Debug)]
pub(super) struct Phases {
    before: Vec<Phase>,
    last: Phase,
}

const INITIAL: (&str, &str) = ("initial_lr", "max_momentum");
const TOP: (&str, &str) = ("max_lr", "base_momentum");
const END: (&str, &str) = ("min_lr", "max_momentum");

impl Phase {
    fn new(
        end_step: f64,
        start: (&'static str, &'static str),
        end: (&'static str, &'static str),
    ) -> Self {
        Phase {
            end_step,
            start_lr: start.0,
            end_lr: end.0,
            start_momentum: start.1,
            end_momentum: end.1,
        }
    }

    fn names(&self) -> [(&'static str, &'static str); 4] {
        [
            ("start_lr", self.start_lr),
            ("end_lr", self.end_lr),
            ("start_momentum", self.start_momentum),
            ("end_momentum", self.end_momentum),
        ]
    }

    fn save(&self) -> Setting {
        let mut values = vec![("end_step", self.end_step.into())];
        let names = self.names().into_iter();
        values.extend(names.map(|(key, name)| (key, Setting::Text(name.into()))));
        Setting::Map(named(values))
    }

    fn load(phase: &Settings) -> Result<Self> {
        let end_step = read(AT, phase, "end_step")?;
        let name = |key| {
            let name = phase.get(key).unwrap_or(&Setting::None);
            let known = KEPT
                .into_iter()
                .find(|&known| matches!(name, Setting::Text(text) if text == known));
            let expected = format!("one of {}", KEPT.join(", "));
            known.ok_or_else(|| Error::argument(AT, key, name, expected))
        };
        Ok(Phase {
            end_step,
            start_lr: name("start_lr")?,
            end_lr: name("end_lr")?,
            start_momentum: name("start_momentum")?,
            end_momentum: name("end_momentum")?,
        })
    }
}

const AT: &str = "OneCycleLr";

/// What a phase may begin and end with.
const KEPT: [&str; 5] = [
    "initial_lr",
    "max_lr",
    "min_lr",
    "base_momentum",
    "max_momentum",
];

impl Phases {
    pub(super) fn new(total_steps: i64, pct_start: f64, three_phase: bool) -> Self {
        let total = total_steps as f64;
        let top = Phase::new(pct_start * total - 1., INITIAL, TOP);
        if !three_phase {
            return Phases {
                before: vec![top],
                last: Phase::new(total - 1., TOP, END),
            };
        }
        let back = Phase::new(2. * pct_start * total - 2., TOP, INITIAL);
        Phases {
            before: vec![top, back],
            last: Phase::new(total - 1., INITIAL, END),
        }
    }

    /// The phase that a step is in, and which share of it has passed.
    pub(super) fn at(&self, step: f64) -> (&Phase, f64) {
        let mut start = 0.;
        for phase in &self.before {
            if step <= phase.end_step {
                return (phase, passed(step, start, phase.end_step));
            }
            start = phase.end_step;
        }
        (&self.last, passed(step, start, self.last.end_step))
    }

    pub(super) fn save(&self) -> Setting {
        let phases = self.before.iter().chain([&self.last]);
        Setting::List(phases.map(Phase::save).collect())
    }

    pub(super) fn load(saved: &Setting) -> Result<Self> {
        let refused = || Error::argument(AT, "_schedule_phases", saved, "a list of phases");
        let Setting::List(phases) = saved else {
            return Err(refused());
        };
        let phases = phases.iter().map(|phase| match phase {
            Setting::Map(phase) => Phase::load(phase),
            _ => Err(refused()),
        });
        let mut before = phases.collect::<Result<Vec<_>>>()?;
        let last = before.pop().ok_or_else(refused)?;
        Ok(Phases { before, last })
    }
}

/// The share of a phase that has passed; all of one without length.
fn passed(step: f64, start: f64, end: f64) -> f64 {
    if start == end {
        return 1.;
    }
    (step - start) / (end - start)
}
