//! The expansion of `#[forward]` on a free function: its trace stands in a module of the same name.

use super::expand::{door, lowered};
use super::method::lower_method;
use super::parse::Method;
use crate::ast::plain_name;
use crate::lower::Sites;
use crate::model::signature;
use proc_macro2::TokenStream;
use quote::quote;

/// A free function: its tensor form, and a module of the same name that holds its trace.
pub(super) fn expand(m: &Method, krate: &TokenStream) -> TokenStream {
    let p = quote!(#krate::__private);
    let body = lower_method(m, &[], &p, &door(m, &p), None);
    let (vis, name) = (&m.vis, &m.ident);
    let (code, checks) = trace(m, &p);
    let doc = format!(" The shape rule of [`{name}`](fn@{name}).");
    quote! {
        #body

        #[doc = #doc]
        #[doc(hidden)]
        #[allow(warnings, clippy::all)]
        #vis mod #name {
            #[allow(unused_imports)]
            use super::*;
            #code
        }

        #checks
    }
}

/// The functions of the module, and the checks beside it.
fn trace(m: &Method, p: &TokenStream) -> (TokenStream, TokenStream) {
    let mut sites = Sites::default();
    let word = plain_name(&m.ident);
    let (accept, promise) = match &m.shape {
        Some(s) => signature::functions(s, &[], &word, p),
        None => (quote!(true), TokenStream::new()),
    };
    let (bindings, body, tail) = lowered(m, Vec::new(), &mut sites, p);
    let end = sites.end();
    let path = &m.ident;
    let (checks, proof) = match &m.shape {
        None => (TokenStream::new(), quote!(&#p::Proof::OPEN)),
        Some(_) => {
            let proof = quote!(#path::PROOF);
            let checks = sites.checks(&proof);
            let mut rest = Sites::default();
            rest.over(path);
            let rest = rest.check_rest(&proof, end);
            (quote!(#checks #rest), quote!(&__proof()))
        }
    };
    let code = quote! {
        const fn __accept(__t: &mut #p::Tracer<'_>, __inputs: &mut #p::Args) -> bool { #accept }

        pub const fn trace(__t: &mut #p::Tracer<'_>, __inputs: &#p::Args) -> #p::Value {
            if PROOF.broken() {
                return #p::Value::Any;
            }
            __run(__t, __inputs)
        }

        const fn __run(__t: &mut #p::Tracer<'_>, __inputs: &#p::Args) -> #p::Value {
            if !__t.open(#word) {
                return #p::Value::Any;
            }
            let mut __inputs = *__inputs;
            if !__accept(__t, &mut __inputs) {
                __t.close();
                return #p::Value::Any;
            }
            #bindings
            let __result = { #body };
            __t.at(#tail);
            { #promise }
            __t.close();
            __result
        }

        const fn __proof() -> #p::Proof {
            let mut __storage = #p::Storage::new();
            let mut __t = __storage.tracer(#p::Purpose::Proof);
            __run(&mut __t, &#p::Args::new());
            __t.finish()
        }

        #[allow(long_running_const_eval)]
        pub const PROOF: &#p::Proof = #proof;
    };
    (code, checks)
}
