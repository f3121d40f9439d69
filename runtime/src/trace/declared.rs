//! Layers whose arguments are whole numbers: a model has them in a table, because code for each field would cost every
//! `cargo check` several times as much.

use super::{Args, Tracer};

/// A field: its hash, the name that it is registered under, and numbers: which of the model's types it has, the site of its
/// declaration, its arguments. `1 65792 16 3 padding=1`.
pub type Declared = (u64, &'static str, &'static str);

impl Tracer<'_> {
    /// Enters the field with this hash, if it is in the table. Gives the number of its type, and its arguments, whose sites
    /// follow that of the declaration.
    pub const fn declared(&mut self, field: u64, table: &[Declared]) -> Option<(u64, Args)> {
        let mut i = 0;
        while i < table.len() {
            let (hash, name, numbers) = table[i];
            if hash == field {
                let mut at = 0;
                let kind = number(numbers.as_bytes(), &mut at);
                let args = arguments(numbers, at);
                self.enter(field, name, None, false);
                return Some((kind, args));
            }
            i += 1;
        }
        None
    }
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
    use crate::trace::{Dim, Value};

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
    }
}
