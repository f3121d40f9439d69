//! The public form of a method: tensors taken owned or borrowed, a `Result` given.

use crate::emit::{quote, quote_spanned, TokenStream};
use crate::tokens::Tokens;
use syn::spanned::Spanned;
use syn::{Ident, Type};

use super::body::{glue, Body};
use super::param::{MethodParam, ParamKind};
use super::parse::{Autocast, Method};
use super::scope::Scope;
use crate::ast::{inner_type, plain_name, ungroup};

/// The tensor form of a method, which checks its inputs when they are bound, against `signature` if it has one.
pub(crate) fn lower_method(
    method: &Method,
    methods: &[Ident],
    path: &Tokens,
    signature_const: Option<&TokenStream>,
) -> TokenStream {
    let mut scope = Scope::default();
    method
        .params
        .iter()
        .for_each(|param| scope.add(&param.pat_ident));
    let body = Body {
        path,
        methods,
        scope,
    }
    .function(&method.block);
    let bindings = method.params.iter().map(|param| param.binding(path));
    let signature = signature(method, path);
    let body = match method.autocast {
        Some(autocast) => {
            let dtype = autocast.dtype(path);
            quote!(let __autocast = #path::Autocast::new(#dtype)?; #body)
        }
        None => body,
    };
    let body = checked(method, path, signature_const, &body);
    let output = &method.output;
    // The user's `Result` is not what is returned, but without a use its import would be reported.
    let written = output.written_result.then(|| {
        let written = &output.written;
        quote!(let _: ::core::option::Option<#written> = ::core::option::Option::None;)
    });
    quote! {
        // What the language adds looks superfluous in some places.
        #[allow(clippy::all, clippy::pedantic, clippy::nursery, unused_parens, unused_braces)]
        #signature {
            #written
            #(#bindings)*
            #body
        }
    }
}

/// The body behind the check of the inputs. What goes into `forward` and comes out is shown to the forward hooks, if there
/// are any.
fn checked(
    method: &Method,
    p: &Tokens,
    signature: Option<&TokenStream>,
    body: &TokenStream,
) -> TokenStream {
    let inputs = method.tensors(p);
    let Some(signature) = signature else {
        return body.clone();
    };
    if method.ident != "forward" || method.receiver.is_none() {
        let name = plain_name(&method.ident);
        let module = match method.receiver {
            Some(_) => quote!(#p::Some(self)),
            None => quote!(#p::None),
        };
        return quote!(#p::door(#module, #name, #signature, &[#(#inputs),*])?; #body);
    }
    let ty = &method.output.ty;
    let result = quote_spanned!(glue(ty.span())=> #p::Result<#ty>);
    let collect = match method.output.is_tensor() {
        true => quote!(#p::Tensors::collect),
        false => quote!(|__y, __found| {
            #[allow(unused_imports)]
            use #p::NoTensors as _;
            #p::Outputs(__y).collect(__found)
        }),
    };
    quote! {
        let __seen = #p::enter(self, "forward", #signature, &[#(#inputs),*])?;
        // What fails in it leaves at once: hooks see nothing of that.
        let __result: #result = { #body };
        #p::leave(self, __seen, __result, #collect)
    }
}

/// What an undocumented `forward` says, since the macro makes it public.
const FORWARD_DOC: &str =
    " Runs the model.\n\n# Errors\nIf an input doesn't fit the signature, or an operation fails.";

/// Attributes and head of the public form.
pub(crate) fn signature(method: &Method, path: &Tokens) -> TokenStream {
    let Method {
        attrs,
        vis,
        ident,
        receiver,
        output,
        ..
    } = method;
    // A model is called wherever it is seen; other methods are as visible as they say.
    let callable =
        ident == "forward" && receiver.is_some() && matches!(vis, syn::Visibility::Inherited);
    let documented = attrs.iter().any(|attr| attr.path().is_ident("doc"));
    let doc = (callable && !documented).then(|| quote!(#[doc = #FORWARD_DOC]));
    let vis = if callable {
        quote!(#[allow(unreachable_pub)] pub)
    } else {
        quote!(#vis)
    };
    let receiver = receiver.as_ref().map(|receiver| quote!(#receiver,));
    let params = method.params.iter().map(|param| param.declaration(path));
    let ty = &output.ty;
    let span = glue(ty.span());
    let result = quote_spanned!(span=> #path::Result<#ty>);
    quote!(#doc #(#attrs)* #vis fn #ident(#receiver #(#params),*) -> #result)
}

impl Autocast {
    fn dtype(self, p: &Tokens) -> TokenStream {
        match self {
            Autocast::Bf16 => quote!(#p::DType::BF16),
            Autocast::F16 => quote!(#p::DType::F16),
        }
    }
}

impl Method {
    /// The tensor parameters, as options of references.
    pub(super) fn tensors(&self, p: &Tokens) -> Vec<TokenStream> {
        self.params
            .iter()
            .filter_map(|param| {
                let x = &param.pat_ident;
                match &param.kind {
                    ParamKind::Tensor { borrowed: false } => Some(quote!(#p::Some(&#x))),
                    ParamKind::Tensor { borrowed: true } => Some(quote!(#p::Some(#x))),
                    ParamKind::OptionTensor { borrowed: false } => Some(quote!(#x.as_ref())),
                    ParamKind::OptionTensor { borrowed: true } => Some(quote!(#x)),
                    ParamKind::Other(_) => None,
                }
            })
            .collect()
    }
}

impl MethodParam {
    fn declaration(&self, p: &Tokens) -> TokenStream {
        let Self {
            pat_ident,
            mutable,
            ty,
            kind,
        } = self;
        let span = glue(ty.span());
        match kind {
            ParamKind::Tensor { .. } => {
                let tensor = owned(ty);
                quote_spanned!(span=> #pat_ident: impl #p::Borrow<#tensor>)
            }
            ParamKind::OptionTensor { .. } => {
                let tensor = inner_type(ty, "Option").map(owned);
                quote_spanned!(span=> #pat_ident: impl #p::Borrow<#p::Option<#tensor>>)
            }
            ParamKind::Other(ty) => {
                let mutable = mutable.then(|| quote!(mut));
                quote!(#mutable #pat_ident: #ty)
            }
        }
    }

    /// What makes the parameter what it was declared as.
    fn binding(&self, p: &Tokens) -> TokenStream {
        let Self {
            pat_ident,
            mutable,
            ty,
            kind,
        } = self;
        let mutable = mutable.then(|| quote!(mut));
        let span = glue(pat_ident.span());
        let borrowed = quote_spanned!(span=> #p::Borrow::borrow(&#pat_ident));
        let value = match kind {
            ParamKind::Other(_) => return TokenStream::new(),
            ParamKind::Tensor { borrowed: true } => borrowed,
            ParamKind::Tensor { borrowed: false } | ParamKind::OptionTensor { borrowed: false } => {
                quote_spanned!(span=> #p::owned(#pat_ident))
            }
            ParamKind::OptionTensor { borrowed: true } => {
                let tensor = inner_type(ty, "Option").map(owned);
                quote_spanned!(span=> #p::Option::<#tensor>::as_ref(#borrowed))
            }
        };
        quote_spanned!(span=> let #mutable #pat_ident: #ty = #value;)
    }
}

/// `Tensor` of `Tensor` and of `&Tensor`.
fn owned(ty: &Type) -> &Type {
    match ungroup(ty) {
        Type::Reference(reference) => &reference.elem,
        other => other,
    }
}
