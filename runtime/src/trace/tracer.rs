//! The tracer: everything that one run of a network over symbolic values knows.

use super::args::{NO_SITE, QUIET};
use super::{Algebra, Args, Dim, Kind, List, Record, Segment, TensorValue, Text, Value};

/// Components nested deeper than this are not followed.
pub const MAX_DEPTH: usize = 24;
pub(super) const MAX_SETTINGS: usize = 192;
pub(super) const MAX_ISSUES: usize = 12;

/// A mistake that the trace found.
#[derive(Clone, Copy)]
pub struct Issue {
    /// Index of the call site in the outermost model.
    pub site: u32,
    /// What was expected, what came.
    pub text: Text,
}

/// A count that may be unknown, such as the number of parameters.
#[derive(Clone, Copy, Debug)]
pub struct Tally {
    /// The sum of the known terms.
    pub value: u64,
    /// Whether all terms were known.
    pub known: bool,
}

impl Tally {
    pub(super) const ZERO: Tally = Tally {
        value: 0,
        known: true,
    };

    pub(super) const fn add(&mut self, d: Dim) {
        match d {
            Dim::Known(n) if n >= 0 => self.value = self.value.saturating_add(n as u64),
            _ => self.known = false,
        }
    }
}

/// A layer path that was visited, with its record and the size inferred for it.
#[derive(Clone, Copy)]
pub struct Seen {
    pub(super) hash: u64,
    pub(super) inferred: Dim,
    /// The record of its component; `u32::MAX` where none are kept.
    pub(super) record: u32,
}

impl Seen {
    /// No path.
    pub const EMPTY: Seen = Seen {
        hash: 0,
        inferred: Dim::Unknown,
        record: u32::MAX,
    };
}

/// A hyperparameter or named dimension of a component.
#[derive(Clone, Copy)]
pub(super) struct Setting {
    pub(super) hash: u64,
    pub(super) value: Value,
}

/// One component being traced.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub(super) model: &'static str,
    pub(super) settings: usize,
    /// How many of the settings are hyperparameters, as opposed to dimensions that a signature names.
    pub(super) sealed: usize,
    /// Room that lists took when it was entered.
    pub(super) used: usize,
}

/// What a trace is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Proving a component where it is defined, for all values.
    Proof,
    /// Counting parameters with the defaults of all hyperparameters.
    Count,
    /// Construction, with the numbers of a configuration.
    Build,
}

/// Runs a network over symbolic values. All storage is lent, so that const code can run it.
pub struct Tracer<'a> {
    /// The arithmetic of dimensions.
    pub algebra: Algebra,
    pub(super) purpose: Purpose,
    pub(super) values: &'a mut [Value],
    pub(super) used: usize,
    pub(super) seen: &'a mut [Seen],
    pub(super) records: &'a mut [Record],
    pub(super) recorded: usize,
    /// Whether there is room for records at all: asked so often that a call of `is_empty` is felt.
    pub(super) recording: bool,
    pub(super) overflow: bool,
    pub(super) issues: [Issue; MAX_ISSUES],
    pub(super) issue_count: usize,
    pub(super) frames: [Frame; MAX_DEPTH],
    pub(super) depth: usize,
    pub(super) settings: [Setting; MAX_SETTINGS],
    pub(super) setting_count: usize,
    pub(super) path: [Segment; MAX_DEPTH],
    pub(super) path_len: usize,
    pub(super) site: u32,
    pub(super) params: Tally,
    pub(super) macs: Tally,
    /// The free batch dimension of the network's first input, which multiply-accumulates are counted without.
    pub(super) batch: Dim,
    pub(super) patterns: &'a [&'static str],
    pub(super) matched: u64,
    pub(super) nearest: super::paths::Nearest,
    pub(super) rounded: super::rounding::Rounded,
}

impl<'a> Tracer<'a> {
    /// A tracer over lent storage: an arena for lists, a table of visited paths (its length a power of two),
    /// and the records to fill (empty at compile time).
    pub const fn new(
        purpose: Purpose,
        values: &'a mut [Value],
        seen: &'a mut [Seen],
        records: &'a mut [Record],
    ) -> Self {
        let recording = !records.is_empty();
        Tracer {
            algebra: Algebra::new(),
            purpose,
            values,
            used: 0,
            seen,
            records,
            recorded: 0,
            recording,
            overflow: false,
            issues: [Issue {
                site: 0,
                text: Text::new(),
            }; MAX_ISSUES],
            issue_count: 0,
            frames: [Frame {
                model: "",
                settings: 0,
                sealed: 0,
                used: 0,
            }; MAX_DEPTH],
            depth: 0,
            settings: [Setting {
                hash: 0,
                value: Value::Any,
            }; MAX_SETTINGS],
            setting_count: 0,
            path: [Segment::EMPTY; MAX_DEPTH],
            path_len: 0,
            site: NO_SITE,
            params: Tally::ZERO,
            macs: Tally::ZERO,
            batch: Dim::Known(1),
            patterns: &[],
            matched: 0,
            nearest: super::paths::Nearest::NONE,
            rounded: super::rounding::Rounded::NONE,
        }
    }

    /// What this trace is for.
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Whether methods without a signature are to be run too: where construction must find every layer.
    pub const fn wants_all(&self) -> bool {
        matches!(self.purpose, Purpose::Build | Purpose::Count)
    }

    /// Whether parameters are being counted.
    pub const fn counts(&self) -> bool {
        matches!(self.purpose, Purpose::Count)
    }

    /// Whether parameters and multiply-accumulates are counted or noted down: a proof is of shapes only.
    pub const fn measures(&self) -> bool {
        !matches!(self.purpose, Purpose::Proof)
    }

    /// Reports the call of a method that the component lacks.
    pub const fn no_method(&mut self) -> Value {
        let mut m = Text::new();
        m.push(self.model());
        m.push(" has no such method in its `#[forward]` block");
        self.fail(&m)
    }

    /// Number of mistakes found so far.
    pub const fn issue_count(&self) -> usize {
        self.issue_count
    }

    /// The `i`-th mistake.
    pub const fn issue(&self, i: usize) -> &Issue {
        &self.issues[i]
    }

    /// Parameters registered so far.
    pub const fn params(&self) -> Tally {
        self.params
    }

    /// Multiply-accumulates counted so far.
    pub const fn macs(&self) -> Tally {
        self.macs
    }

    /// Whether the lent storage was too small: the run must be repeated with more.
    pub const fn overflowed(&self) -> bool {
        self.overflow
    }

    // ---- errors -----------------------------------------------------------------------------------------

    /// States the call site that comes next. Sites inside nested components don't count: an error there
    /// belongs to the outermost call.
    pub const fn at(&mut self, site: u32) {
        if self.depth <= 1 {
            self.site = site;
        }
    }

    /// Reports a mistake at the current call site, with the path of the layer in front.
    pub const fn error(&mut self, text: &Text) {
        self.error_at(NO_SITE, text);
    }

    /// Reports a mistake at `site` if that is a site of the outermost model, else at the current one.
    pub const fn error_at(&mut self, site: u32, text: &Text) {
        let site = if site != NO_SITE && self.depth <= 1 {
            site
        } else {
            self.site
        };
        let mut i = 0;
        while i < self.issue_count {
            // One error per place: what follows is mostly its consequence.
            if self.issues[i].site == site {
                return;
            }
            i += 1;
        }
        if self.issue_count == MAX_ISSUES {
            return;
        }
        let mut full = Text::new();
        let mut path = Text::new();
        self.write_path(&mut path);
        if !path.is_empty() {
            full.push("`");
            full.push_text(&path);
            full.push("`: ");
        }
        full.push_text(text);
        self.issues[self.issue_count] = Issue { site, text: full };
        self.issue_count += 1;
    }

    /// Reports a mistake and gives the value that silences what follows.
    pub const fn fail(&mut self, text: &Text) -> Value {
        self.error(text);
        Value::Any
    }

    // ---- lists ------------------------------------------------------------------------------------------

    /// A list of the given values.
    pub const fn list(&mut self, items: &[Value]) -> Value {
        if self.used + items.len() > self.values.len() {
            self.overflow = true;
            return Value::Any;
        }
        let start = self.used;
        let mut i = 0;
        while i < items.len() {
            self.values[start + i] = items[i];
            i += 1;
        }
        self.used += items.len();
        Value::List(List {
            start: start as u32,
            len: items.len() as u32,
        })
    }

    /// Element `i` of a list; [`Value::Any`] past its end.
    pub const fn item(&self, list: List, i: usize) -> Value {
        if i < list.len() {
            self.values[list.start as usize + i]
        } else {
            Value::Any
        }
    }

    /// Element `i` of a tuple, for patterns.
    pub const fn element(&mut self, v: Value, i: usize) -> Value {
        match v {
            Value::List(l) => self.item(l, i),
            Value::Opaque => Value::Opaque,
            _ => Value::Any,
        }
    }

    /// Checks that a pattern of `names` names takes all of a list.
    pub const fn expect_parts(&mut self, v: Value, names: usize) {
        let Value::List(list) = v else { return };
        if list.len() == names {
            return;
        }
        let mut m = Text::new();
        m.push("expected ");
        m.push_int(list.len() as i64);
        m.push(if list.len() == 1 { " name" } else { " names" });
        if let Value::Dim(_) = self.item(list, 0) {
            m.push(" for the shape [");
            let mut i = 0;
            while i < list.len() {
                if i > 0 {
                    m.push(", ");
                }
                let dim = super::as_dim(self.item(list, i));
                self.write_dim(dim, &mut m);
                i += 1;
            }
            m.push("]");
        }
        m.push(", but got ");
        m.push_int(names as i64);
        self.error(&m);
    }

    // ---- text -------------------------------------------------------------------------------------------

    /// Writes `[B, 48, 20, 20]`.
    pub const fn write_shape(&mut self, x: &TensorValue, out: &mut Text) {
        if !x.ranked {
            out.push("[..]");
            return;
        }
        out.push("[");
        let mut i = 0;
        while i < x.rank {
            if i > 0 {
                out.push(", ");
            }
            let d = self.algebra.resolve(x.dims[i]);
            self.algebra.write(d, out);
            i += 1;
        }
        match x.kind {
            Kind::Int => out.push("; int"),
            Kind::Bool => out.push("; bool"),
            _ => {}
        }
        out.push("]");
    }

    /// Writes a dimension with the current assumptions applied.
    pub const fn write_dim(&mut self, d: Dim, out: &mut Text) {
        let d = self.algebra.resolve(d);
        self.algebra.write(d, out);
    }
}

/// Runs an operation without arguments on a receiver. The receiver comes first: evaluating it needs the tracer too.
pub const fn apply(receiver: Value, t: &mut Tracer<'_>, site: u32, operation: u64) -> Value {
    operate(receiver, t, site, operation, &[])
}

/// Runs an operation on a receiver and arguments, each with its name or "".
pub const fn operate(
    receiver: Value,
    t: &mut Tracer<'_>,
    site: u32,
    operation: u64,
    arguments: &[(&'static str, Value)],
) -> Value {
    let mut args = Args::new();
    args.positional(receiver);
    let mut i = 0;
    while i < arguments.len() {
        let (name, value) = arguments[i];
        args.push(name, value, QUIET);
        i += 1;
    }
    t.at(site);
    t.op(operation, &args)
}
