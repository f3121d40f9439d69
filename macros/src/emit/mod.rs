//! The stream of tokens that an expansion is written into, and the `quote!` that writes it.
//!
//! It has the form of `quote`'s, but keeps its tokens to itself until the end. A `TokenStream` of rustc's lives in the compiler:
//! each piece that is appended to another, and each look into one, is a call that copies what is there already. In an
//! expansion of a hundred pieces that was half of what the macros cost a `cargo check`. What has no place in the user's code
//! stays text, which rustc reads faster than it takes over tokens.

mod macros;
pub(crate) mod repeat;
mod words;

pub(crate) use macros::{
    bind_in_turn, bind_next, quote, quote_each, quote_group, quote_in_context, quote_name,
    quote_names, quote_names_in_context, quote_one, quote_spanned, quote_token,
};
pub(crate) use words::{ToTokens, Word};

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenTree};
use std::borrow::Cow;
use std::rc::Rc;

/// Tokens that rustc doesn't hold yet.
#[derive(Clone, Default)]
pub(crate) struct TokenStream {
    nodes: Vec<Node>,
    /// Tokens in all, those in groups too.
    len: usize,
    /// Whether some have a place of their own.
    placed: bool,
}

#[derive(Clone)]
enum Node {
    /// One token, where the macro was called.
    Text(Cow<'static, str>),
    /// One of the user's own, or put at the user's place.
    Token(TokenTree),
    /// With the place of its delimiters, if they have one.
    Group(Delimiter, Option<Span>, Rc<TokenStream>),
}

/// As many tokens without a place are handed over as text: reading one costs rustc some calls in any case.
const TEXT: usize = 12;

impl TokenStream {
    pub(crate) const fn new() -> Self {
        TokenStream {
            nodes: Vec::new(),
            len: 0,
            placed: false,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub(crate) fn extend(&mut self, more: TokenStream) {
        self.len += more.len;
        self.placed |= more.placed;
        if self.nodes.is_empty() {
            self.nodes = more.nodes;
        } else {
            self.nodes.extend(more.nodes);
        }
    }

    fn push_node(&mut self, node: Node) {
        self.len += node.len();
        self.placed |= node.is_placed();
        if self.nodes.capacity() == 0 {
            self.nodes.reserve(16);
        }
        self.nodes.push(node);
    }

    pub(crate) fn push(&mut self, token: impl Into<TokenTree>) {
        self.push_node(Node::Token(token.into()));
    }

    /// Tokens between delimiters that have a place.
    pub(crate) fn push_group(&mut self, delimiter: Delimiter, inside: TokenStream, span: Span) {
        self.push_node(Node::Group(delimiter, Some(span), Rc::new(inside)));
    }

    /// Tokens between delimiters of a `quote!`.
    pub(crate) fn push_quoted(
        &mut self,
        delimiter: Delimiter,
        inside: TokenStream,
        at: Option<Span>,
    ) {
        self.push_node(Node::Group(delimiter, at, Rc::new(inside)));
    }

    /// A token as it is written, where the macro was called.
    fn push_text(&mut self, text: impl Into<Cow<'static, str>>) {
        self.push_node(Node::Text(text.into()));
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

    /// The same tokens at another place in the source.
    pub(crate) fn at(&self, span: Span) -> Self {
        let mut moved = TokenStream::new();
        for node in &self.nodes {
            match node {
                Node::Text(text) => tokens_of(text, span, &mut |token| moved.push(token)),
                Node::Token(token) => {
                    let mut token = token.clone();
                    token.set_span(span);
                    moved.push(token);
                }
                Node::Group(delimiter, _, inside) => {
                    moved.push_node(Node::Group(*delimiter, Some(span), inside.clone()));
                }
            }
        }
        moved
    }

    /// The first token's span, and the last one's.
    pub(crate) fn ends(&self) -> Option<(Span, Span)> {
        Some((self.nodes.first()?.span(), self.nodes.last()?.span()))
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
    fn len(&self) -> usize {
        match self {
            Node::Text(_) | Node::Token(_) => 1,
            Node::Group(_, _, inside) => inside.len + 2,
        }
    }

    fn is_placed(&self) -> bool {
        match self {
            Node::Text(_) => false,
            Node::Token(_) => true,
            Node::Group(_, span, inside) => span.is_some() || inside.placed,
        }
    }

    fn span(&self) -> Span {
        match self {
            Node::Text(_) => Span::call_site(),
            Node::Token(token) => token.span(),
            Node::Group(_, span, _) => span.unwrap_or_else(Span::call_site),
        }
    }

    /// The tokens of the node.
    fn give(&self, out: &mut Vec<TokenTree>) {
        match self {
            Node::Text(text) => tokens_of(text, Span::call_site(), &mut |token| out.push(token)),
            Node::Token(token) => out.push(token.clone()),
            Node::Group(delimiter, span, inside) => {
                let mut group = Group::new(*delimiter, (&**inside).into());
                if let Some(span) = span {
                    group.set_span(*span);
                }
                out.push(group.into());
            }
        }
    }

    /// The node as text; it has no place.
    fn write(&self, out: &mut String) {
        match self {
            Node::Text(text) => out.push_str(text),
            Node::Token(token) => out.push_str(&token.to_string()),
            Node::Group(delimiter, _, inside) => {
                let (open, close) = match delimiter {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                out.push_str(open);
                inside.nodes.iter().for_each(|node| node.write(out));
                out.push_str(close);
            }
        }
        out.push(' ');
    }
}

/// The tokens that a text is, which is a word, a literal, a lifetime or punctuation.
fn tokens_of(text: &str, span: Span, give: &mut impl FnMut(TokenTree)) {
    match text.as_bytes() {
        [b'a'..=b'z' | b'A'..=b'Z' | b'_', .., b'"'] | [b'"' | b'0'..=b'9', ..] => {
            if let Some(mut literal) = literal(text) {
                literal.set_span(span);
                give(literal.into());
            }
        }
        [b'a'..=b'z' | b'A'..=b'Z' | b'_', ..] => give(Ident::new(text, span).into()),
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
        for run in stream.nodes.chunk_by(|a, b| a.is_placed() == b.is_placed()) {
            if let Some(read) = read(run) {
                pieces.push(trees.drain(..).collect());
                pieces.push(read);
            } else {
                run.iter().for_each(|node| node.give(&mut trees));
            }
        }
        if pieces.is_empty() {
            return trees.into_iter().collect();
        }
        pieces.push(trees.into_iter().collect());
        pieces.into_iter().collect()
    }
}

/// Many tokens without a place, as rustc reads them; outside of a macro, in tests, nobody reads.
fn read(run: &[Node]) -> Option<proc_macro2::TokenStream> {
    let len: usize = run.iter().map(Node::len).sum();
    if len < TEXT || run.iter().any(Node::is_placed) || !proc_macro::is_available() {
        return None;
    }
    let mut text = String::with_capacity(8 * len);
    run.iter().for_each(|node| node.write(&mut text));
    // By rustc alone: the same function of `proc_macro2` reads it twice.
    let tokens: Result<proc_macro::TokenStream, _> = text.parse();
    tokens.ok().map(Into::into)
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
