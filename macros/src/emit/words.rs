//! What may stand in a `quote!` by its name.

use super::{Node, TokenStream};
use proc_macro2::{Ident, Literal, Punct, Spacing};
use std::iter;
use std::rc::Rc;

/// What `#name` in a [`quote!`] may be.
pub(crate) trait ToTokens {
    fn to_tokens(&self, tokens: &mut TokenStream);

    fn to_token_stream(&self) -> TokenStream {
        let mut tokens = TokenStream::new();
        self.to_tokens(&mut tokens);
        tokens
    }
}

impl ToTokens for TokenStream {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for node in &self.nodes {
            match node {
                Node::Text(text) => tokens.with_text(|end| end.extend(text)),
                node => tokens.nodes.push(node.clone()),
            }
        }
    }
}

/// A name without a place, for generated code in which nothing can be wrong with it: what has no place is handed to rustc as text.
#[derive(Clone)]
pub(crate) struct Word(Rc<str>);

impl Word {
    pub(crate) fn new(text: &str) -> Word {
        Word(text.into())
    }

    /// The name that `ident` is.
    pub(crate) fn of(ident: &Ident) -> Word {
        Word(ident.to_string().into())
    }
}

impl ToTokens for Word {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.push_text(&self.0);
    }
}

impl<T: ToTokens + ?Sized> ToTokens for &T {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        T::to_tokens(self, tokens);
    }
}

impl<T: ToTokens + ?Sized> ToTokens for Box<T> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        T::to_tokens(self, tokens);
    }
}

impl<T: ToTokens> ToTokens for Option<T> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if let Some(value) = self {
            value.to_tokens(tokens);
        }
    }
}

macro_rules! by_token {
    ($(|$it:ident: $ty:ty| $token:expr),* $(,)?) => {$(
        impl ToTokens for $ty {
            fn to_tokens(&self, tokens: &mut TokenStream) {
                let $it = self;
                tokens.push($token);
            }
        }
    )*};
}
by_token!(
    |it: Ident| it.clone(),
    |it: syn::LitBool| Ident::new(if it.value { "true" } else { "false" }, it.span),
    |it: syn::LitStr| it.token(),
    |it: syn::LitInt| it.token(),
    |it: syn::LitFloat| it.token(),
);

macro_rules! by_text {
    ($(|$it:ident: $ty:ty| $text:expr),* $(,)?) => {$(
        impl ToTokens for $ty {
            fn to_tokens(&self, tokens: &mut TokenStream) {
                let $it = self;
                tokens.push_text(&*$text);
            }
        }
    )*};
}
by_text!(
    |it: Literal| it.to_string(),
    |it: str| format!("{it:?}"),
    |it: String| format!("{it:?}"),
    |it: u16| format!("{it}u16"),
    |it: u32| format!("{it}u32"),
    |it: u64| format!("{it}u64"),
    |it: usize| format!("{it}usize"),
    |it: i64| format!("{it}i64"),
    |it: f64| Literal::f64_suffixed(*it).to_string(),
    |it: bool| if *it { "true" } else { "false" },
);

macro_rules! by_keyword {
    ($($word:tt),*) => {$(
        impl ToTokens for syn::Token![$word] {
            fn to_tokens(&self, tokens: &mut TokenStream) {
                tokens.push(Ident::new(stringify!($word), self.span));
            }
        }
    )*};
}
by_keyword!(let, if, else, match, for, in, as, move, mut);

macro_rules! by_punct {
    ($($punct:tt),*) => {$(
        impl ToTokens for syn::Token![$punct] {
            fn to_tokens(&self, tokens: &mut TokenStream) {
                let chars = stringify!($punct).chars();
                let last = self.spans.len() - 1;
                for (i, (char, span)) in iter::zip(chars, self.spans).enumerate() {
                    let spacing = if i == last { Spacing::Alone } else { Spacing::Joint };
                    let mut punct = Punct::new(char, spacing);
                    punct.set_span(span);
                    tokens.push(punct);
                }
            }
        }
    )*};
}
by_punct!(=, ;, ., &, =>, ::, ,);

macro_rules! by_syn {
    ($($ty:ty),* $(,)?) => {$(
        impl ToTokens for $ty {
            fn to_tokens(&self, tokens: &mut TokenStream) {
                tokens.push_foreign(self);
            }
        }
    )*};
}
by_syn!(
    proc_macro2::TokenStream,
    syn::Attribute,
    syn::BinOp,
    syn::Block,
    syn::ExprBinary,
    syn::ExprBlock,
    syn::ExprCall,
    syn::ExprConst,
    syn::ExprMethodCall,
    syn::ImplItem,
    syn::Pat,
    syn::RangeLimits,
    syn::Receiver,
    syn::ReturnType,
    syn::Stmt,
    syn::UnOp,
);

impl ToTokens for syn::Lit {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            syn::Lit::Int(it) => it.to_tokens(tokens),
            syn::Lit::Float(it) => it.to_tokens(tokens),
            syn::Lit::Str(it) => it.to_tokens(tokens),
            syn::Lit::Bool(it) => it.to_tokens(tokens),
            other => tokens.push_foreign(other),
        }
    }
}

impl ToTokens for syn::Member {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            syn::Member::Named(name) => name.to_tokens(tokens),
            syn::Member::Unnamed(_) => tokens.push_foreign(self),
        }
    }
}

impl ToTokens for syn::Visibility {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            syn::Visibility::Public(word) => tokens.push(Ident::new("pub", word.span)),
            syn::Visibility::Restricted(_) => tokens.push_foreign(self),
            syn::Visibility::Inherited => {}
        }
    }
}

impl ToTokens for syn::Path {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if self
            .segments
            .iter()
            .any(|segment| !segment.arguments.is_none())
        {
            return tokens.push_foreign(self);
        }
        self.leading_colon.to_tokens(tokens);
        for pair in self.segments.pairs() {
            pair.value().ident.to_tokens(tokens);
            pair.punct().to_tokens(tokens);
        }
    }
}

impl ToTokens for syn::Type {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            syn::Type::Path(path) if path.qself.is_none() => path.path.to_tokens(tokens),
            other => tokens.push_foreign(other),
        }
    }
}

impl ToTokens for syn::Expr {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            syn::Expr::Path(path) => path.to_tokens(tokens),
            syn::Expr::Lit(lit) if lit.attrs.is_empty() => lit.lit.to_tokens(tokens),
            other => tokens.push_foreign(other),
        }
    }
}

impl ToTokens for syn::ExprPath {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if self.qself.is_none() && self.attrs.is_empty() {
            self.path.to_tokens(tokens);
        } else {
            tokens.push_foreign(self);
        }
    }
}
