//! What the trace counts at compile time: parameters and multiply-accumulates with the defaults of all settings.

use super::Context;
use crate::emit::{quote, quote_spanned, TokenStream};
use crate::tokens::Tokens;

impl Context<'_> {
    /// `PARAMS` and `MACS`, absent where a setting has no default.
    pub(super) fn counts(&self) -> TokenStream {
        let vis = &self.vis;
        if !self.complete() {
            return TokenStream::new();
        }
        // A number that isn't known is an error at the model's name.
        let (at, ident) = (self.model.ident.span(), &self.model.ident);
        let (params, macs) = (
            quote_spanned!(at=> #ident::__taper_counted(false)),
            quote_spanned!(at=> #ident::__taper_counted(true)),
        );
        quote! {
            /// The number of parameters, with the defaults of all settings.
            #vis const PARAMS: u64 = #params;

            /// Multiply-accumulates of `forward` for one sample, with the defaults of all settings.
            #vis const MACS: u64 = #macs;
        }
    }

    /// What `PARAMS` and `MACS` call.
    pub(super) fn counted(&self) -> TokenStream {
        let p = &self.p;
        if !self.complete() {
            return TokenStream::new();
        }
        quote! {
            #[track_caller]
            const fn __taper_counted(__macs: bool) -> u64 {
                let mut __storage = #p::Storage::new();
                let mut __t = __storage.tracer(#p::Purpose::Count);
                <Self as #p::Layer>::RULE.trace(&mut __t, &#p::Args::new(), &#p::Args::new());
                __t.count(__macs)
            }
        }
    }

    /// Declared masks as constants, each pattern checked against the model's own names.
    pub(super) fn masks(&self) -> TokenStream {
        if !self.complete() {
            return TokenStream::new();
        }
        let (p, model, vis) = (&self.path, &self.name, &self.vis);
        let mut constants = TokenStream::new();
        let mut checks = TokenStream::new();
        for mask in &self.model.masks {
            let name = syn::Ident::new(
                &crate::ast::plain_name(&mask.name).to_uppercase(),
                mask.name.span(),
            );
            let patterns = &mask.patterns;
            let doc = format!(
                " Selects the parameters of `{}`.",
                crate::ast::plain_name(&mask.name)
            );
            constants.extend(quote! {
                #[doc = #doc]
                #vis const #name: #p::Mask = #p::Mask::from_static(&[#(#patterns),*]);
            });
            checks.extend(pattern_checks(&quote!(#model), &mask.patterns, p));
        }
        if constants.is_empty() {
            return TokenStream::new();
        }
        quote! {
            #[automatically_derived]
            #[allow(dead_code)]
            impl #model { #constants }
            #checks
        }
    }
}

/// `mask!(LeNet: "fc1.*")`
pub(crate) fn expand_mask(call: &crate::ast::MaskCall, krate: &TokenStream) -> TokenStream {
    let p = Tokens::of(krate);
    let (model, patterns) = (&call.model, &call.patterns);
    let checks = pattern_checks(&quote!(#model), patterns, &p);
    quote!({
        #checks
        #p::Mask::from_static(&[#(#patterns),*])
    })
}

/// One compile-time check per pattern, at the pattern.
pub(crate) fn pattern_checks(
    model: &TokenStream,
    patterns: &[syn::LitStr],
    p: &Tokens,
) -> TokenStream {
    let word = model.to_string().replace(' ', "");
    let mut out = TokenStream::new();
    for pattern in patterns {
        let span = pattern.span();
        let check = quote_spanned!(span=> __check());
        out.extend(quote! {
            #[allow(long_running_const_eval)]
            const _: () = {
                #[track_caller]
                const fn __check() {
                    let mut __storage = #p::Storage::new();
                    let mut __t = __storage.tracer(#p::Purpose::Count);
                    __t.look_for(&[#pattern]);
                    <#model as #p::Layer>::RULE.trace(&mut __t, &#p::Args::new(), &#p::Args::new());
                    __t.require_match(#word, 0);
                }
                #check
            };
        });
    }
    out
}
