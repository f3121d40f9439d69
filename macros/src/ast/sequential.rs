//! `<[B, 784] -> [B, 10]> hidden: Linear(256), ReLU, Linear(10)` and `dict!`'s entries.

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{braced, parenthesized, token, Expr, Ident, Pat, Path, Result, Token};

use super::layer_args::LayerArgs;
use super::plain_name;
use super::reserved::is_reserved_prefix;
use super::signature::Signature;
use crate::diag::Diag;

/// A block of layers, each fed by the one before it.
#[derive(Debug)]
pub(crate) struct Sequential {
    pub(crate) signature: Option<Signature>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) span: Span,
}

/// One element of a block.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: Option<Ident>,
    pub(crate) kind: EntryKind,
}

/// What an entry is.
#[derive(Debug)]
pub(crate) enum EntryKind {
    /// `Layer(…)` or `Layer(…) * n`
    Layer {
        ty: Path,
        args: LayerArgs,
        times: Option<Expr>,
    },
    /// `for (c, n, s) in TABLE { … }`
    For {
        pat: Pat,
        table: Expr,
        entries: Vec<Entry>,
    },
    /// `sequential!(…)`, nested
    Block(Sequential),
}

impl Sequential {
    /// Shows the arguments of all layers in it.
    pub(crate) fn layer_args(&self, see: &mut impl FnMut(&LayerArgs)) {
        in_entries(&self.entries, see);
    }
}

fn in_entries(entries: &[Entry], see: &mut impl FnMut(&LayerArgs)) {
    for entry in entries {
        match &entry.kind {
            EntryKind::Layer { args, .. } => see(args),
            EntryKind::For { entries, .. } => in_entries(entries, see),
            EntryKind::Block(block) => in_entries(&block.entries, see),
        }
    }
}

impl Parse for Sequential {
    fn parse(input: ParseStream) -> Result<Self> {
        let span = input.span();
        let signature = if input.peek(Token![<]) {
            Some(angle_bracketed(input)?)
        } else {
            None
        };
        Ok(Self {
            signature,
            entries: entries(input)?,
            span,
        })
    }
}

fn angle_bracketed(input: ParseStream) -> Result<Signature> {
    input.parse::<Token![<]>()?;
    let signature = input.parse()?;
    input.parse::<Token![>]>().map_err(|error| {
        syn::Error::new(
            error.span(),
            "expected `>` after the signature, as in `<[B, 784] -> [B, 10]>`",
        )
    })?;
    Ok(signature)
}

fn entries(input: ParseStream) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    while !input.is_empty() {
        let entry: Entry = input.parse()?;
        let block = matches!(entry.kind, EntryKind::For { .. });
        entries.push(entry);
        if input.is_empty() || (block && !input.peek(Token![,])) {
            continue;
        }
        input
            .parse::<Token![,]>()
            .map_err(|error| syn::Error::new(error.span(), "expected `,` between two layers"))?;
    }
    Ok(entries)
}

impl Parse for Entry {
    fn parse(input: ParseStream) -> Result<Self> {
        if input.peek(Token![for]) {
            return Ok(Self {
                name: None,
                kind: for_table(input)?,
            });
        }
        let named =
            input.peek(Ident::peek_any) && input.peek2(Token![:]) && !input.peek2(Token![::]);
        let name = if named {
            let name = input.call(Ident::parse_any)?;
            input.parse::<Token![:]>()?;
            Some(name)
        } else {
            None
        };
        Ok(Self {
            name,
            kind: layer_or_block(input)?,
        })
    }
}

fn for_table(input: ParseStream) -> Result<EntryKind> {
    input.parse::<Token![for]>()?;
    let pat = input.call(Pat::parse_multi_with_leading_vert)?;
    input.parse::<Token![in]>()?;
    let table = input.call(Expr::parse_without_eager_brace)?;
    let body;
    braced!(body in input);
    Ok(EntryKind::For {
        pat,
        table,
        entries: entries(&body)?,
    })
}

fn layer_or_block(input: ParseStream) -> Result<EntryKind> {
    let ty = layer_path(input)?;
    if input.peek(Token![!]) {
        return nested(&ty, input);
    }
    let args = optional_args(input)?;
    let times = if input.peek(Token![*]) {
        input.parse::<Token![*]>()?;
        Some(times(input)?)
    } else {
        None
    };
    Ok(EntryKind::Layer { ty, args, times })
}

/// The path of a layer's type.
pub(crate) fn layer_path(input: ParseStream) -> Result<Path> {
    if !input.peek(Ident)
        && !input.peek(Token![::])
        && !input.peek(Token![crate])
        && !input.peek(Token![super])
        && !input.peek(Token![self])
    {
        return Err(input.error("expected a layer, as `Linear(256)`, `ReLU` or `name: Layer(…)`"));
    }
    input.parse()
}

/// `(…)` behind a layer; a layer without arguments needs none.
pub(crate) fn optional_args(input: ParseStream) -> Result<LayerArgs> {
    if !input.peek(token::Paren) {
        return Ok(LayerArgs::default());
    }
    let list;
    parenthesized!(list in input);
    list.parse()
}

fn nested(path: &Path, input: ParseStream) -> Result<EntryKind> {
    if !path.is_ident("sequential") {
        return Err(syn::Error::new_spanned(
            path,
            "expected a layer or a nested `sequential!(…)`",
        ));
    }
    input.parse::<Token![!]>()?;
    let content;
    if input.peek(token::Paren) {
        parenthesized!(content in input);
    } else if input.peek(token::Bracket) {
        syn::bracketed!(content in input);
    } else {
        braced!(content in input);
    }
    let mut block: Sequential = content.parse()?;
    block.span = path.get_ident().map_or(block.span, Ident::span);
    Ok(EntryKind::Block(block))
}

/// The count behind `*`; a sum in it would read as `(Layer * n) + 1`, so it has to be in parentheses.
fn times(input: ParseStream) -> Result<Expr> {
    let count: Expr = input.parse()?;
    match count {
        Expr::Binary(_) | Expr::Range(_) => Err(syn::Error::new_spanned(
            count,
            "expected a count: put parentheses around a calculation, as `Layer * (n - 1)`",
        )),
        count => Ok(count),
    }
}

impl Sequential {
    /// Reads and checks what `sequential! { … }` holds in an expression, where there are no hyperparameters.
    pub(crate) fn parse_expression(tokens: TokenStream, diag: &Diag) -> Option<Self> {
        let block: Self = diag.take(syn::parse2(tokens))?;
        block.check(&[], diag);
        Some(block)
    }

    /// Reports what is wrong in a block that could be read. `configs` are the hyperparameters in scope.
    pub(crate) fn check(&self, configs: &[String], diag: &Diag) {
        if let Some(signature) = &self.signature {
            signature.check(configs, diag);
        }
        if self.entries.is_empty() {
            diag.error_at(
                self.span,
                "a `sequential!` without layers: expected at least one, as `Linear(10)`",
            );
        }
        check_entries(&self.entries, false, configs, diag);
    }
}

fn check_entries(entries: &[Entry], repeated: bool, configs: &[String], diag: &Diag) {
    let mut names: Vec<String> = Vec::new();
    for entry in entries {
        if let Some(name) = &entry.name {
            let plain = plain_name(name);
            if names.contains(&plain) {
                diag.error(name, format!("two layers are named `{plain}`"));
            } else if is_reserved_prefix(name) {
                diag.error(
                    name,
                    "names that start with `__` are kept for generated code",
                );
            } else if repeated {
                diag.error(
                    name,
                    format!("a layer in a `for` can't be named: there would be several `{plain}`"),
                );
            } else if matches!(&entry.kind, EntryKind::Layer { times: Some(_), .. }) {
                diag.error(
                    name,
                    format!("a repeated layer can't be named: there would be several `{plain}`"),
                );
            }
            names.push(plain);
        }
        match &entry.kind {
            EntryKind::Layer { args, .. } => args.check_entry(diag),
            EntryKind::For { entries, .. } => check_entries(entries, true, configs, diag),
            EntryKind::Block(block) => block.check(configs, diag),
        }
    }
}
