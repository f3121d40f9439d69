//! Binding of arguments against a table, and what is said of those that don't fit.

use super::{Arg, Args, Bound, Param, Text, Tracer, Value, MAX_ARGS, NO_SITE, QUIET};

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
            } else if table[at].is_foreign(&arg) || !table[at].accepts(&arg.value) {
                self.wrong_type(what, &table[at], &arg);
                ok = false;
            } else if let Some(number) = self.outside(&table[at], arg.value) {
                self.out_of_range(what, &table[at], &arg, number);
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
                        self.missing_argument(what, table, args, at);
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

    const fn missing_argument(
        &mut self,
        what: &'static str,
        table: &[Param],
        args: &Args,
        at: usize,
    ) {
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
            self.error_at(args.site, &m);
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
        if param.is_foreign(arg) {
            m.push("a value of another type\nhelp: write the value out, or pass a `#[config]` field on that is a `usize`, `f64` or `bool`");
        } else {
            m.push(arg.value.word());
        }
        self.error_at(arg.site, &m);
    }

    /// A number that is known and not in the row's interval.
    const fn outside(&mut self, param: &Param, value: Value) -> Option<f64> {
        let number = match (value, self.known_i64(value)) {
            (Value::Num(number), _) => number,
            (_, Some(whole)) => whole as f64,
            _ => return None,
        };
        match &param.within {
            Some(within) if !within.has(number) => Some(number),
            _ => None,
        }
    }

    const fn out_of_range(&mut self, what: &'static str, param: &Param, arg: &Arg, number: f64) {
        let mut m = Text::new();
        m.push(what);
        m.push(": `");
        m.push(param.name);
        m.push("` is ");
        m.push_number(number);
        if let Some(within) = &param.within {
            m.push(", but expected ");
            m.push(within.words);
        }
        // The tensor body finds it only when it runs.
        let site = if arg.site == QUIET { NO_SITE } else { arg.site };
        self.error_at(site, &m);
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
    while i < args.len() {
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
