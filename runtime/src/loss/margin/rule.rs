//! The shape rules of the losses that ask for a margin.

use crate::loss::checks::within;
use crate::ops::rule::checked;
use crate::trace::{Args, Bound, Kind, Param, Takes, TensorValue, Text, Tracer, Value};

const REDUCTION: Param = Param::optional("reduction", Takes::Any, Value::Str("mean"));
const WEIGHT: Param = Param::optional("weight", Takes::Any, Value::Unit);

const fn tensor(name: &'static str) -> Param {
    Param::required(name, Takes::Any)
}

const fn number(name: &'static str, default: Value) -> Param {
    Param::optional(name, Takes::Float, default)
}

const SWAP: Param = Param::optional("swap", Takes::Bool, Value::flag(false));

const PAIR: &[Param] = &[
    tensor("input1"),
    tensor("input2"),
    tensor("target"),
    number("margin", Value::int(0)),
    REDUCTION,
];

const TRIPLET: &[Param] = &[
    tensor("anchor"),
    tensor("positive"),
    tensor("negative"),
    number("margin", Value::int(1)).within(within::MARGIN),
    REDUCTION,
    SWAP,
    number("p", Value::int(2)),
    number("eps", Value::Num(1e-6)),
];

const TRIPLET_WITH_DISTANCE: &[Param] = &[
    tensor("anchor"),
    tensor("positive"),
    tensor("negative"),
    number("margin", Value::int(1)).within(within::MARGIN),
    REDUCTION,
    SWAP,
    Param::optional("distance_function", Takes::Any, Value::Unit),
];

const MULTI_MARGIN: &[Param] = &[
    tensor("input"),
    tensor("target"),
    Param::optional("p", Takes::Int, Value::int(1)),
    number("margin", Value::int(1)),
    WEIGHT,
    REDUCTION,
];

const MULTILABEL_MARGIN: &[Param] = &[tensor("input"), tensor("target"), REDUCTION];

const MULTILABEL_SOFT_MARGIN: &[Param] = &[tensor("input"), tensor("target"), WEIGHT, REDUCTION];

/// `margin_ranking_loss(&x1, &x2, &target)`: three tensors of one rank that broadcast.
pub const fn trace_margin_ranking_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    const OP: &str = "margin_ranking_loss";
    let b = checked!(t.bind(OP, PAIR, args));
    let input1 = checked!(t.operand(b.value(0)));
    let input2 = checked!(t.operand(b.value(1)));
    let target = checked!(t.operand(b.value(2)));
    let all = [input1, input2, target];
    if !t.check_inputs(OP, &[input1, input2], Some(&target)) || !t.check_ranks(OP, &all) {
        return Value::Any;
    }
    let each = checked!(t.broadcast_tensors(OP, &all));
    t.reduced_loss(OP, args, b.value(4), each)
}

/// `cosine_embedding_loss(&x1, &x2, &target)`: vectors `[N, D]` with numbers `[N]`, or `[D]` with `[]`.
pub const fn trace_cosine_embedding_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    const OP: &str = "cosine_embedding_loss";
    let b = checked!(t.bind(OP, PAIR, args));
    let input1 = checked!(t.operand(b.value(0)));
    let input2 = checked!(t.operand(b.value(1)));
    let target = checked!(t.operand(b.value(2)));
    if !t.check_inputs(OP, &[input1, input2], Some(&target)) {
        return Value::Any;
    }
    if !pairs_fit(&input1, &target) || !pairs_fit(&input2, &target) {
        let mut m = Text::new();
        m.push(OP);
        m.push(": expected inputs [N, D] and a target [N], or [D] and [], but got ");
        t.write_list(&[input1, input2, target], &mut m);
        return t.fail(&m);
    }
    let pairs = checked!(t.broadcast_tensors(OP, &[input1, input2]));
    let each = checked!(t.broadcast_tensors(OP, &[without_last(&pairs), target]));
    t.reduced_loss(OP, args, b.value(4), each)
}

/// Whether vectors may have one number of a target each.
const fn pairs_fit(x: &TensorValue, target: &TensorValue) -> bool {
    let target_fits = !target.ranked || target.rank < 2;
    target_fits && (!x.ranked || !target.ranked || x.rank == target.rank + 1)
}

/// `triplet_margin_loss(&anchor, &positive, &negative)`
pub const fn trace_triplet_margin_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    const OP: &str = "triplet_margin_loss";
    let b = checked!(t.bind(OP, TRIPLET, args));
    t.triplet_loss(OP, args, &b, Value::Unit)
}

/// `triplet_margin_with_distance_loss(&anchor, &positive, &negative)`
pub const fn trace_triplet_margin_with_distance_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    const OP: &str = "triplet_margin_with_distance_loss";
    let b = checked!(t.bind(OP, TRIPLET_WITH_DISTANCE, args));
    t.triplet_loss(OP, args, &b, b.value(6))
}

/// `multi_margin_loss(&out, &target)`: scores `[N, C]` with classes `[N]`, or `[C]` with `[]`.
pub const fn trace_multi_margin_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    const OP: &str = "multi_margin_loss";
    let b = checked!(t.bind(OP, MULTI_MARGIN, args));
    let input = checked!(t.operand(b.value(0)));
    let target = checked!(t.operand(b.value(1)));
    if !t.check_scores(OP, &input, &target) {
        return Value::Any;
    }
    if let Some(p) = t.known_i64(b.value(2))
        && p != 1
        && p != 2
    {
        let mut m = Text::new();
        m.push(OP);
        m.push(": `p` is ");
        m.push_int(p);
        m.push(", but expected 1 or 2");
        return t.fail(&m);
    }
    let samples = without_last(&input);
    if !t.agree(&samples, &target) {
        return t.refuse_target(OP, "classes", &samples, &target);
    }
    if let (Some(weight), true) = (t.optional(b.value(4)), input.ranked)
        && !t.expect_shape(OP, "weight", &weight, &[input.last()])
    {
        return Value::Any;
    }
    t.reduced_loss(OP, args, b.value(5), samples.of_kind(Kind::Float))
}

/// `multilabel_margin_loss(&out, &target)`: scores `[N, C]` or `[C]` with lists of classes of their shape.
pub const fn trace_multilabel_margin_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    const OP: &str = "multilabel_margin_loss";
    let b = checked!(t.bind(OP, MULTILABEL_MARGIN, args));
    let input = checked!(t.operand(b.value(0)));
    let target = checked!(t.operand(b.value(1)));
    if !t.check_scores(OP, &input, &target) {
        return Value::Any;
    }
    if !t.agree(&input, &target) {
        return t.refuse_target(OP, "classes", &input, &target);
    }
    let samples = without_last(&input).of_kind(Kind::Float);
    t.reduced_loss(OP, args, b.value(2), samples)
}

/// `multilabel_soft_margin_loss(&out, &target)`: scores `[…, C]` and what is present, of their shape.
pub const fn trace_multilabel_soft_margin_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    const OP: &str = "multilabel_soft_margin_loss";
    let b = checked!(t.bind(OP, MULTILABEL_SOFT_MARGIN, args));
    let input = checked!(t.operand(b.value(0)));
    let target = checked!(t.operand(b.value(1)));
    if let Kind::Int | Kind::Bool = input.kind {
        return t.refuse_input(OP, &input, &target);
    }
    if input.ranked && input.rank == 0 {
        return t.refuse_scores(OP, &input, "[C] or [N, …, C]");
    }
    if !t.agree(&input, &target) {
        return t.refuse_target(OP, "values", &input, &target);
    }
    if let (Some(weight), true) = (t.optional(b.value(2)), input.ranked) {
        let all = checked!(t.broadcast_tensors(OP, &[input, weight]));
        // Larger than the scores.
        if !t.agree(&input, &all) {
            t.expect_shape(OP, "weight", &weight, &[input.last()]);
            return Value::Any;
        }
    }
    let samples = without_last(&input).of_kind(Kind::Float);
    t.reduced_loss(OP, args, b.value(3), samples)
}

/// The shape of what there is one of for every vector along the last dimension.
const fn without_last(x: &TensorValue) -> TensorValue {
    if x.ranked && x.rank > 0 {
        x.without(x.rank - 1)
    } else {
        *x
    }
}

impl Tracer<'_> {
    /// `distance` is a function that the trace doesn't know, or nothing for the pairwise distance.
    const fn triplet_loss(
        &mut self,
        op: &'static str,
        args: &Args,
        b: &Bound,
        distance: Value,
    ) -> Value {
        let anchor = checked!(self.operand(b.value(0)));
        let positive = checked!(self.operand(b.value(1)));
        let negative = checked!(self.operand(b.value(2)));
        let all = [anchor, positive, negative];
        if !self.check_inputs(op, &all, None) || !self.check_ranks(op, &all) {
            return Value::Any;
        }
        let each = if let Value::Unit = distance {
            let near = checked!(self.broadcast_tensors(op, &[anchor, positive]));
            let far = checked!(self.broadcast_tensors(op, &[anchor, negative]));
            checked!(self.broadcast_tensors(op, &[without_last(&near), without_last(&far)]))
        } else {
            TensorValue::unranked(Kind::Float)
        };
        self.reduced_loss(op, args, b.value(4), each)
    }

    /// The shape of tensors broadcast against each other, of floats.
    const fn broadcast_tensors(
        &mut self,
        op: &'static str,
        tensors: &[TensorValue],
    ) -> Option<TensorValue> {
        let mut all = Args::new();
        let mut i = 0;
        while i < tensors.len() {
            all.positional(Value::Tensor(tensors[i]));
            i += 1;
        }
        match self.broadcast_all(op, &all) {
            Some(out) => Some(out.of_kind(Kind::Float)),
            None => None,
        }
    }

    /// Checks that no input is known to hold something else than floats.
    const fn check_inputs(
        &mut self,
        op: &'static str,
        inputs: &[TensorValue],
        target: Option<&TensorValue>,
    ) -> bool {
        let swapped = match target {
            Some(target) => matches!(target.kind, Kind::Float),
            None => false,
        };
        let mut i = 0;
        while i < inputs.len() {
            let x = &inputs[i];
            if swapped && !x.kind.fits(Kind::Float) {
                let mut m = Text::new();
                m.push(op);
                m.push(" takes floats, but ");
                self.write_shape(x, &mut m);
                m.push(" holds ");
                m.push(x.kind.word());
                m.push("\nhelp: the target comes last: write ");
                m.push(op);
                m.push("(input1, input2, target)");
                self.error(&m);
                return false;
            }
            if !self.expect_floats(op, x) {
                return false;
            }
            i += 1;
        }
        true
    }

    /// Checks that all have as many dimensions, as far as they are known.
    const fn check_ranks(&mut self, op: &'static str, tensors: &[TensorValue]) -> bool {
        let mut i = 1;
        while i < tensors.len() {
            let (a, b) = (&tensors[i - 1], &tensors[i]);
            if a.ranked && b.ranked && a.rank != b.rank {
                let mut m = Text::new();
                m.push(op);
                m.push(": expected as many dimensions in each, but got ");
                self.write_list(tensors, &mut m);
                self.error(&m);
                return false;
            }
            i += 1;
        }
        true
    }

    const fn write_list(&mut self, tensors: &[TensorValue], m: &mut Text) {
        let mut i = 0;
        while i < tensors.len() {
            if i > 0 {
                m.push(if i + 1 < tensors.len() { ", " } else { " and " });
            }
            self.write_shape(&tensors[i], m);
            i += 1;
        }
    }

    /// Checks that scores are `[C]` or `[N, C]` of floats, and the target is of integers.
    const fn check_scores(
        &mut self,
        op: &'static str,
        input: &TensorValue,
        target: &TensorValue,
    ) -> bool {
        if let Kind::Int | Kind::Bool = input.kind {
            self.refuse_input(op, input, target);
            return false;
        }
        if input.ranked && (input.rank == 0 || input.rank > 2) {
            self.refuse_scores(op, input, "[C] or [N, C]");
            return false;
        }
        self.positions(op, "the target", target)
    }

    const fn refuse_scores(
        &mut self,
        op: &'static str,
        input: &TensorValue,
        wanted: &'static str,
    ) -> Value {
        let mut m = Text::new();
        m.push(op);
        m.push(": expected scores ");
        m.push(wanted);
        m.push(", but got ");
        self.write_shape(input, &mut m);
        self.fail(&m)
    }
}
