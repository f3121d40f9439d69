//! Submodules: a layer, an optional one, a list, or a block.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Attribute, Ident, LitStr, Type};

use super::dict::DictField;
use super::field::{content, FieldKind};
use super::layer_args::{LayerArgs, LayerAttr, Repeat};
use super::own_layers::is_own_layer;
use super::sequential::Sequential;
use super::types::{inner_type, is_named, type_macro};
use crate::diag::Diag;

/// How many of a layer there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrap {
    /// `L`
    One,
    /// `Option<L>`
    Option,
    /// `Vec<L>`
    List,
}

/// A submodule.
#[derive(Debug)]
pub(crate) struct LayerField {
    pub(crate) wrap: Wrap,
    pub(crate) layer: LayerType,
    pub(crate) args: LayerArgs,
    /// Where the arguments are declared, from its first token to its last: the attribute, or the name of a field that has none.
    pub(crate) declared: (Span, Span),
    pub(crate) repeat: Option<Repeat>,
    /// What replaces the field's name in the paths of its parameters (and for a template, the index too).
    pub(crate) name: Option<LitStr>,
}

/// The type of a submodule.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // few, and only while a macro runs
pub(crate) enum LayerType {
    Type(Type),
    Sequential(Sequential),
}

impl LayerField {
    /// Whether it is a single layer without any doubt: it has the name of one of taper's own, or is a block.
    pub(crate) fn is_plain(&self) -> bool {
        self.wrap == Wrap::One
            && match &self.layer {
                LayerType::Type(ty) => is_own_layer(ty),
                LayerType::Sequential(_) => true,
            }
    }
}

pub(crate) fn parse(
    ident: &Ident,
    ty: &Type,
    attr: Option<&Attribute>,
    diag: &Diag,
) -> Option<FieldKind> {
    let tokens = attr.map_or_else(|| Some(TokenStream::new()), |attr| content(attr, diag))?;
    let LayerAttr { args, repeat, name } = LayerAttr::parse(tokens, diag)?;
    if let Some(found) = type_macro(ty, "dict") {
        if let Some(attr) = attr {
            diag.error(
                attr.path(),
                "`dict!` takes no `#[layer]`: its entries have their own arguments",
            );
        }
        let group: DictField = diag.take(syn::parse2(found.mac.tokens.clone()))?;
        group.check(diag);
        return Some(FieldKind::Dict(group));
    }
    let own = is_own_layer(ty);
    let (wrap, inner) = match (inner_type(ty, "Option"), inner_type(ty, "Vec")) {
        _ if own => (Wrap::One, ty),
        (Some(inner), _) => (Wrap::Option, inner),
        (_, Some(inner)) => (Wrap::List, inner),
        _ => (Wrap::One, ty),
    };
    if !own && !could_be_layer(ident, inner, wrap, attr.is_some(), diag) {
        return None;
    }
    check_repeat(ty, wrap, repeat.as_ref(), diag);
    let layer = match type_macro(inner, "sequential") {
        Some(found) => {
            if let Some(arg) = args.items.first() {
                let tokens = arg
                    .name
                    .as_ref()
                    .map_or_else(|| arg.value.to_token_stream(), ToTokens::to_token_stream);
                diag.error(
                    tokens,
                    "a `sequential!` takes no arguments: the layers inside have their own",
                );
            }
            let mut block: Sequential = diag.take(syn::parse2(found.mac.tokens.clone()))?;
            block.span = found.mac.path.get_ident().map_or(block.span, Ident::span);
            LayerType::Sequential(block)
        }
        None => LayerType::Type(inner.clone()),
    };
    Some(FieldKind::Layer(LayerField {
        wrap,
        layer,
        args,
        declared: match attr {
            Some(attr) => (attr.pound_token.span, attr.bracket_token.span.close()),
            None => (ident.span(), ident.span()),
        },
        repeat,
        name,
    }))
}

fn check_repeat(ty: &Type, wrap: Wrap, repeat: Option<&Repeat>, diag: &Diag) {
    match (wrap, repeat) {
        (Wrap::List, None) => {
            diag.error(ty, "a list of layers needs its length: `#[layer(…, repeat = n)]`, or `#[config]` if these aren't layers");
        }
        (Wrap::One | Wrap::Option, Some(repeat)) => {
            diag.error_at(
                repeat.span,
                "`repeat` makes a list of layers: expected the field's type to be `Vec<…>`",
            );
        }
        _ => {}
    }
}

/// Whether the type may be a layer's; a number, a tensor or a reference surely isn't.
fn could_be_layer(ident: &Ident, ty: &Type, wrap: Wrap, declared: bool, diag: &Diag) -> bool {
    const PLAIN: &[&str] = &[
        "usize", "u8", "u16", "u32", "u64", "isize", "i8", "i16", "i32", "i64", "f32", "f64",
        "bool", "char", "String",
    ];
    if PLAIN.iter().any(|name| is_named(ty, name))
        || matches!(ty, Type::Reference(_) | Type::Tuple(_) | Type::Array(_))
    {
        let way_out = if declared {
            "expected a layer's type here; a hyperparameter is"
        } else {
            "is it a hyperparameter? Then write"
        };
        diag.error(ty, format!("`{ident}` is no layer: {way_out} `#[config]`"));
        return false;
    }
    if ["Tensor", "Param", "Buffer"]
        .iter()
        .any(|name| is_named(ty, name))
    {
        diag.error(ty, format!("`{ident}` is no layer: a tensor of the model's own is `#[param([…])]` or `#[buffer([…])]`"));
        return false;
    }
    let nested = type_macro(ty, "dict").is_some()
        || ["Option", "Vec"]
            .iter()
            .any(|name| inner_type(ty, name).is_some());
    if nested && wrap != Wrap::One {
        diag.error(ty, "expected a layer inside `Option` or `Vec`; for anything deeper, make it a `#[model]` of its own");
    }
    !(nested && wrap != Wrap::One)
}
