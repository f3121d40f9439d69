//! Arguments of layers and operations in the trace: bound by name against a table, in const code.

use super::{Cond, Dim, Text, Tracer, Value};

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
}

/// The arguments of one call, positional ones first.
#[derive(Clone, Copy, Debug)]
pub struct Args {
    items: [Arg; MAX_ARGS],
    len: usize,
    /// The method called, as a hash; 0 where there is only one.
    pub method: u64,
}

impl Args {
    /// No arguments.
    pub const fn new() -> Self {
        Args {
            items: [Arg {
                name: "",
                value: Value::Any,
                site: NO_SITE,
            }; MAX_ARGS],
            len: 0,
            method: 0,
        }
    }

    /// No arguments yet, to be passed to the method with this hash.
    pub const fn for_method(method: u64) -> Self {
        let mut args = Self::new();
        args.method = method;
        args
    }

    /// Adds one argument; those past [`MAX_ARGS`] are dropped.
    pub const fn push(&mut self, name: &'static str, value: Value, site: u32) {
        if self.len < MAX_ARGS {
            self.items[self.len] = Arg { name, value, site };
            self.len += 1;
        }
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
            let arg = self.items[i];
            rest.push(arg.name, arg.value, arg.site);
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

/// What an argument accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A whole number.
    Int,
    /// Any number.
    Float,
    /// `true` or `false`.
    Bool,
    /// A whole number or a pair of them.
    Pair,
    /// A pair, or one of a few words (`padding = "same"`).
    PairOrWord,
    /// A list of whole numbers.
    Ints,
    /// A word in quotes.
    Word,
    /// Anything.
    Any,
}

impl Takes {
    const fn word(self) -> &'static str {
        match self {
            Takes::Int => "a whole number",
            Takes::Float => "a number",
            Takes::Bool => "true or false",
            Takes::Pair => "a whole number or a pair of them",
            Takes::PairOrWord => "a whole number, a pair of them or a word in quotes",
            Takes::Ints => "a whole number or a list of them",
            Takes::Word => "a word in quotes",
            Takes::Any => "any value",
        }
    }

    const fn accepts(self, v: &Value) -> bool {
        if let Value::Any | Value::Opaque = v {
            return true;
        }
        match self {
            Takes::Any => true,
            Takes::Int => matches!(v, Value::Dim(_)),
            Takes::Float => matches!(v, Value::Dim(_) | Value::Num(_)),
            Takes::Bool => matches!(v, Value::Flag(_)),
            Takes::Pair => match v {
                Value::List(l) => l.len() == 2,
                Value::Dim(_) => true,
                _ => false,
            },
            Takes::PairOrWord => Takes::Pair.accepts(v) || matches!(v, Value::Str(_)),
            Takes::Ints => matches!(v, Value::List(_) | Value::Dim(_)),
            Takes::Word => matches!(v, Value::Str(_)),
        }
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
        }
    }

    /// Whether `v` may be given: `None` may, where that is the default.
    const fn accepts(&self, v: &Value) -> bool {
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

impl Tracer<'_> {
    /// Binds `args` against `table`. On a mistake reports it and returns `None`.
    ///
    /// `what` is the layer's or operation's name, for messages.
    pub const fn bind(
        &mut self,
        what: &'static str,
        table: &[Param],
        args: &Args,
    ) -> Option<Bound> {
        let mut bound = Bound {
            values: [Value::Unit; MAX_ARGS],
            len: table.len(),
        };
        let mut given = [false; MAX_ARGS];
        let mut ok = true;
        let mut row = 0;
        let mut i = 0;
        while i < args.len() {
            let Some(arg) = args.get(i) else { break };
            let at = if arg.name.is_empty() {
                while row < table.len() && !table[row].positional {
                    row += 1;
                }
                let at = row;
                row += 1;
                at
            } else {
                find(table, arg.name)
            };
            if at >= table.len() {
                self.refuse_argument(what, table, args, &arg);
                return None;
            }
            if given[at] {
                let mut m = Text::new();
                m.push(what);
                m.push(": `");
                m.push(table[at].name);
                m.push("` is given twice");
                self.error_at(arg.site, &m);
                ok = false;
            } else if !table[at].accepts(&arg.value) {
                self.wrong_type(what, &table[at], &arg);
                ok = false;
            }
            given[at] = true;
            bound.values[at] = arg.value;
            i += 1;
        }
        let mut at = 0;
        while at < table.len() {
            if !given[at] {
                match table[at].default {
                    Some(v) => bound.values[at] = v,
                    None => {
                        self.missing_argument(what, table, at);
                        return None;
                    }
                }
            }
            at += 1;
        }
        if ok {
            Some(bound)
        } else {
            None
        }
    }

    const fn missing_argument(&mut self, what: &'static str, table: &[Param], at: usize) {
        let mut m = Text::new();
        m.push(what);
        m.push(" needs `");
        m.push(table[at].name);
        m.push("` (");
        m.push(table[at].takes.word());
        m.push(")\nhelp: write ");
        m.push(what);
        push_usage(&mut m, table);
        // A method's missing argument is an error of the tensor body too.
        if what.as_bytes()[0].is_ascii_lowercase() {
            self.error_at(QUIET, &m);
        } else {
            self.error(&m);
        }
    }

    const fn wrong_type(&mut self, what: &'static str, param: &Param, arg: &Arg) {
        let mut m = Text::new();
        m.push(what);
        m.push(": `");
        m.push(param.name);
        m.push("` takes ");
        m.push(param.takes.word());
        m.push(", but got ");
        m.push(arg.value.word());
        self.error_at(arg.site, &m);
    }

    const fn refuse_argument(
        &mut self,
        what: &'static str,
        table: &[Param],
        args: &Args,
        arg: &Arg,
    ) {
        let mut m = Text::new();
        m.push(what);
        if arg.name.is_empty() {
            let mut most = 0;
            let mut inferred = "";
            let mut i = 0;
            while i < table.len() {
                if table[i].positional {
                    most += 1;
                }
                if table[i].inferred && inferred.is_empty() {
                    inferred = table[i].name;
                }
                i += 1;
            }
            m.push(" takes ");
            if most == 0 {
                m.push("no");
            } else {
                m.push_int(most);
            }
            m.push(if most == 1 {
                " positional argument"
            } else {
                " positional arguments"
            });
            m.push(", but ");
            let given = count_positional(args);
            m.push_int(given);
            m.push(if given == 1 {
                " was given"
            } else {
                " were given"
            });
            if !inferred.is_empty() {
                m.push("\nhelp: taper infers `");
                m.push(inferred);
                m.push("` from the input: write ");
            } else {
                m.push("\nhelp: optional arguments are named: write ");
            }
            m.push(what);
            push_usage(&mut m, table);
        } else {
            m.push(" has no argument `");
            m.push(arg.name);
            m.push("`\nhelp: ");
            push_nearest(&mut m, table, arg.name);
        }
        self.error_at(arg.site, &m);
    }
}

const fn count_positional(args: &Args) -> i64 {
    let mut n = 0;
    let mut i = 0;
    while i < args.len {
        if args.items[i].name.is_empty() {
            n += 1;
        }
        i += 1;
    }
    n
}

/// `(out_channels, kernel_size)`; nothing where nothing goes by position.
const fn push_usage(m: &mut Text, table: &[Param]) {
    let mut first = true;
    let mut i = 0;
    while i < table.len() {
        if table[i].positional {
            m.push(if first { "(" } else { ", " });
            m.push(table[i].name);
            first = false;
        }
        i += 1;
    }
    if !first {
        m.push(")");
    }
}

/// Lists the table's names, the one nearest to `word` first.
const fn push_nearest(m: &mut Text, table: &[Param], word: &str) {
    if table.is_empty() {
        m.push("it takes no arguments");
        return;
    }
    let mut best = 0;
    let mut best_distance = usize::MAX;
    let mut i = 0;
    while i < table.len() {
        let d = distance(word, table[i].name);
        if d < best_distance {
            best = i;
            best_distance = d;
        }
        i += 1;
    }
    m.push(if table.len() == 1 {
        "expected `"
    } else {
        "expected one of `"
    });
    m.push(table[best].name);
    m.push("`");
    let mut i = 0;
    while i < table.len() {
        if i != best {
            m.push(", `");
            m.push(table[i].name);
            m.push("`");
        }
        i += 1;
    }
}

/// Row of the name, or the table's length.
const fn find(table: &[Param], name: &str) -> usize {
    let mut i = 0;
    while i < table.len() {
        if same(table[i].name, name) {
            return i;
        }
        i += 1;
    }
    table.len()
}

/// Row of a name that the table is known to have.
pub(crate) const fn row(table: &[Param], name: &str) -> usize {
    let at = find(table, name);
    assert!(at < table.len(), "no such argument in the table");
    at
}

/// String equality in const code.
pub(crate) const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Edit distance of two short words (the first 31 bytes of each count).
pub(crate) const fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let n = if a.len() < 31 { a.len() } else { 31 };
    let m = if b.len() < 31 { b.len() } else { 31 };
    let mut row = [0usize; 32];
    let mut j = 0;
    while j <= m {
        row[j] = j;
        j += 1;
    }
    let mut i = 1;
    while i <= n {
        let mut corner = row[0];
        row[0] = i;
        let mut j = 1;
        while j <= m {
            let substitute = corner + (a[i - 1] != b[j - 1]) as usize;
            corner = row[j];
            let mut least = substitute;
            if row[j] + 1 < least {
                least = row[j] + 1;
            }
            if row[j - 1] + 1 < least {
                least = row[j - 1] + 1;
            }
            row[j] = least;
            j += 1;
        }
        i += 1;
    }
    row[m]
}
