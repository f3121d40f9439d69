//! The model as a layer of others: its table of arguments, and the rule that traces it.

use super::Context;
use crate::ast::{names_in, plain_name, ConfigKind, FieldKind, ParamForm};
use crate::emit::{quote, TokenStream};
use crate::lower::{hash, Lower, Sites};
use syn::Expr;

/// Where the numbers of sites of arguments begin: field `n` has 256 of them.
pub(crate) fn argument_sites(field: usize) -> Sites {
    Sites::from((1 << 16) + ((field as u32) << 8))
}

impl Context<'_> {
    /// The rule: binds the arguments, opens a frame with them, registers own parameters, runs the methods.
    pub(super) fn rule(&self) -> TokenStream {
        let (p, model) = (&self.p, &self.name);
        let run = self.run(&quote!(__t, __inputs));
        let word = self.model.ident.to_string();
        let rows = self.configs().map(|(f, c)| {
            let (cfgs, name) = (f.cfgs(), f.name());
            let takes = match c.kind {
                ConfigKind::Int => quote!(Int),
                ConfigKind::Float => quote!(Float),
                ConfigKind::Bool => quote!(Bool),
                ConfigKind::Other => quote!(Any),
            };
            let row = match c.default {
                Some(_) => quote!(#p::Param::optional(#name, #p::Takes::#takes, #p::Value::Unit)),
                None => quote!(#p::Param::required(#name, #p::Takes::#takes)),
            };
            quote!(#(#cfgs)* #row)
        });
        let settings = self.bound_settings();
        let (early, late) = (self.register(false), self.register(true));
        quote! {
            pub struct __Rule;

            impl __Rule {
                pub const fn trace(self, __t: &mut #p::Tracer<'_>, __args: &#p::Args, __inputs: &#p::Args) -> #p::Value {
                    let #p::Some(mut __bound) = __t.open_model(#word, &[#(#rows),*], __args, #model::__TAPER_PROOF) else {
                        return #p::Value::Any;
                    };
                    #settings
                    __t.begin_model(&__bound, __inputs);
                    #early
                    let __v = #run;
                    #late
                    __t.close_model(__v)
                }
            }
        }
    }

    /// The proof of the model for all values of its hyperparameters; of a `custom` one there is none.
    pub(super) fn proved(&self) -> TokenStream {
        let (p, ident) = (&self.p, &self.model.ident);
        if self.model.custom {
            return quote!(&#p::Proof::OPEN);
        }
        let (word, symbols) = (ident.to_string(), self.symbols());
        let run = self.run(&quote!(&mut __t, &#p::Args::new()));
        quote!(&{
            let mut __storage = #p::Storage::new();
            let mut __t = __storage.tracer(#p::Purpose::Proof);
            if __t.open(#word) {
                #symbols
                __t.seal();
                #run;
                __t.close();
            }
            __t.finish()
        })
    }

    /// Runs all methods. That there is none is an error at the model's name.
    fn run(&self, arguments: &TokenStream) -> TokenStream {
        let (p, model, at) = (&self.p, &self.name, &self.model.ident);
        quote!({ <#at as #p::Traced>::TRACED; #model::__taper_run(#arguments) })
    }

    /// Sets all hyperparameters: as bound or, where left out, by default.
    fn bound_settings(&self) -> TokenStream {
        let p = &self.p;
        let names = self.model.configs();
        let mut out = TokenStream::new();
        if !names.is_empty() {
            out.extend(quote!(let mut __row = 0usize;));
        }
        for (f, c) in self.configs() {
            let (cfgs, h) = (f.cfgs(), hash(&f.name()));
            let default = match (&c.default, c.kind) {
                (Some(_), ConfigKind::Other) => Some(quote!(#p::Value::Opaque)),
                (Some(e), _) => {
                    let mut sites = Sites::default();
                    let mut lower = Lower::arguments(p.clone(), &names, &mut sites);
                    Some(lower.expr(e))
                }
                (None, _) => None,
            };
            let value = match default {
                Some(default) => quote! {
                    match __bound.value(__row) {
                        #p::Value::Unit => #default,
                        __given => __given,
                    }
                },
                None => quote!(__bound.value(__row)),
            };
            out.extend(quote! {
                #(#cfgs)*
                {
                    let __v = #value;
                    __bound.set(__row, __v);
                    __t.set(#h, __v);
                    __row += 1;
                }
            });
        }
        out
    }

    /// Sets all hyperparameters to symbols.
    fn symbols(&self) -> TokenStream {
        let p = &self.p;
        self.configs()
            .map(|(f, c)| {
                let (cfgs, name, h) = (f.cfgs(), f.name(), hash(&f.name()));
                let value = match c.kind {
                    ConfigKind::Int => quote!(#p::Value::Dim(__t.algebra.hyper(#name))),
                    ConfigKind::Bool => quote!(__t.unknown_flag()),
                    _ => quote!(#p::Value::Opaque),
                };
                quote!(#(#cfgs)* { let __v = #value; __t.set(#h, __v); })
            })
            .collect()
    }

    /// Registers the model's own parameters and buffers: those whose shapes name a dimension of the input after the body,
    /// in which the inputs are matched with the signature, and the others before.
    fn register(&self, late: bool) -> TokenStream {
        let configs = self.model.configs();
        let free = self.model.argument_names().split_off(configs.len());
        let mut out = TokenStream::new();
        for f in &self.model.fields {
            let (method, field) = match &f.kind {
                FieldKind::Param(param) => (quote!(param), param),
                FieldKind::Buffer(param) => (quote!(buffer), param),
                _ => continue,
            };
            let named = field.shapes().any(|size| {
                names_in(size)
                    .iter()
                    .any(|name| free.contains(&plain_name(name)))
            });
            if named != late {
                continue;
            }
            let (cfgs, name) = (f.cfgs(), f.name());
            let one = |name: &str, dims: &[Expr]| {
                let dims = self.dims(dims);
                quote!({ let __dims = #dims; __t.#method(#name, &__dims); })
            };
            let code = match &field.form {
                ParamForm::One(dims) => one(&name, dims),
                ParamForm::List(list) => {
                    let items = list
                        .iter()
                        .enumerate()
                        .map(|(i, dims)| one(&i.to_string(), dims));
                    self.group(&name, quote!(#(#items)*))
                }
                ParamForm::Dict(entries) => {
                    let items = entries
                        .iter()
                        .map(|(key, dims)| one(&plain_name(key), dims));
                    self.group(&name, quote!(#(#items)*))
                }
            };
            out.extend(quote!(#(#cfgs)* #code));
        }
        out
    }

    /// An array of dimensions.
    pub(super) fn dims(&self, dims: &[Expr]) -> TokenStream {
        let p = &self.p;
        let names = self.model.argument_names();
        let mut sites = Sites::default();
        let mut lower = Lower::arguments(p.clone(), &names, &mut sites);
        let dims: Vec<_> = dims.iter().map(|e| lower.expr(e)).collect();
        quote!([#(#p::as_dim(#dims)),*])
    }

    /// A list or dict of parameters is a path segment of its own.
    fn group(&self, name: &str, items: TokenStream) -> TokenStream {
        let (p, h) = (&self.p, hash(name));
        quote!({
            __t.enter(#h, #name, #p::None, false);
            __t.describe("ParameterGroup", #p::None, &#p::Args::new());
            #items
            __t.leave();
        })
    }
}
