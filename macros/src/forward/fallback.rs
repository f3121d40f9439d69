//! What is emitted for a body with errors: its signatures, so that callers and the editor stay alive.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{parse_quote, ImplItem, ImplItemFn, Item, ItemFn};

use super::method::signature;
use super::parse::Method;
use crate::diag::Diag;

/// The block or function with empty bodies.
pub(crate) fn fallback(item: &TokenStream, krate: &TokenStream) -> TokenStream {
    match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Fn(function)) => {
            let ItemFn {
                attrs,
                vis,
                sig,
                block,
            } = function;
            head(
                ImplItemFn {
                    attrs,
                    vis,
                    defaultness: None,
                    sig,
                    block: *block,
                },
                krate,
            )
        }
        Ok(Item::Impl(mut block)) => {
            for item in &mut block.items {
                if let ImplItem::Fn(method) = item {
                    *item = ImplItem::Verbatim(head(method.clone(), krate));
                }
            }
            quote!(#block)
        }
        _ => item.clone(),
    }
}

/// A method's head and a body that fits every type.
fn head(mut method: ImplItemFn, krate: &TokenStream) -> TokenStream {
    let ImplItemFn {
        attrs,
        vis,
        sig,
        block,
        ..
    } = method.clone();
    let unreported = Diag::new();
    let parsed = Method::parse(attrs, vis, sig, block, &unreported);
    // The same errors have been reported when the item was read.
    let readable = unreported.finish().is_ok();
    match parsed {
        Some(parsed) if readable => {
            let signature = signature(&parsed, krate);
            quote! {
                #[allow(unused_variables, clippy::empty_loop)]
                #signature { loop {} }
            }
        }
        _ => {
            method.attrs.retain(|attr| !attr.path().is_ident("shape"));
            method.block = parse_quote!({ loop {} });
            quote!(#[allow(unused_variables, clippy::empty_loop)] #method)
        }
    }
}
