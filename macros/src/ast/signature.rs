//! `[B, T; int] -> [B, classes]`

use proc_macro2::Span;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{bracketed, parenthesized, token, BinOp, Block, Expr, Ident, Lit, Result, Token};

use super::plain_name;
use crate::diag::{nearest, suggest, Diag};

/// The shapes that a method takes and gives.
#[derive(Debug)]
pub(crate) struct Signature {
    pub(crate) inputs: Vec<Pattern>,
    pub(crate) outputs: Vec<Pattern>,
    pub(crate) span: Span,
}

/// The shape of one tensor.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) dims: Vec<DimPattern>,
    pub(crate) kind: ElementKind,
    /// `[B, T]?`: an `Option<Tensor>`.
    pub(crate) optional: bool,
    pub(crate) span: Span,
}

/// What a tensor's elements are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ElementKind {
    Float,
    Int,
    Bool,
}

/// One dimension.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // few, and only while a macro runs
pub(crate) enum DimPattern {
    /// `_`: whatever comes out.
    Any(Span),
    /// An identifier, a number, `{EXPR}` (a block), or arithmetic over them.
    Expr(Expr),
}

impl Parse for Signature {
    fn parse(input: ParseStream) -> Result<Self> {
        let start = input.span();
        let inputs = patterns(input)?;
        input.parse::<Token![->]>().map_err(|error| {
            syn::Error::new(
                error.span(),
                "expected `->` and the output's shape, as in `[B, 784] -> [B, 10]`",
            )
        })?;
        let outputs = patterns(input)?;
        let end = outputs.last().map_or(start, |last| last.span);
        Ok(Self {
            inputs,
            outputs,
            span: start.join(end).unwrap_or(start),
        })
    }
}

/// One pattern, or a tuple of them.
fn patterns(input: ParseStream) -> Result<Vec<Pattern>> {
    if !input.peek(token::Paren) {
        return Ok(vec![input.parse()?]);
    }
    let tuple;
    parenthesized!(tuple in input);
    let all = Punctuated::<Pattern, Token![,]>::parse_terminated(&tuple)?;
    Ok(all.into_iter().collect())
}

impl Parse for Pattern {
    fn parse(input: ParseStream) -> Result<Self> {
        if !input.peek(token::Bracket) {
            return Err(input.error("expected a shape in brackets, as `[B, 3, H, W]`"));
        }
        let list;
        let bracket = bracketed!(list in input);
        let mut dims = Vec::new();
        while !list.is_empty() && !list.peek(Token![;]) {
            dims.push(list.parse()?);
            if !list.is_empty() && !list.peek(Token![;]) {
                list.parse::<Token![,]>()?;
            }
        }
        let kind = if list.is_empty() {
            ElementKind::Float
        } else {
            element_kind(&list)?
        };
        let question: Option<Token![?]> = input.parse()?;
        Ok(Self {
            dims,
            kind,
            optional: question.is_some(),
            span: bracket.span.join(),
        })
    }
}

fn element_kind(list: ParseStream) -> Result<ElementKind> {
    list.parse::<Token![;]>()?;
    let word: Ident = list.parse().map_err(|error| {
        syn::Error::new(
            error.span(),
            "expected the kind of element: `float`, `int` or `bool`",
        )
    })?;
    let kind = match word.to_string().as_str() {
        "float" => ElementKind::Float,
        "int" => ElementKind::Int,
        "bool" => ElementKind::Bool,
        other => {
            let message = format!(
                "unknown kind of element `{other}`: {}",
                suggest(other, &["float", "int", "bool"])
            );
            return Err(syn::Error::new(word.span(), message));
        }
    };
    if list.is_empty() {
        Ok(kind)
    } else {
        Err(list.error("expected `]`: the kind of element comes last, as in `[B, T; int]`"))
    }
}

impl Parse for DimPattern {
    fn parse(input: ParseStream) -> Result<Self> {
        let expr: Expr = input.parse()?;
        if let Expr::Infer(any) = &expr {
            return Ok(Self::Any(any.span()));
        }
        check_dim(&expr)?;
        Ok(Self::Expr(expr))
    }
}

fn check_dim(expr: &Expr) -> Result<()> {
    match expr {
        Expr::Block(_) => Ok(()),
        Expr::Path(path) if path.path.get_ident().is_some() => Ok(()),
        Expr::Path(path) => {
            Err(syn::Error::new_spanned(path, "a constant stands in braces in a shape: write `{…}` around it"))
        }
        Expr::Lit(lit) if matches!(lit.lit, Lit::Int(_)) => Ok(()),
        Expr::Paren(paren) => check_dim(&paren.expr),
        Expr::Group(group) => check_dim(&group.expr),
        Expr::Binary(binary) if is_arithmetic(&binary.op) => {
            check_dim(&binary.left)?;
            check_dim(&binary.right)
        }
        Expr::Infer(any) => Err(syn::Error::new_spanned(any, "`_` is a dimension of its own: it can't be calculated with")),
        other => Err(syn::Error::new_spanned(
            other,
            "expected a dimension: a name, a whole number, `_`, `{EXPR}` for a constant, or `+ - * /` over these",
        )),
    }
}

fn is_arithmetic(op: &BinOp) -> bool {
    matches!(
        op,
        BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div(_)
    )
}

impl Signature {
    /// The identifiers in the inputs that are no hyperparameter, in the order they first occur in.
    pub(crate) fn free_dims(&self, configs: &[String]) -> Vec<Ident> {
        let mut free: Vec<Ident> = Vec::new();
        for ident in names(&self.inputs) {
            if !configs.contains(&plain_name(&ident)) && !free.contains(&ident) {
                free.push(ident);
            }
        }
        free
    }

    /// Reports what only all hyperparameters together tell: dimensions that nothing binds.
    pub(crate) fn check(&self, configs: &[String], diag: &Diag) {
        let free = self.free_dims(configs);
        for pattern in self.inputs.iter().flat_map(|pattern| &pattern.dims) {
            if let DimPattern::Any(span) = pattern {
                diag.error_at(*span, "`_` stands for 'whatever comes out', so an output may have it; give this one a name");
            }
        }
        for ident in names(&self.outputs) {
            let name = plain_name(&ident);
            if configs.contains(&name) || free.contains(&ident) {
                continue;
            }
            let known: Vec<String> = free
                .iter()
                .map(plain_name)
                .chain(configs.iter().cloned())
                .collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let hint = nearest(&name, &known)
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            diag.error(
                &ident,
                format!(
                    "`{name}` stands only in the output: expected a dimension of the input, a `#[config]` field, \
                     `{{{name}}}` for a constant, or `_` for whatever comes out{hint}"
                ),
            );
        }
    }
}

/// The identifiers in patterns, those inside `{…}` left out.
fn names(patterns: &[Pattern]) -> Vec<Ident> {
    struct Names(Vec<Ident>);
    impl<'ast> Visit<'ast> for Names {
        fn visit_ident(&mut self, ident: &'ast Ident) {
            self.0.push(ident.clone());
        }
        fn visit_block(&mut self, _: &'ast Block) {}
        fn visit_expr_lit(&mut self, _: &'ast syn::ExprLit) {}
    }
    let mut found = Names(Vec::new());
    for dim in patterns.iter().flat_map(|pattern| &pattern.dims) {
        if let DimPattern::Expr(expr) = dim {
            visit::visit_expr(&mut found, expr);
        }
    }
    found.0
}
