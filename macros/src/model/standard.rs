//! The standard library's traits that every model has: deep copies, and PyTorch's text for people.

use super::Context;
use crate::ast::{Field, FieldKind, Wrap};
use crate::emit::{quote, TokenStream, Word};
use crate::tokens::Tokens;

/// `Display` and `Debug`: the tree of the module, as PyTorch prints it.
pub(crate) fn text(p: &Tokens, ident: &Word) -> TokenStream {
    let formatted = |name: TokenStream| {
        quote! {
            impl #p::#name for #ident {
                fn fmt(&self, f: &mut #p::Formatter<'_>) -> #p::Formatted {
                    #p::write_module(self, f)
                }
            }
        }
    };
    let (display, debug) = (formatted(quote!(Display)), formatted(quote!(Debug)));
    quote!(#display #debug)
}

/// `Clone`, from `field: copy,` for each field.
pub(crate) fn copy(p: &Tokens, ident: &Word, fields: &TokenStream) -> TokenStream {
    quote! {
        impl #p::Clone for #ident {
            fn clone(&self) -> Self {
                Self { #fields }
            }
        }
    }
}

impl Context<'_> {
    /// What a model has without a derive.
    pub(super) fn standard(&self) -> TokenStream {
        let (p, model) = (&self.p, &self.name);
        let mut fields: TokenStream = self.model.fields.iter().map(|f| self.copied(f)).collect();
        fields.extend(quote!(__taper: #p::Clone::clone(&self.__taper),));
        let (text, copy) = (text(p, model), copy(p, model, &fields));
        quote!(#text #copy)
    }

    fn copied(&self, f: &Field) -> TokenStream {
        let (cfgs, ident) = (f.cfgs(), Word::of(&f.ident));
        if matches!(&f.kind, FieldKind::Layer(layer) if layer.is_plain()) {
            return quote!(#(#cfgs)* #ident: self.#ident.clone(),);
        }
        let copy = match &f.kind {
            FieldKind::Layer(layer) => self.of_layer(
                &f.name(),
                layer,
                match layer.wrap {
                    Wrap::One => "copy_one",
                    Wrap::Option => "copy_optional",
                    Wrap::List => "copy_list",
                },
            ),
            _ => {
                let p = &self.p;
                quote!(#p::Clone::clone)
            }
        };
        quote!(#(#cfgs)* #ident: #copy(&self.#ident),)
    }
}
