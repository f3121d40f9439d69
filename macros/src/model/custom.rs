//! A `custom` model in the trace.

use super::Context;
use crate::emit::{quote, TokenStream};

impl Context<'_> {
    /// A `custom` model's trace: what its signature promises.
    pub(super) fn custom(&self) -> TokenStream {
        let (p, model) = (&self.p, &self.name);
        if !self.model.custom {
            return TokenStream::new();
        }
        let word = self.model.ident.to_string();
        // Such a model is `Forward` if it has one input; without a signature nobody knows.
        let one = self
            .model
            .signature
            .as_ref()
            .is_some_and(|s| s.inputs.len() == 1);
        let candle = one.then(|| quote! {
            #[automatically_derived]
            impl #p::candle_nn::Module for #model {
                fn forward(&self, xs: &#p::candle_core::Tensor) -> #p::candle_core::Result<#p::candle_core::Tensor> {
                    #p::candle_forward(self, xs)
                }
            }
        });
        quote! {
            #candle

            #[doc(hidden)]
            #[automatically_derived]
            impl #model {
                pub const fn __taper_run(__t: &mut #p::Tracer<'_>, __inputs: &#p::Args) -> #p::Value {
                    __t.custom(Self::__TAPER_SIGNATURE, #word, __inputs)
                }
            }

            #[automatically_derived]
            impl #p::Traced for #model {}
        }
    }
}
