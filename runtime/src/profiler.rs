//! Where the time of a training step goes, operation by operation.

use std::cell::RefCell;
use std::fmt;
use std::time::{Duration, Instant};

/// The part of a step that an operation ran in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// The operation's result was computed.
    Forward,
    /// The gradients of its inputs were.
    Backward,
    /// An optimizer changed parameters.
    Update,
}

/// The time of all calls of one operation in one phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationTime {
    /// The operation, as errors name it, or the optimizer.
    pub name: &'static str,
    /// The part of the step.
    pub phase: Phase,
    /// How often it ran.
    pub calls: usize,
    /// How long, all calls together.
    pub time: Duration,
}

/// The times that [`profile`] found; `Display` is a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    operations: Vec<OperationTime>,
    total: Duration,
}

impl Profile {
    /// What ran, the longest time first.
    pub fn operations(&self) -> &[OperationTime] {
        &self.operations
    }

    /// The time of everything that was profiled.
    pub fn total(&self) -> Duration {
        self.total
    }

    /// The time that no operation took: of the user's own code, and of what was computed last without being recorded.
    pub fn elsewhere(&self) -> Duration {
        let known: Duration = self.operations.iter().map(|op| op.time).sum();
        self.total.saturating_sub(known)
    }
}

/// Runs `f` and measures the operations that it runs on this thread (PyTorch: `torch.profiler.profile`).
///
/// An operation's time reaches from the end of the one before it to its own, work that other threads do for it included. So it
/// holds what was done to prepare the call, casts and copies among it; what computes values that have no gradient (comparisons,
/// `argmax`) is counted with the operation after it. In a profile of several steps the times are those of all of them.
///
/// `accumulate` is the time in which gradients are added to those of parameters. Measuring costs some 50 ns an operation.
///
/// # Example
/// ```
/// use taper::prelude::*;
/// use taper::profiler::{profile, Phase};
/// # fn main() -> taper::Result<()> {
/// let net = sequential! { <[B, 8] -> [B, 2]> Linear(16), ReLU, Linear(2) }.init(&Device::Cpu)?;
/// let mut opt = Sgd::new(net.parameters(), 0.1)?;
/// let x = Tensor::randn((4, 8), DType::F32, &Device::Cpu)?;
/// let (loss, times) = profile(|| -> taper::Result<f64> {
///     let loss = net.forward(&x)?.sum(())?;
///     loss.backward()?;
///     opt.step()?;
///     loss.item()
/// });
/// loss?;
/// println!("{times}");
/// let linear = times.operations().iter().find(|op| (op.name, op.phase) == ("linear", Phase::Backward));
/// assert_eq!(linear.map(|op| op.calls), Some(2));
/// # Ok(()) }
/// ```
pub fn profile<T>(f: impl FnOnce() -> T) -> (T, Profile) {
    let recording = Recording::begin();
    let result = f();
    (result, recording.end())
}

thread_local! {
    /// What is being recorded, the innermost last.
    static OPEN: RefCell<Vec<Open>> = const { RefCell::new(Vec::new()) };
}

struct Open {
    begin: Instant,
    last: Instant,
    operations: Vec<OperationTime>,
}

/// Counts the time since the last call for an operation that has ended.
#[inline]
pub(crate) fn ended(phase: Phase, name: &'static str) {
    OPEN.with_borrow_mut(|open| {
        if !open.is_empty() {
            let now = Instant::now();
            open.iter_mut()
                .for_each(|open| open.count(phase, name, now));
        }
    });
}

/// Begins an operation here: the time since the last one is nobody's.
#[inline]
pub(crate) fn begins() {
    OPEN.with_borrow_mut(|open| {
        if !open.is_empty() {
            let now = Instant::now();
            open.iter_mut().for_each(|open| open.last = now);
        }
    });
}

impl Open {
    fn count(&mut self, phase: Phase, name: &'static str, now: Instant) {
        let time = now - self.last;
        self.last = now;
        let mut known = self.operations.iter_mut();
        match known.find(|op| op.phase == phase && op.name == name) {
            Some(op) => {
                op.calls += 1;
                op.time += time;
            }
            None => self.operations.push(OperationTime {
                name,
                phase,
                calls: 1,
                time,
            }),
        }
    }
}

/// Ends its recording also where `f` panics.
struct Recording {
    depth: usize,
}

impl Recording {
    fn begin() -> Self {
        OPEN.with_borrow_mut(|open| {
            let now = Instant::now();
            open.push(Open {
                begin: now,
                last: now,
                operations: Vec::new(),
            });
            Recording {
                depth: open.len() - 1,
            }
        })
    }

    fn end(self) -> Profile {
        let open = OPEN.with_borrow_mut(|open| open.drain(self.depth..).next());
        let Some(Open {
            begin,
            mut operations,
            ..
        }) = open
        else {
            return Profile::default();
        };
        operations.sort_by_key(|op| std::cmp::Reverse(op.time));
        Profile {
            operations,
            total: begin.elapsed(),
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        OPEN.with_borrow_mut(|open| open.truncate(self.depth));
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Phase::Forward => "forward",
            Phase::Backward => "backward",
            Phase::Update => "update",
        })
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let share = |time: Duration| 100. * ms(time) / ms(self.total).max(f64::MIN_POSITIVE);
        let names = self.operations.iter().map(|op| op.name.len());
        let width = names.max().unwrap_or(0).max("operation".len());
        writeln!(
            f,
            "{:width$}  phase     calls   total, ms  a call, ms    share",
            "operation"
        )?;
        for op in &self.operations {
            let (name, phase, calls) = (op.name, op.phase, op.calls);
            let (total, one) = (ms(op.time), ms(op.time) / calls as f64);
            let share = share(op.time);
            writeln!(
                f,
                "{name:width$}  {phase:8} {calls:6}  {total:10.3}  {one:10.3}  {share:5.1} %"
            )?;
        }
        for (name, time) in [("elsewhere", self.elsewhere()), ("total", self.total)] {
            let (total, share) = (ms(time), share(time));
            let row = format!(
                "{name:width$}  {:8} {:6}  {total:10.3}  {:10}  {share:5.1} %",
                "", "", ""
            );
            writeln!(f, "{row}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optim::{Adam, Optimizer};
    use crate::{no_grad, Device, Param, Result, Tensor};

    fn calls(profile: &Profile) -> Vec<(&'static str, Phase, usize)> {
        let mut calls: Vec<_> = profile
            .operations()
            .iter()
            .map(|op| (op.name, op.phase, op.calls))
            .collect();
        calls.sort_unstable();
        calls
    }

    fn param() -> Result<Param> {
        Param::new(Tensor::new(&[1f32, 2.], &Device::Cpu)?)
    }

    #[test]
    fn a_step_is_told_apart() -> Result<()> {
        let w = param()?;
        let mut opt = Adam::new([&w], 0.1)?;
        let (result, profile) = profile(|| -> Result<Tensor> {
            for _ in 0..3 {
                opt.zero_grad(true)?;
                w.mul(&*w)?.exp()?.sum(())?.backward()?;
                opt.step()?;
            }
            no_grad(|| w.exp())
        });
        result?;
        let expected = [
            ("Adam", Phase::Update, 3),
            ("accumulate", Phase::Backward, 3),
            ("exp", Phase::Forward, 4),
            ("exp", Phase::Backward, 3),
            ("mul", Phase::Forward, 3),
            ("mul", Phase::Backward, 3),
            ("sum", Phase::Forward, 3),
            ("sum", Phase::Backward, 3),
        ];
        assert_eq!(calls(&profile), expected);
        let times = profile.operations().iter().map(|op| op.time);
        assert!(times.clone().rev().is_sorted());
        assert_eq!(
            times.sum::<Duration>() + profile.elsewhere(),
            profile.total()
        );
        Ok(())
    }

    #[test]
    fn a_profile_inside_another_counts_for_both() -> Result<()> {
        let w = param()?;
        let (inner, outer) = profile(|| -> Result<Profile> {
            let (y, inner) = profile(|| w.exp());
            y?.sum(())?;
            Ok(inner)
        });
        assert_eq!(calls(&inner?), [("exp", Phase::Forward, 1)]);
        let both = [("exp", Phase::Forward, 1), ("sum", Phase::Forward, 1)];
        assert_eq!(calls(&outer), both);
        Ok(())
    }

    #[test]
    fn a_panic_ends_the_recording() -> Result<()> {
        let w = param()?;
        let caught = std::panic::catch_unwind(|| profile(|| panic!("on purpose")));
        assert!(caught.is_err());
        OPEN.with_borrow(|open| assert!(open.is_empty()));
        let (y, profile) = profile(|| w.exp());
        y?;
        assert_eq!(calls(&profile), [("exp", Phase::Forward, 1)]);
        Ok(())
    }

    #[test]
    fn the_table_has_a_line_for_each_operation() {
        let op = |name, phase, calls, ms| OperationTime {
            name,
            phase,
            calls,
            time: Duration::from_millis(ms),
        };
        let profile = Profile {
            operations: vec![
                op("log_softmax", Phase::Backward, 4, 60),
                op("exp", Phase::Forward, 2, 30),
            ],
            total: Duration::from_millis(100),
        };
        let expected = "\
operation    phase     calls   total, ms  a call, ms    share
log_softmax  backward      4      60.000      15.000   60.0 %
exp          forward       2      30.000      15.000   30.0 %
elsewhere                         10.000               10.0 %
total                            100.000              100.0 %
";
        assert_eq!(profile.to_string(), expected);
    }
}
