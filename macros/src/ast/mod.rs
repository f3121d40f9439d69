//! What the macros read: the language's own model of an annotated struct, parsed and checked.
//!
//! A file for each piece of grammar, holding its types and its parser. Rules that look at several pieces at once (names used twice,
//! reserved names, dimensions that nothing binds) stand together in [`check`].

mod args;
mod check;
mod derives;
mod dict;
mod fallback;
mod field;
mod layer_args;
mod layer_field;
mod mask;
mod model;
mod opaque;
mod own_layers;
mod param;
mod reserved;
mod sequential;
mod signature;
#[cfg(test)]
mod tests;
mod types;

pub(crate) use dict::DictField;
pub(crate) use fallback::with_fallback;
pub(crate) use field::{ConfigField, ConfigKind, Field, FieldKind};
pub(crate) use layer_args::{template, LayerArg, LayerArgs, TemplatePart};
pub(crate) use layer_field::{LayerField, LayerType, Wrap};
pub(crate) use mask::MaskCall;
pub(crate) use model::Model;
pub(crate) use opaque::{is_opaque, looks_like_variant};
pub(crate) use own_layers::surely_takes;
pub(crate) use param::{ParamField, ParamForm};
pub(crate) use reserved::{is_reserved_method, is_reserved_prefix};
pub(crate) use sequential::{Entry, EntryKind, Sequential};
pub(crate) use signature::{DimPattern, ElementKind, Pattern, Signature};
pub(crate) use types::{inner_type, is_named, ungroup};

/// The identifiers in some tokens, each once.
pub(crate) fn names_in(tokens: &impl quote::ToTokens) -> Vec<syn::Ident> {
    fn collect(tokens: proc_macro2::TokenStream, names: &mut Vec<syn::Ident>) {
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Ident(name) if !names.contains(&name) => names.push(name),
                proc_macro2::TokenTree::Group(group) => collect(group.stream(), names),
                _ => {}
            }
        }
    }
    let mut names = Vec::new();
    collect(tokens.to_token_stream(), &mut names);
    names
}

/// The name of an identifier without `r#`.
pub(crate) fn plain_name(ident: &syn::Ident) -> String {
    // Each conversion asks rustc: once is enough.
    let name = ident.to_string();
    match name.strip_prefix("r#") {
        Some(plain) => plain.to_owned(),
        None => name,
    }
}
