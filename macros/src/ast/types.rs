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
