//! The expansion of `#[forward]`: each method's tensor form and its trace, the proof, one check per call site.

use super::function;
use super::method::lower_method;
use super::param::ParamKind;
use super::parse::{ForwardBlock, ForwardItem, Method};
use crate::ast::{inner_type, plain_name, ungroup};
use crate::emit::{quote, ToTokens, TokenStream};
use crate::lower::{hash, Lower, Sites};
use crate::model::signature::signed;
use crate::tokens::Tokens;
use quote::format_ident;
use syn::{Ident, Type};

/// Everything that `#[forward]` generates.
pub(crate) fn expand(item: &ForwardItem, krate: &TokenStream) -> TokenStream {
    match item {
        ForwardItem::Block(block) => expand_block(block, krate),
        ForwardItem::Free(function) => function::expand(function, krate),
    }
}

fn expand_block(block: &ForwardBlock, krate: &TokenStream) -> TokenStream {
    let (p, import) = Tokens::of(krate).short();
    let ForwardBlock {
        attrs,
        self_ty,
        methods,
        others,
        ..
    } = block;
    let names = block.names();
    let bodies = methods
        .iter()
        .map(|m| lower_method(m, &names, &p, signature_of(m, &quote!(Self)).as_ref()));
    let signatures = methods.iter().filter_map(|m| {
        let (name, signature) = (signature_name(m), signed(Some(m.shape.as_ref()?), &p));
        Some(quote!(const #name: #p::Signed = #signature;))
    });
    let mut sites = Sites::default();
    let alone = matches!(methods.as_slice(), [only] if only.ident == "forward");
    let traces: Vec<_> = methods
        .iter()
        .map(|m| method_trace(m, alone, &names, &mut sites, &p))
        .collect();
    let run = (!alone).then(|| run_methods(methods, self_ty, &p));
    let helper = helper(methods, &p);
    let owner = owner(self_ty);
    let checks = sites.all_checks(
        &quote!(#owner::__taper_check),
        &quote!(#owner::__TAPER_PROOF.check_rest),
        self_ty,
    );
    let callable = methods
        .iter()
        .find(|m| m.ident == "forward")
        .map(|m| callable(m, self_ty, &p));
    quote! {
        const _: () = {
            #import

            #(#attrs)* impl #self_ty { #(#others)* #(#bodies)* }

        #[doc(hidden)]
        #[allow(warnings, clippy::all)]
        impl #self_ty {
            #(#signatures)*
            #(#traces)*

            #run
            #helper
        }

        impl #p::Traced for #self_ty {}

        #callable
        };

        // Beside the block, not in it: messages name the constant that fails.
        #checks
    }
}

/// The model at the head of a path: without the brackets that few types need.
fn owner(self_ty: &Type) -> TokenStream {
    match self_ty {
        Type::Path(path) if path.path.get_ident().is_some() => quote!(#self_ty),
        _ => quote!(<#self_ty>),
    }
}

/// The constant that holds a method's signature, the model's or its own.
fn signature_of(m: &Method, owner: &TokenStream) -> Option<TokenStream> {
    if m.shape.is_some() {
        let name = signature_name(m);
        return Some(quote!(#owner::#name));
    }
    (m.ident == "forward").then(|| quote!(#owner::__TAPER_SIGNATURE))
}

fn signature_name(m: &Method) -> Ident {
    format_ident!("__TAPER_SIGNATURE_{}", plain_name(&m.ident))
}

fn trace_name(m: &Method) -> Ident {
    format_ident!("__taper_m_{}", plain_name(&m.ident))
}

/// One method in the trace. A `forward` that is alone is all that runs, if it is asked for.
fn method_trace(
    m: &Method,
    alone: bool,
    methods: &[Ident],
    sites: &mut Sites,
    p: &Tokens,
) -> TokenStream {
    sites.group();
    let word = plain_name(&m.ident);
    let head = match alone {
        true => quote!(pub const fn __taper_run),
        false => {
            let name = trace_name(m);
            quote!(const fn #name)
        }
    };
    let (signature, at) = match signature_of(m, &quote!(Self)) {
        Some(signature) => (signature, sites.over(&m.ident)),
        None => (quote!(#p::None), 0),
    };
    let taken = m.tensors(p).len();
    let (bindings, body, tail) = lowered(m, methods.to_vec(), sites, p);
    let begin = match alone {
        true => quote! {
            let #p::Some(__inputs) = __t.begin_forward(#signature, __inputs, #taken, #at) else {
                return #p::Value::Any;
            };
        },
        false => quote! {
            let mut __inputs = *__inputs;
            if !__t.begin_method(#signature, &mut __inputs, #taken, #word, #at) {
                return #p::Value::Any;
            }
        },
    };
    quote! {
        #head(__t: &mut #p::Tracer<'_>, __inputs: &#p::Args) -> #p::Value {
            #begin
            #bindings
            let __result = { #body };
            __t.end_method(#signature, __result, #word, #tail)
        }
    }
}

/// The bindings of a method's parameters in the trace, its body, and the site of its result.
pub(super) fn lowered(
    m: &Method,
    methods: Vec<Ident>,
    sites: &mut Sites,
    p: &Tokens,
) -> (TokenStream, TokenStream, u32) {
    let mut lower = Lower::body(p.clone(), methods, sites);
    let mut bindings = TokenStream::new();
    for (i, param) in m.params.iter().enumerate() {
        let (x, mutable) = (&param.pat_ident, param.mutable.then(|| quote!(mut)));
        lower.declare(x);
        let value = match &param.kind {
            ParamKind::Tensor { .. } | ParamKind::OptionTensor { .. } => {
                quote!(__t.tensor_input(&__inputs, #i))
            }
            ParamKind::Other(ty) => {
                let default = default_value(ty, &plain_name(x), p);
                quote!(match __inputs.get(#i) {
                    #p::Some(__a) => __a.value,
                    #p::None => #default,
                })
            }
        };
        bindings.extend(quote!(let #mutable #x = #value;));
    }
    let body = lower.statements(&m.block.stmts);
    let tail = match m.block.stmts.last() {
        Some(last) => sites.over(last),
        None => sites.over(&m.ident),
    };
    (bindings, body, tail)
}

/// What the trace takes for a parameter of another type when a method is proved on its own.
fn default_value(ty: &Type, name: &str, p: &Tokens) -> TokenStream {
    match ty.to_token_stream().to_string().as_str() {
        "bool" => quote!(__t.unknown_flag()),
        "usize" => quote!(#p::Value::Dim(__t.algebra.hyper(#name))),
        _ => quote!(#p::Value::Opaque),
    }
}

/// Runs `forward` beside other methods, if it is asked for.
fn run_forward(m: &Method, self_ty: &Type, p: &Tokens) -> TokenStream {
    let (name, signature) = (trace_name(m), signature_of(m, &quote!(<#self_ty>)));
    quote! {
        match __t.only_forward(__inputs, #signature) {
            #p::Some(__inputs) => <#self_ty>::#name(__t, &__inputs),
            #p::None => #p::Value::Any,
        }
    }
}

/// Runs the method that is asked for, by the hash of its name, or all that can be proved on their own, `forward` first.
fn run_methods(methods: &[Method], self_ty: &Type, p: &Tokens) -> TokenStream {
    let mut all = TokenStream::new();
    let mut one = TokenStream::new();
    for m in methods {
        let (name, h) = (trace_name(m), hash(&plain_name(&m.ident)));
        one.extend(quote!(#h => <#self_ty>::#name(__t, __inputs),));
        if m.ident == "forward" {
            let forward = run_forward(m, self_ty, p);
            all = quote!(__v = #forward; #all);
        } else if m.shape.is_some() {
            all.extend(quote! {
                if !__t.counts() && __t.open_method() {
                    <#self_ty>::#name(__t, &#p::Args::new());
                    __t.close();
                }
            });
        }
    }
    quote! {
        pub const fn __taper_run(__t: &mut #p::Tracer<'_>, __inputs: &#p::Args) -> #p::Value {
            match __inputs.method {
                0 => {
                    let mut __v = #p::Value::Any;
                    #all
                    __v
                }
                #one
                _ => __t.no_method(),
            }
        }
    }
}

/// A method with a signature gets names of its own; one without is part of its caller.
fn helper(methods: &[Method], p: &Tokens) -> TokenStream {
    // Nobody calls the methods of a block that has but one.
    if methods.len() < 2 {
        return TokenStream::new();
    }
    let arms: TokenStream = methods
        .iter()
        .map(|m| {
            let (name, h) = (trace_name(m), hash(&plain_name(&m.ident)));
            if m.shape.is_none() {
                return quote!(#h => Self::#name(__t, __inputs),);
            }
            quote!(#h => {
                if !__t.open_method() { return __t.no_method(); }
                let __v = Self::#name(__t, __inputs);
                __t.close();
                __v
            })
        })
        .collect();
    quote! {
        const fn __taper_helper(__t: &mut #p::Tracer<'_>, __method: u64, __inputs: &#p::Args) -> #p::Value {
            match __method {
                #arms
                _ => #p::Value::Any,
            }
        }
    }
}

/// A call with these arguments, which may have to be run again (`ModuleExt::checkpoint`) if all of them, and what comes out, can be
/// kept.
fn called(m: &Method, self_ty: &Type, names: &[Ident], p: &Tokens) -> TokenStream {
    let kept = m.params.iter().all(|param| match &param.kind {
        ParamKind::Tensor { .. } | ParamKind::OptionTensor { .. } => true,
        ParamKind::Other(ty) => is_kept(ty),
    });
    if !(kept && is_kept(&m.output.ty) && (1..=MOST_KEPT).contains(&names.len())) {
        return quote! {
            #p::not_kept(self)?;
            <#self_ty>::forward(self, #(#names),*)
        };
    }
    let owned = m
        .params
        .iter()
        .zip(names)
        .map(|(param, name)| match &param.kind {
            ParamKind::Tensor { .. } => quote!(#p::owned::<#p::Tensor>(#name)),
            ParamKind::OptionTensor { .. } => quote!(#p::owned::<#p::Option<#p::Tensor>>(#name)),
            ParamKind::Other(_) => quote!(#name),
        });
    quote! {
        #p::call(self, (#(#owned,)*), |__m, (#(#names,)*)| <#self_ty>::forward(__m, #(#names),*))
    }
}

/// The longest tuple of tensors that the runtime knows.
const MOST_KEPT: usize = 6;

/// Whether a type is written as what the runtime knows to hold tensors or plain values.
fn is_kept(ty: &Type) -> bool {
    match ungroup(ty) {
        Type::Tuple(tuple) => tuple.elems.len() <= MOST_KEPT && tuple.elems.iter().all(is_kept),
        Type::Array(array) => is_kept(&array.elem),
        Type::Path(path) => {
            let Some(last) = path.path.segments.last() else {
                return false;
            };
            match plain_name(&last.ident).as_str() {
                "Tensor" | "bool" | "i32" | "u32" | "i64" | "usize" | "f32" | "f64" | "String" => {
                    true
                }
                "Option" => inner_type(ty, "Option").is_some_and(is_kept),
                "Vec" => inner_type(ty, "Vec").is_some_and(is_kept),
                _ => false,
            }
        }
        _ => false,
    }
}

/// `Forward`, `Call` and Candle's own traits, as far as the method's parameters allow.
pub(super) fn callable(m: &Method, self_ty: &Type, p: &Tokens) -> TokenStream {
    let one =
        matches!(m.params.as_slice(), [only] if matches!(only.kind, ParamKind::Tensor { .. }));
    let gives_tensor = m.output.is_tensor();
    if one && gives_tensor {
        return quote! {
            impl #p::Forward for #self_ty {
                fn forward(&self, x: &#p::Tensor) -> #p::Result<#p::Tensor> {
                    Self::forward(self, x)
                }
            }

            impl #p::candle_nn::Module for #self_ty {
                fn forward(&self, xs: &#p::candle_core::Tensor) -> #p::candle_core::Result<#p::candle_core::Tensor> {
                    #p::candle_forward(self, xs)
                }
            }
        };
    }
    let mut generics = Vec::new();
    let mut types = Vec::new();
    let names: Vec<Ident> = (0..m.params.len())
        .map(|i| format_ident!("__a{i}"))
        .collect();
    for (i, param) in m.params.iter().enumerate() {
        let t = format_ident!("__T{i}");
        match &param.kind {
            ParamKind::Tensor { .. } => {
                generics.push(quote!(#t: #p::Borrow<#p::Tensor>));
                types.push(quote!(#t));
            }
            ParamKind::OptionTensor { .. } => {
                generics.push(quote!(#t: #p::Borrow<#p::Option<#p::Tensor>>));
                types.push(quote!(#t));
            }
            ParamKind::Other(ty) => types.push(quote!(#ty)),
        }
    }
    let output = &m.output.ty;
    let called = called(m, self_ty, &names, p);
    quote! {
        impl<#(#generics),*> #p::Call<(#(#types,)*)> for #self_ty {
            type Output = #output;

            fn call(&self, (#(#names,)*): (#(#types,)*)) -> #p::Result<#output> {
                #called
            }
        }
    }
}
