//! Errors of the macros: collected, then reported together.
//!
//! Every check adds to one [`Diag`] and carries on, so that a user sees all mistakes of an item at once. A `Diag` has
//! to be drained with [`Diag::finish`]: one that is dropped with errors inside would lose them.

use std::cell::RefCell;
use std::panic::{catch_unwind, AssertUnwindSafe};

use proc_macro2::TokenStream;
use quote::{quote, ToTokens};

/// Collects the errors of one macro invocation.
#[must_use]
pub(crate) struct Diag {
    errors: RefCell<Option<Vec<syn::Error>>>,
}

impl Diag {
    pub(crate) fn new() -> Self {
        Self {
            errors: RefCell::new(Some(Vec::new())),
        }
    }

    /// Adds an error on `tokens`, which should be the smallest ones that the message is about.
    pub(crate) fn error(&self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Adds an error on a span, for places that have no tokens of their own.
    pub(crate) fn error_at(&self, span: proc_macro2::Span, message: impl std::fmt::Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Adds an error as it comes from a parser.
    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(errors) = self.errors.borrow_mut().as_mut() {
            errors.extend(error);
        }
    }

    /// The value of a parser, or nothing and its error kept.
    pub(crate) fn take<T>(&self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Drains the context: `compile_error!`s for everything that was reported.
    pub(crate) fn finish(&self) -> Result<(), TokenStream> {
        let errors = self.errors.borrow_mut().take().unwrap_or_default();
        match errors.into_iter().reduce(|mut all, error| {
            all.combine(error);
            all
        }) {
            Some(all) => Err(all.into_compile_error()),
            None => Ok(()),
        }
    }

    /// Drains the context: the messages alone, in order, for tests.
    #[cfg(test)]
    pub(crate) fn messages(&self) -> Vec<String> {
        self.errors
            .borrow_mut()
            .take()
            .unwrap_or_default()
            .iter()
            .map(syn::Error::to_string)
            .collect()
    }
}

impl Drop for Diag {
    fn drop(&mut self) {
        let drained = self.errors.get_mut().is_none();
        debug_assert!(
            drained || std::thread::panicking(),
            "errors dropped without being reported"
        );
    }
}

/// The candidate closest to `word`, if any is close enough to be what was meant.
pub(crate) fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1) + 1;
    ranked(word, candidates)
        .into_iter()
        .next()
        .filter(|(distance, _)| *distance <= limit)
        .map(|(_, name)| name)
}

/// ``expected one of `a`, `b`, …; did you mean `a`?``, the nearest candidates first.
pub(crate) fn suggest(word: &str, candidates: &[&str]) -> String {
    let names: Vec<String> = ranked(word, candidates)
        .into_iter()
        .map(|(_, name)| format!("`{name}`"))
        .collect();
    let expected = match names.as_slice() {
        [] => return "nothing is expected here".to_owned(),
        [only] => format!("expected {only}"),
        several => format!("expected one of {}", several.join(", ")),
    };
    match nearest(word, candidates) {
        Some(name) => format!("{expected}; did you mean `{name}`?"),
        None => expected,
    }
}

/// Candidates with their distance, nearest first, ties in the given order.
fn ranked<'a>(word: &str, candidates: &[&'a str]) -> Vec<(usize, &'a str)> {
    let mut ranked: Vec<_> = candidates
        .iter()
        .map(|name| (distance(word, name), *name))
        .collect();
    ranked.sort_by_key(|(distance, _)| *distance);
    ranked
}

/// The Levenshtein distance, case counting for nothing.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.to_lowercase().chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, r) in right.iter().enumerate() {
            let replaced = row.get(j).copied().unwrap_or(j) + usize::from(l != *r);
            let removed = row.get(j + 1).copied().unwrap_or(j + 1) + 1;
            let added = next.last().copied().unwrap_or(i + 1) + 1;
            next.push(replaced.min(removed).min(added));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// Runs a macro; a panic inside becomes an error that says whose fault it is.
pub(crate) fn catch(name: &str, expand: impl FnOnce() -> TokenStream) -> TokenStream {
    catch_unwind(AssertUnwindSafe(expand)).unwrap_or_else(|cause| {
        let text = cause
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| cause.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        let message = format!("`{name}` panicked; this is a bug in taper: {text}");
        quote!(::core::compile_error! { #message })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_put_the_nearest_first() {
        assert_eq!(
            suggest("defalt", &["name", "default"]),
            "expected one of `default`, `name`; did you mean `default`?"
        );
        assert_eq!(
            suggest("xyzzyx", &["name", "init"]),
            "expected one of `name`, `init`"
        );
        assert_eq!(
            suggest("defautl", &["default"]),
            "expected `default`; did you mean `default`?"
        );
        assert_eq!(suggest("a", &[]), "nothing is expected here");
    }

    #[test]
    fn distances_are_edit_distances() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("Conv2D", "conv2d"), 0);
        assert_eq!(
            nearest("padding_mod", &["padding", "padding_mode"]),
            Some("padding_mode")
        );
    }

    #[test]
    fn all_errors_are_reported() {
        let diag = Diag::new();
        diag.error(quote!(a), "first");
        diag.error(quote!(b), "second");
        let tokens = diag.finish().map_err(|tokens| tokens.to_string());
        let text = tokens.err().unwrap_or_default();
        assert!(text.contains("first") && text.contains("second"), "{text}");
    }

    #[test]
    fn a_panic_is_named_a_bug() {
        let tokens = catch("model", || std::panic::resume_unwind(Box::new("lost"))).to_string();
        assert!(
            tokens.contains("`model` panicked; this is a bug in taper: lost"),
            "{tokens}"
        );
    }
}
