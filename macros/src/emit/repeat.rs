//! How `#(…)*` goes through what it names.

use super::{ToTokens, TokenStream};
use std::iter;

/// What one turn has: a name that occurs twice is bound twice.
pub(crate) struct Item<T>(pub(crate) T);
impl<T> Item<T> {
    pub(crate) fn next(self) -> Option<T> {
        Some(self.0)
    }
}
impl<T: ToTokens> ToTokens for Item<T> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.0.to_tokens(tokens);
    }
}

/// Goes through an iterator.
pub(crate) trait Iterators: Iterator + Sized {
    fn in_turn(self) -> Self {
        self
    }
}
impl<I: Iterator> Iterators for I {}

/// Goes through a list.
pub(crate) trait Lists<T> {
    fn in_turn(&self) -> std::slice::Iter<'_, T>;
}
impl<T> Lists<T> for [T] {
    fn in_turn(&self) -> std::slice::Iter<'_, T> {
        self.iter()
    }
}

/// Repeats what is no list.
pub(crate) trait Tokens: ToTokens {
    fn in_turn(&self) -> iter::Repeat<&Self> {
        iter::repeat(self)
    }
}
impl<T: ToTokens + ?Sized> Tokens for T {}
