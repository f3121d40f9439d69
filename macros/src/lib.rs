//! The macros of taper.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[allow(dead_code, unused_imports)] // the expansion is about to use them
mod ast;
#[allow(dead_code)]
mod diag;
#[allow(dead_code, unused_imports)] // the trace is about to use them
mod forward;
mod krate;

use proc_macro::TokenStream;

/// Declares a network: a struct whose fields are its layers, hyperparameters and tensors.
#[proc_macro_attribute]
pub fn model(attr: TokenStream, item: TokenStream) -> TokenStream {
    diag::catch("model", || {
        let item = item.into();
        let diag = diag::Diag::new();
        ast::Model::parse(attr.into(), proc_macro2::TokenStream::clone(&item), &diag);
        let errors = diag.finish().err();
        ast::with_fallback(errors, &item)
    })
    .into()
}

/// Writes the forward pass of a [`macro@model`], or a function of tensors, in a checked subset of Rust.
#[proc_macro_attribute]
pub fn forward(attr: TokenStream, item: TokenStream) -> TokenStream {
    diag::catch("forward", || {
        let krate = krate::path();
        let item = proc_macro2::TokenStream::from(item);
        let diag = diag::Diag::new();
        let parsed = forward::ForwardItem::parse(attr.into(), item.clone(), &diag);
        match (diag.finish(), parsed) {
            (Ok(()), Some(parsed)) => parsed.tensor_body(&krate),
            (errors, _) => {
                let (item, errors) = (forward::fallback(&item, &krate), errors.err());
                quote::quote!(#item #errors)
            }
        }
    })
    .into()
}
