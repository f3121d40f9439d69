//! The expansion of `#[model]`: struct, settings, construction, registration, and the model's side of the trace.

mod build;
mod config;
pub(crate) mod counts;
mod fields;
pub(crate) mod literal;
mod members;
mod rule;
pub(crate) mod sequential;
pub(crate) mod signature;
mod standard;

use crate::ast::{FieldKind, LayerField, LayerType, Model, Wrap};
use crate::lower::hash;
use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

/// What every part of the expansion needs.
pub(crate) struct Context<'a> {
    pub(crate) model: &'a Model,
    /// `::taper`
    pub(crate) krate: TokenStream,
    /// `::taper::__private`
    pub(crate) p: TokenStream,
}

/// Everything that `#[model]` generates.
pub(crate) fn expand(model: &Model, krate: &TokenStream) -> TokenStream {
    let cx = Context {
        model,
        krate: krate.clone(),
        p: quote!(#krate::__private),
    };
    let parts = [
        cx.structure(),
        cx.config(),
        cx.blocks(),
        cx.module(),
        cx.standard(),
        cx.layer(),
        cx.trace_functions(),
        cx.counts(),
    ];
    quote!(#(#parts)*)
}

impl Context<'_> {
    /// The struct itself: own attributes gone, blocks replaced by their hidden types.
    fn structure(&self) -> TokenStream {
        let p = &self.p;
        let Model {
            attrs,
            vis,
            ident,
            fields,
            ..
        } = self.model;
        let fields = fields.iter().map(|f| {
            let (attrs, vis, ident, ty) = (&f.attrs, &f.vis, &f.ident, self.field_type(f));
            quote!(#(#attrs)* #vis #ident: #ty)
        });
        quote! {
            #(#attrs)*
            #vis struct #ident {
                #(#fields,)*
                #[doc(hidden)]
                __taper: #p::State,
            }
        }
    }

    /// The type of a field as it stands in the struct.
    fn field_type(&self, field: &crate::ast::Field) -> TokenStream {
        let (p, model) = (&self.p, &self.model.ident);
        match &field.kind {
            FieldKind::Config(config) => {
                let ty = &config.ty;
                quote!(#ty)
            }
            FieldKind::Param(param) | FieldKind::Buffer(param) => {
                let ty = &param.ty;
                quote!(#ty)
            }
            FieldKind::Dict(_) => {
                let h = hash(&field.name());
                quote!(<#model as #p::Part<#h>>::Type)
            }
            FieldKind::Layer(layer) => {
                let inner = self.layer_type(&field.name(), layer);
                match layer.wrap {
                    Wrap::One => inner,
                    Wrap::Option => quote!(::core::option::Option<#inner>),
                    Wrap::List => quote!(#p::Vec<#inner>),
                }
            }
        }
    }

    /// The type of one element of a layer field.
    fn layer_type(&self, name: &str, layer: &LayerField) -> TokenStream {
        let (p, model) = (&self.p, &self.model.ident);
        match &layer.layer {
            LayerType::Type(ty) => as_tokens(ty),
            LayerType::Sequential(_) => {
                let h = hash(name);
                quote!(<#model as #p::Part<#h>>::Type)
            }
        }
    }

    /// A function of `Layer`, by its name, for the layers of a field.
    fn of_layer(&self, name: &str, layer: &LayerField, function: &str) -> TokenStream {
        let (p, ty) = (&self.p, self.layer_type(name, layer));
        let function = quote::format_ident!("{function}");
        quote!(<#ty as #p::Layer>::#function)
    }

    /// The hidden types of `sequential!` and `dict!` fields.
    fn blocks(&self) -> TokenStream {
        let (p, ident) = (&self.p, &self.model.ident);
        let names = self.model.argument_names();
        let mut out = TokenStream::new();
        for (n, field) in self.model.fields.iter().enumerate() {
            let h = hash(&field.name());
            let cfgs: Vec<_> = field.cfgs().collect();
            let (items, ty) = match &field.kind {
                FieldKind::Layer(LayerField {
                    layer: LayerType::Sequential(block),
                    repeat,
                    ..
                }) => {
                    let var = repeat.as_ref().and_then(|r| r.var.as_ref());
                    let sites = rule::argument_sites(n);
                    let mut hidden = sequential::Hidden::new(p, &names, var, sites);
                    let ty = hidden.define(block);
                    let proof = quote!(#ident::__TAPER_PROOF);
                    (hidden.finish(Some(&proof)), ty)
                }
                FieldKind::Dict(dict) => self.dict_type(field, dict),
                _ => continue,
            };
            out.extend(quote! {
                #(#cfgs)*
                const _: () = {
                    #items
                    impl #p::Part<#h> for #ident {
                        type Type = #ty;
                    }
                };
            });
        }
        out
    }
}

fn as_tokens(ty: &Type) -> TokenStream {
    quote!(#ty)
}
