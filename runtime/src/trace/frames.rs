//! Components within components: each has a frame with its hyperparameters and the dimensions its signature names.

use super::args::FORWARD;
use super::tracer::{Frame, Setting, MAX_SETTINGS};
use super::{Args, Bound, Param, Proof, Purpose, Signed, Text, Tracer, Value, MAX_DEPTH};

impl Tracer<'_> {
    /// Enters a component. False if components are nested too deeply (a model that contains itself).
    pub const fn open(&mut self, model: &'static str) -> bool {
        if self.depth >= MAX_DEPTH {
            let mut m = Text::new();
            m.push(model);
            m.push(": components are nested more than 24 deep; does the model contain itself?");
            self.error(&m);
            return false;
        }
        self.frames[self.depth] = Frame {
            model,
            settings: self.setting_count,
            sealed: 0,
            used: self.used,
        };
        self.depth += 1;
        true
    }

    /// Binds the arguments of a model and enters it. `None` if they don't fit, or if the model is part of another and broken
    /// where it is defined: that is reported there.
    pub const fn open_model(
        &mut self,
        model: &'static str,
        table: &[Param],
        args: &Args,
        proof: &Proof,
    ) -> Option<Bound> {
        if proof.broken() {
            if self.depth > 0 {
                return None;
            }
            if matches!(self.purpose, Purpose::Count) {
                let mut m = Text::new();
                m.push(model);
                m.push(" can't be counted until its other error is mended");
                self.error(&m);
                return None;
            }
        }
        let bound = self.bind(model, table, args);
        if bound.is_some() && self.open(model) {
            bound
        } else {
            None
        }
    }

    /// States that all hyperparameters of the current model are set.
    pub const fn begin_model(&mut self, bound: &Bound, inputs: &Args) {
        self.seal();
        self.describe(self.model(), Some(bound), inputs);
    }

    /// Leaves a model with its result. The lists made in it are freed, unless they are kept for construction.
    pub const fn close_model(&mut self, result: Value) -> Value {
        self.close();
        if !matches!(self.purpose, Purpose::Build) && !matches!(result, Value::List(_)) {
            self.used = self.frames[self.depth].used;
        }
        result
    }

    /// What `forward`, a model's only method, is to be called with, if it is asked for.
    pub const fn only_forward(&mut self, inputs: &Args, signature: Signed) -> Option<Args> {
        let mut inputs = *inputs;
        match inputs.method {
            0 if signature.is_some() || self.wants_all() || !inputs.is_empty() => {
                inputs.method = 1;
                Some(inputs)
            }
            0 => None,
            FORWARD => Some(inputs),
            _ => {
                self.no_method();
                None
            }
        }
    }

    /// Begins `forward`, a model's only method: what it is called with, if it is asked for and that fits.
    pub const fn begin_forward(
        &mut self,
        signature: Signed,
        inputs: &Args,
        taken: usize,
        site: u32,
    ) -> Option<Args> {
        let Some(mut inputs) = self.only_forward(inputs, signature) else {
            return None;
        };
        match self.begin_method(signature, &mut inputs, taken, "forward", site) {
            true => Some(inputs),
            false => None,
        }
    }

    /// States that all hyperparameters of the current component are set.
    pub const fn seal(&mut self) {
        let frame = &mut self.frames[self.depth - 1];
        frame.sealed = self.setting_count - frame.settings;
    }

    /// Enters a method of the current component that has a signature of its own: it sees the hyperparameters, and
    /// names its own dimensions.
    pub const fn open_method(&mut self) -> bool {
        let outer = self.frames[self.depth - 1];
        if !self.open(outer.model) {
            return false;
        }
        let mut i = 0;
        while i < outer.sealed {
            let s = self.settings[outer.settings + i];
            self.set(s.hash, s.value);
            i += 1;
        }
        self.seal();
        true
    }

    /// Leaves the component entered last.
    pub const fn close(&mut self) {
        self.depth -= 1;
        self.setting_count = self.frames[self.depth].settings;
    }

    /// Name of the component being traced.
    pub const fn model(&self) -> &'static str {
        if self.depth == 0 {
            ""
        } else {
            self.frames[self.depth - 1].model
        }
    }

    /// Sets a hyperparameter or named dimension of the current component.
    pub const fn set(&mut self, hash: u64, value: Value) {
        let base = self.frames[self.depth - 1].settings;
        let mut i = base;
        while i < self.setting_count {
            if self.settings[i].hash == hash {
                self.settings[i].value = value;
                return;
            }
            i += 1;
        }
        if self.setting_count < MAX_SETTINGS {
            self.settings[self.setting_count] = Setting { hash, value };
            self.setting_count += 1;
        }
    }

    /// A hyperparameter or named dimension of the current component, if set.
    pub const fn lookup(&self, hash: u64) -> Option<Value> {
        if self.depth == 0 {
            return None;
        }
        let base = self.frames[self.depth - 1].settings;
        let mut i = self.setting_count;
        while i > base {
            i -= 1;
            if self.settings[i].hash == hash {
                return Some(self.settings[i].value);
            }
        }
        None
    }

    /// A hyperparameter or named dimension; [`Value::Any`] if not set.
    pub const fn setting(&self, hash: u64) -> Value {
        match self.lookup(hash) {
            Some(v) => v,
            None => Value::Any,
        }
    }

    /// A value as an integer for a user's `const fn`, if it is known.
    pub const fn known_int(&mut self, v: Value) -> Option<usize> {
        match self.known_i64(v) {
            Some(n) if n >= 0 => Some(n as usize),
            _ => None,
        }
    }

    /// A value as an integer, if it is known.
    pub const fn known_i64(&mut self, v: Value) -> Option<i64> {
        match v {
            Value::Dim(d) => self.algebra.known(d),
            _ => None,
        }
    }

    /// Whether index `i` lies within a list of `count`; an error if certainly not.
    pub const fn check_index(&mut self, i: i64, count: Value) -> bool {
        match self.known_i64(count) {
            Some(n) if i < 0 || i >= n => {
                let mut m = Text::new();
                m.push("index ");
                m.push_int(i);
                m.push(" is out of range for a list of ");
                m.push_int(n);
                self.error(&m);
                false
            }
            _ => true,
        }
    }
}
