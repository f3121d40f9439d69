//! The fields of a model, each with the one attribute of the language that says what it is.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Expr, Ident, Meta, Result, Type, Visibility};

use super::args::{comma, key};
use super::dict::DictField;
use super::layer_field::{self, LayerField};
use super::param::ParamField;
use super::plain_name;
use super::types::{is_named, type_macro};
use crate::diag::{suggest, Diag};

/// The attributes that say what a field is.
pub(crate) const OWN: &[&str] = &["config", "layer", "param", "buffer"];

/// A field.
#[derive(Debug)]
pub(crate) struct Field {
    /// Documentation, `cfg`, and whatever else isn't the language's own.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) kind: FieldKind,
}

/// What a field is.
#[derive(Debug)]
pub(crate) enum FieldKind {
    Config(ConfigField),
    Layer(LayerField),
    Param(ParamField),
    Buffer(ParamField),
    Dict(DictField),
}

/// A hyperparameter.
#[derive(Debug)]
pub(crate) struct ConfigField {
    pub(crate) ty: Type,
    pub(crate) kind: ConfigKind,
    pub(crate) default: Option<Expr>,
}

/// What the trace can know of a hyperparameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConfigKind {
    /// `usize`
    Int,
    /// `f64`
    Float,
    /// `bool`
    Bool,
    Other,
}

impl Field {
    /// The field's `cfg` attributes: what is generated for it carries them too.
    pub(crate) fn cfgs(&self) -> impl Iterator<Item = &Attribute> {
        self.attrs.iter().filter(|attr| attr.path().is_ident("cfg"))
    }

    /// The field's name without `r#`.
    pub(crate) fn name(&self) -> String {
        plain_name(&self.ident)
    }

    /// Reads a field; nothing if it makes no sense, with the reasons reported.
    pub(crate) fn parse(field: &syn::Field, diag: &Diag) -> Option<Self> {
        let ident = field.ident.clone()?;
        let (own, attrs): (Vec<_>, Vec<_>) = field.attrs.iter().cloned().partition(is_own);
        if let Some(second) = own.get(1) {
            let first = own.first().map(attr_name).unwrap_or_default();
            diag.error(
                second.path(),
                format!(
                    "`{ident}` is declared `#[{first}]` and `#[{}]`: expected one of them",
                    attr_name(second)
                ),
            );
        }
        check_cfg_attr(&attrs, diag);
        let kind = match own.first() {
            None => layer_field::parse(&ident, &field.ty, None, diag)?,
            Some(attr) => match attr_name(attr).as_str() {
                "config" => config(&field.ty, attr, diag)?,
                "param" => FieldKind::Param(ParamField::parse(&field.ty, attr, diag)?),
                "buffer" => FieldKind::Buffer(ParamField::parse(&field.ty, attr, diag)?),
                _ => layer_field::parse(&ident, &field.ty, Some(attr), diag)?,
            },
        };
        Some(Self {
            attrs,
            vis: field.vis.clone(),
            ident,
            kind,
        })
    }
}

/// Whether an attribute belongs to the language.
pub(crate) fn is_own(attr: &Attribute) -> bool {
    attr.path()
        .get_ident()
        .is_some_and(|name| OWN.iter().any(|own| name == own))
}

pub(crate) fn attr_name(attr: &Attribute) -> String {
    attr.path()
        .get_ident()
        .map(Ident::to_string)
        .unwrap_or_default()
}

fn check_cfg_attr(attrs: &[Attribute], diag: &Diag) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("cfg_attr")) {
        let Meta::List(list) = &attr.meta else {
            continue;
        };
        for token in list.tokens.clone() {
            if matches!(&token, proc_macro2::TokenTree::Ident(word) if OWN.iter().any(|own| word == own))
            {
                diag.error(
                    &token,
                    format!(
                        "`{token}` can't depend on a `cfg`: put `#[cfg(…)]` on the whole field"
                    ),
                );
            }
        }
    }
}

/// What stands between an attribute's parentheses; `#[name = …]` is refused.
pub(crate) fn content(attr: &Attribute, diag: &Diag) -> Option<TokenStream> {
    match &attr.meta {
        Meta::Path(_) => Some(TokenStream::new()),
        Meta::List(list) => Some(list.tokens.clone()),
        Meta::NameValue(pair) => {
            let name = attr_name(attr);
            diag.error(
                pair.eq_token,
                format!("expected parentheses, `#[{name}(…)]`"),
            );
            None
        }
    }
}

fn config(ty: &Type, attr: &Attribute, diag: &Diag) -> Option<FieldKind> {
    let tokens = content(attr, diag)?;
    for layer in ["sequential", "dict"] {
        if let Some(found) = type_macro(ty, layer) {
            diag.error(
                &found.mac.path,
                format!("`{layer}!` is a layer, not a hyperparameter: remove `#[config]`"),
            );
            return None;
        }
    }
    for tensor in ["Tensor", "Param", "Buffer"] {
        if is_named(ty, tensor) {
            diag.error(ty, format!("a `{tensor}` is no hyperparameter: expected `#[param([…])]` or `#[buffer([…])]`"));
            return None;
        }
    }
    let mut default = None;
    let parser = |input: ParseStream| {
        while !input.is_empty() {
            config_item(input, &mut default, diag)?;
            comma(input)?;
        }
        Ok(())
    };
    diag.take(parser.parse2(tokens))?;
    Some(FieldKind::Config(ConfigField {
        ty: ty.clone(),
        kind: config_kind(ty),
        default,
    }))
}

fn config_item(input: ParseStream, default: &mut Option<Expr>, diag: &Diag) -> Result<()> {
    let span = input.span();
    match key(input)? {
        Some(word) if word == "default" => {
            if default.replace(input.parse()?).is_some() {
                diag.error(&word, "`default` is given twice");
            }
            Ok(())
        }
        Some(word) => {
            let name = plain_name(&word);
            diag.error(
                &word,
                format!("unknown key `{name}`: {}", suggest(&name, &["default"])),
            );
            input.parse::<Expr>().map(drop)
        }
        None => Err(syn::Error::new(
            span,
            "expected `#[config]` or `#[config(default = …)]`",
        )),
    }
}

fn config_kind(ty: &Type) -> ConfigKind {
    const KNOWN: &[(&str, ConfigKind)] = &[
        ("usize", ConfigKind::Int),
        ("f64", ConfigKind::Float),
        ("bool", ConfigKind::Bool),
    ];
    KNOWN
        .iter()
        .find(|(name, _)| is_named(ty, name))
        .map_or(ConfigKind::Other, |(_, kind)| *kind)
}
