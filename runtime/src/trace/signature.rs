//! Signatures: `[B, 1, 28, 28] -> [B, classes]`, opened as symbols for a proof, matched against what came for a use.

use super::bind::same;
use super::{Args, Dim, Kind, Pattern, TensorValue, Text, Tracer, Truth, Value, MAX_RANK};

/// One pattern of a signature being matched, dimension by dimension.
#[derive(Clone, Copy)]
pub(super) struct Expectation {
    actual: Option<TensorValue>,
    out: TensorValue,
    rank: usize,
    at: usize,
    ok: bool,
    silent: bool,
    text: Text,
}

impl Tracer<'_> {
    /// Begins to match (or, where no input was given, to make up) input `i`.
    pub(super) const fn expect_input(
        &mut self,
        inputs: &Args,
        i: usize,
        pattern: &Pattern,
    ) -> Expectation {
        let mut silent = false;
        let actual = match inputs.get(i) {
            Some(arg) => match arg.value {
                Value::Tensor(t) => Some(t),
                _ => {
                    silent = true;
                    None
                }
            },
            None => None,
        };
        expectation(actual, pattern, silent)
    }

    /// Checks that a method takes as many tensors as its signature has inputs.
    pub(super) const fn expect_parameters(
        &mut self,
        signed: usize,
        taken: usize,
        method: &'static str,
    ) -> bool {
        if signed == taken {
            return true;
        }
        let mut m = Text::new();
        m.push("the signature of ");
        let model = self.model();
        m.push(model);
        m.push(" has ");
        push_count(signed, "input", &mut m);
        m.push(", but `");
        m.push(method);
        m.push("` takes ");
        push_count(taken, "tensor", &mut m);
        self.error(&m);
        false
    }

    /// Checks that a method gives as many tensors as its signature has outputs.
    pub(super) const fn expect_results(
        &mut self,
        result: Value,
        outputs: usize,
        method: &'static str,
    ) {
        let given = match result {
            Value::List(list) => list.len(),
            Value::Tensor(_) => 1,
            _ => return,
        };
        if given == outputs {
            return;
        }
        let mut m = Text::new();
        m.push("the signature of ");
        self.write_signed(method, &mut m);
        m.push(" promises ");
        push_count(outputs, "tensor", &mut m);
        write_returns(method, &mut m);
        m.push_int(given as i64);
        self.error(&m);
    }

    /// The name of what has the signature: the model for `forward`, else the method.
    const fn write_signed(&mut self, method: &'static str, m: &mut Text) {
        if same(method, "forward") {
            let model = self.model();
            m.push(model);
        } else {
            m.push("`");
            m.push(method);
            m.push("`");
        }
    }

    /// Begins to check a result of a method.
    pub(super) const fn expect_output(&mut self, result: Value, pattern: &Pattern) -> Expectation {
        let (actual, silent) = match result {
            Value::Tensor(t) => (Some(t), false),
            _ => (None, true),
        };
        expectation(actual, pattern, silent)
    }

    /// Begins to make up a result of a component whose body the trace can't see.
    pub(super) const fn make_output(&mut self, pattern: &Pattern) -> Expectation {
        expectation(None, pattern, false)
    }

    /// The next dimension is a named one: bound if it is met for the first time, else compared.
    pub(super) const fn expect_name(&mut self, e: &mut Expectation, name: &'static str, hash: u64) {
        let bound = match self.lookup(hash) {
            Some(Value::Dim(d)) => Some(d),
            Some(_) => Some(Dim::Unknown),
            None => None,
        };
        let dim = match bound {
            Some(d) => d,
            None => {
                let d = match e.current() {
                    Some(d) => d,
                    // One sample stands for the batch where parameters and operations are counted.
                    None if e.at == 0 && matches!(self.purpose, super::Purpose::Count) => {
                        Dim::Known(1)
                    }
                    None if e.silent => Dim::Unknown,
                    None => {
                        let d = self.algebra.free(name);
                        if e.at == 0 && matches!(self.batch, Dim::Known(1)) {
                            self.batch = d;
                        }
                        d
                    }
                };
                self.set(hash, Value::Dim(d));
                e.word(name);
                e.advance(d);
                return;
            }
        };
        self.expect_dim(e, Value::Dim(dim));
    }

    /// The next dimension has this value.
    pub(super) const fn expect_dim(&mut self, e: &mut Expectation, v: Value) {
        let want = match v {
            Value::Dim(d) => d,
            _ => Dim::Unknown,
        };
        e.word("");
        self.write_dim(want, &mut e.text);
        if let Some(have) = e.current() {
            if matches!(self.algebra.require_equal(have, want), Truth::No) {
                e.ok = false;
            }
            // The signature's form is the one that callers rely on, unless it says less.
            e.advance(if let Dim::Unknown = want { have } else { want });
        } else {
            e.advance(want);
        }
    }

    /// The next dimension may be anything.
    pub(super) const fn expect_any(&mut self, e: &mut Expectation) {
        e.word("_");
        let d = match e.current() {
            Some(d) => d,
            None => Dim::Unknown,
        };
        e.advance(d);
    }

    /// Ends the matching of an input: an error if it doesn't fit. True if tracing can go on.
    pub(super) const fn accept(
        &mut self,
        e: &Expectation,
        inputs: &mut Args,
        i: usize,
        method: &'static str,
    ) -> bool {
        let Some(actual) = e.actual else {
            if !e.silent {
                inputs.set(i, Value::Tensor(e.out));
            }
            return true;
        };
        if !actual.ranked {
            let mut v = e.out;
            v.kind = actual.kind;
            inputs.set(i, Value::Tensor(v));
            return true;
        }
        let kind_fits = actual.kind.fits(e.out.kind);
        if e.ok && kind_fits {
            return true;
        }
        let mut m = Text::new();
        self.write_signed(method, &mut m);
        m.push(" expects ");
        self.describe_expected(e, "input ", &mut m);
        m.push(", but got ");
        self.write_shape(&actual, &mut m);
        if !kind_fits {
            m.push(" of ");
            m.push(actual.kind.word());
        } else if actual.rank + 1 == e.rank {
            m.push("\nhelp: add the batch dimension with `unsqueeze(0)`");
        }
        self.error(&m);
        false
    }

    /// Ends the check of a result.
    pub(super) const fn promise(&mut self, e: &Expectation, method: &'static str) {
        let Some(actual) = e.actual else { return };
        if !actual.ranked || (e.ok && actual.kind.fits(e.out.kind)) {
            return;
        }
        let mut m = Text::new();
        m.push("the signature of ");
        self.write_signed(method, &mut m);
        m.push(" promises ");
        self.describe_expected(e, "", &mut m);
        write_returns(method, &mut m);
        self.write_shape(&actual, &mut m);
        self.error(&m);
    }

    const fn describe_expected(&mut self, e: &Expectation, noun: &'static str, m: &mut Text) {
        m.push(noun);
        m.push("[");
        m.push_text(&e.text);
        match e.out.kind {
            Kind::Int => m.push("; int"),
            Kind::Bool => m.push("; bool"),
            _ => {}
        }
        m.push("]");
    }

    /// A tensor argument of a layer's rule, or `None` (silently if it failed before).
    pub const fn input(
        &mut self,
        layer: &'static str,
        inputs: &Args,
        i: usize,
        kind: Kind,
    ) -> Option<TensorValue> {
        match inputs.value(i) {
            Value::Tensor(t) => {
                if t.kind.fits(kind) {
                    return Some(t);
                }
                let mut m = Text::new();
                m.push(layer);
                m.push(" takes ");
                m.push(kind.word());
                m.push(", but its input ");
                self.write_shape(&t, &mut m);
                m.push(" holds ");
                m.push(t.kind.word());
                self.error(&m);
                None
            }
            Value::Opaque => Some(TensorValue::unranked(kind)),
            Value::Any => None,
            other => {
                let mut m = Text::new();
                m.push(layer);
                m.push(" takes a tensor, but got ");
                m.push(other.word());
                self.error(&m);
                None
            }
        }
    }

    /// The tensor that a method's body sees as parameter `i`: what came, or one of which nothing is known.
    pub const fn tensor_input(&self, inputs: &Args, i: usize) -> Value {
        if i < inputs.len() {
            inputs.value(i)
        } else {
            Value::Tensor(TensorValue::unranked(Kind::Any))
        }
    }
}

const fn write_returns(method: &'static str, m: &mut Text) {
    m.push(if same(method, "forward") {
        ", but `forward` returns "
    } else {
        ", but it returns "
    });
}

const fn push_count(n: usize, noun: &'static str, m: &mut Text) {
    m.push_int(n as i64);
    m.push(" ");
    m.push(noun);
    if n != 1 {
        m.push("s");
    }
}

const fn expectation(actual: Option<TensorValue>, pattern: &Pattern, silent: bool) -> Expectation {
    let rank = pattern.dims.len();
    let mut out = TensorValue::scalar(pattern.kind);
    out.rank = if rank < MAX_RANK { rank } else { MAX_RANK };
    let ok = match actual {
        Some(t) => !t.ranked || t.rank == rank,
        None => true,
    };
    Expectation {
        actual,
        out,
        rank,
        at: 0,
        ok,
        silent,
        text: Text::new(),
    }
}

impl Expectation {
    const fn current(&self) -> Option<Dim> {
        match &self.actual {
            Some(t) if t.ranked && t.rank == self.rank && self.at < MAX_RANK => {
                Some(t.dims[self.at])
            }
            Some(_) => Some(Dim::Unknown),
            None => None,
        }
    }

    const fn word(&mut self, w: &str) {
        if self.at > 0 {
            self.text.push(", ");
        }
        self.text.push(w);
    }

    const fn advance(&mut self, d: Dim) {
        if self.at < MAX_RANK {
            self.out.dims[self.at] = d;
            self.at += 1;
        }
    }

    /// What was made up.
    pub(super) const fn made(&self) -> Value {
        Value::Tensor(self.out)
    }
}
