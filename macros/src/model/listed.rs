//! Layers whose arguments are numbers and flags: rows of a table, and code for each of their types. An arm for each field would cost
//! every `cargo check` several times as much.

use super::Context;
use crate::ast::{plain_name, surely_takes, Field, LayerField, LayerType, Wrap};
use crate::emit::{quote, TokenStream};
use crate::lower::{integer, Sites};
use proc_macro2::Literal;
use syn::{Expr, Lit, Type};

/// How `__taper_call` calls a field.
pub(super) enum FieldCall<'f> {
    /// An arm of its own.
    Code(TokenStream),
    /// A row of a table: the site of a layer's declaration, and its arguments.
    Row { ty: &'f Type, args: String },
}

impl Context<'_> {
    /// The call of a field that is in the table: all of one type share the code.
    pub(super) fn listed(&self, calls: &[(String, FieldCall<'_>)]) -> TokenStream {
        let p = &self.p;
        let mut types: Vec<&Type> = Vec::new();
        let mut rows = Vec::new();
        for (name, call) in calls {
            let FieldCall::Row { ty, args } = call else {
                continue;
            };
            let known = types.iter().position(|known| is_same(known, ty));
            let kind = known.unwrap_or_else(|| {
                types.push(ty);
                types.len() - 1
            });
            rows.push(format!("{name} {kind} {args}"));
        }
        let traced = |ty: &Type| quote!(<#ty as #p::Layer>::RULE.trace(__t, &__args, __inputs));
        let (value, kind) = match types.as_slice() {
            [] => return quote!(break '__out #p::Value::Any),
            [only] => (traced(only), quote!(_)),
            [several @ .., last] => {
                let arms = several.iter().enumerate().map(|(kind, ty)| {
                    let (kind, traced) = (Literal::usize_unsuffixed(kind), traced(ty));
                    quote!(#kind => #traced,)
                });
                let last = traced(last);
                (
                    quote!(match __kind { #(#arms)* _ => #last }),
                    quote!(__kind),
                )
            }
        };
        quote!({
            let #p::Some((#kind, __args)) = __t.declared(__field, &[#(#rows),*]) else {
                break '__out #p::Value::Any;
            };
            #value
        })
    }
}

/// The call of a single layer whose arguments are numbers and flags.
pub(super) fn as_row<'f>(
    f: &'f Field,
    layer: &'f LayerField,
    sites: &mut Sites,
) -> Option<FieldCall<'f>> {
    let LayerType::Type(ty) = &layer.layer else {
        return None;
    };
    // Rows have the field's own name.
    let renamed = layer.name.as_ref().is_some_and(|n| n.value() != f.name());
    if layer.wrap == Wrap::List || renamed || f.cfgs().next().is_some() {
        return None;
    }
    let args = &layer.args.items;
    let values: Option<Vec<_>> = args.iter().map(|arg| literal(&arg.value)).collect();
    let mut row = String::new();
    for (arg, value) in args.iter().zip(values?) {
        match &arg.name {
            Some(name) => row += &format!(" {}={value}", plain_name(name)),
            None => row += &format!(" {value}"),
        }
    }
    let args = format!("{}{row}", declared_at(ty, layer, sites));
    Some(FieldCall::Row { ty, args })
}

/// A whole number, a flag or a decimal fraction, as rows have it.
fn literal(value: &Expr) -> Option<String> {
    let Expr::Lit(lit) = value else { return None };
    match &lit.lit {
        Lit::Int(_) => integer(value).map(|n| n.to_string()),
        Lit::Bool(flag) => Some(flag.value.to_string()),
        Lit::Float(x) => {
            // Of so few digits, the quotient of two whole numbers that have no rounding is the number nearest to it.
            let digits = x.base10_digits();
            let (whole, rest) = digits.split_once('.')?;
            let is_plain =
                |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            (is_plain(whole) && is_plain(rest) && digits.len() <= 16).then(|| digits.to_owned())
        }
        _ => None,
    }
}

/// The site of a layer's declaration, which those of its arguments follow; 0 if there can be no mistake.
fn declared_at(ty: &Type, layer: &LayerField, sites: &mut Sites) -> u32 {
    let args = layer.args.items.as_slice();
    if surely_takes(ty, args) {
        return 0;
    }
    let declared = sites.between(layer.declared);
    // A number alone has the site of the declaration.
    if matches!(args, [only] if only.name.is_none()) {
        return declared;
    }
    for arg in args {
        match &arg.name {
            Some(name) => sites.over(name),
            None => sites.over(&arg.value),
        };
    }
    declared
}

/// Whether two types are surely one: paths of the same words, without arguments.
fn is_same(a: &Type, b: &Type) -> bool {
    let words = |ty: &Type| match ty {
        Type::Path(path) if path.qself.is_none() => {
            let segments = path.path.segments.iter();
            let words = segments.map(|s| s.arguments.is_none().then(|| s.ident.to_string()));
            let words = words.collect::<Option<Vec<String>>>()?;
            // What `$crate` is depends on where it comes from.
            let plain = words.iter().all(|word| word != "$crate");
            plain.then_some((path.path.leading_colon.is_some(), words))
        }
        _ => None,
    };
    words(a).is_some_and(|a| words(b) == Some(a))
}
