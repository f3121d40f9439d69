//! Paths that an expansion names at every turn.

use crate::emit::{quote, ToTokens, TokenStream};
use proc_macro2::Span;

/// The path of the runtime's private module, `::taper::__private` or a short name for it, or one into it.
#[derive(Clone)]
pub(crate) struct Tokens(TokenStream);

impl Tokens {
    /// The path of the crate's private module.
    pub(crate) fn of(krate: &TokenStream) -> Tokens {
        quote!(#krate::__private).into()
    }

    /// A short name for that path, and its import.
    pub(crate) fn short(&self) -> (Tokens, TokenStream) {
        (quote!(__p).into(), quote!(use #self as __p;))
    }

    /// The same tokens at another place in the source.
    pub(crate) fn at(&self, span: Span) -> Tokens {
        Tokens(self.0.at(span))
    }
}

impl From<TokenStream> for Tokens {
    fn from(tokens: TokenStream) -> Self {
        Tokens(tokens)
    }
}

/// For what is emitted beside errors.
impl quote::ToTokens for Tokens {
    fn to_tokens(&self, tokens: &mut proc_macro2::TokenStream) {
        quote::ToTokens::to_tokens(&self.0, tokens);
    }
}

impl ToTokens for Tokens {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}
