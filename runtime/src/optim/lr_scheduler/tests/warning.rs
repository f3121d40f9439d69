//! The warning for steps in the wrong order.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::*;

/// Collects the fields of all events.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(event.metadata().level().to_string());
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0 += &format!(" {}={value:?}", field.name());
    }
}

/// What is logged by `f`.
fn logged(f: impl FnOnce() -> Result<()>) -> Result<Vec<String>> {
    let log = Log::default();
    tracing::subscriber::with_default(log.clone(), f)?;
    let lines = log.0.lock().unwrap().clone();
    Ok(lines)
}

#[test]
fn a_scheduler_stepped_before_its_optimizer_warns_once() -> Result<()> {
    let lines = logged(|| {
        let mut opt = optimizer(0.1)?;
        let mut scheduler = ExponentialLr::new(&mut opt, 0.5)?;
        scheduler.step(&mut opt)?;
        scheduler.step(&mut opt)
    })?;
    assert_eq!(
        lines,
        [
            "WARN message=the scheduler is stepped before its optimizer, which skips the first rate of the schedule: call \
             the optimizer's `step` first scheduler=\"ExponentialLr\""
        ]
    );
    Ok(())
}

#[test]
fn steps_in_the_right_order_do_not_warn() -> Result<()> {
    let lines = logged(|| {
        for (make, _) in ALL {
            let mut opt = optimizer(0.1)?;
            let mut scheduler = make(&mut opt)?;
            for _ in 0..10 {
                opt.step()?;
                scheduler.step(&mut opt)?;
            }
        }
        Ok(())
    })?;
    assert!(lines.is_empty(), "{lines:?}");
    Ok(())
}

#[test]
fn a_resumed_schedule_does_not_warn() -> Result<()> {
    let lines = logged(|| {
        let mut opt = optimizer(0.1)?;
        let mut scheduler = ExponentialLr::new(&mut opt, 0.5)?;
        opt.step()?;
        scheduler.step(&mut opt)?;
        let mut resumed = ExponentialLr::new(&mut optimizer(0.1)?, 0.5)?;
        resumed.load_state_dict(&scheduler.state_dict())?;
        resumed.step(&mut optimizer(0.1)?)
    })?;
    assert!(lines.is_empty(), "{lines:?}");
    Ok(())
}
