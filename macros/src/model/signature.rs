//! Signatures as data, which the trace and the door of `forward` read.

use crate::ast::{plain_name, DimPattern, ElementKind, Pattern, Signature};
use crate::emit::{quote, ToTokens, TokenStream};
use crate::lower::{hash, written};
use crate::tokens::Tokens;
use syn::{BinOp, Expr};

/// The value of a constant `#p::Signed`.
pub(crate) fn signed(s: Option<&Signature>, p: &Tokens) -> TokenStream {
    match s {
        Some(s) => {
            let signature = signature(s, p);
            quote!(#p::Some(&#signature))
        }
        None => quote!(#p::None),
    }
}

fn signature(s: &Signature, p: &Tokens) -> TokenStream {
    let patterns = |of: &[Pattern]| -> TokenStream {
        let patterns = of.iter().map(|of| pattern(of, p));
        quote!(&[#(#patterns),*])
    };
    let (inputs, outputs) = (patterns(&s.inputs), patterns(&s.outputs));
    quote!(#p::Signature::new(#inputs, #outputs))
}

fn pattern(of: &Pattern, p: &Tokens) -> TokenStream {
    let dims = of.dims.iter().map(|dim| match dim {
        DimPattern::Any(_) => quote!(#p::Side::Any),
        DimPattern::Expr(e) => side(e, p),
    });
    let dims = quote!(&[#(#dims),*]);
    let made = match of.kind {
        ElementKind::Float => quote!(#p::Pattern::floats(#dims)),
        ElementKind::Int => quote!(#p::Pattern::of(#p::Kind::Int, #dims)),
        ElementKind::Bool => quote!(#p::Pattern::of(#p::Kind::Bool, #dims)),
    };
    match of.optional {
        true => quote!(#made.optional()),
        false => made,
    }
}

fn side(e: &Expr, p: &Tokens) -> TokenStream {
    match e {
        Expr::Paren(inner) => side(&inner.expr, p),
        Expr::Group(inner) => side(&inner.expr, p),
        Expr::Path(path) => match path.path.get_ident() {
            Some(name) => {
                let name = plain_name(name);
                let h = hash(&name);
                quote!(#p::Side::Named(#name, #h))
            }
            None => quote!(#p::Side::Is(#e)),
        },
        Expr::Binary(binary) => {
            let op = match binary.op {
                BinOp::Add(_) => quote!(Add),
                BinOp::Sub(_) => quote!(Sub),
                BinOp::Mul(_) => quote!(Mul),
                _ => quote!(Div),
            };
            let (a, b) = (side(&binary.left, p), side(&binary.right, p));
            let words = written(&e.to_token_stream());
            quote!(#p::Side::Calculated(#p::BinaryOp::#op, &[#a, #b], #words))
        }
        // A number, or `{EXPR}`: a constant in scope.
        _ => quote!(#p::Side::Is(#e)),
    }
}
