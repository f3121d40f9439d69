//! Layers, with PyTorch's names, arguments, defaults and initial values.

#[macro_use]
mod macros;
mod linear;
mod setting;

pub use linear::{Linear, LinearConfig};
pub(crate) use macros::{default_setting, default_value, layer, members};
pub use setting::Setting;

use crate::trace::{Cond, Dim, TensorValue, Text, Tracer, Truth, Value};

/// `True` or `False`, as Python prints them.
pub(crate) fn python(b: bool) -> &'static str {
    if b {
        "True"
    } else {
        "False"
    }
}

impl Tracer<'_> {
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
        if let Value::Dim(want) = given {
            if matches!(self.algebra.require_equal(size, want), Truth::No) {
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
        }
        self.infer(layer, what, size)
    }

    /// Whether a flag certainly holds.
    pub const fn decided(&mut self, c: Cond) -> bool {
        matches!(self.algebra.decide(c), Truth::Yes)
    }

    /// Counts the multiply-accumulates of a linear map from `from` to `to` over the last dimension of `x`.
    pub const fn macs_of_map(&mut self, x: &TensorValue, from: Dim, to: Dim) {
        let mut n = self.algebra.mul(from, to);
        let mut i = 0;
        while i + 1 < x.rank {
            n = self.algebra.mul(n, x.dims[i]);
            i += 1;
        }
        self.count_macs(n);
    }
}
