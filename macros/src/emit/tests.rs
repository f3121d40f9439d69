//! Tests that text becomes the tokens that it was written from, with and without rustc.

use std::str::FromStr;

use proc_macro2::{Ident, LexError, Span, TokenStream, TokenTree};

use super::{quote, Word};

/// Tokens and how they are spaced; a group is its delimiter and what is in it.
fn shown(tokens: TokenStream) -> Vec<String> {
    let one = |token: TokenTree| match token {
        TokenTree::Group(group) => {
            format!("{:?} {:?}", group.delimiter(), shown(group.stream()))
        }
        TokenTree::Punct(punct) => format!("{} {:?}", punct.as_char(), punct.spacing()),
        token => token.to_string(),
    };
    tokens.into_iter().map(one).collect()
}

#[test]
fn text_becomes_the_tokens_it_was_written_from() -> Result<(), LexError> {
    let (word, number, text) = (Word::new("r#type"), -5i64, "a \"b\"  c");
    let ours = quote!(fn f<'a>(&'a self, x: [u8; 2]) -> u64 { Some(x.#word(#number, #text, 1.5e3, true)) });
    let read = TokenStream::from_str(
        r#"fn f < 'a > (& 'a self, x : [u8; 2]) -> u64 { Some (x . r#type (-5i64, "a \"b\"  c", 1.5e3, true)) }"#,
    )?;
    assert_eq!(shown(ours.into()), shown(read));
    Ok(())
}

#[test]
fn placed_tokens_stay_where_they_were_put() -> Result<(), LexError> {
    let placed = Ident::new("x", Span::mixed_site());
    let inner = quote!(1, #placed);
    let ours = quote!(f(#inner)(); #placed {} [#inner]);
    let read = TokenStream::from_str("f(1, x)(); x {} [1, x]")?;
    assert_eq!(shown(ours.into()), shown(read));
    Ok(())
}

#[test]
fn text_that_is_moved_is_as_many_tokens() {
    let moved = quote!(Net::check(1, [2])).at(Span::mixed_site());
    assert_eq!(moved.to_string(), quote!(Net::check(1, [2])).to_string());
    assert!(!moved.is_one() && !quote!(x).is_one() && quote!(x).at(Span::mixed_site()).is_one());
}
