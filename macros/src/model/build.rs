//! The model as a layer: its rule, and its construction from a plan.

use super::{Context, PART};
use crate::ast::{
    is_opaque, plain_name, ConfigField, ConfigKind, Field, FieldKind, LayerField, ParamField,
    ParamForm, Wrap,
};
use crate::emit::{quote, quote_spanned, TokenStream, Word};
use crate::lower::hash;
use syn::spanned::Spanned;

/// The longest tuple of layers that the runtime builds.
const ROW: usize = 12;

impl Context<'_> {
    /// The implementation of `Layer`.
    pub(super) fn layer(&self) -> TokenStream {
        let (p, model) = (&self.p, &self.name);
        let rule = self.rule();
        let settings: Vec<_> = self.configs().collect();
        let row = (!settings.is_empty()).then(|| quote!(let mut __row = 0usize;));
        let names = settings.iter().map(|(f, _)| {
            let (cfgs, ident) = (f.cfgs(), &f.ident);
            quote!(#(#cfgs)* #ident)
        });
        // Settings first: the arguments that are handed to layers may name them.
        let settings = settings.iter().map(|(f, c)| self.build_setting(f, c));
        let (parts, fields) = self.built_fields();
        // A custom `forward` knows nothing of hooks.
        let state = if self.model.custom {
            quote!(new)
        } else {
            quote!(of_model)
        };
        quote! {
            #rule

                impl #p::Layer for #model {
                    type Rule = __Rule;
                    const RULE: __Rule = __Rule;

                    const TRACE: #p::TraceFn<Self> = __Rule::trace;

                    fn build(__at: &mut #p::Build<'_, '_>) -> #p::Result<Self> {
                        #row
                        #(#settings)*
                        #parts
                        // Settings last: what stands before may read them.
                        #p::Ok(Self { #fields #(#names,)* __taper: #p::State::#state() })
                    }
                }
        }
    }

    /// The fields of the struct expression, and what builds them before it, in the order of declaration.
    fn built_fields(&self) -> (TokenStream, TokenStream) {
        let all = self.model.fields.iter();
        let values: Vec<_> = all
            .filter_map(|f| Some((f, self.built_value(f)?)))
            .collect();
        match values.len() > PART {
            true => self.built_in_parts(&values),
            false => self.built_in_rows(&values),
        }
    }

    /// Layers in a row are built by one call, whose types only the struct expression tells.
    fn built_in_rows(&self, values: &[(&Field, TokenStream)]) -> (TokenStream, TokenStream) {
        let (mut statements, mut fields) = (TokenStream::new(), TokenStream::new());
        let runs = values.chunk_by(|(a, _), (b, _)| self.is_in_row(a) && self.is_in_row(b));
        for (n, run) in runs.flat_map(|run| run.chunks(ROW)).enumerate() {
            let names = (0..run.len()).map(|i| Word::new(&format!("__{n}_{i}")));
            let names: Vec<_> = names.collect();
            for ((f, _), name) in run.iter().zip(&names) {
                let (cfgs, ident) = (f.cfgs(), Word::of(&f.ident));
                fields.extend(quote!(#(#cfgs)* #ident: #name,));
            }
            statements.extend(match run {
                [(f, value)] if !self.is_in_row(f) => {
                    let cfgs = f.cfgs();
                    quote!(#(#cfgs)* let #(#names)* = #value;)
                }
                row => {
                    let words: Vec<_> = row.iter().map(|(f, _)| f.name()).collect();
                    let words = words.join(" ");
                    quote!(let (#(#names,)*) = __at.row(#words)?;)
                }
            });
        }
        (statements, fields)
    }

    /// Each way out of an expression drops all that was built so far, which costs rustc the square of their number: so a long
    /// model is built in parts.
    fn built_in_parts(&self, values: &[(&Field, TokenStream)]) -> (TokenStream, TokenStream) {
        let p = &self.p;
        let (mut parts, mut fields) = (TokenStream::new(), TokenStream::new());
        for (n, part) in values.chunks(PART).enumerate() {
            let (mut names, mut built) = (Vec::new(), Vec::new());
            for (i, (f, value)) in part.iter().enumerate() {
                let (cfgs, ident) = (f.cfgs(), Word::of(&f.ident));
                // Names can't be left out of a pattern as fields can.
                if f.cfgs().next().is_some() {
                    fields.extend(quote!(#(#cfgs)* #ident: #value,));
                } else {
                    let name = Word::new(&format!("__{n}_{i}"));
                    fields.extend(quote!(#ident: #name,));
                    names.push(name);
                    built.push(value);
                }
            }
            if !names.is_empty() {
                parts.extend(quote! {
                    let (#(#names,)*) = (|| -> #p::Result<_> { #p::Ok((#(#built,)*)) })()?;
                });
            }
        }
        (parts, fields)
    }

    /// Whether a field is a layer that can be built together with its neighbours.
    fn is_in_row(&self, f: &Field) -> bool {
        match &f.kind {
            FieldKind::Layer(layer) => {
                layer.is_plain() && f.cfgs().next().is_none() && self.handing(layer).is_empty()
            }
            _ => false,
        }
    }

    fn build_setting(&self, f: &Field, c: &ConfigField) -> TokenStream {
        let (cfgs, ident, name): (Vec<_>, _, _) = (f.cfgs().collect(), &f.ident, f.name());
        let (p, ty) = (&self.p, &c.ty);
        let read = match c.kind {
            ConfigKind::Int => quote!(__at.int(__row)?),
            ConfigKind::Float => quote!(__at.float(__row)?),
            ConfigKind::Bool => quote!(__at.flag(__row)?),
            ConfigKind::Other => {
                let config = self.config_name();
                let default = match &c.default {
                    Some(e) => quote!(#e),
                    None => quote!(return #p::Err(__at.unknown_setting(#name))),
                };
                let position = self.position(f);
                quote!(match __at.config::<#config>() {
                    #p::Some(__c) => ::core::clone::Clone::clone(&__c.#ident),
                    #p::None => match __at.handed::<#ty>(#p::Argument {
                        row: __row,
                        name: #name,
                        position: #position,
                    })? {
                        #p::Some(__v) => __v,
                        #p::None => #default,
                    },
                })
            }
        };
        quote!(#(#cfgs)* let #ident: #ty = #read; #(#cfgs)* { __row += 1; })
    }

    /// The expression that builds a field; settings are none of them.
    fn built_value(&self, f: &Field) -> Option<TokenStream> {
        let name = f.name();
        let h = hash(&name);
        Some(match &f.kind {
            FieldKind::Config(_) => return None,
            FieldKind::Param(param) => self.build_tensor(&name, param, true),
            FieldKind::Buffer(param) => self.build_tensor(&name, param, false),
            FieldKind::Dict(_) => quote!(__at.group(#h, #name)?),
            FieldKind::Layer(layer) => {
                let of = |function: &str| self.of_layer(&name, layer, function);
                let handing = self.handing(layer);
                let built = match layer.wrap {
                    Wrap::One => {
                        let build = of("build_one");
                        quote!(#build(__at, #name)?)
                    }
                    Wrap::Option => {
                        let build = of("build_optional");
                        quote!(#build(__at, #h)?)
                    }
                    Wrap::List => {
                        let build = of("build_list");
                        quote!(#build(__at, #h)?)
                    }
                };
                match handing.is_empty() {
                    true => built,
                    false => quote!({ #handing #built }),
                }
            }
        })
    }

    /// The place of a setting among the positional arguments, which are those without a default.
    fn position(&self, field: &Field) -> TokenStream {
        let p = &self.p;
        let required = self.configs().filter(|(_, c)| c.default.is_none());
        let at = required
            .enumerate()
            .find(|(_, (f, _))| f.ident == field.ident);
        match at {
            Some((at, _)) => quote!(#p::Some(#at)),
            None => quote!(#p::None),
        }
    }

    /// The arguments of types that the trace doesn't know, for the layers of a field: evaluated for each element.
    fn handing(&self, layer: &LayerField) -> TokenStream {
        let p = &self.p;
        let opaque = self.model.opaque_configs();
        let mut positional = 0usize;
        let mut values = TokenStream::new();
        for arg in &layer.args.items {
            let name = arg.name.as_ref().map(plain_name).unwrap_or_default();
            if is_opaque(&arg.value, &opaque) {
                let value = &arg.value;
                values.extend(quote!(#p::Handed::new(#name, #positional, #value),));
            }
            positional += usize::from(arg.name.is_none());
        }
        if values.is_empty() {
            return values;
        }
        let own = self.configs().map(|(f, _)| {
            let (cfgs, ident) = (f.cfgs(), &f.ident);
            quote!(#(#cfgs)* let #ident = ::core::clone::Clone::clone(&#ident);)
        });
        let index = layer.repeat.as_ref().and_then(|r| r.var.as_ref());
        let index = index.map(|var| quote!(let #var = __i;));
        quote! {
            let __hand = |__i: usize| {
                #(#own)*
                #index
                #p::Vec::from([#values])
            };
            let __at = &mut __at.handing(&__hand);
        }
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
        let persistent = field.persistent;
        let group = |keys: Vec<String>| {
            let build = quote!(__at, #h, #name, &[#(#keys),*], &#init);
            // A type that doesn't hold these is an error at the type.
            let ty = &field.ty;
            if trained {
                quote_spanned!(ty.span()=> <#ty as #p::ParamGroup>::build(#build)?)
            } else {
                quote_spanned!(ty.span()=> <#ty as #p::BufferGroup>::build(#build, #persistent)?)
            }
        };
        match &field.form {
            ParamForm::One(_) => {
                let make = match (trained, persistent) {
                    (true, _) => quote!(param),
                    (false, true) => quote!(buffer),
                    (false, false) => quote!(unsaved_buffer),
                };
                quote!({ let __shape = __at.shape_of(#name)?; __at.#make(#name, &__shape, &#init)? })
            }
            ParamForm::List(list) => group((0..list.len()).map(|i| i.to_string()).collect()),
            ParamForm::Dict(entries) => {
                group(entries.iter().map(|(key, _)| plain_name(key)).collect())
            }
        }
    }
}
