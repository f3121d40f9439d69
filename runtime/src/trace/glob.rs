//! Patterns over dotted paths.

/// Whether `path` matches `pattern`, in which `*` stands for any run of characters, dots and nothing included, and `?` for one.
///
/// Usable in constants, so that masks can be checked by `cargo check`.
///
/// # Example
/// ```
/// use taper::trace::glob;
/// const { assert!(glob("layer?.*.weight", "layer1.0.conv1.weight")) };
/// assert!(!glob("fc1.*", "fc10.weight") && !glob("fc", "fc1"));
/// ```
pub const fn glob(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.as_bytes(), path.as_bytes());
    let (mut p, mut s) = (0, 0);
    // Where the last `*` was, and from where what follows it was last tried: trying again one further replaces recursion.
    let mut star: Option<(usize, usize)> = None;
    while s < path.len() {
        if p < pattern.len() && pattern[p] == b'*' {
            star = Some((p, s));
            p += 1;
        } else if p < pattern.len() && pattern[p] == b'?' {
            p += 1;
            s = next_char(path, s);
        } else if p < pattern.len() && pattern[p] == path[s] {
            p += 1;
            s += 1;
        } else if let Some((at, from)) = star {
            let from = next_char(path, from);
            star = Some((at, from));
            p = at + 1;
            s = from;
        } else {
            return false;
        }
    }
    while p < pattern.len() && pattern[p] == b'*' {
        p += 1;
    }
    p == pattern.len()
}

/// Where the character after the one at `at` starts.
const fn next_char(text: &[u8], at: usize) -> usize {
    let mut next = at + 1;
    while next < text.len() && text[next] & 0xC0 == 0x80 {
        next += 1;
    }
    next
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn stars_and_question_marks() {
        let matching = [
            ("", ""),
            ("*", ""),
            ("*", "a.b"),
            ("**", "x"),
            ("a*b*c", "a.b.b.c"),
            ("*.weight", "conv1.weight"),
            ("a?c", "aéc"),
            ("*é?", "aéb"),
            ("a*", "a"),
            ("*a*a", "aaa"),
        ];
        for (pattern, path) in matching {
            assert!(glob(pattern, path), "{pattern} on {path}");
        }
        let differing = [
            ("", "a"),
            ("?", ""),
            ("a?", "a"),
            ("a", "ab"),
            ("*.weight", "conv1.bias"),
            ("a*c", "ab"),
            ("??", "é"),
        ];
        for (pattern, path) in differing {
            assert!(!glob(pattern, path), "{pattern} on {path}");
        }
    }
}
