//! What `#[forward]` reads: an inherent `impl` block, or a function.

use proc_macro2::{Span, TokenStream};
use syn::{
    Attribute, Block, FnArg, Ident, ImplItem, Item, ItemImpl, Meta, Receiver, Type, Visibility,
};

use super::param::{MethodParam, Output};
use super::{recursion, unsupported};
use crate::ast::{is_reserved_method, is_reserved_prefix, ungroup, Signature};
use crate::diag::{suggest, Diag};

/// What the attribute stands on.
#[derive(Debug)]
pub(crate) enum ForwardItem {
    Block(Box<ForwardBlock>),
    Free(Box<Method>),
}

/// `impl Net { fn forward(&self, x: Tensor) -> Tensor { … } }`
#[derive(Debug)]
pub(crate) struct ForwardBlock {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) self_ty: Type,
    pub(crate) methods: Vec<Method>,
    /// Associated constants.
    pub(crate) others: Vec<ImplItem>,
}

/// `forward`, a helper method, or a function.
#[derive(Debug)]
pub(crate) struct Method {
    /// What stands at the method, `#[shape(…)]` left out.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) ident: Ident,
    pub(crate) shape: Option<Signature>,
    /// `&self`; a function has none.
    pub(crate) receiver: Option<Receiver>,
    pub(crate) params: Vec<MethodParam>,
    pub(crate) output: Output,
    pub(crate) block: Block,
    /// The half type that the body computes in.
    pub(crate) autocast: Option<Autocast>,
}

/// `autocast`, `autocast = f16`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Autocast {
    Bf16,
    F16,
}

impl syn::parse::Parse for Autocast {
    fn parse(input: syn::parse::ParseStream) -> syn::Result<Self> {
        let word: Ident = input.parse()?;
        if word != "autocast" {
            let message = "`#[forward]` takes `autocast` or nothing: a method's shapes are `#[shape([B, 784] -> [B, 10])]`";
            return Err(syn::Error::new(word.span(), message));
        }
        if input.parse::<Option<syn::Token![=]>>()?.is_none() {
            return Ok(Autocast::Bf16);
        }
        let dtype: Ident = input.parse()?;
        match dtype.to_string().as_str() {
            "bf16" => Ok(Autocast::Bf16),
            "f16" => Ok(Autocast::F16),
            other => {
                let message = format!(
                    "unknown type `{other}` to compute in: {}",
                    suggest(other, &["bf16", "f16"])
                );
                Err(syn::Error::new(dtype.span(), message))
            }
        }
    }
}

impl ForwardItem {
    /// Reads and checks what `#[forward]` stands on. Everything wrong is reported in `diag`; look there first.
    pub(crate) fn parse(attr: TokenStream, item: TokenStream, diag: &Diag) -> Option<Self> {
        let autocast = match attr.is_empty() {
            true => None,
            false => diag.take(syn::parse2::<Autocast>(attr)),
        };
        match diag.take(syn::parse2(item))? {
            Item::Impl(item) => {
                let mut block = ForwardBlock::parse(item, diag)?;
                for method in &mut block.methods {
                    method.autocast = autocast;
                }
                Some(Self::Block(Box::new(block)))
            }
            Item::Fn(item) => {
                let mut method = Method::parse(item.attrs, item.vis, item.sig, *item.block, diag)?;
                method.autocast = autocast;
                unsupported::check(&method, &[], diag);
                Some(Self::Free(Box::new(method)))
            }
            Item::Struct(item) => {
                diag.error(
                    item.struct_token,
                    "`#[forward]` goes on the `impl` block; the struct takes `#[model]`",
                );
                None
            }
            _ => {
                diag.error_at(
                    Span::call_site(),
                    "`#[forward]` goes on an `impl` block or a function",
                );
                None
            }
        }
    }
}

impl ForwardBlock {
    fn parse(item: ItemImpl, diag: &Diag) -> Option<Self> {
        if let Some((_, path, _)) = &item.trait_ {
            diag.error(path, "`#[forward]` goes on an `impl` block without a trait");
        }
        if !item.generics.params.is_empty() {
            // Reported at the struct; what stands in place of the block makes sure of that.
            return None;
        }
        if !matches!(ungroup(&item.self_ty), Type::Path(_)) {
            diag.error(&item.self_ty, "expected the name of a `#[model]`");
        }
        let (methods, others) = members(item.items, diag);
        let names: Vec<Ident> = methods.iter().map(|method| method.ident.clone()).collect();
        let check = |method: &Method| {
            method.check_name(diag);
            unsupported::check(method, &names, diag)
        };
        let calls: Vec<Vec<Ident>> = methods.iter().map(check).collect();
        recursion::check(&methods, &calls, diag);
        Some(Self {
            attrs: item.attrs,
            self_ty: *item.self_ty,
            methods,
            others,
        })
    }

    /// The names of the block's methods.
    pub(crate) fn names(&self) -> Vec<Ident> {
        self.methods
            .iter()
            .map(|method| method.ident.clone())
            .collect()
    }
}

fn members(items: Vec<ImplItem>, diag: &Diag) -> (Vec<Method>, Vec<ImplItem>) {
    let mut methods = Vec::new();
    let mut others = Vec::new();
    for item in items {
        match item {
            ImplItem::Fn(item) => methods.extend(Method::parse(
                item.attrs, item.vis, item.sig, item.block, diag,
            )),
            ImplItem::Const(_) => others.push(item),
            other => diag.error(
                other,
                "expected a method or a constant: put this into an `impl` block of its own",
            ),
        }
    }
    (methods, others)
}

impl Method {
    pub(crate) fn parse(
        attrs: Vec<Attribute>,
        vis: Visibility,
        sig: syn::Signature,
        block: Block,
        diag: &Diag,
    ) -> Option<Self> {
        refuse_modifiers(&sig, diag);
        let (own, attrs): (Vec<_>, Vec<_>) = attrs
            .into_iter()
            .partition(|attr| attr.path().is_ident("shape"));
        if let Some(second) = own.get(1) {
            diag.error(second.path(), "the method's shape is given twice");
        }
        let mut receiver = None;
        let mut params = Vec::new();
        for input in sig.inputs {
            match input {
                FnArg::Receiver(found) => receiver = Some(found),
                FnArg::Typed(typed) => params.extend(MethodParam::parse(typed, diag)),
            }
        }
        if let Some(receiver) = &receiver {
            let by_reference = receiver.reference.is_some() && receiver.mutability.is_none();
            if !by_reference || receiver.colon_token.is_some() {
                diag.error(receiver, "expected `&self`: a forward pass doesn't change the model (BatchNorm updates through `&self`)");
            }
        }
        let shape = own.first().and_then(|attr| shape(attr, diag));
        let output = Output::parse(&sig.output, diag);
        Some(Self {
            attrs,
            vis,
            ident: sig.ident,
            shape,
            receiver,
            params,
            output,
            block,
            autocast: None,
        })
    }

    fn check_name(&self, diag: &Diag) {
        if self.ident == "forward" && self.receiver.is_none() {
            diag.error(
                &self.ident,
                "expected `&self`, as in `fn forward(&self, x: Tensor) -> Tensor`",
            );
        } else if is_reserved_prefix(&self.ident) {
            diag.error(
                &self.ident,
                "names that start with `__` are kept for generated code",
            );
        } else if self.ident != "forward" && is_reserved_method(&self.ident) {
            diag.error(
                &self.ident,
                format!(
                    "every model has a method `{}`: expected another name",
                    self.ident
                ),
            );
        }
    }
}

fn shape(attr: &Attribute, diag: &Diag) -> Option<Signature> {
    match &attr.meta {
        Meta::List(list) => diag.take(syn::parse2(list.tokens.clone())),
        _ => {
            diag.error(
                attr,
                "expected the shapes, as `#[shape([B, 784] -> [B, 10])]`",
            );
            None
        }
    }
}

fn refuse_modifiers(sig: &syn::Signature, diag: &Diag) {
    let fixed = "a forward pass is an ordinary function: remove this";
    if let Some(word) = &sig.asyncness {
        diag.error(word, fixed);
    }
    if let Some(word) = &sig.unsafety {
        diag.error(word, fixed);
    }
    if let Some(word) = &sig.constness {
        diag.error(word, fixed);
    }
    if let Some(word) = &sig.abi {
        diag.error(word, fixed);
    }
    if let Some(word) = &sig.variadic {
        diag.error(word, fixed);
    }
    if !sig.generics.params.is_empty() {
        diag.error(&sig.generics, "a forward pass has no generic parameters: take `Tensor`, numbers, `bool` or `Option<Tensor>`");
    }
}
