//! The path of the crate `taper`, whatever its user calls it.

use crate::emit::{quote, TokenStream};
use proc_macro2::Span;
use proc_macro_crate::{crate_name, FoundCrate};
use syn::Ident;

/// `::taper`, or the name it has in the user's `Cargo.toml`. Inside taper itself `::taper` works too: the library declares
/// `extern crate self as taper`, and its tests and examples depend on it by that name.
pub(crate) fn path() -> TokenStream {
    match crate_name("taper") {
        Ok(FoundCrate::Name(name)) => {
            let name =
                syn::parse_str(&name).unwrap_or_else(|_| Ident::new_raw(&name, Span::call_site()));
            quote!(::#name)
        }
        Ok(FoundCrate::Itself) | Err(_) => quote!(::taper),
    }
}
