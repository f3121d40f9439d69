//! What schedulers made of others have in common.

use super::LrScheduler;
use crate::error::{Error, Result};
use crate::optim::{Setting, Settings};

/// The schedulers that another one is made of.
pub(super) struct Parts(pub(super) Vec<Box<dyn LrScheduler>>);

impl Parts {
    /// The schedulers, at least one.
    pub(super) fn new(at: &'static str, schedulers: Vec<Box<dyn LrScheduler>>) -> Result<Self> {
        if schedulers.is_empty() {
            let expected = "at least one scheduler";
            return Err(Error::argument(
                at,
                "schedulers",
                schedulers.len(),
                expected,
            ));
        }
        Ok(Parts(schedulers))
    }

    pub(super) fn undo(&mut self) {
        self.0.iter_mut().for_each(|scheduler| scheduler.undo());
    }

    pub(super) fn save(&self) -> Setting {
        let states = self.0.iter();
        Setting::List(
            states
                .map(|scheduler| Setting::Map(scheduler.state_dict()))
                .collect(),
        )
    }

    /// Loads all states, or none.
    pub(super) fn load(&mut self, at: &'static str, state: &Settings) -> Result<()> {
        let saved = state.get("_schedulers").unwrap_or(&Setting::None);
        let states = match saved {
            Setting::List(states) if states.len() == self.0.len() => {
                states.iter().map(as_map).collect::<Option<Vec<_>>>()
            }
            _ => None,
        };
        let expected = || format!("the states of {} schedulers", self.0.len());
        let states = states.ok_or_else(|| Error::argument(at, "_schedulers", saved, expected()))?;
        let before: Vec<Settings> = self.0.iter().map(|part| part.state_dict()).collect();
        let loaded = self.load_each(&states);
        if loaded.is_err() {
            // What the schedulers themselves have saved they can load.
            self.load_each(&before.iter().collect::<Vec<_>>())?;
        }
        loaded
    }

    fn load_each(&mut self, states: &[&Settings]) -> Result<()> {
        let mut parts = self.0.iter_mut().zip(states);
        parts.try_for_each(|(part, state)| part.load_state_dict(state))
    }
}

fn as_map(setting: &Setting) -> Option<&Settings> {
    match setting {
        Setting::Map(map) => Some(map),
        _ => None,
    }
}
