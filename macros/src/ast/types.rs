//! What can be told from a type's tokens.

use syn::{GenericArgument, PathArguments, Type, TypeMacro};

/// `A` of `Wrapper<A>`, whatever path `Wrapper` is written with.
pub(crate) fn inner_type<'a>(ty: &'a Type, wrapper: &str) -> Option<&'a Type> {
    let segment = last_segment(ty).filter(|segment| segment.ident == wrapper)?;
    let PathArguments::AngleBracketed(list) = &segment.arguments else {
        return None;
    };
    let mut arguments = list.args.iter();
    match (arguments.next(), arguments.next()) {
        (Some(GenericArgument::Type(inner)), None) => Some(inner),
        _ => None,
    }
}

/// Whether the type is a path that ends in `name`, without generic arguments.
pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == name && segment.arguments.is_none())
}

/// `name!(…)` in type position.
pub(crate) fn type_macro<'a>(ty: &'a Type, name: &str) -> Option<&'a TypeMacro> {
    match ungroup(ty) {
        Type::Macro(found)
            if found
                .mac
                .path
                .segments
                .last()
                .is_some_and(|last| last.ident == name) =>
        {
            Some(found)
        }
        _ => None,
    }
}

/// The type under invisible groups (`macro_rules!` puts them around what it captured) and parentheses.
pub(crate) fn ungroup(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungroup(&group.elem),
        Type::Paren(paren) => ungroup(&paren.elem),
        other => other,
    }
}

fn last_segment(ty: &Type) -> Option<&syn::PathSegment> {
    match ungroup(ty) {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        _ => None,
    }
}

/// taper's own layers, by the names that a program has from the prelude.
const LAYERS: [&str; 31] = [
    "AdaptiveAvgPool2d",
    "AvgPool2d",
    "BatchNorm1d",
    "BatchNorm2d",
    "Conv2d",
    "Dropout",
    "ELU",
    "Embedding",
    "Flatten",
    "GELU",
    "GRU",
    "Identity",
    "LSTM",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "MaxPool2d",
    "MultiheadAttention",
    "PReLU",
    "RNN",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "StochasticDepth",
    "Tanh",
    "TransformerEncoder",
    "TransformerEncoderLayer",
    "Unflatten",
];

/// Whether the type has the name of a layer of taper's own. Then it surely is one, and generated code has no need to say well that
/// it isn't.
pub(crate) fn is_own_layer(ty: &Type) -> bool {
    match ungroup(ty) {
        Type::Path(path) if path.qself.is_none() => path
            .path
            .get_ident()
            .is_some_and(|name| LAYERS.binary_search(&name.to_string().as_str()).is_ok()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::LAYERS;

    #[test]
    fn own_layers_are_layers() {
        let exported = include_str!("../../../runtime/src/nn/mod.rs");
        let words: Vec<&str> = exported.split(|c: char| !c.is_alphanumeric()).collect();
        for layer in LAYERS {
            assert!(words.contains(&layer), "{layer}");
        }
        assert!(LAYERS.is_sorted(), "in the alphabet's order");
    }
}
