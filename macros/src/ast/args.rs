//! Lists of arguments, `1, key = value`, as every attribute of the language has them.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, Result, Token};

/// The key of `key = …` if one comes next, taken together with the `=`.
pub(crate) fn key(input: ParseStream) -> Result<Option<Ident>> {
    let named = input.peek(Ident::peek_any) && input.peek2(Token![=]);
    if !named || input.peek2(Token![==]) || input.peek2(Token![=>]) {
        return Ok(None);
    }
    let key = input.call(Ident::parse_any)?;
    input.parse::<Token![=]>()?;
    Ok(Some(key))
}

/// The comma between two arguments; nothing at the end.
pub(crate) fn comma(input: ParseStream) -> Result<()> {
    if input.is_empty() {
        return Ok(());
    }
    input.parse::<Token![,]>().map(drop)
}
