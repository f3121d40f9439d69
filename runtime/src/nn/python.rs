//! Values as Python prints them.

/// `True` or `False`.
pub(crate) fn bool(b: bool) -> &'static str {
    if b {
        "True"
    } else {
        "False"
    }
}

/// The shortest text that reads back as the same number: `0.1`, `1e-05`, `1e+16`.
pub(crate) fn float(x: f64) -> String {
    let text = format!("{x:?}");
    match text.split_once('e') {
        None if x.is_finite() => text,
        None => text.to_lowercase(),
        Some((digits, exponent)) => {
            let (sign, size) = match exponent.strip_prefix('-') {
                Some(size) => ('-', size),
                None => ('+', exponent),
            };
            let digits = digits.strip_suffix(".0").unwrap_or(digits);
            format!("{digits}e{sign}{size:0>2}")
        }
    }
}

/// `(3, 4)`, and `(3,)` for one.
pub(crate) fn tuple<T: ToString>(items: &[T]) -> String {
    let texts: Vec<String> = items.iter().map(ToString::to_string).collect();
    let comma = if texts.len() == 1 { "," } else { "" };
    format!("({}{comma})", texts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_as_in_python() {
        let expected = [
            (1e-5, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (1e-4, "0.0001"),
            (0.1, "0.1"),
            (1., "1.0"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1e-100, "1e-100"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "nan"),
        ];
        for (x, text) in expected {
            assert_eq!(float(x), text);
        }
        assert_eq!(
            (tuple(&[3]), tuple(&[3, 4])),
            ("(3,)".into(), "(3, 4)".into())
        );
    }
}
