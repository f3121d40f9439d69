//! Calls: submodules, methods of the same block, operations, functions.

use super::{expr::is_self, expr::variable, hash, Lower, Place};
use crate::ast::plain_name;
use proc_macro2::{Ident, TokenStream};
use quote::{quote, ToTokens};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprCall, ExprMethodCall, Member, Token};

/// Operations written as functions, because several tensors meet in them.
const FUNCTIONS: &[&str] = &["cat", "stack", "where_", "candle"];

impl Lower<'_> {
    /// `receiver.name(…)`
    pub(super) fn method_call(&mut self, e: &ExprMethodCall) -> TokenStream {
        if self.place == Place::Argument {
            return self.native(&Expr::MethodCall(e.clone()));
        }
        if is_self(&e.receiver) {
            return self.own_call(&e.method, e);
        }
        let (name, h) = (plain_name(&e.method), hash(&plain_name(&e.method)));
        if matches!(
            name.as_str(),
            "clone" | "iter" | "as_ref" | "to_owned" | "borrow"
        ) {
            return self.expr(&e.receiver);
        }
        let receiver = self.expr(&e.receiver);
        if let ("get", Some(_), Some(key)) =
            (name.as_str(), self_field(&e.receiver), e.args.first())
        {
            // An element of a list or dict of parameters.
            let key = self.expr(key);
            let site = self.site(e.method.span(), &close(e));
            return self.with(&[receiver, key], |v| quote!(#site __t.index(#(#v),*)));
        }
        let mut op = self.arguments_of(&e.args, Some(receiver), None);
        let site = self.site(e.method.span(), &close(e));
        op.extend(quote!(#site __t.op(#h, &__args)));
        if let Some(field) = self_field(&e.receiver) {
            // `self.encoder.encode(x)` is a method of a submodule, `self.weight.matmul(x)` an operation.
            let receiver = self.own_field(field);
            let p = self.p.clone();
            let inputs = self.arguments_of(&e.args, None, Some(h));
            return quote!({
                match #receiver {
                    #p::Value::Layer(__field, __index) => {
                        #inputs
                        #site
                        Self::__taper_call(__t, __field, #p::Value::Dim(__index), &__args)
                    }
                    _ => { #op }
                }
            });
        }
        quote!({ #op })
    }

    /// `self.name(…)`: a method of the block, or a submodule.
    fn own_call(&mut self, name: &Ident, e: &ExprMethodCall) -> TokenStream {
        let h = hash(&plain_name(name));
        let p = self.p.clone();
        let start = e
            .receiver
            .to_token_stream()
            .into_iter()
            .next()
            .map_or(name.span(), |t| t.span());
        if self.is_method(name) {
            let inputs = self.arguments_of(&e.args, None, Some(h));
            let site = self.site(start, &close(e));
            return quote!({ #inputs #site Self::__taper_helper(__t, #h, &__args) });
        }
        let inputs = self.arguments_of(&e.args, None, Some(hash("forward")));
        let site = self.site(start, &close(e));
        quote!({ #inputs #site Self::__taper_call(__t, #h, #p::Value::Unit, &__args) })
    }

    /// `function(…)`, `self.list[i](…)`, `block(…)`.
    pub(super) fn call(&mut self, e: &ExprCall) -> TokenStream {
        let p = self.p.clone();
        if self.place == Place::Argument {
            return self.native(&Expr::Call(e.clone()));
        }
        let start = e
            .func
            .to_token_stream()
            .into_iter()
            .next()
            .map(|t| t.span());
        let end = last_paren(&e.to_token_stream());
        if let Expr::Index(index) = &*e.func {
            if let Some(field) = self_field(&index.expr) {
                let h = hash(&plain_name(field));
                let at = self.expr(&index.index);
                let inputs = self.arguments_of(&e.args, None, Some(hash("forward")));
                let site = start.map(|s| self.site(s, &end));
                return quote!({ let __at = #at; #inputs #site Self::__taper_call(__t, #h, __at, &__args) });
            }
        }
        if let Expr::Paren(inner) = &*e.func {
            if let Some(field) = self_field(&inner.expr) {
                let h = hash(&plain_name(field));
                let inputs = self.arguments_of(&e.args, None, Some(hash("forward")));
                let site = start.map(|s| self.site(s, &end));
                return quote!({ #inputs #site Self::__taper_call(__t, #h, #p::Value::Unit, &__args) });
            }
        }
        let Expr::Path(path) = &*e.func else {
            return self.any();
        };
        if let Some(name) = variable(&e.func) {
            if self.is_value(name) {
                let inputs = self.arguments_of(&e.args, None, Some(hash("forward")));
                let site = start.map(|s| self.site(s, &end));
                return quote!({
                    match #name {
                        #p::Value::Layer(__field, __index) => {
                            #inputs
                            #site
                            Self::__taper_call(__t, __field, #p::Value::Dim(__index), &__args)
                        }
                        _ => #p::Value::Any,
                    }
                });
            }
            if name == "Some" || name == "Ok" {
                return match e.args.first() {
                    Some(a) => self.expr(a),
                    None => self.any(),
                };
            }
        }
        let inputs = self.arguments_of(&e.args, None, None);
        let site = start.map(|s| self.site(s, &end));
        match path.path.segments.last() {
            Some(last) if FUNCTIONS.iter().any(|f| last.ident == f) => {
                let h = hash(&plain_name(&last.ident));
                quote!({ #inputs #site __t.op(#h, &__args) })
            }
            _ => {
                let function = &path.path;
                quote!({ #inputs #site #function::trace(__t, &__args) })
            }
        }
    }

    /// `let mut __args = …;` with the arguments, a receiver first.
    fn arguments_of(
        &mut self,
        args: &Punctuated<Expr, Token![,]>,
        receiver: Option<TokenStream>,
        method: Option<u64>,
    ) -> TokenStream {
        let p = self.p.clone();
        let method = method.unwrap_or(0);
        let mut before = TokenStream::new();
        let mut pushes = TokenStream::new();
        if let Some(receiver) = receiver {
            let v = self.fresh();
            before.extend(quote!(let #v = #receiver;));
            pushes.extend(quote!(__args.positional(#v);));
        }
        for arg in args {
            let v = self.fresh();
            match arg {
                Expr::Assign(named) => {
                    let value = self.expr(&named.right);
                    let name = variable(&named.left).map(plain_name).unwrap_or_default();
                    before.extend(quote!(let #v = #value;));
                    pushes.extend(quote!(__args.push(#name, #v, #p::QUIET);));
                }
                // The body of an escape hatch is not followed.
                Expr::Closure(_) => {}
                _ => {
                    let value = self.expr(arg);
                    before.extend(quote!(let #v = #value;));
                    pushes.extend(quote!(__args.push("", #v, #p::QUIET);));
                }
            }
        }
        quote!(#before let mut __args = #p::Args::for_method(#method); #pushes)
    }

    /// A call in a layer's argument: a user's `const fn`, run where its arguments are known.
    fn native(&mut self, e: &Expr) -> TokenStream {
        let p = self.p.clone();
        let mut used = Vec::new();
        names_in(e.to_token_stream(), &mut used);
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
                    (#(::core::option::Option::Some(#used),)*) => #p::Leaf(#e).value(),
                    _ => #p::Value::Dim(#p::Dim::Unknown),
                }
            }
        })
    }
}

/// The field in `self.name`.
fn self_field(e: &Expr) -> Option<&Ident> {
    match e {
        Expr::Field(field) if is_self(&field.base) => match &field.member {
            Member::Named(name) => Some(name),
            Member::Unnamed(_) => None,
        },
        Expr::Paren(inner) => self_field(&inner.expr),
        Expr::Reference(inner) => self_field(&inner.expr),
        _ => None,
    }
}

/// The closing parenthesis of a method call.
fn close(e: &ExprMethodCall) -> TokenStream {
    last_paren(&e.to_token_stream())
}

fn last_paren(tokens: &TokenStream) -> TokenStream {
    tokens
        .clone()
        .into_iter()
        .last()
        .map(TokenStream::from)
        .unwrap_or_default()
}

/// The identifiers in some tokens, each once.
pub(super) fn names_in(tokens: TokenStream, names: &mut Vec<Ident>) {
    for token in tokens {
        match token {
            proc_macro2::TokenTree::Ident(name) if !names.contains(&name) => names.push(name),
            proc_macro2::TokenTree::Group(group) => names_in(group.stream(), names),
            _ => {}
        }
    }
}
