//! Layers whose arguments are whole numbers: a model has them in a table, because code for each field would cost every
//! `cargo check` several times as much.

use super::{hash, Args, Dim, Tracer, Value};

impl Tracer<'_> {
    /// Enters the field with this hash, if a row of the table is its own: `fc1 1 65792 16 3 padding=1`, its name and numbers: which
    /// of the model's types it has, the site of its declaration, its arguments. Gives the number of its type, and its arguments,
    /// whose sites follow that of the declaration; a number alone has the same site.
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
    args.site = number(bytes, &mut at) as u32;
    let mut site = args.site;
    while at < bytes.len() {
        let start = at;
        while !bytes[at].is_ascii_digit() || is_in_name(bytes, start, at) {
            at += 1;
        }
        let name = match at == start {
            true => "",
            false => text.split_at(at - 1).0.split_at(start).1,
        };
        site += 1;
        args.int(name, number(bytes, &mut at) as i64, site);
    }
    if args.get(1).is_none() && args.items[0].name.is_empty() {
        args.items[0].site = args.site;
    }
    args
}

/// Whether the argument that starts at `start` has its `=` after `at`.
const fn is_in_name(bytes: &[u8], start: usize, at: usize) -> bool {
    at > start && bytes[at - 1] != b'='
}

/// The number at `at`, which is then behind it and the blank that follows.
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
        let site = |text| arguments(text, 2).get(0).map(|arg| arg.site);
        assert_eq!(site("0 65536 32"), Some(65536));
        assert_eq!(site("0 65536 bias=0"), Some(65537));
    }
}
