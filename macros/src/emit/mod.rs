//! The stream of tokens that an expansion is written into, and the `quote!` that writes it.
//!
//! It has the form of `quote`'s, but keeps its tokens to itself until the end. A `TokenStream` of rustc's lives in the compiler:
//! each piece that is appended to another, and each look into one, is a call that copies what is there already. In an
//! expansion of a hundred pieces that was half of what the macros cost a `cargo check`. What has no place in the user's code
//! stays text, which rustc reads faster than it takes over tokens.

mod macros;
pub(crate) mod repeat;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use macros::{
    bind_in_turn, bind_next, quote, quote_each, quote_group, quote_in_context, quote_name,
    quote_names, quote_names_in_context, quote_one, quote_spanned, quote_token,
};
pub(crate) use words::{ToTokens, Word};

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenTree};
use std::rc::Rc;

/// Tokens that rustc doesn't hold yet.
#[derive(Clone, Default)]
pub(crate) struct TokenStream {
    nodes: Vec<Node>,
}

#[derive(Clone)]
enum Node {
    /// Tokens where the macro was called.
    Text(Text),
    /// One of the user's own, or put at the user's place.
    Token(TokenTree),
    /// Tokens of which some have a place, or between delimiters that have one.
    Group(Delimiter, Option<Span>, Rc<TokenStream>),
}

/// Tokens as they are written. Behind each is a [`SEPARATOR`]; delimiters are tokens too.
#[derive(Clone)]
struct Text {
    written: String,
    tokens: usize,
}

/// Stands between tokens and in none of them: for rustc it is a blank.
const SEPARATOR: char = '\u{c}';

/// Bytes that a text begins with room for, which most never fill.
const ROOM: usize = 240;

/// As many tokens without a place are handed over as text: reading one costs rustc some calls in any case.
const TEXT: usize = 12;

impl TokenStream {
    pub(crate) const fn new() -> Self {
        TokenStream { nodes: Vec::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Whether it is a single token of the user's own.
    pub(crate) fn is_one(&self) -> bool {
        matches!(self.nodes.as_slice(), [Node::Token(_)])
    }

    pub(crate) fn extend(&mut self, more: TokenStream) {
        if self.nodes.is_empty() {
            self.nodes = more.nodes;
        } else {
            more.nodes.into_iter().for_each(|node| self.push_node(node));
        }
    }

    fn push_node(&mut self, node: Node) {
        match node {
            Node::Text(text) => self.with_text(|end| end.extend(&text)),
            node => self.nodes.push(node),
        }
    }

    /// Adds to the text at the end.
    fn with_text(&mut self, add: impl FnOnce(&mut Text)) {
        if let Some(Node::Text(text)) = self.nodes.last_mut() {
            return add(text);
        }
        let mut text = Text {
            written: String::with_capacity(ROOM),
            tokens: 0,
        };
        add(&mut text);
        self.nodes.push(Node::Text(text));
    }

    pub(crate) fn push(&mut self, token: impl Into<TokenTree>) {
        self.nodes.push(Node::Token(token.into()));
    }

    /// Tokens between delimiters, which may have a place.
    pub(crate) fn push_group(
        &mut self,
        delimiter: Delimiter,
        inside: TokenStream,
        at: Option<Span>,
    ) {
        let is_text = at.is_none() && matches!(inside.nodes.as_slice(), [] | [Node::Text(_)]);
        match ends_of(delimiter).filter(|_| is_text) {
            Some((open, close)) => {
                self.push_text(open);
                self.extend(inside);
                self.push_text(close);
            }
            None => self.nodes.push(Node::Group(delimiter, at, Rc::new(inside))),
        }
    }

    /// A token as it is written, where the macro was called.
    fn push_text(&mut self, text: &str) {
        self.with_text(|end| end.push(text));
    }

    /// A token of a `quote!`, as `stringify!` writes it; groups are none.
    pub(crate) fn push_written(&mut self, text: &'static str, at: Option<Span>) {
        match at {
            None => self.push_text(text),
            Some(span) => tokens_of(text, span, &mut |token| self.push(token)),
        }
    }

    /// Tokens that something of `syn`'s or rustc's is made of.
    fn push_foreign(&mut self, tokens: impl quote::ToTokens) {
        let tokens = tokens.into_token_stream().into_iter();
        tokens.for_each(|token| self.push(token));
    }

    /// The same tokens at another place in the source; of a group of which some have one, the delimiters.
    pub(crate) fn at(&self, span: Span) -> Self {
        let mut moved = TokenStream::new();
        for node in &self.nodes {
            match node {
                Node::Text(text) => text.trees(span).into_iter().for_each(|t| moved.push(t)),
                Node::Token(token) => {
                    let mut token = token.clone();
                    token.set_span(span);
                    moved.push(token);
                }
                Node::Group(delimiter, _, inside) => {
                    let group = Node::Group(*delimiter, Some(span), inside.clone());
                    moved.nodes.push(group);
                }
            }
        }
        moved
    }

    /// The first token's span, and the last one's, or that of the last delimiter.
    pub(crate) fn ends(&self) -> Option<(Span, Span)> {
        Some((self.nodes.first()?.span(), self.close()?))
    }

    /// The span of the last token, or of the last delimiter.
    pub(crate) fn close(&self) -> Option<Span> {
        self.nodes.last().map(|node| match node {
            Node::Token(TokenTree::Group(group)) => group.span_close(),
            node => node.span(),
        })
    }
}

impl Node {
    fn span(&self) -> Span {
        match self {
            Node::Text(_) => Span::call_site(),
            Node::Token(token) => token.span(),
            Node::Group(_, span, _) => span.unwrap_or_else(Span::call_site),
        }
    }
}

impl Text {
    fn push(&mut self, token: &str) {
        self.written.push_str(token);
        self.written.push(SEPARATOR);
        self.tokens += 1;
    }

    fn extend(&mut self, more: &Text) {
        self.written.push_str(&more.written);
        self.tokens += more.tokens;
    }

    /// Many tokens as rustc reads them; outside of a macro, in tests, nobody reads.
    fn read(&self) -> Option<proc_macro2::TokenStream> {
        if self.tokens < TEXT || !proc_macro::is_available() {
            return None;
        }
        // By rustc alone: the same function of `proc_macro2` reads it twice.
        let tokens: Result<proc_macro::TokenStream, _> = self.written.parse();
        tokens.ok().map(Into::into)
    }

    /// The tokens, at `span`.
    fn trees(&self, span: Span) -> Vec<TokenTree> {
        let mut trees = Vec::new();
        // Groups that are open, with what stands in front of them.
        let mut outer = Vec::new();
        for token in self.written.split_terminator(SEPARATOR) {
            match (delimiter_of(token), token) {
                (Some(_), "(" | "[" | "{") => outer.push(std::mem::take(&mut trees)),
                (Some(delimiter), _) => {
                    let inside = std::mem::take(&mut trees);
                    let mut group = Group::new(delimiter, inside.into_iter().collect());
                    group.set_span(span);
                    trees = outer.pop().unwrap_or_default();
                    trees.push(group.into());
                }
                (None, token) => tokens_of(token, span, &mut |token| trees.push(token)),
            }
        }
        trees
    }
}

/// How a delimiter is written, if it is.
fn ends_of(delimiter: Delimiter) -> Option<(&'static str, &'static str)> {
    match delimiter {
        Delimiter::Parenthesis => Some(("(", ")")),
        Delimiter::Brace => Some(("{", "}")),
        Delimiter::Bracket => Some(("[", "]")),
        Delimiter::None => None,
    }
}

fn delimiter_of(token: &str) -> Option<Delimiter> {
    match token {
        "(" | ")" => Some(Delimiter::Parenthesis),
        "{" | "}" => Some(Delimiter::Brace),
        "[" | "]" => Some(Delimiter::Bracket),
        _ => None,
    }
}

/// The tokens that a text is, which is a word, a literal, a lifetime or punctuation.
fn tokens_of(text: &str, span: Span, give: &mut impl FnMut(TokenTree)) {
    match text.as_bytes() {
        [b'a'..=b'z' | b'A'..=b'Z' | b'_', .., b'"']
        | [b'"' | b'0'..=b'9', ..]
        | [b'r', b'#', b'"', ..] => {
            if let Some(mut literal) = literal(text) {
                literal.set_span(span);
                give(literal.into());
            }
        }
        [b'r', b'#', b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] => {
            give(Ident::new_raw(&text[2..], span).into())
        }
        [b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] => give(Ident::new(text, span).into()),
        [b'-', b'0'..=b'9', ..] => {
            let (sign, number) = text.split_at(1);
            puncts(sign, Spacing::Alone, span, give);
            tokens_of(number, span, give);
        }
        [b'\'', ..] => {
            let (mark, name) = text.split_at(1);
            puncts(mark, Spacing::Joint, span, give);
            give(Ident::new(name, span).into());
        }
        _ => puncts(text, Spacing::Alone, span, give),
    }
}

fn puncts(text: &str, last: Spacing, span: Span, give: &mut impl FnMut(TokenTree)) {
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        let spacing = match chars.peek() {
            Some(_) => Spacing::Joint,
            None => last,
        };
        let mut punct = Punct::new(char, spacing);
        punct.set_span(span);
        give(punct.into());
    }
}

fn literal(text: &str) -> Option<Literal> {
    let (digits, suffix) = text.split_at(
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len()),
    );
    if let Ok(n) = digits.parse::<u64>() {
        match suffix {
            "" => return Some(Literal::u64_unsuffixed(n)),
            "u64" => return Some(Literal::u64_suffixed(n)),
            "u32" => return n.try_into().ok().map(Literal::u32_suffixed),
            "usize" => return n.try_into().ok().map(Literal::usize_suffixed),
            _ => {}
        }
    }
    let quoted = text.strip_prefix('r').unwrap_or(text);
    let inner = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match inner.filter(|inner| !inner.contains(['\\', '"'])) {
        Some(plain) => Some(Literal::string(plain)),
        None => text.parse().ok(),
    }
}

impl From<TokenStream> for proc_macro2::TokenStream {
    fn from(stream: TokenStream) -> Self {
        (&stream).into()
    }
}

impl From<&TokenStream> for proc_macro2::TokenStream {
    fn from(stream: &TokenStream) -> Self {
        let mut pieces: Vec<proc_macro2::TokenStream> = Vec::new();
        let mut trees = Vec::new();
        for node in &stream.nodes {
            match node {
                Node::Text(text) => match text.read() {
                    Some(read) => {
                        pieces.push(trees.drain(..).collect());
                        pieces.push(read);
                    }
                    None => trees.extend(text.trees(Span::call_site())),
                },
                Node::Token(token) => trees.push(token.clone()),
                Node::Group(delimiter, span, inside) => {
                    let mut group = Group::new(*delimiter, (&**inside).into());
                    if let Some(span) = span {
                        group.set_span(*span);
                    }
                    trees.push(group.into());
                }
            }
        }
        if pieces.is_empty() {
            return trees.into_iter().collect();
        }
        pieces.push(trees.into_iter().collect());
        pieces.into_iter().collect()
    }
}

impl FromIterator<TokenStream> for TokenStream {
    fn from_iter<I: IntoIterator<Item = TokenStream>>(streams: I) -> Self {
        let mut all = TokenStream::new();
        streams.into_iter().for_each(|stream| all.extend(stream));
        all
    }
}

impl std::fmt::Display for TokenStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        proc_macro2::TokenStream::from(self).fmt(f)
    }
}

/// For what `syn` reads again, and what reports errors.
impl quote::ToTokens for TokenStream {
    fn to_tokens(&self, tokens: &mut proc_macro2::TokenStream) {
        tokens.extend(proc_macro2::TokenStream::from(self));
    }
}
