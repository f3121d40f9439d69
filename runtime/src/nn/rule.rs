//! What the shape rules of layers have in common.

use crate::trace::{
    same, Args, Bound, Cond, Dim, Kind, Param, Purpose, TensorValue, Text, Tracer, Truth, Value,
};

impl Tracer<'_> {
    /// Binds a layer's arguments and takes its input; the layer is noted down for construction.
    pub const fn layer(
        &mut self,
        layer: &'static str,
        table: &[Param],
        args: &Args,
        inputs: &Args,
        kind: Kind,
    ) -> Option<(Bound, TensorValue)> {
        let args = match self.purpose() {
            Purpose::Build => args.at_construction(),
            _ => *args,
        };
        let Some(b) = self.bind(layer, table, &args) else {
            return None;
        };
        let Some(x) = self.input(layer, inputs, 0, kind) else {
            return None;
        };
        self.describe(layer, Some(&b), inputs);
        Some((b, x))
    }

    /// Reports that a layer's input has the wrong number of dimensions.
    pub const fn wants_rank(
        &mut self,
        layer: &'static str,
        wanted: &'static str,
        x: &TensorValue,
    ) -> Value {
        let mut m = Text::new();
        m.push(layer);
        m.push(" expects an input of ");
        m.push(wanted);
        m.push(", but its input has shape ");
        self.write_shape(x, &mut m);
        self.fail(&m)
    }

    /// Checks the size that a layer infers from its input against the one given by name, if any, and against
    /// earlier calls. `what` is the size's name in the plural.
    pub const fn check_inferred(
        &mut self,
        layer: &'static str,
        what: &'static str,
        x: &TensorValue,
        size: Dim,
        given: Value,
    ) -> bool {
        if let Value::Dim(want) = given
            && matches!(self.algebra.require_equal(size, want), Truth::No)
        {
            let mut m = Text::new();
            m.push(layer);
            m.push(" expects ");
            self.write_dim(want, &mut m);
            m.push(" ");
            m.push(what);
            m.push(", but its input has shape ");
            self.write_shape(x, &mut m);
            self.error(&m);
            return false;
        }
        self.infer(layer, what, size)
    }

    /// Checks that a setting is one of these words, if it is a word.
    pub const fn check_word(
        &mut self,
        layer: &'static str,
        name: &'static str,
        given: Value,
        words: &[&'static str],
    ) -> bool {
        let Value::Str(word) = given else {
            return true;
        };
        let mut m = Text::new();
        m.push(layer);
        m.push(": `");
        m.push(name);
        m.push("` is \"");
        m.push(word);
        m.push("\", but expected ");
        let mut i = 0;
        while i < words.len() {
            if same(words[i], word) {
                return true;
            }
            if i > 0 {
                m.push(if i + 1 == words.len() { " or " } else { ", " });
            }
            m.push("\"");
            m.push(words[i]);
            m.push("\"");
            i += 1;
        }
        self.error(&m);
        false
    }

    /// Checks that a setting is not known to be outside of `[0, 1]`.
    pub const fn check_probability(
        &mut self,
        layer: &'static str,
        name: &'static str,
        given: Value,
    ) -> bool {
        let fits = match given {
            Value::Num(p) => p >= 0. && p <= 1.,
            Value::Dim(p) => !matches!(self.algebra.known(p), Some(..=-1 | 2..)),
            _ => true,
        };
        if !fits {
            let mut m = Text::new();
            m.push(layer);
            m.push(": `");
            m.push(name);
            m.push("` is a probability, from 0 to 1");
            self.error(&m);
        }
        fits
    }

    /// Whether a flag certainly holds.
    pub const fn decided(&mut self, c: Cond) -> bool {
        matches!(self.algebra.decide(c), Truth::Yes)
    }

    /// Counts the multiply-accumulates of a linear map from `from` to `to` over the last dimension of `x`.
    pub const fn macs_of_map(&mut self, x: &TensorValue, from: Dim, to: Dim) {
        if self.measures() {
            self.count_macs(&x.with(x.rank - 1, to), &[from]);
        }
    }
}
