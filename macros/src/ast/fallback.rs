//! What is emitted for a model with errors: the struct alone, so that the rest of the program and the editor stay alive.

use proc_macro2::TokenStream;
use quote::{quote, ToTokens};
use syn::visit_mut::{self, VisitMut};
use syn::{parse_quote, Fields, Item, Type};

use super::field::is_own;
use super::types::type_macro;

/// The item without the language's attributes, and with `()` for types that only the language has.
pub(crate) fn fallback(item: &TokenStream) -> TokenStream {
    let Ok(Item::Struct(mut item)) = syn::parse2::<Item>(item.clone()) else {
        return item.clone();
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
    for field in &mut item.fields {
        field.attrs.retain(|attr| !is_own(attr));
    }
    OnlyRust.visit_fields_mut(&mut item.fields);
    quote! {
        #[allow(dead_code)]
        #item
    }
}

/// Errors together with the [`fallback`].
pub(crate) fn with_fallback(errors: impl ToTokens, item: &TokenStream) -> TokenStream {
    let item = fallback(item);
    quote! { #item #errors }
}

struct OnlyRust;

impl VisitMut for OnlyRust {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if type_macro(ty, "sequential")
            .or_else(|| type_macro(ty, "dict"))
            .is_some()
        {
            *ty = parse_quote!(());
        }
        visit_mut::visit_type_mut(self, ty);
    }
}
