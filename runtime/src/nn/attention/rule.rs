//! The shape rule of `MultiheadAttention`.

use super::{Linear, MultiheadAttention, NAME};
use crate::module::Rule;
use crate::trace::{hash, Args, Bound, Dim, Kind, TensorValue, Text, Tracer, Truth, Value};

/// The field of the last projection.
pub(crate) const OUT_PROJ: u64 = hash("out_proj");

impl Rule<MultiheadAttention> {
    /// The shape rule.
    pub const fn trace(self, t: &mut Tracer<'_>, args: &Args, inputs: &Args) -> Value {
        let bound = t.layer(NAME, MultiheadAttention::TABLE, args, inputs, Kind::Float);
        let Some((b, q)) = bound else {
            return Value::Any;
        };
        let Some([k, v]) = others(t, inputs, &q) else {
            return Value::Any;
        };
        if !t.check_probability(NAME, "dropout", b.value(row!(MultiheadAttention.dropout))) {
            return Value::Any;
        }
        if !q.ranked || !k.ranked || !v.ranked {
            let unknown = TensorValue::unranked(Kind::Float);
            return results(t, &b, inputs, q.of_kind(Kind::Float), unknown);
        }
        let first = b.flag(row!(MultiheadAttention.batch_first));
        let first = t.algebra.decide(first).known();
        if q.rank != 2 && q.rank != 3 {
            let wanted = match first {
                Some(true) => "shape [N, L, embed_dim] or [L, embed_dim]",
                _ => "shape [L, N, embed_dim] or [L, embed_dim]",
            };
            return t.wants_rank(NAME, wanted, &q);
        }
        if !fit(t, &q, &k, &v, first) || !check_sizes(t, &b, &q, &k, &v) {
            return Value::Any;
        }
        params(t, &b, &q, &k, &v);
        let [batch, queries, keys] = match (q.rank, first) {
            (2, _) => [Dim::Known(1), q.dims[0], k.dims[0]],
            (_, Some(true)) => [q.dims[0], q.dims[1], k.dims[1]],
            (_, Some(false)) => [q.dims[1], q.dims[0], k.dims[0]],
            (_, None) => [Dim::Unknown; 3],
        };
        let keys = with_further(t, &b, keys);
        count(t, [&q, &k, &v], keys);
        let weights = weights(t, &b, inputs, q.rank == 3, [batch, queries, keys]);
        results(t, &b, inputs, q.of_kind(q.kind), weights)
    }
}

/// Key and value; those that aren't given are like the one before.
const fn others(t: &mut Tracer<'_>, inputs: &Args, q: &TensorValue) -> Option<[TensorValue; 2]> {
    let mut last = *q;
    let mut found = [last; 2];
    let mut i = 0;
    while i < 2 {
        if inputs.len() > i + 1 {
            match t.input(NAME, inputs, i + 1, Kind::Float) {
                Some(x) => last = x,
                None => return None,
            }
        }
        found[i] = last;
        i += 1;
    }
    Some(found)
}

/// Checks the dimensions that query, key and value share.
const fn fit(
    t: &mut Tracer<'_>,
    q: &TensorValue,
    k: &TensorValue,
    v: &TensorValue,
    first: Option<bool>,
) -> bool {
    let mut fits = k.rank == q.rank && v.rank == q.rank;
    if fits {
        let (time, batch) = match (q.rank, first) {
            (2, _) => (Some(0), None),
            (_, Some(true)) => (Some(1), Some(0)),
            (_, Some(false)) => (Some(0), Some(1)),
            (_, None) => (None, None),
        };
        if let Some(at) = time {
            fits = !t.differ(k.dims[at], v.dims[at]);
        }
        if let Some(at) = batch {
            fits = fits && !t.differ(q.dims[at], k.dims[at]) && !t.differ(k.dims[at], v.dims[at]);
        }
    }
    if fits {
        return true;
    }
    let mut m = Text::new();
    m.push(NAME);
    m.push(": a key ");
    t.write_shape(k, &mut m);
    m.push(" and a value ");
    t.write_shape(v, &mut m);
    m.push(" don't fit a query ");
    t.write_shape(q, &mut m);
    t.error(&m);
    false
}

/// Checks the sizes that are inferred, and that the heads divide the embedding.
const fn check_sizes(
    t: &mut Tracer<'_>,
    b: &Bound,
    q: &TensorValue,
    k: &TensorValue,
    v: &TensorValue,
) -> bool {
    let given = b.value(row!(MultiheadAttention.embed_dim));
    if !t.check_inferred(NAME, "query features", q, q.last(), given) {
        return false;
    }
    if !given_fits(t, "key", k, b.value(row!(MultiheadAttention.kdim)))
        || !given_fits(t, "value", v, b.value(row!(MultiheadAttention.vdim)))
    {
        return false;
    }
    let heads = b.int(row!(MultiheadAttention.num_heads));
    if !t.algebra.divides(heads, q.last()).is_no() {
        return true;
    }
    let mut m = Text::new();
    m.push(NAME);
    m.push(": ");
    t.write_dim(q.last(), &mut m);
    m.push(" features can't be divided into ");
    t.write_dim(heads, &mut m);
    m.push(" heads");
    t.error(&m);
    false
}

const fn given_fits(t: &mut Tracer<'_>, what: &'static str, x: &TensorValue, given: Value) -> bool {
    let Value::Dim(wanted) = given else {
        return true;
    };
    if !t.differ(x.last(), wanted) {
        return true;
    }
    let mut m = Text::new();
    m.push(NAME);
    m.push(" expects ");
    t.write_dim(wanted, &mut m);
    m.push(" ");
    m.push(what);
    m.push(" features, but its ");
    m.push(what);
    m.push(" has shape ");
    t.write_shape(x, &mut m);
    t.error(&m);
    false
}

/// Registers the weights; those of keys and values are apart if they have other sizes.
const fn params(t: &mut Tracer<'_>, b: &Bound, q: &TensorValue, k: &TensorValue, v: &TensorValue) {
    let embed = q.last();
    let three = t.algebra.mul(Dim::Known(3), embed);
    let (keys, values) = (
        t.algebra.equal(k.last(), embed),
        t.algebra.equal(v.last(), embed),
    );
    match (keys, values) {
        (Truth::Yes, Truth::Yes) => t.param("in_proj_weight", &[three, embed]),
        (Truth::No, _) | (_, Truth::No) => {
            t.param("q_proj_weight", &[embed, embed]);
            t.param("k_proj_weight", &[embed, k.last()]);
            t.param("v_proj_weight", &[embed, v.last()]);
        }
        _ => t.unknown_params(),
    }
    if t.decided(b.flag(row!(MultiheadAttention.bias))) {
        t.param("in_proj_bias", &[three]);
    }
    if t.decided(b.flag(row!(MultiheadAttention.add_bias_kv))) {
        let one = Dim::Known(1);
        t.param("bias_k", &[one, one, embed]);
        t.param("bias_v", &[one, one, embed]);
    }
}

/// The number of keys, with those that the layer adds.
const fn with_further(t: &mut Tracer<'_>, b: &Bound, keys: Dim) -> Dim {
    let flags = [
        b.flag(row!(MultiheadAttention.add_bias_kv)),
        b.flag(row!(MultiheadAttention.add_zero_attn)),
    ];
    let (mut keys, mut i) = (keys, 0);
    while i < 2 {
        keys = match t.algebra.decide(flags[i]) {
            Truth::Yes => t.algebra.add(keys, Dim::Known(1)),
            Truth::No => keys,
            Truth::Unknown => Dim::Unknown,
        };
        i += 1;
    }
    keys
}

/// Counts the products of the projections and of the attention.
const fn count(t: &mut Tracer<'_>, [q, k, v]: [&TensorValue; 3], keys: Dim) {
    if !t.measures() {
        return;
    }
    let embed = q.last();
    t.macs_of_map(q, embed, embed);
    t.macs_of_map(k, k.last(), embed);
    t.macs_of_map(v, v.last(), embed);
    let twice = t.algebra.mul(Dim::Known(2), embed);
    t.macs_of_map(q, twice, keys);
}

/// The weights as the flags of the call ask for them.
const fn weights(
    t: &mut Tracer<'_>,
    b: &Bound,
    inputs: &Args,
    batched: bool,
    [batch, queries, keys]: [Dim; 3],
) -> TensorValue {
    let heads = b.int(row!(MultiheadAttention.num_heads));
    match (asked(t, inputs, 6), batched) {
        (Truth::Yes, true) => TensorValue::floats(&[batch, queries, keys]),
        (Truth::Yes, false) => TensorValue::floats(&[queries, keys]),
        (Truth::No, true) => TensorValue::floats(&[batch, heads, queries, keys]),
        (Truth::No, false) => TensorValue::floats(&[heads, queries, keys]),
        (Truth::Unknown, _) => TensorValue::unranked(Kind::Float),
    }
}

/// A flag of the call, which is on where it isn't given.
const fn asked(t: &mut Tracer<'_>, inputs: &Args, i: usize) -> Truth {
    if inputs.len() <= i {
        return Truth::Yes;
    }
    match inputs.value(i) {
        Value::Flag(flag) => t.algebra.decide(flag),
        _ => Truth::Unknown,
    }
}

/// The results: the heads' go through the last projection.
const fn results(
    t: &mut Tracer<'_>,
    b: &Bound,
    inputs: &Args,
    heads: TensorValue,
    weights: TensorValue,
) -> Value {
    let both = t.list(&[Value::Tensor(heads), Value::Tensor(weights)]);
    let Value::List(both) = t.called(NAME, inputs, both) else {
        return Value::Any;
    };
    let (heads, weights) = (t.item(both, 0), t.item(both, 1));
    let mut args = Args::new();
    if let Value::Tensor(x) = heads {
        let size = if x.ranked { x.last() } else { Dim::Unknown };
        args.named("out_features", Value::Dim(size));
    }
    args.named("bias", b.value(row!(MultiheadAttention.bias)));
    t.within(OUT_PROJ, "out_proj");
    let y = Rule::<Linear>::RULE.trace(t, &args, &Args::forward(heads));
    let y = t.leave_with(y);
    let weights = match asked(t, inputs, 4) {
        Truth::Yes => weights,
        Truth::No => Value::Unit,
        Truth::Unknown => Value::Opaque,
    };
    t.list(&[y, weights])
}
