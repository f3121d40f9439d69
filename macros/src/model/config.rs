//! The generated configuration: a plain public struct with setters, `Default` where possible, serde both ways.

use super::Context;
use crate::ast::{ConfigField, ConfigKind, Field, FieldKind};
use crate::emit::{quote, ToTokens, TokenStream, Word};

/// The documentation of `init` on a configuration. One string each: a line is an attribute of its own otherwise.
const INIT: &str =
    " Checks all shapes and builds the model, drawing from the global generator.\n\n# Errors\n\
    What `cargo check` would have shown, had these settings been known to it.";
const INIT_SEEDED: &str = " Like `init`, from a seed of its own.\n\n# Errors\nAs `init`.";
const BUILD_FROM: &str =
    " Like `init`, from variables or stored tensors of Candle's, by PyTorch's names.\n\n\
    # Errors\nAs `init`, and if a stored tensor is missing or of another shape.";
const INIT_DEFAULT: &str =
    " Builds the model with the defaults of all settings.\n\n# Errors\nAs `config().init(device)`.";

impl Context<'_> {
    /// Name of the configuration, where it isn't defined.
    pub(super) fn config_name(&self) -> Word {
        Word::new(&format!("{}Config", self.model.ident))
    }

    /// The hyperparameters.
    pub(super) fn configs(&self) -> impl Iterator<Item = (&Field, &ConfigField)> {
        self.model.fields.iter().filter_map(|f| match &f.kind {
            FieldKind::Config(c) => Some((f, c)),
            _ => None,
        })
    }

    /// The configuration itself.
    pub(super) fn settings(&self) -> TokenStream {
        let (p, model, vis) = (&self.path, &self.model.ident, &self.model.vis);
        let name = self.config_name().to_token_stream().at(model.span());
        let doc = format!(" Settings of [`{model}`].");
        let fields: Vec<_> = self
            .configs()
            .map(|(f, c)| {
                let (attrs, ident, ty) = (&f.attrs, &f.ident, &c.ty);
                quote!(#(#attrs)* pub #ident: #ty)
            })
            .collect();
        if fields.is_empty() {
            return quote! {
                #[doc = #doc]
                #vis type #name = #p::NoSettings<#model>;
            };
        }
        let serde = p.to_token_stream().to_string().replace(' ', "") + "::serde";
        let container = self.complete().then(|| quote!(, default));
        quote! {
            #[doc = #doc]
            #[allow(missing_docs)]
            #[derive(::core::clone::Clone, ::core::fmt::Debug, #p::serde::Serialize, #p::serde::Deserialize)]
            #[serde(crate = #serde #container)]
            #vis struct #name { #(#fields,)* }
        }
    }

    /// Whether all hyperparameters have defaults.
    pub(super) fn complete(&self) -> bool {
        self.configs().all(|(_, c)| c.default.is_some())
    }

    /// Everything on the configuration.
    pub(super) fn config(&self) -> TokenStream {
        let (model, name) = (&self.name, self.config_name());
        let inspect = self.inspect(&name);
        if self.configs().next().is_none() {
            return inspect;
        }
        let default = self.complete().then(|| {
            quote! {
                impl ::core::default::Default for #name {
                    fn default() -> Self { #model::config() }
                }
            }
        });
        let setters = self.setters(&name);
        let args = self.config_args(&name);
        quote! {
            #default
            #setters
            #inspect
            #args
        }
    }

    fn setters(&self, name: &Word) -> TokenStream {
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
        let (p, model) = (&self.p, &self.name);
        quote! {
            impl #name {
                #(#setters)*

                #[doc = #INIT]
                pub fn init(&self, device: &#p::Device) -> #p::Result<#model> {
                    #p::Config::init(self, device)
                }

                #[doc = #INIT_SEEDED]
                pub fn init_seeded(&self, device: &#p::Device, seed: u64) -> #p::Result<#model> {
                    #p::Config::init_seeded(self, device, seed)
                }

                #[doc = #BUILD_FROM]
                pub fn build_from(&self, vb: #p::candle_nn::VarBuilder<'_>) -> #p::Result<#model> {
                    #p::Config::build_from(self, vb)
                }
            }
        }
    }

    /// `LeNet::config(required…)`; where all settings have defaults, `LeNet::init(&device)` and what can be counted.
    ///
    /// It stands beside the struct: messages name what fails by its path.
    pub(super) fn constructor(&self) -> TokenStream {
        let (p, model, vis) = (&self.path, &self.name, &self.vis);
        let name = self.config_name();
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
        let init = self.complete().then(|| {
            quote! {
                #[doc = #INIT_DEFAULT]
                #vis fn init(device: &#p::Device) -> #p::Result<Self> {
                    Self::config().init(device)
                }
            }
        });
        let make = match self.configs().next() {
            Some(_) => quote!(#name { #(#names,)* }),
            None => quote!(#name::new()),
        };
        let doc = format!(
            " The settings of `{}`, with their defaults.",
            self.model.ident
        );
        let counts = self.counts();
        quote! {
            #[allow(warnings, clippy::all, long_running_const_eval)]
            impl #model {
                #counts

                #[doc = #doc]
                #vis fn config(#(#required),*) -> #name {
                    #(#defaults)*
                    #make
                }

                #init
            }
        }
    }

    /// The settings that a model was built with.
    fn inspect(&self, name: &Word) -> TokenStream {
        let (p, model) = (&self.p, &self.name);
        if self.configs().next().is_none() {
            return quote!(impl #p::WithoutSettings for #model {});
        }
        let current = self.configs().map(|(f, _)| {
            let (cfgs, ident) = (f.cfgs(), &f.ident);
            quote!(#(#cfgs)* #ident: ::core::clone::Clone::clone(&self.#ident))
        });
        quote! {
            impl #p::Inspect for #model {
                type Config = #name;

                fn settings(&self) -> #name {
                    #name { #(#current,)* }
                }
            }
        }
    }

    fn config_args(&self, name: &Word) -> TokenStream {
        let (p, model) = (&self.p, &self.name);
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
            impl #p::Config for #name {
                type Layer = #model;

                fn args(&self, _: &mut #p::Tracer<'_>) -> #p::Args {
                    let mut __args = #p::Args::new();
                    #(#args)*
                    __args
                }

                fn as_any(&self) -> #p::Option<&dyn ::core::any::Any> {
                    #p::Some(self)
                }
            }
        }
    }
}
