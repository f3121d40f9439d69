//! The shape rules of the losses of masks.

use crate::loss::checks::within;
use crate::ops::rule::checked;
use crate::trace::{Args, Bound, Cond, Kind, Param, Takes, TensorValue, Text, Tracer, Value};

const INPUT: Param = Param::required("input", Takes::Any);
const TARGET: Param = Param::required("target", Takes::Any);
const REDUCTION: Param = Param::optional("reduction", Takes::Any, Value::Str("mean"));
const PER_SAMPLE: Param = Param::optional("per_sample", Takes::Bool, Value::flag(false));
const ACTIVATION: Param = Param::optional("activation", Takes::Any, Value::Str("sigmoid"));
const WEIGHT: Param = Param::optional("weight", Takes::Any, Value::Unit);
const IGNORE_INDEX: Param = Param::optional("ignore_index", Takes::Any, Value::Unit);

/// An option that is a number.
const fn number(name: &'static str, default: f64) -> Param {
    Param::optional(name, Takes::Float, Value::Num(default)).within(within::MASKS)
}

/// An option that is a truth value, by default false.
const fn flag(name: &'static str) -> Param {
    Param::optional(name, Takes::Bool, Value::flag(false))
}

/// The losses of overlaps: `reduction`, `per_sample` and `per_class` stand at these places, the loss's own options last.
const AT_REDUCTION: usize = 2;
const AT_PER_SAMPLE: usize = 3;
const AT_PER_CLASS: usize = 4;

const OVERLAP: [Param; 9] = [
    INPUT,
    TARGET,
    REDUCTION,
    PER_SAMPLE,
    flag("per_class"),
    number("smooth", 1.),
    ACTIVATION,
    WEIGHT,
    IGNORE_INDEX,
];

const DICE_BCE: &[Param] = &[
    INPUT,
    TARGET,
    PER_SAMPLE,
    flag("per_class"),
    number("smooth", 1.),
    ACTIVATION,
    WEIGHT,
    IGNORE_INDEX,
];

const TVERSKY: &[Param] = &[
    OVERLAP[0],
    OVERLAP[1],
    OVERLAP[2],
    OVERLAP[3],
    OVERLAP[4],
    OVERLAP[5],
    OVERLAP[6],
    OVERLAP[7],
    OVERLAP[8],
    number("alpha", 0.5),
    number("beta", 0.5),
    number("gamma", 1.),
];

const FOCAL: &[Param] = &[
    INPUT,
    TARGET,
    REDUCTION,
    flag("per_element"),
    ACTIVATION,
    number("alpha", 0.8),
    number("gamma", 2.),
    flag("balanced"),
    WEIGHT,
    IGNORE_INDEX,
];

const LOVASZ: &[Param] = &[
    INPUT,
    TARGET,
    REDUCTION,
    PER_SAMPLE,
    Param::optional("form", Takes::Any, Value::Str("hinge")),
    Param::optional("present_only", Takes::Bool, Value::flag(true)),
    WEIGHT,
    IGNORE_INDEX,
];

/// `dice_loss(&out, &masks)`
pub const fn trace_dice_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    t.overlap_loss("dice_loss", &OVERLAP, args)
}

/// `iou_loss(&out, &masks)`
pub const fn trace_iou_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    t.overlap_loss("iou_loss", &OVERLAP, args)
}

/// `tversky_loss(&out, &masks)`
pub const fn trace_tversky_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    t.overlap_loss("tversky_loss", TVERSKY, args)
}

/// `dice_bce_loss(&out, &masks)`: always a scalar.
pub const fn trace_dice_bce_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    let b = checked!(t.bind("dice_bce_loss", DICE_BCE, args));
    checked!(t.masks("dice_bce_loss", &b));
    t.called(
        "dice_bce_loss",
        args,
        Value::Tensor(TensorValue::scalar(Kind::Float)),
    )
}

/// `focal_loss(&out, &masks)`
pub const fn trace_focal_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    let b = checked!(t.bind("focal_loss", FOCAL, args));
    let input = checked!(t.masks("focal_loss", &b));
    // With a softmax the dimension of classes is gone.
    let each = match (b.flag(3), b.value(4)) {
        (Cond::No, _) => TensorValue::scalar(Kind::Float),
        (Cond::Yes, Value::Str(_)) => input.of_kind(Kind::Float),
        _ => TensorValue::unranked(Kind::Float),
    };
    t.reduced_loss("focal_loss", args, b.value(2), each)
}

/// `lovasz_loss(&out, &masks)`
pub const fn trace_lovasz_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    let b = checked!(t.bind("lovasz_loss", LOVASZ, args));
    let input = checked!(t.masks("lovasz_loss", &b));
    let each = t.groups(&input, b.flag(AT_PER_SAMPLE), Cond::No);
    t.reduced_loss("lovasz_loss", args, b.value(AT_REDUCTION), each)
}

impl Tracer<'_> {
    const fn overlap_loss(&mut self, op: &'static str, table: &[Param], args: &Args) -> Value {
        let b = checked!(self.bind(op, table, args));
        let input = checked!(self.masks(op, &b));
        let per_class = b.flag(AT_PER_CLASS);
        if per_class.is_yes() && input.ranked && input.rank < 2 {
            let mut m = Text::new();
            m.push(op);
            m.push(": `per_class` takes an output [N, C, …], but got ");
            self.write_shape(&input, &mut m);
            return self.fail(&m);
        }
        let each = self.groups(&input, b.flag(AT_PER_SAMPLE), per_class);
        self.reduced_loss(op, args, b.value(AT_REDUCTION), each)
    }

    /// The output, if the target fits it: one of the same shape, or one of classes without dimension 1.
    const fn masks(&mut self, op: &'static str, b: &Bound) -> Option<TensorValue> {
        let (Some(input), Some(target)) = (self.operand(b.value(0)), self.operand(b.value(1)))
        else {
            return None;
        };
        if let Kind::Int | Kind::Bool = input.kind {
            self.refuse_input(op, &input, &target);
            return None;
        }
        if !input.ranked || !target.ranked || self.agree(&input, &target) {
            return Some(input);
        }
        if input.rank > 1 && target.rank + 1 == input.rank && !matches!(target.kind, Kind::Float) {
            let classes = input.without(1);
            if self.agree(&classes, &target) {
                return Some(input);
            }
            self.refuse_target(op, "classes", &classes, &target);
        } else {
            self.refuse_target(op, "masks", &input, &target);
        }
        None
    }

    /// The shape of the losses of samples and classes.
    const fn groups(&self, input: &TensorValue, per_sample: Cond, per_class: Cond) -> TensorValue {
        if let (Cond::No, Cond::No) = (per_sample, per_class) {
            return TensorValue::scalar(Kind::Float);
        }
        if !input.ranked || input.rank == 0 {
            return TensorValue::unranked(Kind::Float);
        }
        match (per_sample, per_class) {
            (Cond::Yes, Cond::No) => TensorValue::floats(&[input.dims[0]]),
            (Cond::No, Cond::Yes) => TensorValue::floats(&[input.dims[1]]),
            (Cond::Yes, Cond::Yes) => TensorValue::floats(&[input.dims[0], input.dims[1]]),
            _ => TensorValue::unranked(Kind::Float),
        }
    }
}
