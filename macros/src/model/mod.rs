//! The expansion of `#[model]`: struct, settings, construction, registration, and the model's side of the trace.

mod build;
mod config;
pub(crate) mod counts;
mod custom;
mod fields;
mod listed;
pub(crate) mod literal;
mod members;
mod rule;
pub(crate) mod sequential;
pub(crate) mod signature;
mod standard;

use crate::ast::{FieldKind, LayerField, LayerType, Model, Wrap};
use crate::emit::{quote, TokenStream, Word};
use crate::lower::hash;
use crate::tokens::Tokens;
use syn::Type;

/// What every part of the expansion needs.
pub(crate) struct Context<'a> {
    pub(crate) model: &'a Model,
    /// The model's name in generated code.
    pub(crate) name: Word,
    /// The model's visibility in generated code.
    pub(crate) vis: TokenStream,
    /// `::taper::__private`, for what stands beside the struct.
    pub(crate) path: Tokens,
    /// The short name of `path` in the block that holds everything else: paths are what an expansion mostly
    /// consists of, and every token costs time in each `cargo check`.
    pub(crate) p: Tokens,
}

/// Fields that are treated in one piece, where more would cost rustc the square of their number.
const PART: usize = 32;

/// Everything that `#[model]` generates.
pub(crate) fn expand(model: &Model, krate: &TokenStream) -> TokenStream {
    let path = Tokens::of(krate);
    let (p, import) = path.short();
    let cx = Context {
        model,
        name: Word::of(&model.ident),
        vis: match &model.vis {
            syn::Visibility::Public(_) => quote!(pub),
            other => quote!(#other),
        },
        path,
        p,
    };
    let p = &cx.p;
    let (blocks, block_checks) = cx.blocks();
    let (trace, trace_checks) = cx.trace_functions();
    let named = [
        cx.structure(),
        cx.settings(),
        cx.constructor(),
        cx.key_enums(),
        cx.masks(),
    ];
    let parts = [
        cx.config(),
        blocks,
        cx.module(),
        cx.standard(),
        cx.layer(),
        trace,
    ];
    quote! {
        #(#named)*

        #[allow(warnings, clippy::all, long_running_const_eval)]
        const _: () = {
            #import
            use #p::Untraced as _;
            #(#parts)*
        };

        // Beside the block, not in it: messages name the constant that fails.
        #block_checks
        #trace_checks
    }
}

impl Context<'_> {
    /// The struct itself: own attributes gone, blocks replaced by their hidden types.
    fn structure(&self) -> TokenStream {
        let p = &self.path;
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
        let (p, model) = (&self.path, &self.name);
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
                let inner = self.layer_type(&field.name(), layer, p);
                match layer.wrap {
                    Wrap::One => inner,
                    Wrap::Option => quote!(::core::option::Option<#inner>),
                    Wrap::List => quote!(#p::Vec<#inner>),
                }
            }
        }
    }

    /// The type of one element of a layer field.
    fn layer_type(&self, name: &str, layer: &LayerField, p: &Tokens) -> TokenStream {
        let model = &self.name;
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
        let (p, ty) = (&self.p, self.layer_type(name, layer, &self.p));
        let function = Word::new(function);
        quote!(<#ty as #p::Layer>::#function)
    }

    /// What checks a site of the proof.
    pub(super) fn proof(&self) -> TokenStream {
        let model = &self.model.ident;
        quote!(#model::__taper_check)
    }

    /// The hidden types of `sequential!` and `dict!` fields, and the checks of their arguments.
    fn blocks(&self) -> (TokenStream, TokenStream) {
        let (p, ident) = (&self.p, &self.name);
        let names = self.model.argument_names();
        let mut out = TokenStream::new();
        let mut checks = TokenStream::new();
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
                    checks.extend(guarded(&cfgs, hidden.checks(&self.proof())));
                    (hidden.items(), ty)
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
        (out, checks)
    }
}

/// Checks that stand under the same conditions as their field.
fn guarded(cfgs: &[&syn::Attribute], checks: TokenStream) -> TokenStream {
    if cfgs.is_empty() {
        checks
    } else {
        quote!(#(#cfgs)* const _: () = { #checks };)
    }
}

fn as_tokens(ty: &Type) -> TokenStream {
    quote!(#ty)
}
