//! `if`, `match` and `for`.

use super::{expr::variable, Lower};
use crate::emit::{quote, TokenStream};
use proc_macro2::Ident;
use syn::visit::{self, Visit};
use syn::{Arm, BinOp, Block, Expr, ExprForLoop, ExprIf, ExprMatch, RangeLimits};

impl Lower<'_> {
    /// `if … { … } else { … }`, also `if let`.
    pub(super) fn if_(&mut self, e: &ExprIf) -> TokenStream {
        let mut assigned = Assigned::default();
        assigned.visit_expr_if(e);
        let names = self.in_scope(assigned);
        if let Expr::Let(pattern) = &*e.cond {
            let scrutinee = self.expr(&pattern.expr);
            let value = self.fresh();
            let cond = self
                .test(&pattern.pat, &value)
                .unwrap_or_else(|| self.always());
            let then = self.scoped(|l| {
                let bound = l.bind_matched(&pattern.pat, &value);
                let body = l.block(&e.then_branch);
                quote!({ #bound #body })
            });
            let other = self.else_(e);
            let whole = self.conditional(&cond, &then, &other, &names);
            return quote!({ let #value = #scrutinee; #whole });
        }
        let cond = self.expr(&e.cond);
        let then = self.block(&e.then_branch);
        let other = self.else_(e);
        self.conditional(&cond, &then, &other, &names)
    }

    fn else_(&mut self, e: &ExprIf) -> TokenStream {
        let p = self.p.clone();
        match &e.else_branch {
            Some((_, other)) => self.scoped(|l| l.expr(other)),
            None => quote!(#p::Value::Unit),
        }
    }

    fn always(&self) -> TokenStream {
        let p = &self.p;
        quote!(#p::Value::flag(true))
    }

    /// `match`: its arms one after the other.
    pub(super) fn match_(&mut self, e: &ExprMatch) -> TokenStream {
        let mut assigned = Assigned::default();
        assigned.visit_expr_match(e);
        let names = self.in_scope(assigned);
        let scrutinee = self.expr(&e.expr);
        let value = self.fresh();
        let arms = self.arms(&e.arms, &value, &names);
        quote!({ let #value = #scrutinee; #arms })
    }

    fn arms(&mut self, arms: &[Arm], value: &Ident, names: &[Ident]) -> TokenStream {
        let Some((arm, rest)) = arms.split_first() else {
            return self.any();
        };
        let p = self.p.clone();
        let cond = self.test(&arm.pat, value);
        let (bound, guard, body) = self.scoped(|l| {
            let bound = l.bind_matched(&arm.pat, value);
            let guard = arm.guard.as_ref().map(|(_, g)| l.expr(g));
            (bound, guard, l.expr(&arm.body))
        });
        let body = quote!({ #bound #body });
        // The last arm is taken if no other is: Rust has checked that they are exhaustive.
        if rest.is_empty() {
            return body;
        }
        let cond = match (cond, guard) {
            (None, None) => return body,
            (Some(c), None) => c,
            (None, Some(g)) => quote!({ #bound #g }),
            (Some(c), Some(g)) => {
                let g = quote!({ #bound #g });
                self.with(&[c, g], |v| quote!(__t.binary(#p::BinaryOp::And, #(#v),*)))
            }
        };
        let other = self.arms(rest, value, names);
        self.conditional(&cond, &body, &other, names)
    }

    /// Both branches of a condition, each with its own copy of the variables that either assigns, then merged.
    fn conditional(
        &mut self,
        cond: &TokenStream,
        then: &TokenStream,
        other: &TokenStream,
        names: &[Ident],
    ) -> TokenStream {
        let p = self.p.clone();
        let (branch, yes, no, out) = (self.fresh(), self.fresh(), self.fresh(), self.fresh());
        let indices: Vec<usize> = (1..=names.len()).collect();
        let side = |to: &Ident, holds: bool, body: &TokenStream| {
            quote! {
                let mut #to = [#p::Value::Any, #(#names),*];
                if __t.begin(&mut #branch, #holds) {
                    #(let mut #names = #names;)*
                    let #out = #body;
                    #to = [#out, #(#names),*];
                    __t.end(&mut #branch, #holds);
                }
            }
        };
        let (first, second) = (side(&yes, true, then), side(&no, false, other));
        quote!({
            let #out = #cond;
            let mut #branch = __t.branch(#out);
            #first
            #second
            #(#names = __t.merge(&#branch, #yes[#indices], #no[#indices]);)*
            __t.merge(&#branch, #yes[0], #no[0])
        })
    }

    /// `for … in …`
    pub(super) fn for_loop(&mut self, e: &ExprForLoop) -> TokenStream {
        let p = self.p.clone();
        let mut assigned = Assigned::default();
        assigned.visit_block(&e.body);
        let names = self.in_scope(assigned);
        let (iter, numbered) = enumerated(&e.expr);
        let over = match iter {
            Expr::Range(range) => {
                let from = range
                    .start
                    .as_ref()
                    .map_or(quote!(#p::Value::int(0)), |e| self.expr(e));
                let to = match &range.end {
                    Some(e) => self.expr(e),
                    None => self.any(),
                };
                let closed = matches!(range.limits, RangeLimits::Closed(_));
                let to = if closed {
                    self.with(
                        &[to],
                        |v| quote!(__t.binary(#p::BinaryOp::Add, #(#v),*, #p::Value::int(1))),
                    )
                } else {
                    to
                };
                self.with(&[from, to], |v| quote!(__t.range(#(#v),*)))
            }
            other => {
                let list = self.expr(other);
                self.with(&[list], |v| quote!(__t.each(#(#v),*)))
            }
        };
        let turn = self.fresh();
        let firsts: Vec<Ident> = names.iter().map(|_| self.fresh()).collect();
        let body = self.scoped(|l| {
            let item = if numbered {
                l.with(
                    &[
                        quote!(__t.loop_index(&#turn)),
                        quote!(__t.loop_item(&#turn)),
                    ],
                    |v| quote!(__t.list(&[#(#v),*])),
                )
            } else {
                quote!(__t.loop_item(&#turn))
            };
            let bound = l.bind(&e.pat, item);
            let inner = l.block(&e.body);
            quote!(#bound let _ = #inner;)
        });
        quote!({
            let mut #turn = #over;
            #(let mut #firsts = #names;)*
            while __t.next(&mut #turn) {
                { #body }
                #(#names = __t.settle(&#turn, &mut #firsts, #names);)*
            }
            #p::Value::Unit
        })
    }

    fn in_scope(&self, assigned: Assigned) -> Vec<Ident> {
        let mut names: Vec<Ident> = Vec::new();
        for name in assigned.names {
            if self.is_value(&name) && !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

/// `x.iter().enumerate()` without its adaptors, and whether it is numbered.
fn enumerated(e: &Expr) -> (&Expr, bool) {
    match e {
        Expr::MethodCall(call) if call.args.is_empty() => {
            let name = call.method.to_string();
            let (inner, numbered) = enumerated(&call.receiver);
            match name.as_str() {
                "enumerate" => (inner, true),
                "iter" | "into_iter" => (inner, numbered),
                _ => (e, false),
            }
        }
        Expr::Reference(inner) => enumerated(&inner.expr),
        Expr::Paren(inner) => enumerated(&inner.expr),
        _ => (e, false),
    }
}

/// The variables that some code assigns.
#[derive(Default)]
struct Assigned {
    names: Vec<Ident>,
}

impl<'ast> Visit<'ast> for Assigned {
    fn visit_expr_assign(&mut self, e: &'ast syn::ExprAssign) {
        self.names.extend(variable(&e.left).cloned());
        visit::visit_expr_assign(self, e);
    }

    fn visit_expr_binary(&mut self, e: &'ast syn::ExprBinary) {
        let compound = matches!(
            e.op,
            BinOp::AddAssign(_)
                | BinOp::SubAssign(_)
                | BinOp::MulAssign(_)
                | BinOp::DivAssign(_)
                | BinOp::RemAssign(_)
        );
        if compound {
            self.names.extend(variable(&e.left).cloned());
        }
        visit::visit_expr_binary(self, e);
    }

    fn visit_block(&mut self, block: &'ast Block) {
        visit::visit_block(self, block);
    }
}
