//! Blocks and statements.

use super::chain::Chain;
use super::Lower;
use crate::emit::{quote, TokenStream};
use proc_macro2::Ident;
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
        // The last `let x = …`, if it was that: where only the next statement needs that `x`, the two are one chain.
        let mut open: Option<(&Pat, Chain)> = None;
        for (i, stmt) in stmts.iter().enumerate() {
            let outer = self.sites.group();
            match stmt {
                Stmt::Local(local) => {
                    let name = simple(&local.pat);
                    let chain = local.init.as_ref().map(|init| self.chain(&init.expr));
                    let hidden = open.as_ref().is_some_and(|(pat, _)| simple(pat) == name);
                    let value = self.joined(open.take(), chain, hidden, &mut out);
                    match (name, value) {
                        (Some(name), Some(chain)) => {
                            self.declare(name);
                            open = Some((&local.pat, chain));
                        }
                        (_, value) => {
                            let value = value.map_or_else(|| self.any(), |it| it.code(self));
                            out.extend(self.bind(&local.pat, value));
                        }
                    }
                }
                Stmt::Expr(e, semi) => {
                    let last = i + 1 == stmts.len() && semi.is_none();
                    let chain = Some(self.chain(ok_inner(e).unwrap_or(e)));
                    let value = self.joined(open.take(), chain, last, &mut out);
                    let value = value.map_or_else(|| self.any(), |it| it.code(self));
                    if last {
                        tail = value;
                    } else {
                        out.extend(quote!(let _ = #value;));
                    }
                }
                Stmt::Item(_) | Stmt::Macro(_) => {}
            }
            self.sites.resume(outer);
        }
        self.joined(open, None, false, &mut out);
        quote!(#out #tail)
    }

    /// A chain of calls with those of the `let` before it, if it starts with the variable of that and nobody else sees it:
    /// it is `hidden`. Else that `let` stands for itself.
    fn joined(
        &mut self,
        open: Option<(&Pat, Chain)>,
        next: Option<Chain>,
        hidden: bool,
        out: &mut TokenStream,
    ) -> Option<Chain> {
        let Some((pat, chain)) = open else {
            return next;
        };
        match next {
            Some(next) if hidden && simple(pat).is_some_and(|name| next.is_on(name)) => {
                self.sites.join();
                Some(chain.followed_by(next, self))
            }
            next => {
                let value = chain.code(self);
                out.extend(self.bind(pat, value));
                next
            }
        }
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

/// The name that a pattern is.
fn simple(pat: &Pat) -> Option<&Ident> {
    match pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => Some(&pat.ident),
        Pat::Type(pat) => simple(&pat.pat),
        _ => None,
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
