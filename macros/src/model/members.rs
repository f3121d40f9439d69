//! Registration: the model as a `Module`.

use super::{standard, Context};
use crate::ast::{
    plain_name, template, ConfigKind, DictField, Field, FieldKind, LayerField, ParamForm,
    TemplatePart, Wrap,
};
use crate::emit::{quote, TokenStream, Word};
use crate::lower::hash;
use quote::format_ident;

impl Context<'_> {
    /// `Module`.
    pub(super) fn module(&self) -> TokenStream {
        let (p, model) = (&self.p, &self.name);
        let sizes = self.size_settings();
        let (visits, visits_mut) = (self.visits(false), self.visits(true));
        quote! {
            impl #p::Module for #model {
                fn visit<'__a>(&'__a self, visitor: &mut dyn #p::Visitor<'__a>) {
                    #visits
                }

                fn visit_mut(&mut self, visitor: &mut dyn #p::VisitorMut) -> #p::Result<()> {
                    #visits_mut
                }

                fn state(&self) -> #p::Option<&#p::State> {
                    #p::Some(&self.__taper)
                }

                #sizes
            }
        }
    }

    /// The hyperparameters that are sizes, by the hashes of their names.
    fn size_settings(&self) -> TokenStream {
        let p = &self.p;
        let sizes: Vec<_> = self
            .configs()
            .filter(|(_, c)| c.kind == ConfigKind::Int)
            .map(|(f, _)| {
                let (cfgs, ident, h) = (f.cfgs(), Word::of(&f.ident), hash(&f.name()));
                quote!(#(#cfgs)* #h => #p::Some(self.#ident),)
            })
            .collect();
        if sizes.is_empty() {
            return TokenStream::new();
        }
        quote! {
            fn size_setting(&self, __name: u64) -> #p::Option<usize> {
                match __name {
                    #(#sizes)*
                    _ => #p::None,
                }
            }
        }
    }

    /// The visits of all fields; neighbours that are always there share a call.
    fn visits(&self, exclusive: bool) -> TokenStream {
        let p = &self.p;
        let (all, borrow, end) = if exclusive {
            (quote!(visit_all_mut), quote!(&mut), quote!(?))
        } else {
            (quote!(visit_all), quote!(&), quote!())
        };
        let mut out = TokenStream::new();
        let mut run = Vec::new();
        let flush = |run: &mut Vec<(String, TokenStream)>, out: &mut TokenStream| {
            if !run.is_empty() {
                let (names, modules): (Vec<String>, Vec<TokenStream>) = run.drain(..).unzip();
                let names = names.join(" ");
                out.extend(quote!(#p::#all(visitor, #names, #borrow [#(#modules),*])#end;));
            }
        };
        for f in &self.model.fields {
            match self.plain_module(f, exclusive) {
                Some(module) => run.push(module),
                None => {
                    flush(&mut run, &mut out);
                    out.extend(self.visit(f, exclusive));
                }
            }
        }
        if out.is_empty() && exclusive {
            let (names, modules): (Vec<String>, Vec<TokenStream>) = run.into_iter().unzip();
            let names = names.join(" ");
            return quote!(#p::#all(visitor, #names, #borrow [#(#modules),*]));
        }
        flush(&mut run, &mut out);
        if exclusive {
            out.extend(quote!(#p::Ok(())));
        }
        out
    }

    /// The name of a layer or list of layers, and the field as a module.
    fn plain_module(&self, f: &Field, exclusive: bool) -> Option<(String, TokenStream)> {
        let FieldKind::Layer(layer) = &f.kind else {
            return None;
        };
        let function = match (layer.wrap, &layer.name, exclusive) {
            (Wrap::One, _, false) => "as_module",
            (Wrap::One, _, true) => "as_module_mut",
            (Wrap::List, None, false) => "list_module",
            (Wrap::List, None, true) => "list_module_mut",
            _ => return None,
        };
        let (ident, name) = (Word::of(&f.ident), shown(f, layer));
        // Names stand in one text, with spaces between them.
        if f.cfgs().next().is_some() || name.contains(' ') {
            return None;
        }
        let borrow = if exclusive { quote!(&mut) } else { quote!(&) };
        if layer.is_plain() {
            return Some((name, quote!(#borrow self.#ident)));
        }
        let module = self.of_layer(&f.name(), layer, function);
        Some((name, quote!(#module(#borrow self.#ident))))
    }

    fn visit(&self, f: &Field, exclusive: bool) -> TokenStream {
        let (cfgs, ident, name) = (f.cfgs(), Word::of(&f.ident), f.name());
        let (borrow, end) = if exclusive {
            (quote!(&mut), quote!(?))
        } else {
            (quote!(&), quote!())
        };
        let one = |method: &str| {
            let method = Word::new(method);
            quote!(visitor.#method(#name, #borrow self.#ident)#end;)
        };
        let code = match &f.kind {
            FieldKind::Config(_) => return TokenStream::new(),
            FieldKind::Param(param) => match param.form {
                ParamForm::One(_) => one("param"),
                _ => one("module"),
            },
            FieldKind::Buffer(param) => match param.form {
                ParamForm::One(_) => one("buffer"),
                _ => one("module"),
            },
            FieldKind::Dict(_) => one("module"),
            FieldKind::Layer(layer) => self.visit_layer(f, layer, exclusive),
        };
        match f.cfgs().next() {
            Some(_) => quote!(#(#cfgs)* { #code }),
            None => code,
        }
    }

    fn visit_layer(&self, f: &Field, layer: &LayerField, exclusive: bool) -> TokenStream {
        let (p, ident) = (&self.p, Word::of(&f.ident));
        let (borrow, end) = if exclusive {
            (quote!(&mut), quote!(?))
        } else {
            (quote!(&), quote!())
        };
        let name = shown(f, layer);
        let mutable = if exclusive { "_mut" } else { "" };
        let of = |function: &str| self.of_layer(&f.name(), layer, &format!("{function}{mutable}"));
        let (module, list) = (of("as_module"), of("list_module"));
        match (layer.wrap, &layer.name) {
            (Wrap::One, _) => quote!(visitor.module(#name, #module(#borrow self.#ident))#end;),
            (Wrap::Option, _) => quote! {
                let __as = #module;
                if let #p::Some(__m) = #borrow self.#ident { visitor.module(#name, __as(__m))#end; }
            },
            (Wrap::List, None) => quote!(visitor.module(#name, #list(#borrow self.#ident))#end;),
            (Wrap::List, Some(pattern)) => {
                let name = self.element_name(layer, pattern);
                let iter = if exclusive {
                    quote!(iter_mut)
                } else {
                    quote!(iter)
                };
                quote! {
                    let __as = #module;
                    for (__i, __m) in self.#ident.#iter().enumerate() {
                        let __name = #name;
                        visitor.module(&__name, __as(__m))#end;
                    }
                }
            }
        }
    }

    /// The name of element `__i` of a list, from its template.
    fn element_name(&self, layer: &LayerField, pattern: &syn::LitStr) -> TokenStream {
        let p = &self.p;
        let var = layer
            .repeat
            .as_ref()
            .and_then(|r| r.var.clone())
            .unwrap_or_else(|| format_ident!("__i"));
        let parts = template(pattern).unwrap_or_default();
        let pieces = parts.iter().map(|part| match part {
            TemplatePart::Text(text) => quote!(__out.push_str(#text);),
            TemplatePart::Index(e) => quote!(__out.push_str(&#p::position(#e));),
        });
        quote!({
            let #var = __i;
            let mut __out = #p::String::new();
            #(#pieces)*
            __out
        })
    }

    /// The hidden type of a `dict!` field, and the enum that names its keys.
    pub(super) fn dict_type(&self, f: &Field, dict: &DictField) -> (TokenStream, TokenStream) {
        let p = &self.p;
        let keys: Vec<_> = dict.entries.iter().map(|(key, _, _)| key.clone()).collect();
        let names: Vec<_> = keys.iter().map(plain_name).collect();
        let hashes: Vec<_> = names.iter().map(|n| crate::lower::hash(n)).collect();
        let types: Vec<_> = dict.entries.iter().map(|(_, ty, _)| ty).collect();
        let key_type = self.key_type(f);
        let variants: Vec<_> = keys.iter().map(camel).collect();
        let standard = {
            let name = Word::new("__Dict");
            let copies = quote! {
                #(#keys: <#types as #p::Layer>::copy_one(&self.#keys),)*
            };
            let (text, copy) = (standard::text(p, &name), standard::copy(p, &name, &copies));
            quote!(#text #copy)
        };
        let items = quote! {
            pub struct __Dict { #(#keys: #types,)* }

            #standard

            #[automatically_derived]
            #[allow(warnings, clippy::all)]
            impl #p::Module for __Dict {
                fn type_name(&self) -> &'static str { "ModuleDict" }
                fn visit<'__a>(&'__a self, visitor: &mut dyn #p::Visitor<'__a>) {
                    #(visitor.module(#names, &self.#keys);)*
                }
                fn visit_mut(&mut self, visitor: &mut dyn #p::VisitorMut) -> #p::Result<()> {
                    #(visitor.module(#names, &mut self.#keys)?;)*
                    ::core::result::Result::Ok(())
                }
            }

            #[automatically_derived]
            impl __Dict {
                fn build(__at: &mut #p::Build<'_, '_>) -> #p::Result<Self> {
                    ::core::result::Result::Ok(__Dict {
                        #(#keys: __at.one(#hashes, #names)?,)*
                    })
                }
            }

            #[automatically_derived]
            impl<A> #p::CallAt<#key_type, A> for __Dict
            where
                #(#types: #p::Call<A, Output = #p::Tensor>,)*
            {
                type Output = #p::Tensor;
                fn call_at(&self, __key: #key_type, __args: A) -> #p::Result<#p::Tensor> {
                    match __key { #(#key_type::#variants => #p::Call::call(&self.#keys, __args),)* }
                }
            }

            #[automatically_derived]
            impl #p::BuildGroup for __Dict {
                fn build_group(__at: &mut #p::Build<'_, '_>) -> #p::Result<Self> { Self::build(__at) }
            }
        };
        (items, quote!(__Dict))
    }

    /// Name of the enum of a dict's keys: `NetChoices` for the field `choices` of `Net`.
    pub(super) fn key_type(&self, f: &Field) -> syn::Ident {
        format_ident!("{}{}", self.model.ident, camel(&f.ident))
    }

    /// The enums that name the keys of `dict!` fields.
    pub(super) fn key_enums(&self) -> TokenStream {
        let (p, vis) = (&self.path, &self.model.vis);
        let mut out = TokenStream::new();
        for f in &self.model.fields {
            let FieldKind::Dict(dict) = &f.kind else {
                continue;
            };
            let (cfgs, name): (Vec<_>, _) = (f.cfgs().collect(), self.key_type(f));
            let doc = format!(" The keys of `{}` in [`{}`].", f.name(), self.model.ident);
            let keys = dict.entries.iter().map(|(key, _, _)| {
                let (variant, doc) = (camel(key), format!(" `{}`", plain_name(key)));
                quote!(#[doc = #doc] #variant)
            });
            let arms = dict.entries.iter().map(|(key, _, _)| {
                let (variant, word) = (camel(key), plain_name(key));
                quote!(#word => ::core::result::Result::Ok(#name::#variant))
            });
            let words: Vec<_> = dict
                .entries
                .iter()
                .map(|(key, _, _)| plain_name(key))
                .collect();
            let expected = format!("one of {}", words.join(", "));
            out.extend(quote! {
                #(#cfgs)*
                #[doc = #doc]
                #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
                #vis enum #name { #(#keys),* }

                #(#cfgs)*
                #[automatically_derived]
                impl ::core::str::FromStr for #name {
                    type Err = #p::Error;
                    fn from_str(__s: &str) -> #p::Result<Self> {
                        match __s {
                            #(#arms,)*
                            _ => ::core::result::Result::Err(#p::Error::argument(stringify!(#name), "key", __s, #expected)),
                        }
                    }
                }
            });
        }
        out
    }
}

/// `leaky_relu` → `LeakyRelu`.
fn camel(ident: &syn::Ident) -> syn::Ident {
    let name: String = plain_name(ident)
        .split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|c| c.to_uppercase().chain(letters).collect::<String>())
                .unwrap_or_default()
        })
        .collect();
    syn::Ident::new(&name, ident.span())
}

/// The name that a layer is registered under.
fn shown(f: &Field, layer: &LayerField) -> String {
    match &layer.name {
        Some(name) => name.value(),
        None => f.name(),
    }
}
