//! The shape rules of `cross_entropy`, `mse_loss`, `l1_loss`.

use crate::ops::rule::checked;
use crate::trace::{same, Args, Kind, Param, Takes, TensorValue, Text, Tracer, Value};

const CROSS_ENTROPY: &[Param] = &[
    Param::required("input", Takes::Any),
    Param::required("target", Takes::Any),
    Param::optional("weight", Takes::Any, Value::Unit),
    Param::optional("ignore_index", Takes::Any, Value::int(-100)),
    Param::optional("reduction", Takes::Any, Value::Str("mean")),
    Param::optional("label_smoothing", Takes::Float, Value::Num(0.)),
];

const PAIRWISE: &[Param] = &[
    Param::required("input", Takes::Any),
    Param::required("target", Takes::Any),
    Param::optional("reduction", Takes::Any, Value::Str("mean")),
    Param::optional("weight", Takes::Any, Value::Unit),
];

/// `cross_entropy(&out, &target)`: scores `[N, C, d…]` with classes `[N, d…]`, or with probabilities of their own shape.
pub const fn trace_cross_entropy(t: &mut Tracer<'_>, args: &Args) -> Value {
    let b = checked!(t.bind("cross_entropy", CROSS_ENTROPY, args));
    let input = checked!(t.operand(b.value(0)));
    let target = checked!(t.operand(b.value(1)));
    if let Kind::Int | Kind::Bool = input.kind {
        return t.refuse_input("cross_entropy", &input, &target);
    }
    if input.ranked && input.rank == 0 {
        return t.refuse_target("cross_entropy", "classes", &input, &target);
    }
    // `[C]` is one sample.
    let channel = if input.rank == 1 { 0 } else { 1 };
    let classes = if input.ranked {
        input.without(channel)
    } else {
        input
    };
    let mut loss = classes.of_kind(Kind::Float);
    match target.kind {
        Kind::Float => {
            if !t.agree(&input, &target) {
                return t.refuse_target("cross_entropy", "probabilities", &input, &target);
            }
        }
        Kind::Int | Kind::Bool => {
            if !t.agree(&classes, &target) {
                return t.refuse_target("cross_entropy", "classes", &classes, &target);
            }
        }
        Kind::Any => {}
    }
    if !loss.ranked && matches!(target.kind, Kind::Int) {
        loss = target.of_kind(Kind::Float);
    }
    t.reduced_loss("cross_entropy", args, b.value(4), loss)
}

/// `mse_loss(&out, &target)`
pub const fn trace_mse_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    t.pairwise_loss("mse_loss", args)
}

/// `l1_loss(&out, &target)`
pub const fn trace_l1_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    t.pairwise_loss("l1_loss", args)
}

impl Tracer<'_> {
    /// A loss between tensors of one shape.
    const fn pairwise_loss(&mut self, op: &'static str, args: &Args) -> Value {
        let b = checked!(self.bind(op, PAIRWISE, args));
        let input = checked!(self.operand(b.value(0)));
        let target = checked!(self.operand(b.value(1)));
        if matches!(input.kind, Kind::Int | Kind::Bool) {
            return self.refuse_input(op, &input, &target);
        }
        if !self.agree(&input, &target) {
            return self.refuse_target(op, "values", &input, &target);
        }
        self.reduced_loss(op, args, b.value(2), input.of_kind(Kind::Float))
    }

    /// A scalar, or one loss per element where the reduction is none.
    pub(super) const fn reduced_loss(
        &mut self,
        op: &'static str,
        args: &Args,
        reduction: Value,
        each: TensorValue,
    ) -> Value {
        let out = match reduction {
            Value::Str(word) if same(word, "none") => each,
            Value::Str(word) if same(word, "mean") || same(word, "sum") => {
                TensorValue::scalar(Kind::Float)
            }
            Value::Str(word) => {
                let mut m = Text::new();
                m.push(op);
                m.push(": `reduction` is \"mean\", \"sum\" or \"none\", but got \"");
                m.push(word);
                m.push("\"");
                return self.fail(&m);
            }
            _ => TensorValue::unranked(Kind::Float),
        };
        self.called(op, args, Value::Tensor(out))
    }

    /// Whether two tensors may have one shape.
    pub(super) const fn agree(&mut self, a: &TensorValue, b: &TensorValue) -> bool {
        if !a.ranked || !b.ranked {
            return true;
        }
        let mut fits = a.rank == b.rank;
        let mut i = 0;
        while fits && i < a.rank {
            fits = !self.differ(a.dims[i], b.dims[i]);
            i += 1;
        }
        fits
    }

    pub(super) const fn refuse_target(
        &mut self,
        op: &'static str,
        what: &'static str,
        wanted: &TensorValue,
        target: &TensorValue,
    ) -> Value {
        let mut m = Text::new();
        m.push(op);
        m.push(": expected a target of ");
        m.push(what);
        m.push(" ");
        let wanted = wanted.of_kind(target.kind);
        self.write_shape(&wanted, &mut m);
        m.push(", but got ");
        self.write_shape(target, &mut m);
        self.fail(&m)
    }

    pub(super) const fn refuse_input(
        &mut self,
        op: &'static str,
        input: &TensorValue,
        target: &TensorValue,
    ) -> Value {
        let mut m = Text::new();
        m.push(op);
        m.push(" takes the network's output first, but ");
        self.write_shape(input, &mut m);
        m.push(" holds ");
        m.push(input.kind.word());
        if let Kind::Float = target.kind {
            m.push("\nhelp: output and target are swapped: write ");
            m.push(op);
            m.push("(output, target)");
        }
        self.fail(&m)
    }
}
