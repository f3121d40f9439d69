//! The shape rules of losses: those of classes, and what all have in common.

mod elementwise;

pub use elementwise::{
    trace_binary_cross_entropy, trace_binary_cross_entropy_with_logits, trace_gaussian_nll_loss,
    trace_hinge_embedding_loss, trace_huber_loss, trace_kl_div, trace_l1_loss, trace_mse_loss,
    trace_poisson_nll_loss, trace_smooth_l1_loss, trace_soft_margin_loss,
};

use super::checks::within;
use crate::ops::rule::checked;
use crate::trace::{same, Args, Kind, Param, Takes, TensorValue, Text, Tracer, Value};

const CROSS_ENTROPY: &[Param] = &[
    Param::required("input", Takes::Any),
    Param::required("target", Takes::Any),
    Param::optional("weight", Takes::Any, Value::Unit),
    Param::optional("ignore_index", Takes::Any, Value::int(-100)),
    Param::optional("reduction", Takes::Any, Value::Str("mean")),
    Param::optional("label_smoothing", Takes::Float, Value::Num(0.)).within(within::SMOOTHING),
];

const NLL_LOSS: &[Param] = &[
    Param::required("input", Takes::Any),
    Param::required("target", Takes::Any),
    Param::optional("weight", Takes::Any, Value::Unit),
    Param::optional("ignore_index", Takes::Any, Value::int(-100)),
    Param::optional("reduction", Takes::Any, Value::Str("mean")),
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

/// `nll_loss(&out, &target)`: logarithms of probabilities `[N, C, d…]` with classes `[N, d…]`.
pub const fn trace_nll_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    let b = checked!(t.bind("nll_loss", NLL_LOSS, args));
    let input = checked!(t.operand(b.value(0)));
    let target = checked!(t.operand(b.value(1)));
    if let Kind::Int | Kind::Bool = input.kind {
        return t.refuse_input("nll_loss", &input, &target);
    }
    if !t.positions("nll_loss", "the target's classes", &target) {
        return Value::Any;
    }
    let each = if !input.ranked {
        target
    } else if input.rank == 0 {
        return t.refuse_target("nll_loss", "classes", &input, &target);
    } else {
        // `[C]` is one sample.
        input.without(if input.rank == 1 { 0 } else { 1 })
    };
    if !t.agree(&each, &target) {
        return t.refuse_target("nll_loss", "classes", &each, &target);
    }
    t.reduced_loss("nll_loss", args, b.value(4), each.of_kind(Kind::Float))
}

impl Tracer<'_> {
    /// A scalar, or one loss per element where the reduction is none.
    pub(super) const fn reduced_loss(
        &mut self,
        op: &'static str,
        args: &Args,
        reduction: Value,
        each: TensorValue,
    ) -> Value {
        self.loss_by_word(op, args, reduction, each, "\"mean\", \"sum\" or \"none\"")
    }

    /// [`reduced_loss`](Self::reduced_loss) of a loss that has other words for it, too, which have been replaced.
    const fn loss_by_word(
        &mut self,
        op: &'static str,
        args: &Args,
        reduction: Value,
        each: TensorValue,
        words: &str,
    ) -> Value {
        let out = match reduction {
            Value::Str(word) if same(word, "none") => each,
            Value::Str(word) if same(word, "mean") || same(word, "sum") => {
                TensorValue::scalar(Kind::Float)
            }
            Value::Str(word) => {
                let mut m = Text::new();
                m.push(op);
                m.push(": `reduction` is ");
                m.push(words);
                m.push(", but got \"");
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
