//! Programs that must not compile, with the exact errors.

use std::path::Path;

type TestResult = Result<(), Box<dyn std::error::Error>>;

/// Each case makes one mistake. No case of this set is built: the errors are those of `cargo check`.
#[test]
fn fail() -> TestResult {
    if taper_tests::is_pinned()? && std::env::var_os("TAPER_UI_MESSAGES").is_none() {
        trybuild::TestCases::new().compile_fail("ui/fail/*.rs");
        return Ok(());
    }
    let differences = taper_tests::compare(Path::new("ui/fail"))?;
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    Ok(())
}

/// What is wrong where it is declared and used as well has an error in both places: the compiler looks at each by itself.
const USED_TOO: [&str; 3] = [
    "call_of_no_layer",
    "missing_forward_of_a_component",
    "params_of_a_broken_model",
];

/// One mistake is one error, in every case.
#[test]
fn one_error_each() -> TestResult {
    for source in taper_tests::sources(Path::new("ui/fail"))? {
        let text = std::fs::read_to_string(source.with_extension("stderr"))?;
        let used_too = USED_TOO
            .iter()
            .any(|case| source.ends_with(format!("{case}.rs")));
        assert_eq!(
            taper_tests::expected(&text).len(),
            1 + usize::from(used_too),
            "{}",
            source.display()
        );
    }
    Ok(())
}
