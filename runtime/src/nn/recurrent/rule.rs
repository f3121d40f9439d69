//! The shape rule of recurrent layers.

use super::SUFFIXES;
use crate::trace::{row, Args, Bound, Dim, Kind, Param, TensorValue, Text, Tracer, Truth, Value};

/// What one kind of recurrent layer has that others don't.
#[derive(Debug)]
pub(crate) struct Recurrent {
    pub(crate) name: &'static str,
    pub(crate) table: &'static [Param],
    /// How many times the hidden size the weights have rows.
    pub(crate) gates: usize,
    /// A hidden state, and cells beside it.
    pub(crate) states: usize,
    pub(crate) has_projection: bool,
    /// A setting that is one of a few words, and these.
    pub(crate) word: Option<(&'static str, &'static [&'static str])>,
}

/// The sizes of a layer as far as they are known.
#[derive(Clone, Copy)]
struct Sizes {
    hidden: Dim,
    output: Dim,
    layers: Dim,
    directions: Dim,
    bias: bool,
    projected: bool,
}

impl Recurrent {
    pub(crate) const fn row(&self, name: &str) -> usize {
        row(self.table, name)
    }

    /// The rule: the output and the last states, a pair of these where there are two.
    pub(crate) const fn trace(&self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
        let bound = t.layer(self.name, self.table, args, inputs, Kind::Float);
        let Some((b, x)) = bound else {
            return Value::Any;
        };
        if !self.check_settings(t, &b) {
            return Value::Any;
        }
        let sizes = self.sizes(t, &b);
        let first = t.algebra.decide(b.flag(self.row("batch_first"))).known();
        if !x.ranked {
            return self.results(t, inputs, x, TensorValue::unranked(Kind::Float), sizes);
        }
        if x.rank != 2 && x.rank != 3 {
            let wanted = match first {
                Some(true) => "shape [B, T, input_size] or [T, input_size]",
                _ => "shape [T, B, input_size] or [T, input_size]",
            };
            return t.wants_rank(self.name, wanted, &x);
        }
        let (size, given) = (x.last(), b.value(self.row("input_size")));
        if !t.check_inferred(self.name, "input features", &x, size, given) {
            return Value::Any;
        }
        self.params(t, sizes, size);
        self.count(t, &x, sizes, size);
        let rows = t.algebra.mul(sizes.layers, sizes.directions);
        let batch = match first {
            Some(first) => x.dims[if first { 0 } else { 1 }],
            None => Dim::Unknown,
        };
        let state = match x.rank {
            3 => TensorValue::floats(&[rows, batch, sizes.output]),
            _ => TensorValue::floats(&[rows, sizes.output]),
        };
        if !self.check_states(t, inputs, &state, sizes) {
            return Value::Any;
        }
        let width = t.algebra.mul(sizes.directions, sizes.output);
        let out = x.with(x.rank - 1, width);
        self.results(t, inputs, out, state, sizes)
    }

    const fn results(
        &self,
        t: &mut Tracer<'_>,
        inputs: &Args,
        out: TensorValue,
        state: TensorValue,
        sizes: Sizes,
    ) -> Value {
        let hidden = Value::Tensor(state);
        let states = match self.states {
            1 => hidden,
            _ => {
                let cells = self.cells(&state, sizes);
                t.list(&[hidden, Value::Tensor(cells)])
            }
        };
        let results = t.list(&[Value::Tensor(out), states]);
        t.called(self.name, inputs, results)
    }

    const fn cells(&self, state: &TensorValue, sizes: Sizes) -> TensorValue {
        match state.rank {
            0 => *state,
            rank => state.with(rank - 1, sizes.hidden),
        }
    }

    const fn check_settings(&self, t: &mut Tracer<'_>, b: &Bound) -> bool {
        let hidden = b.int(self.row("hidden_size"));
        if !self.at_least_one(t, "hidden_size", hidden)
            || !self.at_least_one(t, "num_layers", b.int(self.row("num_layers")))
        {
            return false;
        }
        if !t.check_probability(self.name, "dropout", b.value(self.row("dropout"))) {
            return false;
        }
        if let Some((name, words)) = self.word
            && !t.check_word(self.name, name, b.value(self.row(name)), words)
        {
            return false;
        }
        if !self.has_projection {
            return true;
        }
        let projected = b.int(self.row("proj_size"));
        if !t.algebra.less(projected, hidden).is_no() {
            return true;
        }
        let mut m = Text::new();
        m.push(self.name);
        m.push(": `proj_size` must be less than the `hidden_size` of ");
        t.write_dim(hidden, &mut m);
        m.push(", but is ");
        t.write_dim(projected, &mut m);
        t.error(&m);
        false
    }

    const fn at_least_one(&self, t: &mut Tracer<'_>, name: &'static str, given: Dim) -> bool {
        if !t.algebra.less(given, Dim::Known(1)).is_yes() {
            return true;
        }
        let mut m = Text::new();
        m.push(self.name);
        m.push(": `");
        m.push(name);
        m.push("` must be at least 1, but is ");
        t.write_dim(given, &mut m);
        t.error(&m);
        false
    }

    const fn sizes(&self, t: &mut Tracer<'_>, b: &Bound) -> Sizes {
        let hidden = b.int(self.row("hidden_size"));
        let projected = match self.has_projection {
            true => t.known_i64(b.value(self.row("proj_size"))),
            false => Some(0),
        };
        Sizes {
            hidden,
            output: match projected {
                Some(0) => hidden,
                Some(size) => Dim::Known(size),
                None => Dim::Unknown,
            },
            layers: b.int(self.row("num_layers")),
            directions: match t.algebra.decide(b.flag(self.row("bidirectional"))) {
                Truth::Yes => Dim::Known(2),
                Truth::No => Dim::Known(1),
                Truth::Unknown => Dim::Unknown,
            },
            bias: t.decided(b.flag(self.row("bias"))),
            projected: !matches!(projected, Some(0)),
        }
    }

    /// Registers the weights: of the first layer alone where the number of layers or directions is not known.
    const fn params(&self, t: &mut Tracer<'_>, sizes: Sizes, input: Dim) {
        let count = match (t.algebra.known(sizes.layers), sizes.directions) {
            (Some(layers), Dim::Known(directions)) => Some((layers, directions)),
            _ => {
                t.unknown_params();
                None
            }
        };
        let (layers, directions) = match count {
            Some(count) => count,
            None => (1, 1),
        };
        let rows = t.algebra.mul(Dim::Known(self.gates as i64), sizes.hidden);
        let inner = t.algebra.mul(Dim::Known(directions), sizes.output);
        let mut layer = 0;
        while layer < layers {
            let features = if layer == 0 { input } else { inner };
            let mut direction = 0;
            while direction < directions {
                let suffix = SUFFIXES[direction as usize];
                t.numbered_param("weight_ih_l", layer, suffix, &[rows, features]);
                t.numbered_param("weight_hh_l", layer, suffix, &[rows, sizes.output]);
                if sizes.bias {
                    t.numbered_param("bias_ih_l", layer, suffix, &[rows]);
                    t.numbered_param("bias_hh_l", layer, suffix, &[rows]);
                }
                if sizes.projected {
                    t.numbered_param("weight_hr_l", layer, suffix, &[sizes.output, sizes.hidden]);
                }
                direction += 1;
            }
            layer += 1;
        }
    }

    /// Counts the products of all steps: with the input, with the hidden state and, if there is one, the projection's.
    const fn count(&self, t: &mut Tracer<'_>, x: &TensorValue, sizes: Sizes, input: Dim) {
        if !t.measures() {
            return;
        }
        let rows = t.algebra.mul(Dim::Known(self.gates as i64), sizes.hidden);
        let inner = t.algebra.mul(sizes.directions, sizes.output);
        // The features of all layers together: the input's, and of each layer but the first those of the one below.
        let above = t.algebra.sub(sizes.layers, Dim::Known(1));
        let features = t.algebra.mul(above, inner);
        let features = t.algebra.add(features, input);
        let states = t.algebra.mul(sizes.layers, sizes.output);
        let mut columns = t.algebra.add(features, states);
        columns = t.algebra.mul(columns, rows);
        if sizes.projected {
            let projection = t.algebra.mul(states, sizes.hidden);
            columns = t.algebra.add(columns, projection);
        }
        t.macs_of_map(x, columns, sizes.directions);
    }

    /// Checks the states that are given, if they are.
    const fn check_states(
        &self,
        t: &mut Tracer<'_>,
        inputs: &Args,
        state: &TensorValue,
        sizes: Sizes,
    ) -> bool {
        if inputs.len() < 2 {
            return true;
        }
        let given = inputs.value(1);
        let (hidden, cells) = match given {
            Value::List(list) if self.states == 2 => (t.item(list, 0), Some(t.item(list, 1))),
            other => (other, None),
        };
        let (dims, _) = state.dims.split_at(state.rank);
        if let Some(hidden) = t.optional(hidden)
            && !t.expect_shape(self.name, "hidden state", &hidden, dims)
        {
            return false;
        }
        let wanted = self.cells(state, sizes);
        let (dims, _) = wanted.dims.split_at(wanted.rank);
        match cells {
            Some(Value::Tensor(cells)) => t.expect_shape(self.name, "cell state", &cells, dims),
            _ => true,
        }
    }
}
