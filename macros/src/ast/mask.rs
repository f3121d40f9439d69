//! `masks(head = "fc3.*", norms = ["bn1.*", "bn2.*"])`

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{bracketed, Ident, LitStr, Path, Result, Token};

use super::args::comma;
use crate::diag::Diag;

/// A named selection of parameters.
#[derive(Debug)]
pub(crate) struct MaskDecl {
    pub(crate) name: Ident,
    pub(crate) patterns: Vec<LitStr>,
}

impl MaskDecl {
    /// What stands between the parentheses of `masks(…)`.
    pub(crate) fn parse_list(tokens: TokenStream, diag: &Diag) -> Vec<Self> {
        let parser = |input: ParseStream| {
            let mut masks = Vec::new();
            while !input.is_empty() {
                masks.push(one(input)?);
                comma(input)?;
            }
            Ok(masks)
        };
        let masks = diag.take(parser.parse2(tokens)).unwrap_or_default();
        for mask in &masks {
            mask.check(diag);
        }
        masks
    }

    fn check(&self, diag: &Diag) {
        if self.patterns.is_empty() {
            diag.error(
                &self.name,
                format!(
                    "the mask `{}` has no pattern: expected at least one, as \"fc3.*\"",
                    self.name
                ),
            );
        }
        check_patterns(&self.patterns, diag);
    }
}

/// `LeNet: "features.*", "fc1.*"`, what `mask!` takes.
#[derive(Debug)]
pub(crate) struct MaskCall {
    pub(crate) model: Path,
    pub(crate) patterns: Vec<LitStr>,
}

impl MaskCall {
    pub(crate) fn parse(tokens: TokenStream, diag: &Diag) -> Option<Self> {
        let parser = |input: ParseStream| {
            let span = input.span();
            let expected = || {
                syn::Error::new(
                    span,
                    "expected a model and patterns, as `mask!(LeNet: \"fc1.*\")`",
                )
            };
            let model = input.parse().map_err(|_| expected())?;
            input.parse::<Token![:]>().map_err(|_| expected())?;
            let patterns = Punctuated::<LitStr, Token![,]>::parse_terminated(input)?;
            if patterns.is_empty() {
                return Err(expected());
            }
            Ok(Self {
                model,
                patterns: patterns.into_iter().collect(),
            })
        };
        let call = diag.take(parser.parse2(tokens))?;
        check_patterns(&call.patterns, diag);
        Some(call)
    }
}

fn check_patterns(patterns: &[LitStr], diag: &Diag) {
    for pattern in patterns.iter().filter(|pattern| pattern.value().is_empty()) {
        diag.error(
            pattern,
            "an empty pattern selects nothing: expected a path with `*` for any part, as \"fc3.*\"",
        );
    }
}

fn one(input: ParseStream) -> Result<MaskDecl> {
    let name = input
        .call(Ident::parse_any)
        .map_err(|error| expected(error.span()))?;
    input
        .parse::<Token![=]>()
        .map_err(|_| expected(name.span()))?;
    if input.peek(LitStr) {
        return Ok(MaskDecl {
            name,
            patterns: vec![input.parse()?],
        });
    }
    if !input.peek(syn::token::Bracket) {
        return Err(expected(input.span()));
    }
    let list;
    bracketed!(list in input);
    let patterns = Punctuated::<LitStr, Token![,]>::parse_terminated(&list)?;
    Ok(MaskDecl {
        name,
        patterns: patterns.into_iter().collect(),
    })
}

fn expected(span: proc_macro2::Span) -> syn::Error {
    syn::Error::new(
        span,
        "expected a mask: `head = \"fc3.*\"` or `norms = [\"bn1.*\", \"bn2.*\"]`",
    )
}
