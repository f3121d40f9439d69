//! `dict!(conv: Conv2d(10, 3), pool: MaxPool2d(3))`: layers chosen by key.

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Ident, Path, Result, Token};

use super::args::comma;
use super::layer_args::LayerArgs;
use super::sequential::{layer_path, optional_args};
use crate::diag::Diag;

/// `dict!(conv: Conv2d(10, 3), pool: MaxPool2d(3))`
#[derive(Debug)]
pub(crate) struct DictField {
    pub(crate) entries: Vec<(Ident, Path, LayerArgs)>,
}

impl Parse for DictField {
    fn parse(input: ParseStream) -> Result<Self> {
        let mut entries = Vec::new();
        while !input.is_empty() {
            let key = input
                .call(Ident::parse_any)
                .map_err(|error| syn::Error::new(error.span(), "expected `key: Layer(…)`"))?;
            input
                .parse::<Token![:]>()
                .map_err(|_| syn::Error::new(key.span(), "expected `key: Layer(…)`"))?;
            entries.push((key, layer_path(input)?, optional_args(input)?));
            comma(input)?;
        }
        Ok(Self { entries })
    }
}

impl DictField {
    /// Reports what is wrong in a group that could be read.
    pub(crate) fn check(&self, diag: &Diag) {
        for (at, (key, _, args)) in self.entries.iter().enumerate() {
            if self
                .entries
                .iter()
                .take(at)
                .any(|(other, _, _)| other == key)
            {
                diag.error(key, format!("two entries are named `{key}`"));
            }
            args.check_entry(diag);
        }
    }
}
