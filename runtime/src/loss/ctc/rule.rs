//! The shape rule of `ctc_loss`.

use crate::ops::rule::checked;
use crate::trace::{Args, Dim, Kind, Param, Takes, TensorValue, Text, Tracer, Value};

const OP: &str = "ctc_loss";

const CTC_LOSS: &[Param] = &[
    Param::required("log_probs", Takes::Any),
    Param::required("targets", Takes::Any),
    Param::required("input_lengths", Takes::Any),
    Param::required("target_lengths", Takes::Any),
    Param::optional("blank", Takes::Int, Value::int(0)),
    Param::optional("reduction", Takes::Any, Value::Str("mean")),
    Param::optional("zero_infinity", Takes::Bool, Value::flag(false)),
];

/// `ctc_loss(&log_probs, &targets, &input_lengths, &target_lengths)`: `[T, N, C]` or `[T, C]`, with targets `[N, S]` or in a
/// row.
pub const fn trace_ctc_loss(t: &mut Tracer<'_>, args: &Args) -> Value {
    let b = checked!(t.bind(OP, CTC_LOSS, args));
    let log_probs = checked!(t.operand(b.value(0)));
    let targets = checked!(t.operand(b.value(1)));
    if let Kind::Int | Kind::Bool = log_probs.kind {
        return t.refuse_input(OP, &log_probs, &targets);
    }
    if !t.positions(OP, "targets", &targets) {
        return Value::Any;
    }
    if !log_probs.ranked {
        return t.reduced_loss(OP, args, b.value(5), TensorValue::unranked(Kind::Float));
    }
    let (samples, each) = match log_probs.rank {
        2 => (Dim::Known(1), TensorValue::scalar(Kind::Float)),
        3 => {
            let samples = log_probs.dims[1];
            (samples, TensorValue::floats(&[samples]))
        }
        _ => {
            let mut m = Text::new();
            m.push("ctc_loss: expected log-probabilities [T, N, C] or [T, C], but got ");
            t.write_shape(&log_probs, &mut m);
            return t.fail(&m);
        }
    };
    let fits = !targets.ranked
        || targets.rank == 1
        || targets.rank == 2 && !t.differ(targets.dims[0], samples);
    if !fits {
        let mut m = Text::new();
        m.push("ctc_loss: expected targets [");
        t.write_dim(samples, &mut m);
        m.push(", S; int], or all labels in a row, but got ");
        t.write_shape(&targets, &mut m);
        return t.fail(&m);
    }
    let blank = b.int(4);
    if let (Some(blank), Some(classes)) =
        (t.algebra.known(blank), t.algebra.known(log_probs.last()))
        && (blank < 0 || blank >= classes)
    {
        let mut m = Text::new();
        m.push("ctc_loss: `blank` must be one of the ");
        m.push_int(classes);
        m.push(" classes, but is ");
        m.push_int(blank);
        return t.fail(&m);
    }
    if !(t.lengths_fit("input_lengths", b.value(2), samples)
        && t.lengths_fit("target_lengths", b.value(3), samples))
    {
        return Value::Any;
    }
    t.reduced_loss(OP, args, b.value(5), each)
}

impl Tracer<'_> {
    /// Checks that there is a length for each sample.
    const fn lengths_fit(&mut self, name: &'static str, lengths: Value, samples: Dim) -> bool {
        let (count, fits) = match lengths {
            Value::Tensor(x) if x.ranked => match x.rank {
                0 => (Dim::Known(1), true),
                1 => (x.dims[0], !matches!(x.kind, Kind::Float)),
                _ => (Dim::Unknown, false),
            },
            Value::Dim(_) => (Dim::Known(1), true),
            Value::List(list) => (Dim::Known(list.len() as i64), true),
            _ => (Dim::Unknown, true),
        };
        if fits && !self.differ(count, samples) {
            return true;
        }
        let mut m = Text::new();
        m.push("ctc_loss: expected `");
        m.push(name);
        m.push("` [");
        self.write_dim(samples, &mut m);
        m.push("; int], but got ");
        match lengths {
            Value::Tensor(x) => self.write_shape(&x, &mut m),
            _ => {
                self.write_dim(count, &mut m);
                m.push(" of them");
            }
        }
        self.error(&m);
        false
    }
}
