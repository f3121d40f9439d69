//! Layers whose arguments are numbers and flags: a model has them in a table, because code for each field would cost every
//! `cargo check` several times as much.

use super::{hash, Args, Dim, Tracer, Value, NO_SITE};

impl Tracer<'_> {
    /// Enters the field with this hash, if a row of the table is its own: `fc1 1 65792 16 3 padding=1`, its name and numbers: which
    /// of the model's types it has, the site of its declaration, its arguments. Gives the number of its type, and its arguments,
    /// whose sites follow that of the declaration; a number alone has the same site. With 0 for a site there is none: mistakes are then
    /// the call's.
    pub const fn declared(&mut self, field: u64, table: &[&'static str]) -> Option<(u64, Args)> {
        let mut i = 0;
        while i < table.len() {
            let name = word(table[i], 0);
            if hash(name) == field {
                let mut at = name.len() + 1;
                let kind = number(table[i].as_bytes(), &mut at);
                let args = arguments(table[i], at);
                self.enter(field, name, None, false);
                return Some((kind, args));
            }
            i += 1;
        }
        None
    }

    /// What stands for the layer in a field, if its name is one of these, between which are spaces.
    pub const fn layer_of(&self, field: u64, names: &'static str) -> Value {
        let mut at = 0;
        while at < names.len() {
            let name = word(names, at);
            if hash(name) == field {
                return Value::Layer(field, Dim::Known(0));
            }
            at += name.len() + 1;
        }
        Value::Any
    }
}

/// The word that starts at `at`, up to a space or the end.
const fn word(text: &str, at: usize) -> &str {
    let (bytes, mut end) = (text.as_bytes(), at);
    while end < bytes.len() && bytes[end] != b' ' {
        end += 1;
    }
    text.split_at(end).0.split_at(at).1
}

/// The site and the arguments that stand in a text from `at` on.
const fn arguments(text: &'static str, mut at: usize) -> Args {
    let bytes = text.as_bytes();
    let mut args = Args::new();
    args.site = match number(bytes, &mut at) {
        0 => NO_SITE,
        site => site as u32,
    };
    let mut site = args.site;
    while at < bytes.len() {
        let whole = word(text, at);
        let mut name = "";
        let mut i = 0;
        while i < whole.len() {
            if whole.as_bytes()[i] == b'=' {
                name = whole.split_at(i).0;
                at += i + 1;
            }
            i += 1;
        }
        if site != NO_SITE {
            site += 1;
        }
        let value = word(text, at);
        args.push(name, literal(value), site);
        at += value.len() + 1;
    }
    if args.get(1).is_none() && args.items[0].name.is_empty() {
        args.items[0].site = args.site;
    }
    args
}

/// A whole number, `true` or `false`, or a decimal fraction of at most 15 digits.
const fn literal(text: &str) -> Value {
    let bytes = text.as_bytes();
    if !bytes[0].is_ascii_digit() {
        return Value::flag(bytes[0] == b't');
    }
    let mut at = 0;
    let whole = number(bytes, &mut at);
    if at > bytes.len() {
        return Value::int(whole as i64);
    }
    let (mut digits, mut unit) = (whole, 1u64);
    while at < bytes.len() {
        digits = digits * 10 + (bytes[at] - b'0') as u64;
        unit *= 10;
        at += 1;
    }
    // Both are exact, so that the quotient is the number nearest to what is written.
    Value::Num(digits as f64 / unit as f64)
}

/// The whole number at `at`, which is then behind it and the character that follows.
const fn number(bytes: &[u8], at: &mut usize) -> u64 {
    let mut n = 0;
    while *at < bytes.len() && bytes[*at].is_ascii_digit() {
        n = n * 10 + (bytes[*at] - b'0') as u64;
        *at += 1;
    }
    *at += 1;
    n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_with_their_names() {
        let args = arguments("1 65792 16 3 padding2d=0 x=7", 2);
        assert_eq!(args.site, 65792);
        let read: Vec<_> = (0..4).filter_map(|i| args.get(i)).collect();
        let expected = [("", 16), ("", 3), ("padding2d", 0), ("x", 7)];
        for (n, (arg, (name, value))) in read.iter().zip(expected).enumerate() {
            assert_eq!((arg.name, arg.site), (name, 65793 + n as u32));
            assert!(matches!(arg.value, Value::Dim(Dim::Known(v)) if v == value));
        }
        assert_eq!(read.len(), 4);
        assert!(arguments("0 65536", 2).get(0).is_none());
        let (args, flag) = (
            arguments("0 0 0.25 x=12.5 bias=false", 2),
            Value::flag(false),
        );
        let read: Vec<_> = (0..3).filter_map(|i| args.get(i)).collect();
        let expected = [
            ("", Value::Num(0.25)),
            ("x", Value::Num(12.5)),
            ("bias", flag),
        ];
        for (arg, (name, value)) in read.iter().zip(expected) {
            let (read, expected) = (format!("{:?}", arg.value), format!("{value:?}"));
            assert_eq!((arg.name, read, arg.site), (name, expected, NO_SITE));
        }
        for text in [
            "0.1",
            "0.3",
            "1.0",
            "3.14159265358979",
            "0.000001",
            "123456789.123456",
        ] {
            let exact: f64 = text.parse().expect(text);
            assert!(
                matches!(literal(text), Value::Num(x) if x == exact),
                "{text}"
            );
        }
        let site = |text| arguments(text, 2).get(0).map(|arg| arg.site);
        assert_eq!(site("0 65536 32"), Some(65536));
        assert_eq!(site("0 65536 bias=0"), Some(65537));
        assert_eq!(
            (arguments("0 0", 2).site, site("0 0 2 3")),
            (NO_SITE, Some(NO_SITE))
        );
    }
}
