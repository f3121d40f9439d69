//! Call sites: where in the user's code an error of the trace is shown.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{quote, quote_spanned, ToTokens};

/// The places of one proof, numbered in the order they were met.
#[derive(Default)]
pub(crate) struct Sites {
    spans: Vec<(Span, Span)>,
    offset: u32,
}

impl Sites {
    /// Sites numbered from `offset` on.
    pub(crate) fn from(offset: u32) -> Self {
        Sites {
            spans: Vec::new(),
            offset,
        }
    }

    /// A site that reaches from `start` to `end`, or over `start` alone where that would span lines.
    pub(crate) fn add(&mut self, start: Span, end: Span) -> u32 {
        let one_line = start.start().line == end.end().line;
        self.spans.push((start, if one_line { end } else { start }));
        self.offset + self.spans.len() as u32 - 1
    }

    /// A site over all of `tokens`.
    pub(crate) fn over(&mut self, tokens: &impl ToTokens) -> u32 {
        let tokens = tokens.to_token_stream();
        let mut spans = tokens.into_iter().map(|t| t.span());
        let start = spans.next().unwrap_or_else(Span::call_site);
        let end = spans.last().unwrap_or(start);
        self.add(start, end)
    }

    /// The number after the last site.
    pub(crate) fn end(&self) -> u32 {
        self.offset + self.spans.len() as u32
    }

    /// A constant at the first site that fails to evaluate if the proof has a mistake without a site: past `sites`.
    pub(crate) fn check_rest(&self, proof: &TokenStream, sites: u32) -> TokenStream {
        let Some((start, end)) = self.spans.first() else {
            return TokenStream::new();
        };
        self.check(proof, "check_rest", sites, *start, *end)
    }

    fn check(
        &self,
        proof: &TokenStream,
        method: &str,
        site: u32,
        start: Span,
        end: Span,
    ) -> TokenStream {
        let mut args = Group::new(Delimiter::Parenthesis, quote!(#site));
        args.set_span(end);
        let path: TokenStream = proof
            .clone()
            .into_iter()
            .map(|mut t| {
                t.set_span(start);
                t
            })
            .collect();
        let method = proc_macro2::Ident::new(method, start);
        let call = quote_spanned!(start=> #path.#method #args);
        quote! {
            #[allow(long_running_const_eval)]
            const _: () = #call;
        }
    }

    /// One constant per site that fails to evaluate if the proof has a mistake there. Its first and last token carry
    /// the user's spans: the caret reaches from one to the other.
    pub(crate) fn checks(&self, proof: &TokenStream) -> TokenStream {
        let mut out = TokenStream::new();
        for (i, (start, end)) in self.spans.iter().enumerate() {
            let site = self.offset + i as u32;
            out.extend(self.check(proof, "check", site, *start, *end));
        }
        out
    }
}
