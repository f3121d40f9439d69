//! What is emitted for a model with errors: the struct alone, so that the rest of the program and the editor stay alive.

use crate::emit;
use crate::tokens::Tokens;
use proc_macro2::{Span, TokenStream};
use quote::{quote, ToTokens};
use syn::visit_mut::{self, VisitMut};
use syn::{parse_quote, Fields, Generics, Ident, Item, Type};

use super::derives::without_implemented;
use super::field::is_own;
use super::types::type_macro;

/// The item without the language's attributes, and with a hole for types that only the language has.
pub(crate) fn fallback(item: &TokenStream, krate: &emit::TokenStream) -> TokenStream {
    let mut item = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Struct(item)) => item,
        Ok(Item::Enum(mut item)) => {
            item.attrs = without_implemented(item.attrs);
            return quote!(#item);
        }
        _ => return item.clone(),
    };
    if let Fields::Named(fields) = &mut item.fields {
        let mut seen = Vec::new();
        let all = std::mem::take(&mut fields.named);
        // A field given twice is reported already, unless each is for another `cfg`.
        fields.named = all
            .into_iter()
            .filter(|field| {
                let twice = seen.contains(&field.ident);
                seen.push(field.ident.clone());
                !twice || field.attrs.iter().any(|attr| attr.path().is_ident("cfg"))
            })
            .collect();
    }
    item.attrs = without_implemented(item.attrs);
    for field in &mut item.fields {
        field.attrs.retain(|attr| !is_own(attr));
    }
    OnlyRust(krate).visit_fields_mut(&mut item.fields);
    quote! {
        #[allow(dead_code)]
        #item
    }
}

/// Errors together with the [`fallback`], and with what others need of a model.
pub(crate) fn with_fallback(
    errors: impl ToTokens,
    item: &TokenStream,
    krate: &emit::TokenStream,
) -> TokenStream {
    let plain = fallback(item, krate);
    let (ident, generics) = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Struct(item)) => (item.ident, item.generics),
        Ok(Item::Enum(item)) => (item.ident, item.generics),
        _ => return quote! { #plain #errors },
    };
    let p = Tokens::of(krate);
    let standard = standard(&ident, &generics);
    if !generics.params.is_empty() {
        let (parameters, arguments, clause) = generics.split_for_impl();
        return quote! {
            #plain
            #standard
            impl #parameters #p::Refused for #ident #arguments #clause {}
            #errors
        };
    }
    let word = ident.to_string();
    quote! {
        #plain
        #standard

        #[doc(hidden)]
        #[allow(warnings, clippy::all)]
        impl #ident {
            pub const PARAMS: u64 = <Self as #p::Layer>::RULE.count();
            pub const MACS: u64 = Self::PARAMS;
            pub const __TAPER_SIGNATURE: #p::Signed = #p::Some(&#p::Signature::BROKEN);
            pub const __TAPER_PROOF: &'static #p::Proof = { let _ = <Self as #p::Layer>::RULE; &#p::Proof::OPEN };

            pub fn init(_: &#krate::Device) -> #krate::Result<Self> { loop {} }

            pub const fn __taper_call(_: #p::Calls<'_>, _: &mut #p::Tracer<'_>) -> #p::Value { #p::Value::Any }

            pub const fn __taper_check(_: u32) {}
        }

        #[automatically_derived]
        impl #p::Module for #ident {
            fn type_name(&self) -> &'static str { #word }
        }

        // The errors stand in a constant that all checks of the model depend on: they are silent then.
        #[automatically_derived]
        impl #p::Layer for #ident {
            type Rule = #p::Hole;
            const RULE: #p::Hole = { #errors #p::Hole };

            const TRACE: #p::TraceFn<Self> = #p::Hole::trace;

            fn build(_: &mut #p::Build<'_, '_>) -> #p::Result<Self> { loop {} }
        }
    }
}

/// The traits of the standard library that every model has.
fn standard(ident: &Ident, generics: &Generics) -> TokenStream {
    let (parameters, arguments, clause) = generics.split_for_impl();
    let formatted = ["Debug", "Display"].map(|name| {
        let name = Ident::new(name, Span::call_site());
        quote! {
            #[automatically_derived]
            impl #parameters ::core::fmt::#name for #ident #arguments #clause {
                fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result { loop {} }
            }
        }
    });
    quote! {
        #(#formatted)*

        #[automatically_derived]
        impl #parameters ::core::clone::Clone for #ident #arguments #clause {
            fn clone(&self) -> Self { loop {} }
        }
    }
}

struct OnlyRust<'a>(&'a emit::TokenStream);

impl VisitMut for OnlyRust<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if type_macro(ty, "sequential")
            .or_else(|| type_macro(ty, "dict"))
            .is_some()
        {
            let krate = self.0;
            *ty = parse_quote!(#krate::__private::Hole);
        }
        visit_mut::visit_type_mut(self, ty);
    }
}
