//! Pieces of an expansion that are kept as tokens.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{quote, ToTokens, TokenStreamExt};

/// Tokens, not a stream of them: the compiler is asked for each stream that is appended to another, and some pieces are appended a
/// hundred times in an expansion. First of all the path of the runtime's private module, `::taper::__private` or a short name for it.
#[derive(Clone)]
pub(crate) struct Tokens(Vec<TokenTree>);

impl Tokens {
    /// The path of the crate's private module.
    pub(crate) fn of(krate: &TokenStream) -> Tokens {
        quote!(#krate::__private).into()
    }

    /// A short name for that path, and its import; the trait that each field names several times has one too.
    pub(crate) fn short(&self) -> (Tokens, TokenStream) {
        (
            quote!(__p).into(),
            quote!(use #self::{self as __p, Layer as __L};),
        )
    }

    /// The trait `Layer` of the private module.
    pub(crate) fn layer(&self) -> Tokens {
        match self.0.as_slice() {
            [_] => quote!(__L).into(),
            _ => quote!(#self::Layer).into(),
        }
    }

    /// The same tokens at another place in the source.
    pub(crate) fn at(&self, span: Span) -> Tokens {
        let mut tokens = self.clone();
        tokens.0.iter_mut().for_each(|token| token.set_span(span));
        tokens
    }
}

impl From<TokenStream> for Tokens {
    fn from(tokens: TokenStream) -> Self {
        Tokens(tokens.into_iter().collect())
    }
}

impl ToTokens for Tokens {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.0);
    }
}
