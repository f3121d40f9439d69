//! The generated configuration: a plain public struct with setters, `Default` where possible, serde both ways.

use super::Context;
use crate::ast::{ConfigField, ConfigKind, Field, FieldKind};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

impl Context<'_> {
    /// Name of the configuration.
    pub(super) fn config_name(&self) -> syn::Ident {
        format_ident!("{}Config", self.model.ident)
    }

    /// The hyperparameters.
    pub(super) fn configs(&self) -> impl Iterator<Item = (&Field, &ConfigField)> {
        self.model.fields.iter().filter_map(|f| match &f.kind {
            FieldKind::Config(c) => Some((f, c)),
            _ => None,
        })
    }

    /// The configuration and everything on it.
    pub(super) fn config(&self) -> TokenStream {
        let (p, model, vis) = (&self.p, &self.model.ident, &self.model.vis);
        let name = self.config_name();
        let serde = p.to_string().replace(' ', "") + "::serde";
        let doc = format!(" Settings of [`{model}`].");
        let fields: Vec<_> = self
            .configs()
            .map(|(f, c)| {
                let (attrs, ident, ty) = (&f.attrs, &f.ident, &c.ty);
                quote!(#(#attrs)* pub #ident: #ty)
            })
            .collect();
        let complete = self.configs().all(|(_, c)| c.default.is_some());
        let container = (complete && !fields.is_empty()).then(|| quote!(, default));
        let default = complete.then(|| {
            quote! {
                #[automatically_derived]
                impl ::core::default::Default for #name {
                    fn default() -> Self { #model::config() }
                }
            }
        });
        let setters = self.setters(&name);
        let constructor = self.constructor(&name);
        let args = self.config_args(&name);
        quote! {
            #[doc = #doc]
            #[allow(missing_docs)]
            #[derive(::core::clone::Clone, ::core::fmt::Debug, #p::serde::Serialize, #p::serde::Deserialize)]
            #[serde(crate = #serde #container)]
            #vis struct #name { #(#fields,)* }
            #default
            #setters
            #constructor
            #args
        }
    }

    fn setters(&self, name: &syn::Ident) -> TokenStream {
        let setters = self.configs().map(|(f, c)| {
            let (attrs, ident, ty) = (&f.attrs, &f.ident, &c.ty);
            quote! {
                #(#attrs)*
                #[must_use]
                pub fn #ident(mut self, #ident: #ty) -> Self {
                    self.#ident = #ident;
                    self
                }
            }
        });
        let (p, krate, model) = (&self.p, &self.krate, &self.model.ident);
        quote! {
            #[automatically_derived]
            #[allow(missing_docs, dead_code)]
            impl #name {
                #(#setters)*

                /// Checks all shapes and builds the model, drawing from the global generator.
                ///
                /// # Errors
                /// What `cargo check` would have shown, had these settings been known to it.
                pub fn init(&self, device: &#krate::Device) -> #krate::Result<#model> {
                    #p::Config::init(self, device)
                }

                /// Like `init`, from a seed of its own.
                ///
                /// # Errors
                /// As `init`.
                pub fn init_seeded(&self, device: &#krate::Device, seed: u64) -> #krate::Result<#model> {
                    #p::Config::init_seeded(self, device, seed)
                }
            }
        }
    }

    /// `LeNet::config(required…)`, and `LeNet::init(&device)` where all settings have defaults.
    fn constructor(&self, name: &syn::Ident) -> TokenStream {
        let (krate, model, vis) = (&self.krate, &self.model.ident, &self.model.vis);
        let required = self
            .configs()
            .filter(|(_, c)| c.default.is_none())
            .map(|(f, c)| {
                let (cfgs, ident, ty) = (f.cfgs(), &f.ident, &c.ty);
                quote!(#(#cfgs)* #ident: #ty)
            });
        let defaults = self.configs().filter_map(|(f, c)| {
            let (cfgs, ident, ty, e) = (f.cfgs(), &f.ident, &c.ty, c.default.as_ref()?);
            Some(quote!(#(#cfgs)* let #ident: #ty = #e;))
        });
        let names = self.configs().map(|(f, _)| {
            let (cfgs, ident) = (f.cfgs(), &f.ident);
            quote!(#(#cfgs)* #ident)
        });
        let all_defaults = self.configs().all(|(_, c)| c.default.is_some());
        let init = all_defaults.then(|| {
            quote! {
                /// Builds the model with the defaults of all settings.
                ///
                /// # Errors
                /// As `config().init(device)`.
                #vis fn init(device: &#krate::Device) -> #krate::Result<Self> {
                    Self::config().init(device)
                }
            }
        });
        let current = self.configs().map(|(f, _)| {
            let (cfgs, ident) = (f.cfgs(), &f.ident);
            quote!(#(#cfgs)* #ident: ::core::clone::Clone::clone(&self.#ident))
        });
        let doc = format!(" The settings of `{model}`, with their defaults.");
        quote! {
            #[automatically_derived]
            #[allow(dead_code, unused_variables, clippy::all)]
            impl #model {
                #[doc = #doc]
                #vis fn config(#(#required),*) -> #name {
                    #(#defaults)*
                    #name { #(#names,)* }
                }

                /// The settings that this model was built with.
                #vis fn settings(&self) -> #name {
                    #name { #(#current,)* }
                }

                #init
            }
        }
    }

    fn config_args(&self, name: &syn::Ident) -> TokenStream {
        let (p, model) = (&self.p, &self.model.ident);
        let args = self.configs().map(|(f, c)| {
            let (cfgs, ident, word) = (f.cfgs(), &f.ident, f.name());
            let value = match c.kind {
                ConfigKind::Int | ConfigKind::Float | ConfigKind::Bool => {
                    quote!(#p::Leaf(self.#ident).value())
                }
                ConfigKind::Other => quote!(#p::Value::Opaque),
            };
            quote!(#(#cfgs)* __args.named(#word, #value);)
        });
        quote! {
            #[automatically_derived]
            impl #p::Inspect for #model {
                type Config = #name;

                fn current_settings(&self) -> #name {
                    self.settings()
                }
            }

            #[automatically_derived]
            impl #p::Config for #name {
                type Layer = #model;

                fn args(&self, _: &mut #p::Tracer<'_>) -> #p::Args {
                    let mut __args = #p::Args::new();
                    #(#args)*
                    __args
                }

                fn as_any(&self) -> ::core::option::Option<&dyn ::core::any::Any> {
                    ::core::option::Option::Some(self)
                }
            }
        }
    }
}
