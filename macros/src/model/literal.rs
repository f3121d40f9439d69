//! `sequential! { … }` as an expression: a network in one piece.

use super::sequential::Hidden;
use super::signature::signed;
use super::standard;
use crate::ast::{plain_name, Entry, EntryKind, Sequential};
use crate::emit::{quote, TokenStream, Word};
use crate::lower::{hash, Sites};
use crate::tokens::Tokens;
use proc_macro2::Span;

/// `sequential! { … }` as an expression: the block's configuration, ready for `init`.
pub(crate) fn expand(block: &Sequential, krate: &TokenStream) -> TokenStream {
    let p = Tokens::of(krate);
    // Arguments may name the dimensions of the input.
    let free = block.signature.as_ref().map(|s| s.free_dims(&[]));
    let names: Vec<String> = free.iter().flatten().map(plain_name).collect();
    let mut hidden = Hidden::new(&p, &names, None, Sites::from(1 << 16));
    let inner = hidden.define(block);
    let rule = Word::new(&format!("{inner}Rule"));
    let signature = signed(block.signature.as_ref(), &p);
    let proof = match &block.signature {
        Some(_) => quote!(&__proof()),
        None => quote!(&#p::Proof::OPEN),
    };
    let rest = {
        // What the block gives, it gives at its last entry.
        let mut rest = crate::lower::Sites::default();
        match block.entries.last() {
            Some(Entry {
                kind: EntryKind::Layer { ty, .. },
                ..
            }) => rest.over(ty),
            _ => rest.between((Span::call_site(), Span::call_site())),
        };
        rest.check_rest(&quote!(__PROOF.check_rest), hidden.end())
    };
    let (items, checks) = (hidden.items(), hidden.checks(&quote!(__PROOF.check)));
    let text = standard::text(&p, &Word::new("__Net"));
    let method = hash("forward");
    quote!({
        const __SIGNATURE: #p::Signed = #signature;
        #[allow(warnings, clippy::all)]
        const fn __trace(__t: &mut #p::Tracer<'_>, __args: &#p::Args, __given: &#p::Args) -> #p::Value {
            if !__t.open("sequential!") {
                return #p::Value::Any;
            }
            let mut __inputs = *__given;
            __inputs.method = #method;
            let mut __result = #p::Value::Any;
            if __t.begin_method(__SIGNATURE, &mut __inputs, 1, "sequential!", #p::NO_SITE) {
                __result = #rule.trace(__t, __args, &__inputs);
                __t.end_method(__SIGNATURE, __result, "sequential!", #p::NO_SITE);
            }
            __t.close();
            __result
        }
        const fn __proof() -> #p::Proof {
            let mut __storage = #p::Storage::new();
            let mut __t = __storage.tracer(#p::Purpose::Proof);
            __trace(&mut __t, &#p::Args::new(), &#p::Args::new());
            __t.finish()
        }
        #[allow(long_running_const_eval)]
        const __PROOF: &#p::Proof = #proof;
        #items
        #checks
        #rest

        #[derive(Clone)]
        struct __Net(#inner);
        #text
        struct __Rule;
        impl #p::Layer for __Net {
            type Rule = __Rule;
            const RULE: __Rule = __Rule;
            const TRACE: #p::TraceFn<Self> = |_, __t, __args, __inputs| __trace(__t, __args, __inputs);
            fn build(__at: &mut #p::Build<'_, '_>) -> #p::Result<Self> {
                ::core::result::Result::Ok(__Net(<#inner as #p::Layer>::build(__at)?))
            }
        }
        impl #p::Module for __Net {
            fn type_name(&self) -> &'static str { "Sequential" }
            fn visit<'__a>(&'__a self, visitor: &mut dyn #p::Visitor<'__a>) { #p::Module::visit(&self.0, visitor) }
            fn visit_mut(&mut self, visitor: &mut dyn #p::VisitorMut) -> #p::Result<()> {
                #p::Module::visit_mut(&mut self.0, visitor)
            }
            fn state(&self) -> ::core::option::Option<&#p::State> { #p::Module::state(&self.0) }
        }
        impl #p::Forward for __Net {
            fn forward(&self, __x: &#p::Tensor) -> #p::Result<#p::Tensor> {
                #p::door(#p::None, "sequential!", __SIGNATURE, &[#p::Some(__x)])?;
                #p::Forward::forward_hooked(&self.0, __x)
            }

            fn runs_hooks(&self) -> bool { true }
        }
        impl #p::candle_nn::Module for __Net {
            fn forward(&self, __xs: &#p::candle_core::Tensor) -> #p::candle_core::Result<#p::candle_core::Tensor> {
                #p::candle_forward(self, __xs)
            }
        }
        impl #p::WithoutSettings for __Net {}
        #p::NoSettings::<__Net>::new()
    })
}
