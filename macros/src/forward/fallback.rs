//! What is emitted for a body with errors: its signatures, so that callers and the editor stay alive.

use crate::emit;
use crate::tokens::Tokens;
use proc_macro2::TokenStream;
use quote::{quote, ToTokens};
use syn::{parse_quote, ImplItem, ImplItemFn, Item, ItemFn, ItemImpl};

use super::expand::callable;
use super::method::signature;
use super::parse::Method;
use crate::diag::Diag;

/// Errors together with the [`fallback`], and with what others need of a model's forward.
pub(crate) fn with_fallback(
    errors: impl ToTokens,
    item: &TokenStream,
    krate: &emit::TokenStream,
) -> TokenStream {
    let plain = fallback(item, krate);
    let block = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Impl(block)) if block.generics.params.is_empty() && block.trait_.is_none() => {
            block
        }
        Ok(Item::Impl(block)) if block.trait_.is_none() => {
            let refused = refused(&block, krate);
            return quote!(#plain #refused #errors);
        }
        _ => return quote!(#plain #errors),
    };
    let (p, self_ty) = (Tokens::of(krate), &block.self_ty);
    let forward = block.items.into_iter().find_map(|item| match item {
        ImplItem::Fn(method) if method.sig.ident == "forward" => Some(method),
        _ => None,
    });
    let callable = forward
        .and_then(|method| {
            let ImplItemFn {
                attrs,
                vis,
                sig,
                block,
                ..
            } = method;
            let unreported = Diag::new();
            let parsed = Method::parse(attrs, vis, sig, block, &unreported);
            parsed.filter(|_| unreported.finish().is_ok())
        })
        .map(|method| callable(&method, self_ty, &p));
    // The errors stand in a constant that all checks of the model depend on: they are silent then.
    quote! {
        #plain
        #callable

        #[automatically_derived]
        impl #p::Traced for #self_ty {
            const TRACED: () = { #errors };
        }

        #[doc(hidden)]
        #[automatically_derived]
        impl #self_ty {
            pub const fn __taper_run(_: &mut #p::Tracer<'_>, _: &#p::Args) -> #p::Value { #p::Value::Any }
        }
    }
}

/// A block with generic parameters: an error, unless the struct has one for its own.
fn refused(block: &ItemImpl, krate: &emit::TokenStream) -> TokenStream {
    let (self_ty, (generics, _, clause)) = (&block.self_ty, block.generics.split_for_impl());
    quote! {
        const _: () = {
            fn __refused<M: #krate::__private::Refused>() {}
            fn __check #generics () #clause { __refused::<#self_ty>() }
        };
    }
}

/// The block or function with empty bodies.
pub(super) fn fallback(item: &TokenStream, krate: &emit::TokenStream) -> TokenStream {
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
fn head(mut method: ImplItemFn, krate: &emit::TokenStream) -> TokenStream {
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
            let signature = signature(&parsed, &Tokens::of(krate));
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
