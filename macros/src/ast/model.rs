//! `#[model([B, 784] -> [B, 10], masks(…), custom)]` and the struct below it.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::{
    parenthesized, token, Attribute, Fields, Generics, Ident, Item, ItemStruct, Result, Visibility,
};

use super::args::comma;
use super::check;
use super::derives::without_implemented;
use super::field::{Field, FieldKind};
use super::mask::MaskDecl;
use super::plain_name;
use super::signature::Signature;
use crate::diag::{suggest, Diag};

/// An annotated struct.
#[derive(Debug)]
pub(crate) struct Model {
    /// Documentation, derives of what isn't implemented anyway, and whatever else stands at the struct.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    /// Short for the one of `forward`.
    pub(crate) signature: Option<Signature>,
    pub(crate) masks: Vec<MaskDecl>,
    /// The forward is hand-written Candle code.
    pub(crate) custom: bool,
    pub(crate) fields: Vec<Field>,
}

/// What stands between the attribute's parentheses.
#[derive(Default)]
struct ModelAttr {
    signature: Option<Signature>,
    masks: Option<Vec<MaskDecl>>,
    custom: bool,
}

impl Model {
    /// Reads and checks a model. Everything wrong is reported; what could be read is given all the same, so look at
    /// `diag` before using it.
    pub(crate) fn parse(attr: TokenStream, item: TokenStream, diag: &Diag) -> Option<Self> {
        let attr = ModelAttr::parse(attr, diag);
        let item = named_struct(diag.take(syn::parse2(item))?, diag)?;
        refuse_generics(&item.generics, diag);
        let model = Self {
            fields: item
                .fields
                .iter()
                .filter_map(|field| Field::parse(field, diag))
                .collect(),
            attrs: without_implemented(item.attrs),
            vis: item.vis,
            ident: item.ident,
            signature: attr.signature,
            masks: attr.masks.unwrap_or_default(),
            custom: attr.custom,
        };
        check::model(&model, &item.fields, &item.generics, diag);
        Some(model)
    }

    /// The names of the hyperparameters.
    pub(crate) fn configs(&self) -> Vec<String> {
        self.fields
            .iter()
            .filter(|field| matches!(field.kind, FieldKind::Config(_)))
            .map(Field::name)
            .collect()
    }

    /// The names of the hyperparameters whose types the trace doesn't know.
    pub(crate) fn opaque_configs(&self) -> Vec<String> {
        let opaque = |field: &&Field| matches!(&field.kind, FieldKind::Config(c) if c.kind == super::ConfigKind::Other);
        self.fields.iter().filter(opaque).map(Field::name).collect()
    }

    /// What the arguments of layers may name: hyperparameters, and the dimensions of the input.
    pub(crate) fn argument_names(&self) -> Vec<String> {
        let mut names = self.configs();
        if let Some(signature) = &self.signature {
            let dims = signature.free_dims(&names);
            names.extend(dims.iter().map(plain_name));
        }
        names
    }
}

impl ModelAttr {
    fn parse(tokens: TokenStream, diag: &Diag) -> Self {
        let mut attr = Self::default();
        let parser = |input: ParseStream| {
            while !input.is_empty() {
                attr.item(input, diag)?;
                comma(input)?;
            }
            Ok(())
        };
        diag.take(parser.parse2(tokens));
        attr
    }

    fn item(&mut self, input: ParseStream, diag: &Diag) -> Result<()> {
        if input.peek(token::Bracket) || input.peek(token::Paren) {
            let signature: Signature = input.parse()?;
            let span = signature.span;
            if self.signature.replace(signature).is_some() {
                diag.error_at(span, "the signature is given twice");
            }
            return Ok(());
        }
        let word: Ident = input.parse().map_err(|error| {
            syn::Error::new(
                error.span(),
                "expected a signature, as `[B, 784] -> [B, 10]`, `masks(…)` or `custom`",
            )
        })?;
        let twice = match word.to_string().as_str() {
            "masks" => {
                if !input.peek(token::Paren) {
                    return Err(syn::Error::new(
                        word.span(),
                        "expected `masks(head = \"fc3.*\", …)`",
                    ));
                }
                let list;
                parenthesized!(list in input);
                self.masks
                    .replace(MaskDecl::parse_list(list.parse()?, diag))
                    .is_some()
            }
            "custom" => std::mem::replace(&mut self.custom, true),
            other => {
                let message = format!(
                    "unknown key `{other}`: {}",
                    suggest(other, &["masks", "custom"])
                );
                return Err(syn::Error::new(word.span(), message));
            }
        };
        if twice {
            diag.error(&word, format!("`{word}` is given twice"));
        }
        Ok(())
    }
}

/// The struct, or the way out for everything that is none.
fn named_struct(item: Item, diag: &Diag) -> Option<ItemStruct> {
    match item {
        Item::Struct(item) => match &item.fields {
            Fields::Named(_) => Some(item),
            Fields::Unnamed(fields) => {
                diag.error(fields, "the fields of a model have names: they are the paths of its parameters; expected `{ name: Layer }`");
                None
            }
            Fields::Unit => {
                let message = format!(
                    "expected braces: a model without layers is written `struct {} {{}}`",
                    item.ident
                );
                diag.error(&item.ident, message);
                None
            }
        },
        Item::Enum(item) => {
            diag.error(
                item.enum_token,
                "a model is a struct with named fields; to choose between layers by key, use a field of type `dict!(a: Layer(…), b: Layer(…))`",
            );
            None
        }
        Item::Union(item) => {
            diag.error(item.union_token, "a model is a struct with named fields");
            None
        }
        Item::Impl(item) => {
            diag.error(
                item.impl_token,
                "`#[model]` goes on the struct; its `impl` block takes `#[forward]`",
            );
            None
        }
        Item::Fn(item) => {
            diag.error(
                item.sig.fn_token,
                "`#[model]` goes on a struct; a function of tensors takes `#[forward]`",
            );
            None
        }
        _ => {
            diag.error_at(
                proc_macro2::Span::call_site(),
                "`#[model]` goes on a struct with named fields",
            );
            None
        }
    }
}

fn refuse_generics(generics: &Generics, diag: &Diag) {
    for parameter in &generics.params {
        let message = match parameter {
            syn::GenericParam::Lifetime(_) => {
                "a model owns its fields and has no lifetimes: make what it borrows a `#[config]` field that owns it"
            }
            syn::GenericParam::Type(_) => "a model has no type parameters: make it a `#[config]` field",
            syn::GenericParam::Const(_) => "a model has no constant parameters: make it a `#[config]` field",
        };
        diag.error(parameter, message);
    }
    if let (true, Some(clause)) = (generics.params.is_empty(), &generics.where_clause) {
        diag.error(
            clause.where_token,
            "a model has no `where` clause, for it has no type parameters",
        );
    }
}
