//! Call sites: where in the user's code an error of the trace is shown.

use crate::tokens::Tokens;
use crate::emit::TokenStream;
use proc_macro2::{Delimiter, Ident, Literal, Punct, Spacing, Span};
use crate::emit::{quote, ToTokens};

/// The places of one proof, numbered in the order they were met.
#[derive(Default)]
pub(crate) struct Sites {
    places: Vec<Place>,
    offset: u32,
    group: usize,
    groups: usize,
}

/// One place in the user's code.
struct Place {
    start: Span,
    end: Span,
    group: usize,
}

impl Sites {
    /// Sites numbered from `offset` on.
    pub(crate) fn from(offset: u32) -> Self {
        Sites {
            offset,
            ..Sites::default()
        }
    }

    /// Puts the sites that come next, until [`Sites::resume`], in a group of their own: a statement, an entry. One
    /// constant checks a group, because each constant costs time in every `cargo check`; of several mistakes in
    /// one group the first is shown.
    pub(crate) fn group(&mut self) -> usize {
        self.groups += 1;
        std::mem::replace(&mut self.group, self.groups)
    }

    /// Goes on with a group that [`Sites::group`] interrupted.
    pub(crate) fn resume(&mut self, group: usize) {
        self.group = group;
    }

    /// A site that reaches from `start` to `end`, or over `start` alone where that would span lines.
    pub(crate) fn add(&mut self, start: Span, end: Span) -> u32 {
        let one_line = start.start().line == end.end().line;
        let end = if one_line { end } else { start };
        let group = self.group;
        self.places.push(Place { start, end, group });
        self.end() - 1
    }

    /// A site over all of `tokens`.
    pub(crate) fn over(&mut self, tokens: &impl ToTokens) -> u32 {
        let ends = tokens.to_token_stream().ends();
        let (start, end) = ends.unwrap_or_else(|| (Span::call_site(), Span::call_site()));
        self.add(start, end)
    }

    /// The number after the last site.
    pub(crate) fn end(&self) -> u32 {
        self.offset + self.places.len() as u32
    }

    /// A constant at the first site that fails to evaluate if the proof has a mistake without a site: past `sites`.
    pub(crate) fn check_rest(&self, proof: &TokenStream, sites: u32) -> TokenStream {
        let proof = proof.clone().into();
        let first = self.places.first();
        let call = first.map(|place| place.check(&proof, "check_rest", sites));
        call.map(|call| quote!(const _: () = #call;))
            .unwrap_or_default()
    }

    /// One constant per group of sites that fails to evaluate if the proof has a mistake there.
    pub(crate) fn checks(&self, proof: &TokenStream) -> TokenStream {
        let proof = proof.clone().into();
        let mut groups: Vec<Vec<Check>> = Vec::new();
        groups.resize_with(self.groups + 1, Vec::new);
        for (i, place) in self.places.iter().enumerate() {
            let call = place.check(&proof, "check", self.offset + i as u32);
            if let Some(group) = groups.get_mut(place.group) {
                group.push(call);
            }
        }
        let mut checks = TokenStream::new();
        for calls in groups {
            match calls.as_slice() {
                [] => {}
                [call] => checks.extend(quote!(const _: () = #call;)),
                calls => checks.extend(quote!(const _: () = { #(#calls;)* };)),
            }
        }
        checks
    }
}

impl Place {
    /// The check of a site. Its first and last token carry the user's spans: the caret reaches from one to the other.
    fn check(&self, proof: &Tokens, method: &'static str, site: u32) -> Check {
        Check {
            proof: proof.at(self.start),
            method: Ident::new(method, self.start),
            site: Literal::u32_unsuffixed(site),
            end: self.end,
        }
    }
}

/// `Net::PROOF.check(3)`
struct Check {
    proof: Tokens,
    method: Ident,
    site: Literal,
    end: Span,
}

impl ToTokens for Check {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let mut dot = Punct::new('.', Spacing::Alone);
        dot.set_span(self.method.span());
        self.proof.to_tokens(tokens);
        tokens.push(dot);
        tokens.push(self.method.clone());
        tokens.push_group(Delimiter::Parenthesis, self.site.to_token_stream(), self.end);
    }
}
