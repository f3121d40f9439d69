use super::Text;

#[test]
fn integers_are_decimal() {
    let mut text = Text::new();
    for value in [0, 7, -7, 1_000, i64::MAX, i64::MIN] {
        text.push_int(value);
        text.push(" ");
    }
    assert_eq!(
        text.as_str(),
        "0 7 -7 1000 9223372036854775807 -9223372036854775808 "
    );
}

#[test]
fn numbers_are_decimal_or_have_an_exponent() {
    let shown = |value: f64| {
        let mut text = Text::new();
        text.push_number(value);
        text.as_str().to_owned()
    };
    let plain = [
        0., -1., 3., 1e14, 0.25, -0.5, 12.5, 1.000_001, 0.1, 0.000_02, 100_000.5,
    ];
    for value in plain {
        assert_eq!(shown(value), value.to_string());
    }
    assert_eq!(shown(1. / 3.), "0.3333333");
    assert_eq!(shown(100_000.01), "100000");
    assert_eq!(shown(0.999_999_99), "1");
    for value in [1e-12, -2.5e-7, 1e15, 1.5e300, f64::MIN_POSITIVE] {
        let (found, mut exact) = (shown(value), format!("{value:e}"));
        exact.truncate(found.len());
        assert!(
            found == exact || exact.starts_with("2.225073"),
            "{found} {exact}"
        );
    }
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(shown);
    assert_eq!(odd, ["NaN", "inf", "-inf"]);
}

#[test]
fn a_full_text_is_cut_between_characters() {
    for lead in 0..8 {
        let mut text = Text::new();
        text.push(&"a".repeat(lead));
        for _ in 0..Text::CAP {
            text.push("漢");
        }
        assert!(text.as_str().ends_with("漢…"));
        assert!(text.len() <= Text::CAP && text.len() > Text::CAP - 6);
        let before = text.len();
        text.push("more");
        text.push_int(1);
        assert_eq!(text.len(), before);
    }
}

#[test]
fn a_text_that_just_fits_is_whole() {
    let whole = "x".repeat(Text::CAP);
    let mut text = Text::new();
    text.push(&whole);
    assert_eq!(text.as_str(), whole);
    text.push("");
    assert_eq!(text.as_str(), whole);
    text.push("y");
    assert!(text.as_str().ends_with("x…"));
}

#[test]
fn a_cut_text_stays_cut_inside_another() {
    let mut long = Text::new();
    long.push(&"x".repeat(2 * Text::CAP));
    let mut text = Text::default();
    assert!(text.is_empty());
    text.push_text(&long);
    assert_eq!(text.as_str(), long.as_str());
    assert_eq!(text.to_string(), long.to_string());
    text.push("y");
    assert_eq!(text.as_str(), long.as_str());
}
