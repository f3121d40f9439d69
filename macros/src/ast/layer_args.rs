//! The arguments of a layer: `(out, 3, stride = stride)`, with `repeat` and `name`, which belong to the language.

use proc_macro2::{Span, TokenStream};
use syn::parse::{Parse, ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Ident, Lit, LitStr, RangeLimits, Result, Token};

use super::args::{comma, key};
use super::plain_name;
use crate::diag::Diag;

/// Arguments in the order they are written.
#[derive(Debug, Default)]
pub(crate) struct LayerArgs {
    pub(crate) items: Vec<LayerArg>,
}

/// One argument.
#[derive(Debug)]
pub(crate) struct LayerArg {
    pub(crate) name: Option<Ident>,
    pub(crate) value: Expr,
}

/// `repeat = n` or `repeat = i in 0..n`
#[derive(Debug)]
pub(crate) struct Repeat {
    pub(crate) var: Option<Ident>,
    pub(crate) count: Expr,
    pub(crate) span: Span,
}

/// What `#[layer(…)]` holds.
#[derive(Debug, Default)]
pub(crate) struct LayerAttr {
    pub(crate) args: LayerArgs,
    pub(crate) repeat: Option<Repeat>,
    pub(crate) name: Option<LitStr>,
}

impl LayerAttr {
    pub(crate) fn parse(tokens: TokenStream, diag: &Diag) -> Option<Self> {
        let mut attr = Self::default();
        let parser = |input: ParseStream| {
            while !input.is_empty() {
                attr.item(input, diag)?;
                comma(input)?;
            }
            Ok(())
        };
        diag.take(parser.parse2(tokens))?;
        attr.args.check(diag);
        attr.check_name(diag);
        Some(attr)
    }

    fn item(&mut self, input: ParseStream, diag: &Diag) -> Result<()> {
        let Some(key) = key(input)? else {
            self.args.items.push(LayerArg {
                name: None,
                value: value(input)?,
            });
            return Ok(());
        };
        let twice = match plain_name(&key).as_str() {
            "repeat" => self.repeat.replace(parse_repeat(&key, input)?).is_some(),
            "name" => {
                let template = input.parse().map_err(|error| {
                    syn::Error::new(
                        error.span(),
                        "expected a string, as `name = \"conv\"` or `name = \"layer{i+1}\"`",
                    )
                })?;
                self.name.replace(template).is_some()
            }
            _ => {
                self.args.items.push(LayerArg {
                    name: Some(key),
                    value: value(input)?,
                });
                return Ok(());
            }
        };
        if twice {
            diag.error(&key, format!("`{key}` is given twice"));
        }
        Ok(())
    }

    fn check_name(&self, diag: &Diag) {
        let Some(name) = &self.name else { return };
        let Some(parts) = diag.take(template(name)) else {
            return;
        };
        let indexed = parts
            .iter()
            .any(|part| matches!(part, TemplatePart::Index(_)));
        if indexed
            && self
                .repeat
                .as_ref()
                .is_none_or(|repeat| repeat.var.is_none())
        {
            diag.error(name, "`{…}` calculates with an index: expected `repeat = i in 0..n` beside it, or a plain name");
        }
        if parts.is_empty() {
            diag.error(name, "expected a name that isn't empty");
        }
        let plain =
            |part: &TemplatePart| matches!(part, TemplatePart::Text(text) if text.contains('.'));
        if parts.iter().any(plain) {
            diag.error(
                name,
                "a `.` separates the parts of a parameter's path: expected a name without one",
            );
        }
    }
}

fn parse_repeat(key: &Ident, input: ParseStream) -> Result<Repeat> {
    let var = if input.peek(Ident) && input.peek2(Token![in]) {
        let var = input.parse()?;
        input.parse::<Token![in]>()?;
        Some(var)
    } else {
        None
    };
    let expr: Expr = input.parse()?;
    let span = expr.span();
    let count = match (&var, expr) {
        (Some(_), Expr::Range(range)) => from_zero(range)?,
        (None, count) if !matches!(count, Expr::Range(_)) => count,
        (_, other) => {
            return Err(syn::Error::new_spanned(
                other,
                "expected `repeat = n` or `repeat = i in 0..n`",
            ));
        }
    };
    Ok(Repeat {
        var,
        count,
        span: key.span().join(span).unwrap_or_else(|| key.span()),
    })
}

/// The end of `0..end`.
fn from_zero(range: syn::ExprRange) -> Result<Expr> {
    let zero = match range.start.as_deref() {
        Some(Expr::Lit(lit)) => {
            matches!(&lit.lit, Lit::Int(number) if number.base10_digits() == "0")
        }
        _ => false,
    };
    match (zero, &range.limits, &range.end) {
        (true, RangeLimits::HalfOpen(_), Some(end)) => Ok((**end).clone()),
        _ => Err(syn::Error::new_spanned(
            range,
            "expected a range from zero, `0..n`; calculate with the index instead",
        )),
    }
}

impl Parse for LayerArgs {
    /// Arguments of an entry of `sequential!` or `dict!`: between its parentheses.
    fn parse(input: ParseStream) -> Result<Self> {
        let mut items = Vec::new();
        while !input.is_empty() {
            let name = key(input)?;
            items.push(LayerArg {
                name,
                value: input.parse()?,
            });
            comma(input)?;
        }
        Ok(Self { items })
    }
}

impl LayerArgs {
    /// Reports positional arguments behind named ones, and names given twice.
    pub(crate) fn check(&self, diag: &Diag) {
        let mut named: Vec<String> = Vec::new();
        for item in &self.items {
            match &item.name {
                None if !named.is_empty() => {
                    diag.error(
                        &item.value,
                        "a positional argument after a named one: give its name, or put it first",
                    );
                }
                None => {}
                Some(name) if named.contains(&plain_name(name)) => {
                    diag.error(name, format!("`{name}` is given twice"));
                }
                Some(name) => named.push(plain_name(name)),
            }
        }
    }

    /// As [`check`](Self::check), for an entry of a block, where `repeat` and `name` have other spellings.
    pub(crate) fn check_entry(&self, diag: &Diag) {
        self.check(diag);
        for name in self.items.iter().filter_map(|item| item.name.as_ref()) {
            match plain_name(name).as_str() {
                "repeat" => diag.error(name, "`repeat` belongs to `#[layer(…)]`; here write `Layer(…) * n` or `for … in … { … }`"),
                "name" => diag.error(name, "`name` belongs to `#[layer(…)]`; here write `name: Layer(…)`"),
                _ => {}
            }
        }
    }
}

/// A piece of a name's template.
#[derive(Debug)]
pub(crate) enum TemplatePart {
    Text(String),
    Index(Box<Expr>),
}

/// `"denselayer{i+1}"` taken apart.
pub(crate) fn template(name: &LitStr) -> Result<Vec<TemplatePart>> {
    let error = || {
        syn::Error::new(
            name.span(),
            "expected braces in pairs around a calculation, as \"layer{i+1}\"",
        )
    };
    let mut parts = Vec::new();
    let value = name.value();
    let mut rest = value.as_str();
    while let Some(open) = rest.find(['{', '}']) {
        let (text, brace) = rest.split_at(open);
        if !brace.starts_with('{') {
            return Err(error());
        }
        if !text.is_empty() {
            parts.push(TemplatePart::Text(text.to_owned()));
        }
        let (inside, after) = brace
            .get(1..)
            .unwrap_or_default()
            .split_once('}')
            .ok_or_else(error)?;
        let tokens: TokenStream = inside.parse().map_err(|_| error())?;
        let tokens = tokens.into_iter().map(|mut token| {
            token.set_span(name.span());
            token
        });
        parts.push(TemplatePart::Index(Box::new(
            syn::parse2(tokens.collect()).map_err(|_| error())?,
        )));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(TemplatePart::Text(rest.to_owned()));
    }
    Ok(parts)
}

/// The value of an argument. Most are literals, which need none of the ways in which an expression can go on.
fn value(input: ParseStream) -> Result<Expr> {
    let last = || {
        input
            .cursor()
            .token_tree()
            .is_some_and(|(_, rest)| rest.eof())
    };
    if input.peek(Lit) && (input.peek2(Token![,]) || last()) {
        return Ok(Expr::Lit(ExprLit {
            attrs: Vec::new(),
            lit: input.parse()?,
        }));
    }
    input.parse()
}
