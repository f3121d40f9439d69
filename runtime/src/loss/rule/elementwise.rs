//! The shape rules of losses that each element has by itself.

use crate::loss::checks::within;
use crate::ops::rule::checked;
use crate::trace::{same, Args, Bound, Kind, Param, Takes, TensorValue, Text, Tracer, Value};

const INPUT: Param = Param::required("input", Takes::Any);
const TARGET: Param = Param::required("target", Takes::Any);
const REDUCTION: Param = Param::optional("reduction", Takes::Any, Value::Str("mean"));
const WEIGHT: Param = Param::optional("weight", Takes::Any, Value::Unit);

// In all tables the first three are these.
const PLAIN: &[Param] = &[INPUT, TARGET, REDUCTION];
const WEIGHTED: &[Param] = &[INPUT, TARGET, REDUCTION, WEIGHT];
const BCE_WITH_LOGITS: &[Param] = &[
    INPUT,
    TARGET,
    REDUCTION,
    WEIGHT,
    Param::optional("pos_weight", Takes::Any, Value::Unit),
];
const SMOOTH_L1: &[Param] = &[
    INPUT,
    TARGET,
    REDUCTION,
    Param::optional("beta", Takes::Float, Value::Num(1.)).within(within::BETA),
];
const HUBER: &[Param] = &[
    INPUT,
    TARGET,
    REDUCTION,
    WEIGHT,
    Param::optional("delta", Takes::Float, Value::Num(1.)).within(within::DELTA),
];
const POISSON: &[Param] = &[
    INPUT,
    TARGET,
    REDUCTION,
    Param::optional("log_input", Takes::Bool, Value::flag(true)),
    Param::optional("full", Takes::Bool, Value::flag(false)),
    Param::optional("eps", Takes::Float, Value::Num(1e-8)).within(within::ADDED),
];
const KL_DIV: &[Param] = &[
    INPUT,
    TARGET,
    REDUCTION,
    Param::optional("log_target", Takes::Bool, Value::flag(false)),
];
const HINGE_EMBEDDING: &[Param] = &[
    INPUT,
    TARGET,
    REDUCTION,
    Param::optional("margin", Takes::Float, Value::Num(1.)),
];
const GAUSSIAN: &[Param] = &[
    INPUT,
    TARGET,
    Param::required("var", Takes::Any),
    REDUCTION,
    Param::optional("full", Takes::Bool, Value::flag(false)),
    Param::optional("eps", Takes::Float, Value::Num(1e-6)).within(within::LEAST),
];

/// `mse_loss(&out, &target)`
pub const fn trace_mse_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    t.weighted_loss("mse_loss", WEIGHTED, args)
}

/// `l1_loss(&out, &target)`
pub const fn trace_l1_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    t.weighted_loss("l1_loss", WEIGHTED, args)
}

/// `huber_loss(&out, &target)`
pub const fn trace_huber_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    t.weighted_loss("huber_loss", HUBER, args)
}

/// `smooth_l1_loss(&out, &target)`
pub const fn trace_smooth_l1_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    let (b, each) = checked!(t.pair("smooth_l1_loss", SMOOTH_L1, args, false));
    t.reduced_loss("smooth_l1_loss", args, b.value(2), each)
}

/// `binary_cross_entropy(&out, &target)`
pub const fn trace_binary_cross_entropy(t: &mut Tracer<'_>, args: &Args) -> Value {
    let op = "binary_cross_entropy";
    let (b, each) = checked!(t.pair(op, WEIGHTED, args, false));
    if !t.broadcasts(op, "weight", b.value(3), &each) {
        return Value::Any;
    }
    t.reduced_loss(op, args, b.value(2), each)
}

/// `binary_cross_entropy_with_logits(&out, &target)`
pub const fn trace_binary_cross_entropy_with_logits(t: &mut Tracer<'_>, args: &Args) -> Value {
    let op = "binary_cross_entropy_with_logits";
    let (b, each) = checked!(t.pair(op, BCE_WITH_LOGITS, args, false));
    let fits = t.broadcasts(op, "weight", b.value(3), &each)
        && t.broadcasts(op, "pos_weight", b.value(4), &each);
    if !fits {
        return Value::Any;
    }
    t.reduced_loss(op, args, b.value(2), each)
}

/// `poisson_nll_loss(&out, &target)`
pub const fn trace_poisson_nll_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    let (b, each) = checked!(t.pair("poisson_nll_loss", POISSON, args, true));
    t.reduced_loss("poisson_nll_loss", args, b.value(2), each)
}

/// `soft_margin_loss(&out, &target)`
pub const fn trace_soft_margin_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    let (b, each) = checked!(t.pair("soft_margin_loss", PLAIN, args, true));
    t.reduced_loss("soft_margin_loss", args, b.value(2), each)
}

/// `hinge_embedding_loss(&out, &target)`
pub const fn trace_hinge_embedding_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    let (b, each) = checked!(t.pair("hinge_embedding_loss", HINGE_EMBEDDING, args, true));
    t.reduced_loss("hinge_embedding_loss", args, b.value(2), each)
}

/// `kl_div(&out, &target)`
pub const fn trace_kl_div(t: &mut Tracer<'_>, args: &Args) -> Value {
    let (b, each) = checked!(t.pair("kl_div", KL_DIV, args, false));
    let reduction = match b.value(2) {
        Value::Str(word) if same(word, "batchmean") => Value::Str("mean"),
        other => other,
    };
    let words = "\"mean\", \"batchmean\", \"sum\" or \"none\"";
    t.loss_by_word("kl_div", args, reduction, each, words)
}

/// `gaussian_nll_loss(&out, &target, &var)`
pub const fn trace_gaussian_nll_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    let op = "gaussian_nll_loss";
    let b = checked!(t.bind(op, GAUSSIAN, args));
    let input = checked!(t.operand(b.value(0)));
    let target = checked!(t.operand(b.value(1)));
    if !t.holds_floats(op, &input, &target, false) {
        return Value::Any;
    }
    if !t.stretches(&target, &input, MANY) {
        return t.refuse_target(op, "values", &input, &target);
    }
    if let Value::Tensor(var) = b.value(2) {
        let one_less = input.ranked
            && var.ranked
            && var.rank + 1 == input.rank
            && t.agree(&input.without(var.rank), &var);
        if !one_less && !t.stretches(&var, &input, 1) {
            return t.refuse_variance(op, &input, &var);
        }
    }
    t.reduced_loss(op, args, b.value(3), input.of_kind(Kind::Float))
}

/// Any number of dimensions.
const MANY: usize = usize::MAX;

impl Tracer<'_> {
    /// A loss between tensors of one shape, with a weight of that shape in row 3.
    const fn weighted_loss(&mut self, op: &'static str, table: &[Param], args: &Args) -> Value {
        let (b, each) = checked!(self.pair(op, table, args, false));
        if let Some(weight) = self.optional(b.value(3))
            && !self.agree(&each, &weight)
        {
            return self.refuse_weight(op, "weight", " of the output's shape ", &each, &weight);
        }
        self.reduced_loss(op, args, b.value(2), each)
    }

    /// The arguments and the losses of an output and a target of one shape.
    const fn pair(
        &mut self,
        op: &'static str,
        table: &[Param],
        args: &Args,
        takes_integers: bool,
    ) -> Option<(Bound, TensorValue)> {
        let Some(b) = self.bind(op, table, args) else {
            return None;
        };
        let (Some(input), Some(target)) = (self.operand(b.value(0)), self.operand(b.value(1)))
        else {
            return None;
        };
        if !self.holds_floats(op, &input, &target, takes_integers) {
            return None;
        }
        if !self.agree(&input, &target) {
            self.refuse_target(op, "values", &input, &target);
            return None;
        }
        let shape = if input.ranked { input } else { target };
        Some((b, shape.of_kind(Kind::Float)))
    }

    /// Checks that the output has floats, and the target, too, unless it may have integers.
    const fn holds_floats(
        &mut self,
        op: &'static str,
        input: &TensorValue,
        target: &TensorValue,
        takes_integers: bool,
    ) -> bool {
        if let Kind::Int | Kind::Bool = input.kind {
            self.refuse_input(op, input, target);
            return false;
        }
        if takes_integers || matches!(target.kind, Kind::Float | Kind::Any) {
            return true;
        }
        let mut m = Text::new();
        m.push(op);
        m.push(" compares with floats, but the target ");
        self.write_shape(target, &mut m);
        m.push(" holds ");
        m.push(target.kind.word());
        m.push("\nhelp: convert it with `.to_dtype(DType::F32)`");
        self.error(&m);
        false
    }

    /// Checks that an optional weight broadcasts to the losses.
    const fn broadcasts(
        &mut self,
        op: &'static str,
        name: &'static str,
        weight: Value,
        each: &TensorValue,
    ) -> bool {
        let Some(weight) = self.optional(weight) else {
            return true;
        };
        let fits = match self.broadcast(*each, weight) {
            Ok(out) => self.agree(each, &out),
            Err(_) => false,
        };
        if !fits {
            self.refuse_weight(op, name, " that broadcasts to the output's ", each, &weight);
        }
        fits
    }

    /// Whether `x` may have the shape of `whole`, but for at most `ones` dimensions of size 1.
    const fn stretches(&mut self, x: &TensorValue, whole: &TensorValue, ones: usize) -> bool {
        if !x.ranked || !whole.ranked {
            return true;
        }
        let mut fits = x.rank == whole.rank;
        let mut stretched = 0;
        let mut i = 0;
        while fits && i < x.rank {
            // A 1 beside what may be a 1, too, requires nothing.
            if !matches!(self.algebra.known(x.dims[i]), Some(1)) {
                fits = !self.differ(x.dims[i], whole.dims[i]);
            } else if let Some(2..) = self.algebra.known(whole.dims[i]) {
                stretched += 1;
            }
            i += 1;
        }
        fits && stretched <= ones
    }

    const fn refuse_weight(
        &mut self,
        op: &'static str,
        name: &'static str,
        how: &'static str,
        each: &TensorValue,
        weight: &TensorValue,
    ) -> Value {
        let mut m = Text::new();
        m.push(op);
        m.push(": expected a `");
        m.push(name);
        m.push("`");
        m.push(how);
        self.write_shape(each, &mut m);
        m.push(", but got ");
        self.write_shape(weight, &mut m);
        self.fail(&m)
    }

    const fn refuse_variance(
        &mut self,
        op: &'static str,
        input: &TensorValue,
        var: &TensorValue,
    ) -> Value {
        let mut m = Text::new();
        m.push(op);
        m.push(": the output is ");
        self.write_shape(input, &mut m);
        m.push(", the variance ");
        self.write_shape(var, &mut m);
        m.push(
            "\nhelp: the variance has the output's shape, or that with one dimension of size 1, or that without the last \
             dimension",
        );
        self.fail(&m)
    }
}
