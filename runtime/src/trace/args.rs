//! Arguments of layers and operations in the trace: bound by name against a table, in const code.

use super::{Cond, Dim, Interval, Takes, Tracer, Value};

/// The most arguments that one call or layer takes.
pub const MAX_ARGS: usize = 16;

/// The site of an argument that has none of its own.
pub const NO_SITE: u32 = u32::MAX;

/// The site of what the compiler itself refuses in the tensor body, with the same caret: not shown twice.
pub const QUIET: u32 = u32::MAX - 1;

/// One argument as written: positional if `name` is empty.
#[derive(Clone, Copy, Debug)]
pub struct Arg {
    /// The keyword, or "".
    pub name: &'static str,
    /// Its value.
    pub value: Value,
    /// The call site that an error about this argument points at.
    pub site: u32,
    /// Whether it may be of a type that the trace doesn't hold, as an enum's: of settings, only a model's can be.
    pub foreign: bool,
}

impl Arg {
    const NONE: Arg = Arg {
        name: "",
        value: Value::Any,
        site: NO_SITE,
        foreign: false,
    };
}

/// The method that is meant where a layer is called.
pub(super) const FORWARD: u64 = super::hash("forward");

/// The arguments of one call, positional ones first.
#[derive(Clone, Copy, Debug)]
pub struct Args {
    pub(super) items: [Arg; MAX_ARGS],
    len: usize,
    /// The method called, as a hash; 0 where there is only one.
    pub method: u64,
    /// The site that an error about an argument that isn't there points at.
    pub site: u32,
}

impl Args {
    const NONE: Args = Args {
        items: [Arg::NONE; MAX_ARGS],
        len: 0,
        method: 0,
        site: NO_SITE,
    };

    /// No arguments.
    pub const fn new() -> Self {
        Self::NONE
    }

    /// No arguments yet, to be passed to the method with this hash.
    pub const fn for_method(method: u64) -> Self {
        let mut args = Self::NONE;
        args.method = method;
        args
    }

    /// Whole numbers and their names, of a layer whose declaration is this site; theirs follow it.
    pub const fn declared(site: u32, numbers: &[(&'static str, i64)]) -> Self {
        let mut args = Self::NONE;
        args.site = site;
        let mut i = 0;
        while i < numbers.len() {
            let (name, value) = numbers[i];
            i += 1;
            args.int(name, value, site + i as u32);
        }
        args
    }

    /// Whole numbers by position; otherwise as [`declared`](Self::declared).
    pub const fn numbers(site: u32, numbers: &[i64]) -> Self {
        let mut args = Self::NONE;
        args.site = site;
        let mut i = 0;
        while i < numbers.len() {
            let value = numbers[i];
            i += 1;
            args.int("", value, site + i as u32);
        }
        args
    }

    /// Adds one argument; those past [`MAX_ARGS`] are dropped.
    pub const fn push(&mut self, name: &'static str, value: Value, site: u32) {
        self.add(Arg {
            name,
            value,
            site,
            foreign: false,
        });
    }

    const fn add(&mut self, arg: Arg) {
        if self.len < MAX_ARGS {
            self.items[self.len] = arg;
            self.len += 1;
        }
    }

    /// Adds an argument that has a value of the user's own types in it.
    pub const fn push_foreign(&mut self, name: &'static str, value: Value, site: u32) {
        self.add(Arg {
            name,
            value,
            site,
            foreign: true,
        });
    }

    /// With all arguments as of types that the trace doesn't hold where their values aren't known: at construction, at
    /// which every other value is.
    pub(crate) const fn at_construction(mut self) -> Self {
        let mut i = 0;
        while i < self.len {
            self.items[i].foreign = true;
            i += 1;
        }
        self
    }

    /// The tensor given to `forward` of a layer.
    pub const fn forward(x: Value) -> Self {
        let mut args = Self::NONE;
        args.items[0] = Arg {
            value: x,
            site: QUIET,
            ..Arg::NONE
        };
        args.len = 1;
        args.method = FORWARD;
        args
    }

    /// Adds a whole number.
    pub const fn int(&mut self, name: &'static str, value: i64, site: u32) {
        self.push(name, Value::int(value), site);
    }

    /// Adds a positional argument.
    pub const fn positional(&mut self, value: Value) {
        self.push("", value, NO_SITE);
    }

    /// Adds a keyword argument.
    pub const fn named(&mut self, name: &'static str, value: Value) {
        self.push(name, value, NO_SITE);
    }

    /// Number of arguments.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The `i`-th argument; [`Value::Any`] past the end.
    pub const fn value(&self, i: usize) -> Value {
        if i < self.len {
            self.items[i].value
        } else {
            Value::Any
        }
    }

    /// The `i`-th argument with its name and site.
    pub const fn get(&self, i: usize) -> Option<Arg> {
        if i < self.len {
            Some(self.items[i])
        } else {
            None
        }
    }

    /// The arguments after the first, which is the receiver of an operation.
    pub const fn rest(&self) -> Args {
        let mut rest = Args::for_method(self.method);
        let mut i = 1;
        while i < self.len {
            rest.add(self.items[i]);
            i += 1;
        }
        rest
    }

    /// Replaces the `i`-th argument's value, or adds it at the end.
    pub const fn set(&mut self, i: usize, value: Value) {
        if i < self.len {
            self.items[i].value = value;
        } else {
            self.positional(value);
        }
    }
}

impl Default for Args {
    fn default() -> Self {
        Self::new()
    }
}

/// One row of a layer's or operation's table of arguments.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// PyTorch's name.
    pub name: &'static str,
    /// What it accepts.
    pub takes: Takes,
    /// The default; `None` if it must be given.
    pub default: Option<Value>,
    /// Whether it may be given by position.
    pub positional: bool,
    /// Whether it is a size that taper infers: PyTorch's leading argument, here only by name.
    pub inferred: bool,
    /// What a number must be in.
    pub within: Option<Interval>,
}

impl Param {
    /// A required argument, by position or name.
    pub const fn required(name: &'static str, takes: Takes) -> Param {
        Param {
            name,
            takes,
            default: None,
            positional: true,
            inferred: false,
            within: None,
        }
    }

    /// An optional argument, by name.
    pub const fn optional(name: &'static str, takes: Takes, default: Value) -> Param {
        Param {
            name,
            takes,
            default: Some(default),
            positional: false,
            inferred: false,
            within: None,
        }
    }

    /// An optional argument that may be given by position too.
    pub const fn leading(name: &'static str, takes: Takes, default: Value) -> Param {
        Param {
            name,
            takes,
            default: Some(default),
            positional: true,
            inferred: false,
            within: None,
        }
    }

    /// With numbers of this interval only.
    #[must_use]
    pub const fn within(mut self, interval: Interval) -> Param {
        self.within = Some(interval);
        self
    }

    /// Whether the argument is of a type that the trace doesn't hold and this row does not take.
    pub(super) const fn is_foreign(&self, arg: &Arg) -> bool {
        arg.foreign && matches!(arg.value, Value::Opaque) && !matches!(self.takes, Takes::Any)
    }

    /// Whether `v` may be given: `None` may, where that is the default.
    pub(super) const fn accepts(&self, v: &Value) -> bool {
        matches!((v, &self.default), (Value::Unit, Some(Value::Unit))) || self.takes.accepts(v)
    }

    /// A size that is inferred from the input, and checked where given.
    pub const fn inferred(name: &'static str) -> Param {
        Param {
            name,
            takes: Takes::Int,
            default: Some(Value::Unit),
            positional: false,
            inferred: true,
            within: None,
        }
    }
}

/// Arguments after binding: one value per row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    pub(super) values: [Value; MAX_ARGS],
    pub(super) len: usize,
}

impl Bound {
    /// The value of row `i`.
    pub const fn value(&self, i: usize) -> Value {
        self.values[i]
    }

    /// Replaces the value of row `i`.
    pub const fn set(&mut self, i: usize, v: Value) {
        self.values[i] = v;
    }

    /// Row `i` as an integer.
    pub const fn int(&self, i: usize) -> Dim {
        match self.values[i] {
            Value::Dim(d) => d,
            _ => Dim::Unknown,
        }
    }

    /// Row `i` as a truth value.
    pub const fn flag(&self, i: usize) -> Cond {
        match self.values[i] {
            Value::Flag(c) => c,
            _ => Cond::No,
        }
    }

    /// Row `i` as a pair: a single number stands for both.
    pub const fn pair(&self, t: &Tracer<'_>, i: usize) -> (Dim, Dim) {
        match self.values[i] {
            Value::Dim(d) => (d, d),
            Value::List(l) if l.len() == 2 => (as_dim(t.item(l, 0)), as_dim(t.item(l, 1))),
            _ => (Dim::Unknown, Dim::Unknown),
        }
    }
}

/// The integer in a value, or `Unknown`.
pub const fn as_dim(v: Value) -> Dim {
    match v {
        Value::Dim(d) => d,
        _ => Dim::Unknown,
    }
}
