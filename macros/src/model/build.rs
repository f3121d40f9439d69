//! The model as a layer: its rule, and its construction from a plan.

use super::Context;
use crate::ast::{plain_name, ConfigKind, Field, FieldKind, ParamField, ParamForm, Wrap};
use crate::lower::hash;
use proc_macro2::TokenStream;
use quote::quote;

impl Context<'_> {
    /// The implementation of `Layer`.
    pub(super) fn layer(&self) -> TokenStream {
        let (p, model) = (&self.p, &self.model.ident);
        let rule = self.rule();
        let fields = self.model.fields.iter().map(|f| self.build_field(f));
        let names = self.model.fields.iter().map(|f| {
            let (cfgs, ident) = (f.cfgs(), &f.ident);
            quote!(#(#cfgs)* #ident)
        });
        let enums = self.key_enums();
        quote! {
            #enums
            #[allow(warnings, clippy::all)]
            const _: () = {
                #rule

                #[automatically_derived]
                #[diagnostic::do_not_recommend]
                impl #p::Layer for #model {
                    type Rule = __Rule;
                    const RULE: __Rule = __Rule;

                    fn trace(__t: &mut #p::Tracer<'_>, __args: &#p::Args, __inputs: &#p::Args) -> #p::Value {
                        __Rule.trace(__t, __args, __inputs)
                    }

                    fn build(__at: &mut #p::Build<'_, '_>) -> #p::Result<Self> {
                        let mut __row = 0usize;
                        #(#fields)*
                        ::core::result::Result::Ok(Self { #(#names,)* __taper: #p::State::new() })
                    }
                }
            };
        }
    }

    fn build_field(&self, f: &Field) -> TokenStream {
        let (cfgs, ident, name): (Vec<_>, _, _) = (f.cfgs().collect(), &f.ident, f.name());
        let h = hash(&name);
        let value = match &f.kind {
            FieldKind::Config(c) => {
                let ty = &c.ty;
                let read = match c.kind {
                    ConfigKind::Int => quote!(__at.int(__row)?),
                    ConfigKind::Float => quote!(__at.float(__row)?),
                    ConfigKind::Bool => quote!(__at.flag(__row)?),
                    ConfigKind::Other => {
                        let config = self.config_name();
                        let default = match &c.default {
                            Some(e) => quote!(#e),
                            None => {
                                quote!(return ::core::result::Result::Err(__at.unknown_setting(#name)))
                            }
                        };
                        quote!(match __at.config::<#config>() {
                            ::core::option::Option::Some(__c) => ::core::clone::Clone::clone(&__c.#ident),
                            ::core::option::Option::None => #default,
                        })
                    }
                };
                return quote!(#(#cfgs)* let #ident: #ty = #read; #(#cfgs)* { __row += 1; });
            }
            FieldKind::Param(param) => self.build_tensor(&name, param, true),
            FieldKind::Buffer(param) => self.build_tensor(&name, param, false),
            FieldKind::Dict(_) => quote!(__at.group(#h, #name)?),
            FieldKind::Layer(layer) => {
                let of = |function: &str| self.of_layer(&name, layer, function);
                match layer.wrap {
                    Wrap::One => {
                        let build = of("build_one");
                        quote!({ let __build = #build; __build(__at, #h, #name)? })
                    }
                    Wrap::Option => {
                        let build = of("build_optional");
                        quote!({ let __build = #build; __build(__at, #h)? })
                    }
                    Wrap::List => {
                        let build = of("build_list");
                        quote!({ let __build = #build; __build(__at, #h)? })
                    }
                }
            }
        };
        quote!(#(#cfgs)* let #ident = #value;)
    }

    fn build_tensor(&self, name: &str, field: &ParamField, trained: bool) -> TokenStream {
        let p = &self.p;
        let h = hash(name);
        let init = match (&field.init, trained) {
            (Some(e), _) => quote!({
                #[allow(unused_imports)]
                use #p::initial::*;
                #e
            }),
            (None, true) => quote!(#p::Init::STANDARD_NORMAL),
            (None, false) => quote!(#p::Init::ZEROS),
        };
        match &field.form {
            ParamForm::One(_) => {
                let make = if trained {
                    quote!(param)
                } else {
                    quote!(buffer)
                };
                quote!({ let __shape = __at.shape_of(#name)?; __at.#make(#name, &__shape, &#init)? })
            }
            ParamForm::List(list) => {
                let keys: Vec<_> = (0..list.len()).map(|i| i.to_string()).collect();
                quote!(#p::ParamGroup::build(__at, #h, #name, &[#(#keys),*], &#init)?)
            }
            ParamForm::Dict(entries) => {
                let keys: Vec<_> = entries.iter().map(|(key, _)| plain_name(key)).collect();
                quote!(#p::ParamGroup::build(__at, #h, #name, &[#(#keys),*], &#init)?)
            }
        }
    }
}
