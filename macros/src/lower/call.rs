//! Calls: submodules, methods of the same block, operations, functions.

use super::{hash, Lower, Place};
use crate::ast::{looks_like_variant, names_in, plain_name};
use crate::emit::{quote, ToTokens, TokenStream};
use crate::forward::arguments::Arguments;
use crate::forward::call::{callee, own_field, Callee};
use crate::tokens::Tokens;
use proc_macro2::{Ident, Span};
use syn::punctuated::Punctuated;
use syn::{Expr, Path, Token};

/// Operations written as functions, because several tensors meet in them.
const FUNCTIONS: &[&str] = &["cat", "stack", "where_"];

impl Lower<'_> {
    /// `receiver.name(…)`, `function(…)`, `self.list[i](…)`, `block(…)`.
    pub(super) fn call(&mut self, e: &Expr) -> TokenStream {
        if self.place == Place::Argument {
            // The constructor of a variant: of the user's own type, as the variants without fields are. `Some` is not.
            return match called(e) {
                Some(path) if path.segments.len() > 1 && looks_like_variant(path) => {
                    let p = &self.p;
                    quote!(#p::Value::Opaque)
                }
                _ => self.native(e),
            };
        }
        let (args, start) = match e {
            Expr::Call(call) => (&call.args, first_span(&call.func)),
            Expr::MethodCall(call) => (&call.args, first_span(&call.receiver)),
            _ => return self.any(),
        };
        let methods = self.methods.clone();
        let Some(callee) = callee(e, &methods, |name| self.is_value(name)) else {
            return self.any();
        };
        let p = self.p.clone();
        let forward = Some(hash("forward"));
        match callee {
            Callee::Own(name) if !methods.contains(name) => self.any(),
            Callee::Own(name) => {
                let h = hash(&plain_name(name));
                let inputs = self.bound(&Arguments::written(args), Some(h));
                let site = self.site(start, e);
                quote!({ #inputs #site Self::__taper_helper(__t, #h, &__args) })
            }
            Callee::Submodule(name) => {
                let h = hash(&plain_name(name));
                let inputs = self.bound(&Arguments::written(args), forward);
                let site = self.site(start, e);
                quote!({ #inputs #site Self::__taper_call(#p::Calls::of(#h, #p::Value::Unit, &__args), __t) })
            }
            Callee::SubmoduleAt { list, index } => {
                let h = hash(&plain_name(list));
                let at = self.expr(index);
                let inputs = self.bound(&Arguments::written(args), forward);
                let site = self.site(start, e);
                quote!({ let __at = #at; #inputs #site Self::__taper_call(#p::Calls::of(#h, __at, &__args), __t) })
            }
            Callee::Local(name) => {
                let inputs = self.bound(&Arguments::written(args), forward);
                let site = self.site(start, e);
                let other = quote!(#p::Value::Any);
                of_layer(&p, &quote!(#name), quote!(#inputs #site), &other)
            }
            Callee::Some => self.first(args),
            Callee::Escape => {
                let h = hash("candle");
                let inputs = self.bound(&Arguments::written(args), None);
                let site = self.site(start, e);
                quote!({ #inputs #site __t.op(#h, &__args) })
            }
            Callee::Function(path) => match path.path.segments.last() {
                Some(last) if last.ident == "Ok" => self.first(args),
                Some(last) => {
                    let inputs = self.bound(&Arguments::of_function(&last.ident, args), None);
                    let site = self.site(start, e);
                    if FUNCTIONS.iter().any(|name| last.ident == name) {
                        let h = hash(&plain_name(&last.ident));
                        return quote!({ #inputs #site __t.op(#h, &__args) });
                    }
                    // A function of the user's own has a module with its trace.
                    let path = &path.path;
                    quote!({ #inputs #site #path::trace(__t, &__args) })
                }
                None => self.any(),
            },
            Callee::Operation { receiver, name } => self.operation(receiver, name, args, e),
        }
    }

    /// The value in `Some(…)` or `Ok(…)`.
    fn first(&mut self, args: &Punctuated<Expr, Token![,]>) -> TokenStream {
        match args.first() {
            Some(value) => self.expr(value),
            None => self.any(),
        }
    }

    fn operation(
        &mut self,
        receiver: &Expr,
        name: &Ident,
        args: &Punctuated<Expr, Token![,]>,
        e: &Expr,
    ) -> TokenStream {
        let (word, h) = (plain_name(name), hash(&plain_name(name)));
        if is_plain(&word) {
            return self.expr(receiver);
        }
        let value = self.expr(receiver);
        let field = own_field(receiver);
        if let ("get", Some(_), Some(key)) = (word.as_str(), field, args.first()) {
            // An element of a list or dict of parameters.
            let key = self.expr(key);
            let site = self.site(name.span(), e);
            return self.with(&[value, key], |v| quote!(#site __t.index(#(#v),*)));
        }
        let p = self.p.clone();
        let operation = Arguments::of_operation(name, args);
        let (before, values) = self.evaluated(&operation);
        let site = self.site_number(name.span(), e);
        let of = self.fresh();
        let pairs = values.iter().map(|(name, _, v)| quote!((#name, #v)));
        let op = quote!(#p::operate(#of, __t, #site, #h, &[#(#pairs),*]));
        if field.is_none() {
            return quote!({ let #of = #value; #before #op });
        }
        // `self.encoder.encode(x)` is a method of a submodule, `self.weight.matmul(x)` an operation.
        let inputs = self.pushed(&as_written(&values, &Arguments::written(args)), h);
        let called = of_layer(&p, &quote!(#of), quote!(#inputs __t.at(#site);), &op);
        quote!({ let #of = #value; #before #called })
    }

    /// `let mut __args = …;` with the arguments.
    fn bound(&mut self, args: &Arguments<'_>, method: Option<u64>) -> TokenStream {
        let (before, values) = self.evaluated(args);
        let inputs = self.pushed(&values, method.unwrap_or(0));
        quote!(#before #inputs)
    }

    /// `let mut __args = …;` with arguments that have been evaluated.
    fn pushed(&self, values: &[Evaluated<'_>], method: u64) -> TokenStream {
        let p = &self.p;
        let pushes = values
            .iter()
            .map(|(name, _, v)| quote!(__args.push(#name, #v, #p::QUIET);));
        quote!(let mut __args = #p::Args::for_method(#method); #(#pushes)*)
    }

    /// Arguments evaluated one after the other into variables.
    fn evaluated<'e>(&mut self, args: &Arguments<'e>) -> (TokenStream, Vec<Evaluated<'e>>) {
        let mut before = TokenStream::new();
        let mut values = Vec::new();
        for (name, written) in in_order(args) {
            let closure = matches!(written, Expr::Closure(_));
            // The body of an escape hatch.
            if closure && name.is_empty() {
                continue;
            }
            let (v, p) = (self.fresh(), self.p.clone());
            let value = match closure {
                true => quote!(#p::Value::Opaque), // a function given by name
                false => self.expr(written),
            };
            before.extend(quote!(let #v = #value;));
            values.push((name, written, v));
        }
        (before, values)
    }

    /// A call in a layer's argument: a user's `const fn`, run where its arguments are known.
    fn native(&mut self, e: &Expr) -> TokenStream {
        let p = self.p.clone();
        let mut used = names_in(e);
        used.retain(|n| self.is_value(n) || self.setting_hash(n).is_some());
        if used.is_empty() {
            return self.leaf(e);
        }
        let values: Vec<TokenStream> = used
            .iter()
            .map(|n| match self.setting_hash(n) {
                Some(h) if !self.is_value(n) => quote!(__t.setting(#h)),
                _ => quote!(#n),
            })
            .collect();
        self.with(&values, |v| {
            quote! {
                match (#(__t.known_int(#v),)*) {
                    (#(#p::Some(#used),)*) => #p::Leaf(#e).value(),
                    _ => #p::Value::Dim(#p::Dim::Unknown),
                }
            }
        })
    }
}

/// An argument's name, "" if it goes by position; how it is written; the variable that holds its value.
type Evaluated<'e> = (String, &'e Expr, Ident);

/// Arguments with their names, those by position first.
fn in_order<'e>(args: &Arguments<'e>) -> Vec<(String, &'e Expr)> {
    let positional = args.positional.iter().chain(&args.misplaced);
    let named = args.named.iter();
    positional
        .map(|value| (String::new(), *value))
        .chain(named.map(|(name, value)| (plain_name(name), *value)))
        .collect()
}

/// Arguments that were evaluated as an operation takes them, as they are written: an operation has names for positions.
fn as_written<'e>(values: &[Evaluated<'e>], args: &Arguments<'e>) -> Vec<Evaluated<'e>> {
    let variable = |written: &Expr| {
        let found = values.iter().find(|(_, e, _)| std::ptr::eq(*e, written));
        found.map(|(_, _, v)| v.clone())
    };
    in_order(args)
        .into_iter()
        .filter_map(|(name, written)| Some((name, written, variable(written)?)))
        .collect()
}

/// Methods that give the value itself.
pub(super) fn is_plain(word: &str) -> bool {
    matches!(word, "clone" | "iter" | "as_ref" | "to_owned" | "borrow")
}

/// The only argument, given by position.
pub(super) fn only(args: &Punctuated<Expr, Token![,]>) -> Option<&Expr> {
    let first = args.first()?;
    (args.len() == 1 && !matches!(first, Expr::Assign(_) | Expr::Closure(_))).then_some(first)
}

/// A call of `value` if that is a layer or an element of a list, `other` if not; `inputs` binds the arguments.
fn of_layer(
    p: &Tokens,
    value: &TokenStream,
    inputs: TokenStream,
    other: &TokenStream,
) -> TokenStream {
    quote!({
        match #value {
            #p::Value::Layer(__field, __index) => {
                #inputs
                Self::__taper_call(#p::Calls::of(__field, #p::Value::Dim(__index), &__args), __t)
            }
            _ => #other,
        }
    })
}

/// The function that an expression calls by its path.
fn called(e: &Expr) -> Option<&Path> {
    let Expr::Call(call) = e else { return None };
    match &*call.func {
        Expr::Path(func) => Some(&func.path),
        _ => None,
    }
}

/// Where an expression starts.
pub(super) fn first_span(e: &Expr) -> Span {
    match e {
        Expr::MethodCall(call) => first_span(&call.receiver),
        Expr::Call(call) => first_span(&call.func),
        Expr::Field(field) => first_span(&field.base),
        _ => {
            let ends = e.to_token_stream().ends();
            ends.map_or_else(Span::call_site, |(first, _)| first)
        }
    }
}

/// Where an expression ends: with its last delimiter, if that is its last token.
pub(super) fn last_span(e: &Expr) -> Option<Span> {
    match e {
        Expr::MethodCall(call) => Some(call.paren_token.span.close()),
        Expr::Call(call) => Some(call.paren_token.span.close()),
        _ => e.to_token_stream().close(),
    }
}
