//! `#[param([4, 4], init = …)]` and `#[buffer(…)]`: tensors of the model's own.

use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{braced, bracketed, token, Attribute, Expr, Ident, Result, Token, Type};

use super::args::{comma, key};
use super::field::{attr_name, content};
use super::plain_name;
use crate::diag::{suggest, Diag};

/// Tensors of the model's own.
#[derive(Debug)]
pub(crate) struct ParamField {
    pub(crate) form: ParamForm,
    pub(crate) init: Option<Expr>,
    /// Whether state dicts hold it: buffers alone may say that they don't.
    pub(crate) persistent: bool,
    pub(crate) ty: Type,
}

/// The shapes of a parameter, of a list of them, or of a keyed group.
#[derive(Debug)]
pub(crate) enum ParamForm {
    One(Vec<Expr>),
    List(Vec<Vec<Expr>>),
    Dict(Vec<(Ident, Vec<Expr>)>),
}

impl ParamField {
    /// The sizes in all shapes.
    pub(crate) fn shapes(&self) -> impl Iterator<Item = &Expr> {
        let shapes: Vec<&Vec<Expr>> = match &self.form {
            ParamForm::One(shape) => vec![shape],
            ParamForm::List(shapes) => shapes.iter().collect(),
            ParamForm::Dict(entries) => entries.iter().map(|(_, shape)| shape).collect(),
        };
        shapes.into_iter().flatten()
    }

    pub(crate) fn parse(ty: &Type, attr: &Attribute, diag: &Diag) -> Option<Self> {
        let tokens = content(attr, diag)?;
        let mut form = None;
        let mut init = None;
        let mut persistent = None;
        let buffer = attr.path().is_ident("buffer");
        let parser = |input: ParseStream| {
            while !input.is_empty() {
                if buffer && input.peek(keyword::persistent) {
                    persistence(input, &mut persistent, diag)?;
                } else {
                    param_item(input, &mut form, &mut init, buffer, diag)?;
                }
                comma(input)?;
            }
            Ok(())
        };
        diag.take(parser.parse2(tokens))?;
        if form.is_none() {
            let name = attr_name(attr);
            diag.error(
            attr.path(),
            format!("expected a shape: `#[{name}([4, 4])]`, `#[{name}(list = [[4, 4], [4, 1]])]` or `#[{name}(dict = {{ a: [4, 4] }})]`"),
        );
        }
        Some(Self {
            form: form?,
            init,
            persistent: persistent.unwrap_or(true),
            ty: ty.clone(),
        })
    }
}

mod keyword {
    syn::custom_keyword!(persistent);
}

/// `persistent = false`
fn persistence(input: ParseStream, persistent: &mut Option<bool>, diag: &Diag) -> Result<()> {
    let word: keyword::persistent = input.parse()?;
    input.parse::<Token![=]>()?;
    let value: syn::LitBool = input.parse()?;
    if persistent.replace(value.value).is_some() {
        diag.error(word, "`persistent` is given twice");
    }
    Ok(())
}

fn param_item(
    input: ParseStream,
    form: &mut Option<ParamForm>,
    init: &mut Option<Expr>,
    buffer: bool,
    diag: &Diag,
) -> Result<()> {
    if input.peek(token::Bracket) {
        let span = input.span();
        if form.replace(ParamForm::One(shape(input)?)).is_some() {
            diag.error_at(
                span,
                "the shape is given twice: expected one of `[…]`, `list = […]` and `dict = { … }`",
            );
        }
        return Ok(());
    }
    let Some(word) = key(input)? else {
        return Err(input
            .error("expected a shape, as `[4, 4]`, or one of `list = …`, `dict = …`, `init = …`"));
    };
    let name = plain_name(&word);
    let given = match name.as_str() {
        "init" => {
            if init.replace(input.parse()?).is_some() {
                diag.error(&word, "`init` is given twice");
            }
            return Ok(());
        }
        "list" => ParamForm::List(list(input)?),
        "dict" => ParamForm::Dict(dict(input, diag)?),
        "persistent" => {
            diag.error(
                &word,
                "a parameter is always saved: expected `#[buffer(…, persistent = false)]`",
            );
            return input.parse::<Expr>().map(drop);
        }
        _ => {
            let words: &[&str] = if buffer {
                &["init", "list", "dict", "persistent"]
            } else {
                &["init", "list", "dict"]
            };
            diag.error(
                &word,
                format!("unknown key `{name}`: {}", suggest(&name, words)),
            );
            return input.parse::<Expr>().map(drop);
        }
    };
    if form.replace(given).is_some() {
        diag.error(
            &word,
            "the shape is given twice: expected one of `[…]`, `list = […]` and `dict = { … }`",
        );
    }
    Ok(())
}

fn shape(input: ParseStream) -> Result<Vec<Expr>> {
    if !input.peek(token::Bracket) {
        return Err(input.error("expected a shape in brackets, as `[4, 4]`"));
    }
    let dims;
    bracketed!(dims in input);
    Ok(Punctuated::<Expr, Token![,]>::parse_terminated(&dims)?
        .into_iter()
        .collect())
}

fn list(input: ParseStream) -> Result<Vec<Vec<Expr>>> {
    if !input.peek(token::Bracket) {
        return Err(input.error("expected a list of shapes, as `[[4, 4], [4, 1]]`"));
    }
    let shapes;
    bracketed!(shapes in input);
    let mut all = Vec::new();
    while !shapes.is_empty() {
        all.push(shape(&shapes)?);
        comma(&shapes)?;
    }
    Ok(all)
}

fn dict(input: ParseStream, diag: &Diag) -> Result<Vec<(Ident, Vec<Expr>)>> {
    if !input.peek(token::Brace) {
        return Err(input.error("expected keyed shapes, as `{ linear1: [4, 4], linear2: [4, 1] }`"));
    }
    let entries;
    braced!(entries in input);
    let mut all: Vec<(Ident, Vec<Expr>)> = Vec::new();
    while !entries.is_empty() {
        let key = entries.call(Ident::parse_any)?;
        entries.parse::<Token![:]>()?;
        if all.iter().any(|(other, _)| *other == key) {
            diag.error(&key, format!("two entries are named `{key}`"));
        }
        all.push((key, shape(&entries)?));
        comma(&entries)?;
    }
    Ok(all)
}
