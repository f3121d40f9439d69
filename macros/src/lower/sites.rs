//! Call sites: where in the user's code an error of the trace is shown.

use crate::emit::{quote, ToTokens, TokenStream};
use proc_macro2::{Delimiter, Literal, Span};

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

    /// Takes the sites of this group into that of the site before them: where that one is wrong, nothing is known of these.
    pub(crate) fn join(&mut self) {
        let own = self
            .places
            .iter()
            .position(|place| place.group == self.group);
        let Some(own) = own.filter(|own| *own > 0) else {
            return;
        };
        let joined = self.places[own - 1].group;
        for place in &mut self.places[own..] {
            place.group = joined;
        }
        self.group = joined;
    }

    /// A site that reaches from `start` to `end`, or over `start` alone where that would span lines.
    pub(crate) fn between(&mut self, (start, end): (Span, Span)) -> u32 {
        let end = if line(start) == line(end) { end } else { start };
        self.add(start, end)
    }

    fn add(&mut self, start: Span, end: Span) -> u32 {
        let group = self.group;
        self.places.push(Place { start, end, group });
        self.end() - 1
    }

    /// A site over all of `tokens`.
    pub(crate) fn over(&mut self, tokens: &impl ToTokens) -> u32 {
        let tokens = tokens.to_token_stream();
        let Some((start, end)) = tokens.ends() else {
            return self.add(Span::call_site(), Span::call_site());
        };
        match tokens.is_one() {
            true => self.add(start, end),
            false => self.between((start, end)),
        }
    }

    /// The number after the last site.
    pub(crate) fn end(&self) -> u32 {
        self.offset + self.places.len() as u32
    }

    /// A constant at the first site that fails to evaluate if the proof has a mistake without a site: past `sites`, of which
    /// `check` is told.
    pub(crate) fn check_rest(&self, check: &TokenStream, sites: u32) -> TokenStream {
        let call = self.places.first().map(|place| place.check(check, sites));
        call.map(|call| quote!(const _: () = #call;))
            .unwrap_or_default()
    }

    /// One constant per group of sites that fails to evaluate if the proof has a mistake there: if `check` does, called with
    /// the site.
    pub(crate) fn checks(&self, check: &TokenStream) -> TokenStream {
        self.constants(check, None)
    }

    /// The same, and in the first constant what [`check_rest`](Self::check_rest) is for, over `at`.
    pub(crate) fn all_checks(
        &self,
        check: &TokenStream,
        rest: &TokenStream,
        at: &impl ToTokens,
    ) -> TokenStream {
        let mut place = Sites::default();
        place.over(at);
        let place = place.places.first();
        self.constants(check, place.map(|place| place.check(rest, self.end())))
    }

    fn constants(&self, check: &TokenStream, rest: Option<TokenStream>) -> TokenStream {
        let mut groups: Vec<Vec<TokenStream>> = Vec::new();
        groups.resize_with(self.groups + 1, Vec::new);
        for (i, place) in self.places.iter().enumerate() {
            if let Some(group) = groups.get_mut(place.group) {
                group.push(place.check(check, self.offset + i as u32));
            }
        }
        groups.retain(|calls| !calls.is_empty());
        if let Some(rest) = rest {
            match groups.first_mut() {
                Some(first) => first.push(rest),
                None => groups.push(vec![rest]),
            }
        }
        let mut checks = TokenStream::new();
        for calls in groups {
            match calls.as_slice() {
                [call] => checks.extend(quote!(const _: () = #call;)),
                calls => checks.extend(quote!(const _: () = { #(#calls;)* };)),
            }
        }
        checks
    }
}

/// The line that a token starts in: of a macro's input, rustc alone is asked, and for nothing else.
fn line(token: Span) -> usize {
    match proc_macro::is_available() {
        true => token.unwrap().line(),
        false => token.start().line,
    }
}

impl Place {
    /// `Net::check(3)`, the check of a site. Its first and last token carry the user's spans: the caret reaches from one to
    /// the other.
    fn check(&self, check: &TokenStream, site: u32) -> TokenStream {
        let mut call = check.at(self.start);
        let site = Literal::u32_unsuffixed(site).to_token_stream();
        call.push_group(Delimiter::Parenthesis, site, Some(self.end));
        call
    }
}
