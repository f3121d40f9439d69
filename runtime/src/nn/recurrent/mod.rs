//! Recurrent layers: what they have in common is here and, of their shape rules, in `rule.rs`.

mod gru;
mod lstm;
mod rnn;
mod rule;
#[cfg(test)]
mod tests;

pub use gru::{GRUConfig, GRU};
pub use lstm::{LSTMConfig, LSTM};
pub use rnn::{RNNConfig, RNNNonlinearity, RNN};
pub(crate) use rule::Recurrent;

use super::python;
use crate::init::Init;
use crate::module::{Build, State, Visitor, VisitorMut};
use crate::ops::recurrent::{RecurrentInputs, Unit};
use crate::ops::{cat, stack, DropoutOptions};
use crate::tensor::Tensors;
use crate::{Error, Param, Result, Tensor};

/// The weights of one layer of a recurrent network in one direction.
#[derive(Clone, Debug)]
pub struct RecurrentWeights {
    /// Of the input, `[gates · hidden_size, features]`: `weight_ih_l0`, `weight_ih_l0_reverse`, …
    pub weight_ih: Param,
    /// Of the hidden state, `[gates · hidden_size, output]`: `weight_hh_l0`, …
    pub weight_hh: Param,
    /// `[gates · hidden_size]`, unless it was left out: `bias_ih_l0`, …
    pub bias_ih: Option<Param>,
    /// `[gates · hidden_size]`, unless it was left out: `bias_hh_l0`, …
    pub bias_hh: Option<Param>,
    /// Of the projection, `[proj_size, hidden_size]`, if there is one: `weight_hr_l0`, …
    pub weight_hr: Option<Param>,
}

impl RecurrentWeights {
    fn inputs<'a>(&'a self, x: &'a Tensor, states: &'a [Tensor]) -> RecurrentInputs<&'a Tensor> {
        let bias = self.bias_ih.as_deref().zip(self.bias_hh.as_deref());
        RecurrentInputs {
            x,
            weight_ih: &self.weight_ih,
            weight_hh: &self.weight_hh,
            bias: bias.map(|(ih, hh)| [ih, hh]),
            weight_hr: self.weight_hr.as_deref(),
            hidden: states.first(),
            cells: states.get(1),
        }
    }
}

/// What follows the names of each direction's weights.
const SUFFIXES: [&str; 2] = ["", "_reverse"];

/// The settings and weights of a recurrent network.
#[derive(Clone, Debug)]
pub(crate) struct Layers {
    kind: &'static Recurrent,
    input_size: usize,
    hidden_size: usize,
    num_layers: usize,
    bias: bool,
    batch_first: bool,
    dropout: f64,
    directions: usize,
    proj_size: usize,
    weights: Vec<RecurrentWeights>,
}

impl Layers {
    /// Reads the settings and makes the weights, in PyTorch's order, from U(−1/√hidden_size, 1/√hidden_size).
    fn make(kind: &'static Recurrent, at: &mut Build<'_, '_>) -> Result<Self> {
        let row = |name| kind.row(name);
        let mut layers = Layers {
            kind,
            input_size: at.input_size(-1)?,
            hidden_size: at.int(row("hidden_size"))?,
            num_layers: at.int(row("num_layers"))?,
            bias: at.flag(row("bias"))?,
            batch_first: at.flag(row("batch_first"))?,
            dropout: at.float(row("dropout"))?,
            directions: 1 + usize::from(at.flag(row("bidirectional"))?),
            proj_size: match kind.has_projection {
                true => at.int(row("proj_size"))?,
                false => 0,
            },
            weights: Vec::new(),
        };
        for layer in 0..layers.num_layers {
            for suffix in &SUFFIXES[..layers.directions] {
                let weights = layers.layer_weights(layer, suffix, at)?;
                layers.weights.push(weights);
            }
        }
        Ok(layers)
    }

    fn layer_weights(
        &self,
        layer: usize,
        suffix: &str,
        at: &mut Build<'_, '_>,
    ) -> Result<RecurrentWeights> {
        let init = Init::fan_in_uniform(self.hidden_size);
        let rows = self.kind.gates * self.hidden_size;
        let features = match layer {
            0 => self.input_size,
            _ => self.directions * self.output(),
        };
        let mut make = |name: &str, shape: &[usize]| {
            at.param(&format!("{name}_l{layer}{suffix}"), shape, &init)
        };
        Ok(RecurrentWeights {
            weight_ih: make("weight_ih", &[rows, features])?,
            weight_hh: make("weight_hh", &[rows, self.output()])?,
            bias_ih: self.bias.then(|| make("bias_ih", &[rows])).transpose()?,
            bias_hh: self.bias.then(|| make("bias_hh", &[rows])).transpose()?,
            weight_hr: (self.proj_size > 0)
                .then(|| make("weight_hr", &[self.proj_size, self.hidden_size]))
                .transpose()?,
        })
    }

    /// The size of a hidden state.
    fn output(&self) -> usize {
        match self.proj_size {
            0 => self.hidden_size,
            projected => projected,
        }
    }

    /// What PyTorch prints of the settings.
    fn repr(&self) -> String {
        let mut text = format!("{}, {}", self.input_size, self.hidden_size);
        if self.proj_size != 0 {
            text += &format!(", proj_size={}", self.proj_size);
        }
        if self.num_layers != 1 {
            text += &format!(", num_layers={}", self.num_layers);
        }
        if !self.bias {
            text += ", bias=False";
        }
        if self.batch_first {
            text += ", batch_first=True";
        }
        if self.dropout != 0. {
            text += &format!(", dropout={}", python::float(self.dropout));
        }
        if self.directions == 2 {
            text += ", bidirectional=True";
        }
        text
    }

    fn name(&self, i: usize, weight: &str) -> String {
        let (layer, direction) = (i / self.directions, i % self.directions);
        format!("{weight}_l{layer}{}", SUFFIXES[direction])
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        for (i, weights) in self.weights.iter().enumerate() {
            let RecurrentWeights {
                weight_ih,
                weight_hh,
                bias_ih,
                bias_hh,
                weight_hr,
            } = weights;
            visitor.param(&self.name(i, "weight_ih"), weight_ih);
            visitor.param(&self.name(i, "weight_hh"), weight_hh);
            for (name, param) in [
                ("bias_ih", bias_ih),
                ("bias_hh", bias_hh),
                ("weight_hr", weight_hr),
            ] {
                if let Some(param) = param {
                    visitor.param(&self.name(i, name), param);
                }
            }
        }
    }

    fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) -> Result<()> {
        let names = |i: usize| {
            ["weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr"]
                .map(|name| self.name(i, name))
        };
        let names: Vec<_> = (0..self.weights.len()).map(names).collect();
        for (weights, [ih, hh, b_ih, b_hh, hr]) in self.weights.iter_mut().zip(&names) {
            visitor.param(ih, &mut weights.weight_ih)?;
            visitor.param(hh, &mut weights.weight_hh)?;
            for (name, param) in [
                (b_ih, &mut weights.bias_ih),
                (b_hh, &mut weights.bias_hh),
                (hr, &mut weights.weight_hr),
            ] {
                if let Some(param) = param {
                    visitor.param(name, param)?;
                }
            }
        }
        Ok(())
    }

    /// Runs all layers and, after them, the hooks: the output and the last states, of all layers one on top of the other, as
    /// `results` names them. `states` are those before the first step, if any are given.
    fn run<R: Tensors>(
        &self,
        unit: Unit,
        (x, states): (&Tensor, &[&Tensor]),
        state: &State,
        results: impl FnOnce(Vec<Tensor>) -> Option<R>,
    ) -> Result<R> {
        let inputs = std::iter::once(x).chain(states.iter().copied());
        let seen = state.watch(&inputs.map(Some).collect::<Vec<_>>());
        let found = self.layers(unit, x, states, state.active());
        let named = found.and_then(|found| {
            let bug = || Error::op(self.kind.name, "a result is missing: this is a bug");
            results(found).ok_or_else(bug)
        });
        state.show(seen, named, |y, found| y.collect(found))
    }

    fn layers(
        &self,
        unit: Unit,
        x: &Tensor,
        states: &[&Tensor],
        active: bool,
    ) -> Result<Vec<Tensor>> {
        self.check(x, states)?;
        let batched = x.rank() == 3;
        let mut x = match (batched, self.batch_first) {
            (false, _) => x.unsqueeze(1)?,
            (true, true) => x.transpose(0, 1)?,
            (true, false) => x.clone(),
        };
        let batch_of_one = |state: &&Tensor| match batched {
            true => Ok((*state).clone()),
            false => state.unsqueeze(1),
        };
        let states: Vec<_> = states.iter().map(batch_of_one).collect::<Result<_>>()?;
        let mut last: Vec<Vec<Tensor>> = vec![Vec::new(); self.kind.states];
        for (layer, weights) in self.weights.chunks(self.directions).enumerate() {
            let mut outputs = Vec::with_capacity(self.directions);
            for (direction, weights) in weights.iter().enumerate() {
                let at = layer * self.directions + direction;
                let first = states.iter().map(|state| state.select(0, at));
                let first = first.collect::<Result<Vec<_>>>()?;
                let inputs = weights.inputs(&x, &first);
                let mut results = inputs.run(unit, direction == 1)?.into_iter();
                outputs.extend(results.next());
                last.iter_mut()
                    .zip(results)
                    .for_each(|(all, state)| all.push(state));
            }
            x = match outputs.len() {
                1 => outputs.remove(0),
                _ => cat(outputs, -1)?,
            };
            if layer + 1 < self.num_layers {
                x = x.dropout_with(DropoutOptions::default().p(self.dropout).training(active))?;
            }
        }
        let output = match (batched, self.batch_first) {
            (false, _) => x.squeeze(1)?,
            (true, true) => x.transpose(0, 1)?,
            (true, false) => x,
        };
        let mut results = vec![output];
        for states in last {
            let states = stack(states, 0)?;
            results.push(if batched { states } else { states.squeeze(1)? });
        }
        Ok(results)
    }

    fn check(&self, x: &Tensor, states: &[&Tensor]) -> Result<()> {
        let (name, dims) = (self.kind.name, x.dims());
        let batch_at = usize::from(!self.batch_first);
        if !(2..=3).contains(&dims.len()) || dims.last() != Some(&self.input_size) {
            let time = if self.batch_first {
                "[B, T, "
            } else {
                "[T, B, "
            };
            let message = format!(
                "expected an input {time}{0}] or [T, {0}], but it has shape {dims:?}",
                self.input_size
            );
            return Err(Error::op(name, message));
        }
        let steps_at = if dims.len() == 3 { 1 - batch_at } else { 0 };
        if dims[steps_at] == 0 {
            let message = format!("expected at least one step, but the input has shape {dims:?}");
            return Err(Error::op(name, message));
        }
        let rows = self.num_layers * self.directions;
        for ((state, what), width) in states
            .iter()
            .zip(["hidden state", "cell state"])
            .zip([self.output(), self.hidden_size])
        {
            let mut wanted = vec![rows, width];
            if dims.len() == 3 {
                wanted.insert(1, dims[batch_at]);
            }
            if state.dims() != wanted {
                let message = format!(
                    "expected a {what} {wanted:?} for an input {dims:?}, but it has shape {:?}",
                    state.dims()
                );
                return Err(Error::op(name, message));
            }
        }
        let parameters = self.weights.iter().map(|weights| &*weights.weight_ih);
        let others = parameters.chain(states.iter().copied());
        match others.into_iter().find(|other| other.dtype() != x.dtype()) {
            Some(other) if crate::amp::autocast_dtype().is_none() => {
                let message = format!(
                    "the input is {:?}, but the parameters or states are {:?}",
                    x.dtype(),
                    other.dtype()
                );
                Err(Error::op(name, message).help("convert the input with `to_dtype`"))
            }
            _ => Ok(()),
        }
    }
}

/// What all recurrent layers do by their `layers` and their `KIND`: the rule, their weights, `Module`, and the call without states.
macro_rules! recurrent {
    ($name:ident gives $results:ty) => {
        impl $crate::module::Rule<$name> {
            /// The shape rule.
            pub const fn trace(
                self,
                t: &mut $crate::trace::Tracer<'_>,
                args: &$crate::trace::Args,
                inputs: &$crate::trace::Args,
            ) -> $crate::trace::Value {
                KIND.trace(t, args, inputs)
            }
        }

        impl $name {
            /// The weights of every layer, of both directions one after the other.
            pub fn weights(&self) -> &[$crate::nn::RecurrentWeights] {
                &self.layers.weights
            }
        }

        impl $crate::module::Module for $name {
            fn type_name(&self) -> &'static str {
                KIND.name
            }

            fn extra_repr(&self) -> String {
                self.layers.repr()
            }

            fn visit<'a>(&'a self, visitor: &mut dyn $crate::module::Visitor<'a>) {
                self.layers.visit(visitor);
            }

            fn visit_mut(
                &mut self,
                visitor: &mut dyn $crate::module::VisitorMut,
            ) -> $crate::Result<()> {
                self.layers.visit_mut(visitor)
            }

            fn state(&self) -> Option<&$crate::module::State> {
                Some(&self.state)
            }
        }

        impl<T: std::borrow::Borrow<$crate::Tensor>> $crate::module::Call<(T,)> for $name {
            type Output = $results;

            fn call(&self, (x,): (T,)) -> $crate::Result<$results> {
                let x = x.borrow().clone();
                $crate::module::call(self, x, |layer, x| layer.forward(x))
            }
        }
    };
}

/// The calls of a layer whose only state is the hidden one, by its `unit`.
macro_rules! one_state {
    ($name:ident) => {
        impl $name {
            /// The output, and the hidden state after the last step, from a state of zeros.
            ///
            /// # Errors
            /// If the input doesn't fit.
            pub fn forward(
                &self,
                x: impl std::borrow::Borrow<$crate::Tensor>,
            ) -> $crate::Result<($crate::Tensor, $crate::Tensor)> {
                self.run(x.borrow(), &[])
            }

            /// [`forward`](Self::forward) from a hidden state.
            ///
            /// # Errors
            /// If the input or the state doesn't fit.
            pub fn forward_with(
                &self,
                x: impl std::borrow::Borrow<$crate::Tensor>,
                hidden: impl std::borrow::Borrow<$crate::Tensor>,
            ) -> $crate::Result<($crate::Tensor, $crate::Tensor)> {
                self.run(x.borrow(), &[hidden.borrow()])
            }

            fn run(
                &self,
                x: &$crate::Tensor,
                states: &[&$crate::Tensor],
            ) -> $crate::Result<($crate::Tensor, $crate::Tensor)> {
                let named = |results: Vec<$crate::Tensor>| {
                    let [y, h] = results.try_into().ok()?;
                    Some((y, h))
                };
                self.layers
                    .run(self.unit(), (x, states), &self.state, named)
            }
        }

        impl<T, H> $crate::module::Call<(T, H)> for $name
        where
            T: std::borrow::Borrow<$crate::Tensor>,
            H: std::borrow::Borrow<$crate::Tensor>,
        {
            type Output = ($crate::Tensor, $crate::Tensor);

            fn call(&self, (x, hidden): (T, H)) -> $crate::Result<Self::Output> {
                let inputs = (x.borrow().clone(), hidden.borrow().clone());
                $crate::module::call(self, inputs, |layer, (x, hidden)| {
                    layer.forward_with(x, hidden)
                })
            }
        }
    };
}
use {one_state, recurrent};
