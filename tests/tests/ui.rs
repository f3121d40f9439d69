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

/// One mistake is one error, in every case.
#[test]
fn one_error_each() -> TestResult {
    for source in taper_tests::sources(Path::new("ui/fail"))? {
        let text = std::fs::read_to_string(source.with_extension("stderr"))?;
        assert_eq!(
            taper_tests::expected(&text).len(),
            1,
            "{}",
            source.display()
        );
    }
    Ok(())
}
