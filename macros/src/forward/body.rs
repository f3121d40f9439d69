//! The tensor body: a method's statements as straight-line Rust over tensors.
//!
//! Rust's semantics are kept, and so are the user's tokens with their spans. What can fail gets its `?`; glue stands at the
//! place of what it is for, so that rustc's errors point there, but resolves where the macro was called.

use crate::emit::{quote, quote_spanned, TokenStream};
use crate::tokens::Tokens;
use proc_macro2::{Delimiter, Span};
use syn::spanned::Spanned;
use syn::{Block, Expr, Ident, Lit, Local, Pat, Stmt, UnOp};

use super::refusal::is_compound;
use super::scope::Scope;
use super::tail::{self, Tail};

/// Lowers one body.
pub(crate) struct Body<'a> {
    pub(crate) path: &'a Tokens,
    pub(crate) methods: &'a [Ident],
    pub(crate) scope: Scope,
}

impl Body<'_> {
    /// The statements of a function and its value in `Ok`.
    pub(crate) fn function(&mut self, block: &Block) -> TokenStream {
        let Tail { before, value } = tail::of_function(block);
        let before = self.statements(before);
        let span = value.map_or_else(Span::call_site, Spanned::span);
        let value = value.map_or_else(|| quote!(()), |value| self.tail(value));
        let value = quote_spanned!(glue(span)=> ::core::result::Result::Ok(#value));
        quote!(#before #value)
    }

    /// A value in last place: the `Ok(…)` that users may write at the end of each branch is dropped.
    fn tail(&mut self, value: &Expr) -> TokenStream {
        match value {
            Expr::If(it) => {
                let mark = self.scope.enter();
                let cond = self.expr(&it.cond);
                let then = self.tail_block(&it.then_branch);
                self.scope.leave(mark);
                let if_token = it.if_token;
                let otherwise = it.else_branch.as_ref().map(|(word, other)| {
                    let other = self.tail(other);
                    quote!(#word #other)
                });
                quote!(#if_token #cond #then #otherwise)
            }
            Expr::Match(it) => self.match_arms(it, Self::tail),
            Expr::Block(it) => self.tail_block(&it.block),
            other => self.expr(tail::without_ok(other)),
        }
    }

    fn tail_block(&mut self, block: &Block) -> TokenStream {
        let mark = self.scope.enter();
        let Tail { before, value } = tail::of_block(block);
        let before = self.statements(before);
        let value = value.map(|value| self.tail(value));
        self.scope.leave(mark);
        braced(block, quote!(#before #value))
    }

    /// A block that is no tail.
    fn block(&mut self, block: &Block) -> TokenStream {
        let mark = self.scope.enter();
        let statements = self.statements(&block.stmts);
        self.scope.leave(mark);
        braced(block, statements)
    }

    fn statements(&mut self, statements: &[Stmt]) -> TokenStream {
        statements
            .iter()
            .map(|statement| self.statement(statement))
            .collect()
    }

    fn statement(&mut self, statement: &Stmt) -> TokenStream {
        match statement {
            Stmt::Local(local) => self.local(local),
            Stmt::Expr(expr, semi) => {
                let expr = self.expr(expr);
                quote!(#expr #semi)
            }
            // Refused already.
            Stmt::Item(_) | Stmt::Macro(_) => quote!(#statement),
        }
    }

    fn local(&mut self, local: &Local) -> TokenStream {
        let Local {
            attrs,
            let_token,
            pat,
            init,
            semi_token,
        } = local;
        let init = init.as_ref().map(|init| {
            let (equals, value) = (init.eq_token, self.initial(pat, &init.expr));
            quote!(#equals #value)
        });
        self.scope.bind(pat);
        quote!(#(#attrs)* #let_token #pat #init #semi_token)
    }

    /// The value of a `let`: with `[b, c]` on the left, a shape is that many sizes.
    fn initial(&mut self, pat: &Pat, value: &Expr) -> TokenStream {
        let count = match pat {
            Pat::Slice(slice) => slice.elems.len(),
            Pat::Type(typed) => match &*typed.pat {
                Pat::Slice(slice) => slice.elems.len(),
                _ => return self.expr(value),
            },
            _ => return self.expr(value),
        };
        match value {
            Expr::Try(inner) => self.initial(pat, &inner.expr),
            Expr::MethodCall(call) if call.method == "shape" && call.args.is_empty() => {
                let receiver = self.expr(&call.receiver);
                let span = call.method.span();
                let sizes = Ident::new("sizes", span);
                let dot = call.dot_token;
                self.lift(
                    span,
                    quote_spanned!(span=> #receiver #dot #sizes::<#count>()),
                )
            }
            other => self.expr(other),
        }
    }

    pub(crate) fn exprs<'e>(&mut self, list: impl IntoIterator<Item = &'e Expr>) -> TokenStream {
        list.into_iter()
            .map(|expr| {
                let (span, expr) = (glue(expr.span()), self.expr(expr));
                quote_spanned!(span=> #expr,)
            })
            .collect()
    }

    /// Any expression.
    pub(crate) fn expr(&mut self, expr: &Expr) -> TokenStream {
        match expr {
            Expr::Call(call) => self.call(call),
            Expr::MethodCall(call) => self.method_call(call),
            Expr::Try(it) => self.expr(&it.expr),
            Expr::Binary(it) => self.binary(it),
            Expr::Unary(it) => {
                let (op, value) = (&it.op, self.expr(&it.expr));
                match op {
                    UnOp::Neg(_) if !is_literal(&it.expr) => {
                        self.lift(op.span(), quote!(#op #value))
                    }
                    _ => quote!(#op #value),
                }
            }
            Expr::If(it) => {
                let mark = self.scope.enter();
                let (word, cond, then) = (
                    it.if_token,
                    self.expr(&it.cond),
                    self.block(&it.then_branch),
                );
                self.scope.leave(mark);
                let otherwise = it.else_branch.as_ref().map(|(word, other)| {
                    let other = self.expr(other);
                    quote!(#word #other)
                });
                quote!(#word #cond #then #otherwise)
            }
            Expr::Let(it) => {
                let value = self.expr(&it.expr);
                self.scope.bind(&it.pat);
                let (word, pat, equals) = (it.let_token, &it.pat, it.eq_token);
                quote!(#word #pat #equals #value)
            }
            Expr::Match(it) => self.match_arms(it, Self::expr),
            Expr::ForLoop(it) => {
                let over = self.expr(&it.expr);
                let mark = self.scope.enter();
                self.scope.bind(&it.pat);
                let body = self.block(&it.body);
                self.scope.leave(mark);
                let (word, pat, of) = (it.for_token, &it.pat, it.in_token);
                quote!(#word #pat #of #over #body)
            }
            Expr::Block(it) => self.block(&it.block),
            other => self.plain(other),
        }
    }

    /// Expressions that only hold others.
    fn plain(&mut self, expr: &Expr) -> TokenStream {
        match expr {
            Expr::Array(it) => {
                let elements = self.exprs(&it.elems);
                grouped(Delimiter::Bracket, elements, it.bracket_token.span.join())
            }
            Expr::Tuple(it) => {
                let elements = self.exprs(&it.elems);
                grouped(Delimiter::Parenthesis, elements, it.paren_token.span.join())
            }
            Expr::Paren(it) => {
                let inner = self.expr(&it.expr);
                grouped(Delimiter::Parenthesis, inner, it.paren_token.span.join())
            }
            Expr::Group(it) => {
                let inner = self.expr(&it.expr);
                grouped(Delimiter::None, inner, it.group_token.span)
            }
            Expr::Repeat(it) => {
                let (value, semi, count) = (self.expr(&it.expr), it.semi_token, &it.len);
                grouped(
                    Delimiter::Bracket,
                    quote!(#value #semi #count),
                    it.bracket_token.span.join(),
                )
            }
            Expr::Assign(it) => {
                let (left, equals, right) = (&it.left, it.eq_token, self.expr(&it.right));
                quote!(#left #equals #right)
            }
            Expr::Cast(it) => {
                let (value, word, ty) = (self.expr(&it.expr), it.as_token, &it.ty);
                quote!(#value #word #ty)
            }
            Expr::Field(it) => {
                let (base, dot, member) = (self.expr(&it.base), it.dot_token, &it.member);
                quote!(#base #dot #member)
            }
            Expr::Index(it) => {
                let (base, index) = (self.expr(&it.expr), self.expr(&it.index));
                let index = grouped(Delimiter::Bracket, index, it.bracket_token.span.join());
                quote!(#base #index)
            }
            Expr::Range(it) => {
                let (start, limits) = (it.start.as_ref().map(|at| self.expr(at)), &it.limits);
                let end = it.end.as_ref().map(|at| self.expr(at));
                quote!(#start #limits #end)
            }
            Expr::Reference(it) => {
                let (and, value) = (it.and_token, self.expr(&it.expr));
                quote!(#and #value)
            }
            // Paths and literals; everything else is refused already.
            other => quote!(#other),
        }
    }

    fn binary(&mut self, it: &syn::ExprBinary) -> TokenStream {
        use syn::BinOp::{Add, Div, Mul, Rem, Sub};
        let (left, op, right) = (self.expr(&it.left), &it.op, self.expr(&it.right));
        if is_compound(op) {
            let sum = self.lift(op.span(), compound(&left, op, &right));
            return quote_spanned!(op.span()=> #left = #sum);
        }
        let arithmetic = matches!(op, Add(_) | Sub(_) | Mul(_) | Div(_) | Rem(_));
        if arithmetic && !(is_literal(&it.left) && is_literal(&it.right)) {
            return self.lift(op.span(), quote!(#left #op #right));
        }
        quote!(#left #op #right)
    }

    fn match_arms(
        &mut self,
        it: &syn::ExprMatch,
        value: fn(&mut Self, &Expr) -> TokenStream,
    ) -> TokenStream {
        let (word, over) = (it.match_token, self.expr(&it.expr));
        let mut arms = TokenStream::new();
        for arm in &it.arms {
            let mark = self.scope.enter();
            self.scope.bind(&arm.pat);
            let guard = arm.guard.as_ref().map(|(word, guard)| {
                let guard = self.expr(guard);
                quote!(#word #guard)
            });
            let (attrs, pat, arrow, body) = (
                &arm.attrs,
                &arm.pat,
                arm.fat_arrow_token,
                value(self, &arm.body),
            );
            arms.extend(quote!(#(#attrs)* #pat #guard #arrow #body,));
            self.scope.leave(mark);
        }
        let arms = grouped(Delimiter::Brace, arms, it.brace_token.span.join());
        quote!(#word #over #arms)
    }

    /// `lift(value)?`: an error passes, a plain value stays.
    pub(crate) fn lift(&self, span: Span, value: TokenStream) -> TokenStream {
        let lift = self.private(span, "lift");
        let span = glue(span);
        quote_spanned!(span=> #lift(#value)?)
    }

    /// The path of the hidden module, at the place that it serves.
    pub(crate) fn path_at(&self, span: Span) -> Tokens {
        self.path.at(glue(span))
    }

    /// A path into the hidden module, at the place that it serves.
    pub(crate) fn private(&self, span: Span, name: &str) -> Tokens {
        let (span, path) = (glue(span), self.path_at(span));
        let name = Ident::new(name, span);
        quote_spanned!(span=> #path::#name).into()
    }
}

/// The span for glue that serves a token of the user's: that token's own. Resolved as the macro's, it would keep rustc
/// from joining it with its neighbours, and carets would cover the whole item.
pub(crate) fn glue(span: Span) -> Span {
    span
}

/// `a + b` for `a += b`.
fn compound(left: &TokenStream, op: &syn::BinOp, right: &TokenStream) -> TokenStream {
    use syn::BinOp::{DivAssign, MulAssign, RemAssign, SubAssign};
    let span = op.span();
    let op = match op {
        SubAssign(_) => quote_spanned!(span=> -),
        MulAssign(_) => quote_spanned!(span=> *),
        DivAssign(_) => quote_spanned!(span=> /),
        RemAssign(_) => quote_spanned!(span=> %),
        _ => quote_spanned!(span=> +),
    };
    // `a *= b + c` has lost its own grouping.
    quote_spanned!(span=> #left #op (#right))
}

fn braced(block: &Block, inside: TokenStream) -> TokenStream {
    grouped(Delimiter::Brace, inside, block.brace_token.span.join())
}

/// Tokens between delimiters at the user's place.
pub(crate) fn grouped(delimiter: Delimiter, inside: TokenStream, span: Span) -> TokenStream {
    let mut tokens = TokenStream::new();
    tokens.push_group(delimiter, inside, Some(span));
    tokens
}

/// Whether an expression is a number written out, with which Rust calculates by itself.
fn is_literal(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(lit) => matches!(lit.lit, Lit::Int(_) | Lit::Float(_)),
        Expr::Paren(paren) => is_literal(&paren.expr),
        Expr::Group(group) => is_literal(&group.expr),
        Expr::Unary(unary) => matches!(unary.op, UnOp::Neg(_)) && is_literal(&unary.expr),
        Expr::Binary(binary) => is_literal(&binary.left) && is_literal(&binary.right),
        _ => false,
    }
}
