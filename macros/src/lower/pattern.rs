//! What a pattern of `match` or `if let` asks: a condition on the value, and names bound to it.

use super::Lower;
use crate::emit::{quote, TokenStream};
use proc_macro2::Ident;
use syn::{Expr, Pat, RangeLimits};

impl Lower<'_> {
    /// The condition under which `pat` matches `value`; `None` if it always does.
    pub(super) fn test(&mut self, pat: &Pat, value: &Ident) -> Option<TokenStream> {
        let p = self.p.clone();
        match pat {
            Pat::Wild(_) | Pat::Rest(_) => None,
            Pat::Ident(pat) if pat.subpat.is_none() => {
                let name = pat.ident.to_string();
                // A bare upper-case name is a constant or a variant.
                if name == "None" || name.starts_with(char::is_uppercase) {
                    return Some(quote!(__t.unknown_flag()));
                }
                None
            }
            Pat::Paren(pat) => self.test(&pat.pat, value),
            Pat::Reference(pat) => self.test(&pat.pat, value),
            Pat::Lit(lit) => {
                let e = Expr::Lit(lit.clone());
                let v = self.expr(&e);
                Some(self.with(
                    &[v],
                    |v| quote!(__t.binary(#p::BinaryOp::Eq, #value, #(#v),*)),
                ))
            }
            Pat::Range(range) => {
                let mut parts = Vec::new();
                if let Some(start) = &range.start {
                    let v = self.expr(start);
                    parts.push(self.with(
                        &[v],
                        |v| quote!(__t.binary(#p::BinaryOp::Ge, #value, #(#v),*)),
                    ));
                }
                if let Some(end) = &range.end {
                    let v = self.expr(end);
                    let op = match range.limits {
                        RangeLimits::HalfOpen(_) => quote!(Lt),
                        RangeLimits::Closed(_) => quote!(Le),
                    };
                    parts.push(self.with(
                        &[v],
                        |v| quote!(__t.binary(#p::BinaryOp::#op, #value, #(#v),*)),
                    ));
                }
                self.join(parts, &quote!(And))
            }
            Pat::Or(or) => {
                let mut parts = Vec::new();
                for case in &or.cases {
                    parts.push(self.test(case, value)?);
                }
                self.join(parts, &quote!(Or))
            }
            Pat::Tuple(tuple) => {
                let mut parts = Vec::new();
                for (i, pat) in tuple.elems.iter().enumerate() {
                    let name = self.fresh();
                    if let Some(test) = self.test(pat, &name) {
                        parts.push(quote!({ let #name = __t.element(#value, #i); #test }));
                    }
                }
                self.join(parts, &quote!(And))
            }
            _ => Some(quote!(__t.unknown_flag())),
        }
    }

    fn join(&mut self, parts: Vec<TokenStream>, op: &TokenStream) -> Option<TokenStream> {
        let p = self.p.clone();
        parts
            .into_iter()
            .reduce(|a, b| self.with(&[a, b], |v| quote!(__t.binary(#p::BinaryOp::#op, #(#v),*))))
    }

    /// Binds the names of a pattern that matched.
    pub(super) fn bind_matched(&mut self, pat: &Pat, value: &Ident) -> TokenStream {
        match pat {
            Pat::Ident(ident) if !ident.ident.to_string().starts_with(char::is_uppercase) => {
                self.bind(pat, quote!(#value))
            }
            Pat::Paren(inner) => self.bind_matched(&inner.pat, value),
            Pat::Reference(inner) => self.bind_matched(&inner.pat, value),
            // `Some(mask)`: what an optional argument holds.
            Pat::TupleStruct(inner) => match inner.elems.first() {
                Some(only) => self.bind_matched(only, value),
                None => TokenStream::new(),
            },
            Pat::Tuple(tuple) => {
                let mut out = TokenStream::new();
                for (i, pat) in tuple.elems.iter().enumerate() {
                    let name = self.fresh();
                    out.extend(quote!(let #name = __t.element(#value, #i);));
                    out.extend(self.bind_matched(pat, &name));
                }
                out
            }
            _ => TokenStream::new(),
        }
    }
}
