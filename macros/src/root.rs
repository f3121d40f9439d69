//! The path of the runtime's private module, which stands before most names of an expansion.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{quote, ToTokens, TokenStreamExt};

/// `::taper::__private`, or a short name for it.
///
/// Tokens, not a stream of them: the compiler is asked for each stream that is appended to another, and this one is appended some
/// hundred times in an expansion.
#[derive(Clone)]
pub(crate) struct Root(Vec<TokenTree>);

impl Root {
    /// The private module of the crate.
    pub(crate) fn of(krate: &TokenStream) -> Root {
        quote!(#krate::__private).into()
    }

    /// A short name for it, and its import.
    pub(crate) fn short(&self) -> (Root, TokenStream) {
        (quote!(__p).into(), quote!(use #self as __p;))
    }

    /// The same path at another place in the source.
    pub(crate) fn at(&self, span: Span) -> Root {
        let mut path = self.clone();
        path.0.iter_mut().for_each(|token| token.set_span(span));
        path
    }
}

impl From<TokenStream> for Root {
    fn from(tokens: TokenStream) -> Self {
        Root(tokens.into_iter().collect())
    }
}

impl ToTokens for Root {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.0);
    }
}
