//! The derives that stand at a model.

use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::{parse_quote, Attribute, Meta, MetaList, Path, Token};

/// What `#[model]` implements itself, so that a derive of it would be there twice.
const IMPLEMENTED: &[&str] = &[
    "Clone",
    "std::clone::Clone",
    "core::clone::Clone",
    "Debug",
    "std::fmt::Debug",
    "core::fmt::Debug",
];

type List<T> = Punctuated<T, Token![,]>;

/// Takes `Clone` and `Debug` from the derives among some attributes, those in `cfg_attr` too.
pub(crate) fn without_implemented(attrs: Vec<Attribute>) -> Vec<Attribute> {
    attrs
        .into_iter()
        .filter_map(|mut attr| {
            attr.meta = remaining(attr.meta)?;
            Some(attr)
        })
        .collect()
}

/// What is left of an attribute; nothing if that would be empty. One that doesn't parse is rustc's to report.
fn remaining(meta: Meta) -> Option<Meta> {
    let Meta::List(list) = &meta else {
        return Some(meta);
    };
    if list.path.is_ident("derive") {
        let Ok(paths) = list.parse_args_with(List::<Path>::parse_terminated) else {
            return Some(meta);
        };
        let given = paths.len();
        let kept: List<Path> = paths
            .into_iter()
            .filter(|path| !is_implemented(path))
            .collect();
        return changed(meta, given, &kept);
    }
    if list.path.is_ident("cfg_attr") {
        let Ok(metas) = list.parse_args_with(List::<Meta>::parse_terminated) else {
            return Some(meta);
        };
        let mut metas = metas.into_iter();
        let condition = metas.next()?;
        let kept: List<Meta> = metas.filter_map(remaining).collect();
        return (!kept.is_empty()).then(|| parse_quote!(cfg_attr(#condition, #kept)));
    }
    Some(meta)
}

fn changed(meta: Meta, given: usize, kept: &List<Path>) -> Option<Meta> {
    match meta {
        meta if kept.len() == given => Some(meta),
        Meta::List(list) if !kept.is_empty() => Some(Meta::List(MetaList {
            tokens: kept.to_token_stream(),
            ..list
        })),
        _ => None,
    }
}

fn is_implemented(path: &Path) -> bool {
    let name = path.to_token_stream().to_string().replace(' ', "");
    let name = name.trim_start_matches("::");
    IMPLEMENTED.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn left(attrs: &[Attribute]) -> String {
        let kept = without_implemented(attrs.to_vec());
        quote!(#(#kept)*).to_string().replace(' ', "")
    }

    #[test]
    fn other_derives_stay() {
        for (written, kept) in [
            (parse_quote!(#[derive(Clone, Debug)]), ""),
            (
                parse_quote!(#[derive(Clone, PartialEq, ::std::fmt::Debug)]),
                "#[derive(PartialEq)]",
            ),
            (
                parse_quote!(#[derive(mine::Clone, core::clone::Clone)]),
                "#[derive(mine::Clone)]",
            ),
            (
                parse_quote!(#[derive(PartialEq, Mine)]),
                "#[derive(PartialEq,Mine)]",
            ),
            (parse_quote!(#[derive()]), "#[derive()]"),
            (
                parse_quote!(#[doc(alias = "Clone")]),
                "#[doc(alias=\"Clone\")]",
            ),
        ] {
            assert_eq!(left(&[written]), kept);
        }
    }

    #[test]
    fn conditional_derives_are_read_too() {
        for (written, kept) in [
            (parse_quote!(#[cfg_attr(unix, derive(Clone))]), ""),
            (
                parse_quote!(#[cfg_attr(all(unix, test), derive(Debug, Eq))]),
                "#[cfg_attr(all(unix,test),derive(Eq))]",
            ),
            (
                parse_quote!(#[cfg_attr(unix, must_use, derive(Debug))]),
                "#[cfg_attr(unix,must_use)]",
            ),
            (
                parse_quote!(#[cfg_attr(unix, cfg_attr(test, derive(Debug)))]),
                "",
            ),
        ] {
            assert_eq!(left(&[written]), kept);
        }
    }
}
