//! The expansion of `#[forward]` on a free function: its trace stands in a module of the same name.

use super::expand::lowered;
use super::method::lower_method;
use super::parse::Method;
use crate::ast::plain_name;
use crate::emit::{quote, TokenStream};
use crate::lower::Sites;
use crate::model::signature::signed;
use crate::tokens::Tokens;

/// A free function: its tensor form, and a module of the same name that holds its trace.
pub(super) fn expand(m: &Method, krate: &TokenStream) -> TokenStream {
    let p = Tokens::of(krate);
    let (vis, name) = (&m.vis, &m.ident);
    let signature = m.shape.as_ref().map(|_| quote!(#name::SIGNATURE));
    let body = lower_method(m, &[], &p, signature.as_ref());
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
fn trace(m: &Method, p: &Tokens) -> (TokenStream, TokenStream) {
    let mut sites = Sites::default();
    let word = plain_name(&m.ident);
    let signature = signed(m.shape.as_ref(), p);
    let (at, taken) = (sites.over(&m.ident), m.tensors(p).len());
    let (bindings, body, tail) = lowered(m, Vec::new(), &mut sites, p);
    let path = &m.ident;
    let (checks, proof) = match &m.shape {
        None => (TokenStream::new(), quote!(&#p::Proof::OPEN)),
        Some(_) => {
            let proof = quote!(#path::PROOF);
            let (check, rest) = (quote!(#proof.check), quote!(#proof.check_rest));
            (sites.all_checks(&check, &rest, path), quote!(&__proof()))
        }
    };
    let code = quote! {
        pub const SIGNATURE: #p::Signed = #signature;

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
            let mut __result = #p::Value::Any;
            if __t.begin_method(SIGNATURE, &mut __inputs, #taken, #word, #at) {
                #bindings
                __result = { #body };
                __t.end_method(SIGNATURE, __result, #word, #tail);
            }
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
