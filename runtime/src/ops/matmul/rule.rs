//! The shape rules of `matmul`, `bmm`, `linear`.

use crate::ops::keeps::{Keeps, ALL};
use crate::ops::rule::{bound, checked, receiver};
use crate::trace::{Args, Dim, Kind, Param, Takes, TensorValue, Text, Tracer, Value, MAX_RANK};

const OTHER: &[Param] = &[Param::required("other", Takes::Any)];

const BMM: &[Param] = &[Param::required("mat2", Takes::Any)];

const LINEAR: &[Param] = &[
    Param::required("weight", Takes::Any),
    Param::leading("bias", Takes::Any, Value::Unit),
];

const ATTENTION_ARGS: &[Param] = &[
    Param::required("key", Takes::Any),
    Param::required("value", Takes::Any),
    Param::optional("attn_mask", Takes::Any, Value::Unit),
    Param::optional("dropout_p", Takes::Float, Value::Num(0.)),
    Param::optional("is_causal", Takes::Bool, Value::flag(false)),
    Param::optional("scale", Takes::Any, Value::Unit),
];

/// All three and the result, and a number of each query; with a mask, which the kernel has not, the scores and their softmax.
pub(crate) const ATTENTION: Keeps = Keeps {
    result: ALL,
    beside: |call, float| {
        let [queries, keys] = [0, 1].map(|i| match call.operands.get(i).map(Vec::as_slice) {
            Some([.., rows, width]) => [*rows, *width],
            _ => [0, 1],
        });
        let rows = call.operand(0) / queries[1].max(1);
        match call.operands.len() {
            ..=3 => rows * float,
            _ => 2 * rows * keys[0] * float,
        }
    },
    ..Keeps::of(&[(0, ALL), (1, ALL), (2, ALL)])
};

/// `a.matmul(&b)`: `[…, n, k]` by `[…, k, m]`, the dimensions in front broadcast; a vector is a row on the left and a
/// column on the right.
pub(crate) const fn trace_matmul(t: &mut Tracer<'_>, args: &Args) -> Value {
    let a = receiver!(args);
    let b = bound!(t, "matmul", OTHER, args);
    let b = checked!(t.operand(b.value(0)));
    if !a.ranked || !b.ranked {
        return t.called("matmul", args, Value::Tensor(TensorValue::unranked(a.kind)));
    }
    if a.rank == 0 || b.rank == 0 {
        let mut m = Text::new();
        m.push("matmul: expected at least one dimension on either side, but got ");
        t.write_shape(&a, &mut m);
        m.push(" and ");
        t.write_shape(&b, &mut m);
        return t.fail(&m);
    }
    let inner = a.last();
    let rows_at = b.rank.saturating_sub(2);
    if t.differ(inner, b.dims[rows_at]) {
        return t.refuse_inner("matmul", &a, &b, rows_at);
    }
    let mut out = TensorValue::scalar(a.kind);
    if !t.batches("matmul", &a, &b, &mut out) {
        return Value::Any;
    }
    if a.rank > 1 {
        out.dims[out.rank] = a.dims[a.rank - 2];
        out.rank += 1;
    }
    if b.rank > 1 {
        out.dims[out.rank] = b.last();
        out.rank += 1;
    }
    t.count_macs(&out, &[inner]);
    t.called("matmul", args, Value::Tensor(out))
}

/// `a.bmm(&b)`: `[B, n, k]` by `[B, k, m]`.
pub(crate) const fn trace_bmm(t: &mut Tracer<'_>, args: &Args) -> Value {
    let a = receiver!(args);
    let b = bound!(t, "bmm", BMM, args);
    let b = checked!(t.operand(b.value(0)));
    if (a.ranked && a.rank != 3) || (b.ranked && b.rank != 3) {
        let mut m = Text::new();
        m.push("bmm: expected [B, n, k] and [B, k, m], but got ");
        t.write_shape(&a, &mut m);
        m.push(" and ");
        t.write_shape(&b, &mut m);
        m.push("\nhelp: `matmul` takes any number of dimensions");
        return t.fail(&m);
    }
    if !a.ranked || !b.ranked {
        return t.called("bmm", args, Value::Tensor(TensorValue::unranked(a.kind)));
    }
    if t.differ(a.dims[0], b.dims[0]) {
        return t.refuse_batches("bmm", &a, &b, a.dims[0], b.dims[0]);
    }
    if t.differ(a.dims[2], b.dims[1]) {
        return t.refuse_inner("bmm", &a, &b, 1);
    }
    let out = a.with(2, b.dims[2]);
    t.count_macs(&out, &[a.dims[2]]);
    t.called("bmm", args, Value::Tensor(out))
}

/// `x.linear(&weight, bias)`: `[…, in]` with a weight `[out, in]`.
pub(crate) const fn trace_linear(t: &mut Tracer<'_>, args: &Args) -> Value {
    let x = receiver!(args);
    let b = bound!(t, "linear", LINEAR, args);
    let weight = checked!(t.operand(b.value(0)));
    if !t.expect_floats("linear", &x) {
        return Value::Any;
    }
    let mut out = Dim::Unknown;
    if weight.ranked {
        if weight.rank != 2 {
            let mut m = Text::new();
            m.push("linear: expected a weight [out, in], but got ");
            t.write_shape(&weight, &mut m);
            return t.fail(&m);
        }
        out = weight.dims[0];
        if x.ranked && (x.rank == 0 || t.differ(x.last(), weight.dims[1])) {
            let mut m = Text::new();
            m.push("linear expects ");
            t.write_dim(weight.dims[1], &mut m);
            m.push(" input features for a weight ");
            t.write_shape(&weight, &mut m);
            m.push(", but its input has shape ");
            t.write_shape(&x, &mut m);
            return t.fail(&m);
        }
    }
    if let Some(bias) = t.optional(b.value(1))
        && !t.expect_shape("linear", "bias", &bias, &[out])
    {
        return Value::Any;
    }
    if !x.ranked || x.rank == 0 {
        let unknown = Value::Tensor(TensorValue::unranked(Kind::Float));
        return t.called("linear", args, unknown);
    }
    let y = x.with(x.rank - 1, out);
    t.count_macs(&y, &[x.last()]);
    t.called("linear", args, Value::Tensor(y))
}

/// `q.scaled_dot_product_attention(&k, &v)`: `[…, L, E]` with keys `[…, S, E]` and values `[…, S, Ev]` is `[…, L, Ev]`.
pub(crate) const fn trace_scaled_dot_product_attention(t: &mut Tracer<'_>, args: &Args) -> Value {
    const OP: &str = "scaled_dot_product_attention";
    let q = receiver!(args);
    let b = bound!(t, OP, ATTENTION_ARGS, args);
    let k = checked!(t.operand(b.value(0)));
    let v = checked!(t.operand(b.value(1)));
    if !t.expect_floats(OP, &q) {
        return Value::Any;
    }
    if !q.ranked || !k.ranked || !v.ranked {
        let unknown = Value::Tensor(TensorValue::unranked(q.kind));
        return t.called(OP, args, unknown);
    }
    let matrices = q.rank > 1 && k.rank > 1 && v.rank > 1;
    if !matrices || t.differ(q.last(), k.last()) || t.differ(k.dims[k.rank - 2], v.dims[v.rank - 2])
    {
        let mut m = Text::new();
        m.push("scaled_dot_product_attention: expected queries [.., L, E], keys [.., S, E] and values [.., S, Ev], but got ");
        t.write_shape(&q, &mut m);
        m.push(", ");
        t.write_shape(&k, &mut m);
        m.push(" and ");
        t.write_shape(&v, &mut m);
        return t.fail(&m);
    }
    let mut scores = TensorValue::scalar(q.kind);
    if !t.batches(OP, &q, &k, &mut scores) {
        return Value::Any;
    }
    scores.dims[scores.rank] = q.dims[q.rank - 2];
    scores.dims[scores.rank + 1] = k.dims[k.rank - 2];
    scores.rank += 2;
    let mut out = TensorValue::scalar(q.kind);
    if !t.batches(OP, &scores, &v, &mut out) {
        return Value::Any;
    }
    out.dims[out.rank] = q.dims[q.rank - 2];
    out.dims[out.rank + 1] = v.last();
    out.rank += 2;
    t.count_macs(&scores, &[q.last()]);
    t.count_macs(&out, &[scores.last()]);
    t.called(OP, args, Value::Tensor(out))
}

/// `x.dot(&y)` of two vectors of one length.
pub(crate) const fn trace_dot(t: &mut Tracer<'_>, args: &Args) -> Value {
    let (a, b) = checked!(t.vectors("dot", args));
    if t.differ(a.dims[0], b.dims[0]) {
        return t.refuse_inner("dot", &a, &b, 0);
    }
    let out = TensorValue::scalar(a.kind);
    t.count_macs(&out, &[a.dims[0]]);
    t.called("dot", args, Value::Tensor(out))
}

/// `x.outer(&y)` of two vectors.
pub(crate) const fn trace_outer(t: &mut Tracer<'_>, args: &Args) -> Value {
    let (a, b) = checked!(t.vectors("outer", args));
    let mut out = TensorValue::unranked(a.kind);
    out.ranked = true;
    out.rank = 2;
    out.dims[0] = a.dims[0];
    out.dims[1] = b.dims[0];
    t.called("outer", args, Value::Tensor(out))
}

impl Tracer<'_> {
    /// Two vectors; what is known of nothing else is taken for one.
    const fn vectors(
        &mut self,
        op: &'static str,
        args: &Args,
    ) -> Option<(TensorValue, TensorValue)> {
        let (Some(a), Some(b)) = (self.operand(args.value(0)), self.operand(args.value(1))) else {
            return None;
        };
        if (!a.ranked || a.rank == 1) && (!b.ranked || b.rank == 1) {
            return Some((a, b));
        }
        let mut m = Text::new();
        m.push(op);
        m.push(": expected two vectors, but got ");
        self.write_shape(&a, &mut m);
        m.push(" and ");
        self.write_shape(&b, &mut m);
        self.error(&m);
        None
    }

    /// Broadcasts the dimensions in front of the matrices into `out`.
    const fn batches(
        &mut self,
        op: &'static str,
        a: &TensorValue,
        b: &TensorValue,
        out: &mut TensorValue,
    ) -> bool {
        let (front_a, front_b) = (front(a), front(b));
        match self.broadcast(front_a, front_b) {
            Ok(shape) => {
                out.rank = shape.rank;
                out.dims = shape.dims;
                out.rank + 2 <= MAX_RANK
            }
            Err((x, y)) => {
                self.refuse_batches(op, a, b, x, y);
                false
            }
        }
    }

    const fn refuse_batches(
        &mut self,
        op: &'static str,
        a: &TensorValue,
        b: &TensorValue,
        x: Dim,
        y: Dim,
    ) -> Value {
        let mut m = Text::new();
        m.push(op);
        m.push(": the batch dimensions of ");
        self.write_shape(a, &mut m);
        m.push(" and ");
        self.write_shape(b, &mut m);
        m.push(" do not fit: ");
        self.write_dim(x, &mut m);
        m.push(" against ");
        self.write_dim(y, &mut m);
        self.fail(&m)
    }

    /// Reports inner sizes that differ, with the way out where the second matrix lies the other way round.
    const fn refuse_inner(
        &mut self,
        op: &'static str,
        a: &TensorValue,
        b: &TensorValue,
        rows_at: usize,
    ) -> Value {
        let mut m = Text::new();
        m.push(op);
        m.push(": the inner sizes of ");
        self.write_shape(a, &mut m);
        m.push(" and ");
        self.write_shape(b, &mut m);
        m.push(" differ: ");
        self.write_dim(a.last(), &mut m);
        m.push(" columns against ");
        self.write_dim(b.dims[rows_at], &mut m);
        m.push(" rows");
        if b.rank > 1 && self.algebra.equal(a.last(), b.last()).is_yes() {
            m.push("\nhelp: transpose the second: `.transpose(-2, -1)`");
        } else if a.rank > 1
            && self
                .algebra
                .equal(a.dims[a.rank - 2], b.dims[rows_at])
                .is_yes()
        {
            m.push("\nhelp: transpose the first: `.transpose(-2, -1)`");
        }
        self.fail(&m)
    }
}

/// The dimensions in front of the last two.
const fn front(x: &TensorValue) -> TensorValue {
    let mut out = x.of_kind(x.kind);
    out.rank = x.rank.saturating_sub(2);
    out
}
