//! Calls: submodules, methods of the same block, operations, functions.

use super::{hash, Lower, Place};
use crate::ast::{looks_like_variant, names_in, plain_name};
use crate::forward::arguments::Arguments;
use crate::forward::call::{callee, own_field, Callee};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, ToTokens};
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
                if let Some(x) = only(args) {
                    let x = self.expr(x);
                    let site = self.site_number(start, e);
                    return quote!(Self::__taper_layer(#x, __t, #site, #h));
                }
                let inputs = self.bound(&Arguments::written(args), forward);
                let site = self.site(start, e);
                quote!({ #inputs #site Self::__taper_call(__t, #h, #p::Value::Unit, &__args) })
            }
            Callee::SubmoduleAt { list, index } => {
                let h = hash(&plain_name(list));
                let at = self.expr(index);
                let inputs = self.bound(&Arguments::written(args), forward);
                let site = self.site(start, e);
                quote!({ let __at = #at; #inputs #site Self::__taper_call(__t, #h, __at, &__args) })
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
        if matches!(
            word.as_str(),
            "clone" | "iter" | "as_ref" | "to_owned" | "borrow"
        ) {
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
        let of = self.fresh();
        let (before, list) = self.evaluated(&Arguments::of_operation(name, args));
        let site = self.site_number(name.span(), e);
        let list = list.iter().map(|(name, v)| quote!((#name, #v)));
        let op = quote!({
            let #of = #value;
            #before
            __t.operate(#site, #h, #of, &[#(#list),*])
        });
        let Some(field) = field else { return op };
        // `self.encoder.encode(x)` is a method of a submodule, `self.weight.matmul(x)` an operation.
        let owner = self.own_field(field);
        let inputs = self.bound(&Arguments::written(args), Some(h));
        of_layer(&self.p, &owner, quote!(#inputs __t.at(#site);), &op)
    }

    /// `let mut __args = …;` with the arguments.
    fn bound(&mut self, args: &Arguments<'_>, method: Option<u64>) -> TokenStream {
        let p = self.p.clone();
        let method = method.unwrap_or(0);
        let (before, list) = self.evaluated(args);
        let pushes = list
            .iter()
            .map(|(name, v)| quote!(__args.push(#name, #v, #p::QUIET);));
        quote!(#before let mut __args = #p::Args::for_method(#method); #(#pushes)*)
    }

    /// Arguments evaluated one after the other into variables, and the variables with the arguments' names, "" for those
    /// by position.
    fn evaluated(&mut self, args: &Arguments<'_>) -> (TokenStream, Vec<(String, Ident)>) {
        let mut before = TokenStream::new();
        let mut list = Vec::new();
        let positional = args.positional.iter().chain(&args.misplaced);
        let positional = positional.map(|value| (String::new(), *value));
        let named = args
            .named
            .iter()
            .map(|(name, value)| (plain_name(name), *value));
        for (name, value) in positional.chain(named) {
            // The body of an escape hatch is not followed.
            if matches!(value, Expr::Closure(_)) {
                continue;
            }
            let (v, value) = (self.fresh(), self.expr(value));
            before.extend(quote!(let #v = #value;));
            list.push((name, v));
        }
        (before, list)
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

/// The only argument, given by position.
fn only(args: &Punctuated<Expr, Token![,]>) -> Option<&Expr> {
    let first = args.first()?;
    (args.len() == 1 && !matches!(first, Expr::Assign(_) | Expr::Closure(_))).then_some(first)
}

/// A call of `value` if that is a layer or an element of a list, `other` if not; `inputs` binds the arguments.
fn of_layer(
    p: &TokenStream,
    value: &TokenStream,
    inputs: TokenStream,
    other: &TokenStream,
) -> TokenStream {
    quote!({
        match #value {
            #p::Value::Layer(__field, __index) => {
                #inputs
                Self::__taper_call(__t, __field, #p::Value::Dim(__index), &__args)
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
fn first_span(e: &Expr) -> Span {
    let first = e.to_token_stream().into_iter().next();
    first.map_or_else(Span::call_site, |token| token.span())
}
