//! Expressions other than calls and branches.

use super::{hash, Lower, Place};
use crate::ast::{looks_like_variant, names_in, plain_name};
use crate::diag::nearest;
use crate::emit::{quote, ToTokens, TokenStream};
use crate::forward::call::is_self;
use proc_macro2::{Ident, Literal};
use std::collections::BTreeSet;
use syn::{BinOp, Expr, Lit, Member, UnOp};

impl Lower<'_> {
    /// Lowers an expression to one of type `Value`.
    pub(crate) fn expr(&mut self, e: &Expr) -> TokenStream {
        match (self.place, e) {
            (Place::Body, Expr::MethodCall(_) | Expr::Call(_)) => self.chain(e).code(self),
            _ => self.expr_alone(e),
        }
    }

    /// An expression that is no chain of calls.
    pub(super) fn expr_alone(&mut self, e: &Expr) -> TokenStream {
        let p = self.p.clone();
        match e {
            Expr::Lit(lit) => self.literal(&lit.lit),
            Expr::Path(path) => self.path(&path.path),
            Expr::Paren(inner) => self.expr(&inner.expr),
            Expr::Group(inner) => self.expr(&inner.expr),
            Expr::Reference(inner) => self.expr(&inner.expr),
            Expr::Try(inner) => self.expr(&inner.expr),
            Expr::Infer(_) => quote!(#p::Value::Infer),
            Expr::Unary(unary) => self.unary(unary),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Tuple(tuple) => self.list(tuple.elems.iter()),
            Expr::Array(array) => self.list(array.elems.iter()),
            Expr::Index(index) => {
                let (a, i) = (self.expr(&index.expr), self.expr(&index.index));
                self.with(&[a, i], |v| quote!(__t.index(#(#v),*)))
            }
            Expr::Field(field) => self.field(field),
            Expr::Cast(cast) => {
                let a = self.expr(&cast.expr);
                let ty = cast.ty.to_token_stream().to_string();
                let float = ty == "f64" || ty == "f32";
                self.with(&[a], |v| quote!(__t.cast(#(#v),*, #float)))
            }
            Expr::Range(range) => self.range(range),
            Expr::If(branch) => self.if_(branch),
            Expr::Match(m) => self.match_(m),
            Expr::Block(block) => self.block(&block.block),
            Expr::Const(block) => quote!(const { #p::Leaf(#block).value() }),
            Expr::MethodCall(_) | Expr::Call(_) => self.call(e),
            Expr::Assign(assign) => self.assign(&assign.left, &assign.right),
            Expr::ForLoop(for_loop) => self.for_loop(for_loop),
            _ => self.any(),
        }
    }

    /// Binds values to variables one after the other, so that `__t` is free for each, and uses them.
    pub(super) fn with(
        &mut self,
        values: &[TokenStream],
        f: impl FnOnce(&[Ident]) -> TokenStream,
    ) -> TokenStream {
        let names: Vec<Ident> = values.iter().map(|_| self.fresh()).collect();
        let body = f(&names);
        quote!({ #(let #names = #values;)* #body })
    }

    fn literal(&self, lit: &Lit) -> TokenStream {
        let p = &self.p;
        match lit {
            Lit::Int(n) => match n.base10_parse::<i64>() {
                Ok(n) => {
                    let n = Literal::i64_unsuffixed(n);
                    quote!(#p::Value::int(#n))
                }
                Err(_) => quote!(#p::Value::Dim(#p::Dim::Unknown)),
            },
            Lit::Float(x) => {
                let x = x.base10_parse::<f64>().unwrap_or(f64::NAN);
                quote!(#p::Value::Num(#x))
            }
            Lit::Bool(b) => quote!(#p::Value::flag(#b)),
            Lit::Str(s) => quote!(#p::Value::Str(#s)),
            _ => quote!(#p::Value::Opaque),
        }
    }

    fn path(&mut self, path: &syn::Path) -> TokenStream {
        let p = self.p.clone();
        if let Some(name) = path.get_ident() {
            if self.is_value(name) {
                return quote!(#name);
            }
            if let Some(h) = self.setting_hash(name) {
                return quote!(__t.setting(#h));
            }
            if name == "None" {
                return quote!(#p::Value::Unit);
            }
        }
        if looks_like_variant(path) {
            return quote!(#p::Value::Opaque);
        }
        self.leaf(path)
    }

    /// Something that the trace doesn't know, evaluated by rustc.
    pub(super) fn leaf(&self, e: &impl ToTokens) -> TokenStream {
        let p = &self.p;
        let meant = self.meant(&e.to_token_stream());
        quote!(const { #meant #p::Leaf(#e).value() })
    }

    /// Constants that nothing uses, named as the settings that may be meant by unknown names: rustc looks among what is in
    /// scope for its 'similar name exists'.
    fn meant(&self, e: &TokenStream) -> TokenStream {
        let words = names_in(e);
        let settings: Vec<&str> = self.settings.keys().map(String::as_str).collect();
        let candidates: BTreeSet<&str> = words
            .iter()
            .filter_map(|word| nearest(&plain_name(word), &settings))
            .filter(|name| !words.iter().any(|word| plain_name(word) == *name))
            .collect();
        candidates
            .into_iter()
            .filter_map(|name| syn::parse_str::<Ident>(name).ok())
            .map(|name| quote!(#[allow(non_upper_case_globals, dead_code)] const #name: () = ();))
            .collect()
    }

    /// A range as an argument: marked, with its ends and whether it holds the last.
    fn range(&mut self, range: &syn::ExprRange) -> TokenStream {
        let p = self.p.clone();
        let end = |lower: &mut Self, e: &Option<Box<Expr>>| match e {
            Some(e) => lower.expr(e),
            None => quote!(#p::Value::Unit),
        };
        let (start, end) = (end(self, &range.start), end(self, &range.end));
        let closed = matches!(range.limits, syn::RangeLimits::Closed(_));
        self.with(&[start, end], |v| {
            quote!({
                let __items = [#p::Value::Str(".."), #(#v,)* #p::Value::flag(#closed)];
                __t.list(&__items)
            })
        })
    }

    fn unary(&mut self, unary: &syn::ExprUnary) -> TokenStream {
        let a = self.expr(&unary.expr);
        match unary.op {
            UnOp::Neg(op) => {
                let site = self.site(op.span, &unary.expr);
                self.with(&[a], |v| quote!(#site __t.negate(#(#v),*)))
            }
            UnOp::Not(_) => self.with(&[a], |v| quote!(__t.not(#(#v),*))),
            _ => a,
        }
    }

    /// `__t.at(…)` for a site from a span to the end of some tokens; nothing outside bodies.
    pub(super) fn site(&mut self, start: proc_macro2::Span, end: &Expr) -> TokenStream {
        if self.place == Place::Argument {
            return TokenStream::new();
        }
        let n = self.site_number(start, end);
        quote!(__t.at(#n);)
    }

    /// The number of a site from a span to the end of some tokens.
    pub(super) fn site_number(&mut self, start: proc_macro2::Span, end: &Expr) -> Literal {
        Literal::u32_unsuffixed(self.site_between(start, end))
    }

    pub(super) fn site_between(&mut self, start: proc_macro2::Span, end: &Expr) -> u32 {
        let end = super::call::last_span(end).unwrap_or(start);
        self.sites.between((start, end))
    }

    fn binary(&mut self, e: &syn::ExprBinary) -> TokenStream {
        let p = self.p.clone();
        let (op, compound) = match e.op {
            BinOp::Add(_) => ("Add", false),
            BinOp::Sub(_) => ("Sub", false),
            BinOp::Mul(_) => ("Mul", false),
            BinOp::Div(_) => ("Div", false),
            BinOp::Rem(_) => ("Rem", false),
            BinOp::And(_) => ("And", false),
            BinOp::Or(_) => ("Or", false),
            BinOp::Eq(_) => ("Eq", false),
            BinOp::Ne(_) => ("Ne", false),
            BinOp::Lt(_) => ("Lt", false),
            BinOp::Le(_) => ("Le", false),
            BinOp::Gt(_) => ("Gt", false),
            BinOp::Ge(_) => ("Ge", false),
            BinOp::AddAssign(_) => ("Add", true),
            BinOp::SubAssign(_) => ("Sub", true),
            BinOp::MulAssign(_) => ("Mul", true),
            BinOp::DivAssign(_) => ("Div", true),
            BinOp::RemAssign(_) => ("Rem", true),
            _ => return self.any(),
        };
        let op = Ident::new(op, proc_macro2::Span::call_site());
        let (a, b) = (self.expr(&e.left), self.expr(&e.right));
        let site = match e.left.to_token_stream().ends() {
            Some((start, _)) => self.site(start, &e.right),
            None => TokenStream::new(),
        };
        let value = self.with(&[a, b], |v| {
            if op == "Div" {
                let words = written(e);
                return quote!(#site __t.divide(#words, #(#v),*));
            }
            quote!(#site __t.binary(#p::BinaryOp::#op, #(#v),*))
        });
        if !compound {
            return value;
        }
        match variable(&e.left) {
            Some(name) => quote!({ #name = #value; #p::Value::Unit }),
            None => value,
        }
    }

    /// A list or tuple of values.
    pub(super) fn list<'e>(&mut self, items: impl Iterator<Item = &'e Expr>) -> TokenStream {
        let p = self.p.clone();
        let items: Vec<TokenStream> = items.map(|e| self.expr(e)).collect();
        if items.is_empty() {
            return quote!(#p::Value::Unit);
        }
        self.with(&items, |v| quote!(__t.list(&[#(#v),*])))
    }

    fn field(&mut self, e: &syn::ExprField) -> TokenStream {
        match (&*e.base, &e.member) {
            (base, Member::Named(name)) if is_self(base) => self.own_field(name),
            (base, Member::Unnamed(index)) => {
                let (a, i) = (self.expr(base), index.index as usize);
                self.with(&[a], |v| quote!(__t.element(#(#v),*, #i)))
            }
            _ => self.any(),
        }
    }

    /// `self.name`
    pub(super) fn own_field(&mut self, name: &Ident) -> TokenStream {
        let h = hash(&plain_name(name));
        let p = &self.p;
        quote!(Self::__taper_call(#p::Calls::get(#h), __t))
    }

    fn assign(&mut self, left: &Expr, right: &Expr) -> TokenStream {
        let p = self.p.clone();
        let value = self.expr(right);
        match variable(left) {
            Some(name) => quote!({ #name = #value; #p::Value::Unit }),
            None => quote!({ let _ = #value; #p::Value::Unit }),
        }
    }
}

/// The number in a literal that is one.
pub(crate) fn integer(e: &Expr) -> Option<i64> {
    let Expr::Lit(lit) = e else { return None };
    let Lit::Int(n) = &lit.lit else { return None };
    n.base10_parse().ok()
}

/// The same as a token.
pub(crate) fn whole_number(e: &Expr) -> Option<Literal> {
    integer(e).map(Literal::i64_unsuffixed)
}

/// Tokens as they are mostly written, for messages.
pub(crate) fn written(e: &impl ToTokens) -> String {
    let text = e.to_token_stream().to_string();
    [
        (" . ", "."),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" ,", ","),
    ]
    .iter()
    .fold(text, |text, (from, to)| text.replace(from, to))
}

/// The variable that an expression names.
pub(super) fn variable(e: &Expr) -> Option<&Ident> {
    match e {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    }
}
