//! Blocks and statements.

use super::Lower;
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Block, Expr, Pat, PatSlice, Stmt};

impl Lower<'_> {
    /// A block, with a scope of its own; worth its last expression.
    pub(crate) fn block(&mut self, block: &Block) -> TokenStream {
        self.scoped(|l| {
            let inner = l.statements(&block.stmts);
            quote!({ #inner })
        })
    }

    /// Statements in the current scope, ending in a value.
    pub(crate) fn statements(&mut self, stmts: &[Stmt]) -> TokenStream {
        let p = self.p.clone();
        let mut out = TokenStream::new();
        let mut tail = quote!(#p::Value::Unit);
        for (i, stmt) in stmts.iter().enumerate() {
            let outer = self.sites.group();
            match stmt {
                Stmt::Local(local) => {
                    let value = match &local.init {
                        Some(init) => self.expr(&init.expr),
                        None => self.any(),
                    };
                    out.extend(self.bind(&local.pat, value));
                }
                Stmt::Expr(e, semi) => {
                    let value = self.expr(ok_inner(e).unwrap_or(e));
                    if i + 1 == stmts.len() && semi.is_none() {
                        tail = value;
                    } else {
                        out.extend(quote!(let _ = #value;));
                    }
                }
                Stmt::Item(_) | Stmt::Macro(_) => {}
            }
            self.sites.resume(outer);
        }
        quote!(#out #tail)
    }

    /// Binds a pattern to a value and declares its names.
    pub(crate) fn bind(&mut self, pat: &Pat, value: TokenStream) -> TokenStream {
        match pat {
            Pat::Ident(pat) => {
                self.declare(&pat.ident);
                let (mutability, name) = (&pat.mutability, &pat.ident);
                quote!(let #mutability #name = #value;)
            }
            Pat::Type(pat) => self.bind(&pat.pat, value),
            Pat::Paren(pat) => self.bind(&pat.pat, value),
            Pat::Reference(pat) => self.bind(&pat.pat, value),
            Pat::Tuple(pat) => self.bind_all(pat.elems.iter(), value),
            Pat::Slice(slice) => {
                let whole = self.fresh();
                let counted = self.counted(pat, slice, &whole);
                let parts = self.bind_all(slice.elems.iter(), quote!(#whole));
                quote!(let #whole = #value; #counted #parts)
            }
            _ => quote!(let _ = #value;),
        }
    }

    /// The check that a pattern has as many names as the value has parts.
    fn counted(&mut self, pat: &Pat, slice: &PatSlice, whole: &Ident) -> TokenStream {
        if slice.elems.iter().any(|part| matches!(part, Pat::Rest(_))) {
            return TokenStream::new();
        }
        let (site, names) = (self.sites.over(pat), slice.elems.len());
        quote!(__t.at(#site); __t.expect_parts(#whole, #names);)
    }

    fn bind_all<'e>(
        &mut self,
        pats: impl Iterator<Item = &'e Pat>,
        value: TokenStream,
    ) -> TokenStream {
        let whole = self.fresh();
        let mut out = quote!(let #whole = #value;);
        for (i, pat) in pats.enumerate() {
            out.extend(self.bind(pat, quote!(__t.element(#whole, #i))));
        }
        out
    }
}

/// The argument of a final `Ok(…)`.
fn ok_inner(e: &Expr) -> Option<&Expr> {
    let Expr::Call(call) = e else { return None };
    let Expr::Path(path) = &*call.func else {
        return None;
    };
    if path.path.segments.last()?.ident == "Ok" {
        call.args.first()
    } else {
        None
    }
}
