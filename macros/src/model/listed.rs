//! Layers whose arguments are whole numbers: rows of a table, and code for each of their types. An arm for each field would cost
//! every `cargo check` several times as much.

use super::Context;
use crate::ast::{plain_name, Field, LayerField, LayerType, Wrap};
use crate::emit::{quote, TokenStream};
use crate::lower::{integer, Sites};
use proc_macro2::Literal;
use syn::Type;

/// How `__taper_call` calls a field.
pub(super) enum FieldCall<'f> {
    /// An arm of its own.
    Code(TokenStream),
    /// A row of a table: the site of a layer's declaration, and its arguments.
    Numbers { ty: &'f Type, numbers: String },
}

impl Context<'_> {
    /// The call of a field that is in the table: all of one type share the code.
    pub(super) fn listed(&self, calls: &[(String, FieldCall<'_>)]) -> TokenStream {
        let p = &self.p;
        let mut types: Vec<&Type> = Vec::new();
        let mut rows = Vec::new();
        for (name, call) in calls {
            let FieldCall::Numbers { ty, numbers } = call else {
                continue;
            };
            let known = types.iter().position(|known| is_same(known, ty));
            let kind = known.unwrap_or_else(|| {
                types.push(ty);
                types.len() - 1
            });
            rows.push(format!("{name} {kind} {numbers}"));
        }
        let traced = |ty: &Type| quote!(<#ty as #p::Layer>::RULE.trace(__t, &__args, __inputs));
        let (value, kind) = match types.as_slice() {
            [] => return quote!(return #p::Value::Any),
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
                return #p::Value::Any;
            };
            #value
        })
    }
}

/// The call of a single layer whose arguments are whole numbers.
pub(super) fn in_numbers<'f>(
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
    let values: Option<Vec<_>> = layer
        .args
        .items
        .iter()
        .map(|arg| integer(&arg.value))
        .collect();
    let values = values?;
    let mut numbers = sites.between(layer.declared).to_string();
    // A number alone has the site of the declaration.
    let alone = matches!(layer.args.items.as_slice(), [only] if only.name.is_none());
    for (arg, value) in layer.args.items.iter().zip(values) {
        match &arg.name {
            Some(name) => {
                sites.over(name);
                numbers += &format!(" {}={value}", plain_name(name));
            }
            None => {
                if !alone {
                    sites.over(&arg.value);
                }
                numbers += &format!(" {value}");
            }
        }
    }
    Some(FieldCall::Numbers { ty, numbers })
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
