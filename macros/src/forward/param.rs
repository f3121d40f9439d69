//! What a method takes and gives.

use syn::{Ident, Pat, ReturnType, Type};

use crate::ast::{inner_type, is_named, ungroup};
use crate::diag::Diag;

/// A parameter.
#[derive(Debug)]
pub(crate) struct MethodParam {
    pub(crate) pat_ident: Ident,
    pub(crate) mutable: bool,
    pub(crate) ty: Type,
    pub(crate) kind: ParamKind,
}

/// What a parameter is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ParamKind {
    /// `Tensor` or, borrowed, `&Tensor`
    Tensor { borrowed: bool },
    /// `Option<Tensor>` or, borrowed, `Option<&Tensor>` (`&Option<Tensor>` is `Other`)
    OptionTensor { borrowed: bool },
    /// Taken by value as written.
    Other(Box<Type>),
}

/// What a method gives.
#[derive(Debug)]
pub(crate) struct Output {
    /// Whether it was written as `Result<…>`.
    pub(crate) written_result: bool,
    /// The type as written.
    pub(crate) written: Type,
    /// The type without `Result`.
    pub(crate) ty: Type,
}

impl MethodParam {
    pub(super) fn parse(typed: syn::PatType, diag: &Diag) -> Option<Self> {
        let Pat::Ident(name) = &*typed.pat else {
            diag.error(
                &typed.pat,
                "expected a name: take the argument apart with a `let` inside",
            );
            return None;
        };
        if name.by_ref.is_some() || name.subpat.is_some() {
            diag.error(name, "expected a plain name, as `x: Tensor`");
        }
        let ty = *typed.ty;
        Some(Self {
            pat_ident: name.ident.clone(),
            mutable: name.mutability.is_some(),
            kind: ParamKind::of(&ty),
            ty,
        })
    }
}

impl ParamKind {
    fn of(ty: &Type) -> Self {
        if is_named(ty, "Tensor") {
            return Self::Tensor { borrowed: false };
        }
        if borrowed_tensor(ty) {
            return Self::Tensor { borrowed: true };
        }
        match inner_type(ty, "Option") {
            Some(inner) if is_named(inner, "Tensor") => Self::OptionTensor { borrowed: false },
            Some(inner) if borrowed_tensor(inner) => Self::OptionTensor { borrowed: true },
            _ => Self::Other(Box::new(ty.clone())),
        }
    }
}

fn borrowed_tensor(ty: &Type) -> bool {
    matches!(ungroup(ty), Type::Reference(to) if to.mutability.is_none() && is_named(&to.elem, "Tensor"))
}

impl Output {
    pub(super) fn parse(output: &ReturnType, diag: &Diag) -> Self {
        let written = match output {
            ReturnType::Default => syn::parse_quote!(()),
            ReturnType::Type(_, ty) => (**ty).clone(),
        };
        let ok = inner_type(&written, "Result");
        let written_result = ok.is_some();
        let ty = ok.unwrap_or(&written).clone();
        if let (false, Type::Path(path)) = (written_result, ungroup(&ty)) {
            if path
                .path
                .segments
                .last()
                .is_some_and(|last| last.ident == "Result")
            {
                diag.error(
                    &ty,
                    "errors are taper's: expected `Tensor` or `Result<Tensor>`",
                );
            }
        }
        Self {
            written_result,
            written,
            ty,
        }
    }
}

impl Output {
    /// Whether it is one tensor.
    pub(crate) fn is_tensor(&self) -> bool {
        is_named(ungroup(&self.ty), "Tensor")
    }
}
