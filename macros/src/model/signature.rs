//! Signatures as code: matched by the trace, and at the door of `forward`.

use crate::ast::{plain_name, DimPattern, ElementKind, Pattern, Signature};
use crate::lower::{hash, whole_number, Lower, Sites};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{BinOp, Expr};

/// The bodies of the functions that accept the inputs and check the results.
pub(crate) fn functions(
    s: &Signature,
    configs: &[String],
    method: &str,
    p: &TokenStream,
) -> (TokenStream, TokenStream) {
    let accept = s.inputs.iter().enumerate().map(|(i, pattern)| {
        let (rank, kind, optional) = (pattern.dims.len(), kind(pattern, p), pattern.optional);
        let dims = dims(s, pattern, configs, p);
        quote! {
            let mut __e = __t.expect_input(__inputs, #i, #rank, #kind, #optional);
            #dims
            if !__t.accept(&__e, __inputs, #i, #method) {
                return false;
            }
        }
    });
    let tuple = s.outputs.len() > 1;
    let promise = s.outputs.iter().enumerate().map(|(i, pattern)| {
        let (rank, kind) = (pattern.dims.len(), kind(pattern, p));
        let dims = dims(s, pattern, configs, p);
        quote! {
            let mut __e = __t.expect_output(__result, #i, #tuple, #rank, #kind);
            #dims
            __t.promise(&__e, #method);
        }
    });
    let outputs = s.outputs.len();
    (
        quote!(#(#accept)* true),
        quote!(__t.expect_results(__result, #outputs, #method); #(#promise)*),
    )
}

/// The value that a signature promises, for a model whose body the trace can't see.
pub(crate) fn made(s: &Signature, configs: &[String], p: &TokenStream) -> TokenStream {
    let outputs: Vec<TokenStream> = s
        .outputs
        .iter()
        .map(|pattern| {
            let (rank, kind) = (pattern.dims.len(), kind(pattern, p));
            let dims = dims(s, pattern, configs, p);
            quote!({
                let mut __e = __t.make_output(#rank, #kind);
                #dims
                __e.made()
            })
        })
        .collect();
    match outputs.as_slice() {
        [one] => quote!(#one),
        many => quote!({ let __outputs = [#(#many),*]; __t.list(&__outputs) }),
    }
}

fn kind(pattern: &Pattern, p: &TokenStream) -> TokenStream {
    match pattern.kind {
        ElementKind::Float => quote!(#p::Kind::Float),
        ElementKind::Int => quote!(#p::Kind::Int),
        ElementKind::Bool => quote!(#p::Kind::Bool),
    }
}

fn dims(s: &Signature, pattern: &Pattern, configs: &[String], p: &TokenStream) -> TokenStream {
    let free: Vec<String> = s.free_dims(configs).iter().map(plain_name).collect();
    let mut known = configs.to_vec();
    known.extend(free.iter().cloned());
    let mut sites = Sites::default();
    let mut lower = Lower::arguments(p.clone(), &known, &mut sites);
    let mut out = TokenStream::new();
    for dim in &pattern.dims {
        out.extend(match dim {
            DimPattern::Any(_) => quote!(__t.expect_any(&mut __e);),
            DimPattern::Expr(e) => match free_name(e, &free) {
                Some(name) => {
                    let h = hash(&name);
                    quote!(__t.expect_name(&mut __e, #name, #h);)
                }
                None => match whole_number(e) {
                    Some(n) => quote!(__t.expect_size(&mut __e, #n);),
                    None => {
                        let value = lower.dim(e);
                        quote!({ let __d = #value; __t.expect_dim(&mut __e, __d); })
                    }
                },
            },
        });
    }
    out
}

fn free_name(e: &Expr, free: &[String]) -> Option<String> {
    let Expr::Path(path) = e else { return None };
    let name = plain_name(path.path.get_ident()?);
    free.contains(&name).then_some(name)
}

impl Lower<'_> {
    /// A dimension of a signature: `{EXPR}` is a constant in scope.
    fn dim(&mut self, e: &Expr) -> TokenStream {
        let p = self.p.clone();
        match e {
            Expr::Block(block) => quote!(const { #p::Leaf(#block).value() }),
            _ => self.expr(e),
        }
    }
}

/// Where the door finds the sizes of hyperparameters.
#[derive(Clone, Copy)]
pub(crate) enum Settings<'a> {
    /// The fields of these names.
    Fields(&'a [String]),
    /// A method's own signature doesn't see the fields: a name is asked for when it runs.
    Asked,
    /// There are none.
    Missing,
}

/// The run-time check of the inputs against the signature.
pub(crate) fn door(
    s: &Signature,
    settings: Settings<'_>,
    model: &str,
    p: &TokenStream,
) -> TokenStream {
    let configs = match settings {
        Settings::Fields(configs) => configs,
        Settings::Asked | Settings::Missing => &[],
    };
    let door = Door {
        free: s.free_dims(configs).iter().map(plain_name).collect(),
        settings,
        p,
    };
    let inputs = s.inputs.iter().map(|pattern| {
        let kind = kind(pattern, p);
        let dims = pattern.dims.iter().map(|dim| match dim {
            DimPattern::Any(_) => quote!(#p::Side::Any),
            DimPattern::Expr(e) => door.side(e),
        });
        quote!(#p::Entrance { kind: #kind, dims: &[#(#dims),*] })
    });
    quote!(#p::door(#model, &[#(#inputs),*], __inputs))
}

struct Door<'a> {
    free: Vec<String>,
    settings: Settings<'a>,
    p: &'a TokenStream,
}

impl Door<'_> {
    fn side(&self, e: &Expr) -> TokenStream {
        let p = self.p;
        match (free_name(e, &self.free), e) {
            (Some(name), _) => match self.settings {
                Settings::Asked => {
                    let h = hash(&name);
                    quote!(#p::Side::named(#name, #p::Module::size_setting(self, #h)))
                }
                _ => quote!(#p::Side::Free(#name)),
            },
            (None, Expr::Lit(_)) => quote!(#p::Side::Is(#e)),
            (None, Expr::Block(block)) => quote!(#p::Side::Is(#block)),
            (None, Expr::Path(_)) => match self.setting(e) {
                Some(size) => quote!(#p::Side::Is(#size)),
                None => quote!(#p::Side::Is(#e)),
            },
            // What depends on free dimensions is checked by the operations that meet it.
            (None, _) => match self.number(e) {
                Some(number) => quote!(#p::Side::calculated(#number)),
                None => quote!(#p::Side::Any),
            },
        }
    }

    /// The field that a name stands for.
    fn setting(&self, e: &Expr) -> Option<TokenStream> {
        let (Expr::Path(path), Settings::Fields(configs)) = (e, self.settings) else {
            return None;
        };
        let name = path.path.get_ident()?;
        configs
            .contains(&plain_name(name))
            .then(|| quote!(self.#name))
    }

    /// Arithmetic over hyperparameters and constants, as an `Option<i128>` that nothing overflows.
    fn number(&self, e: &Expr) -> Option<TokenStream> {
        Some(match e {
            Expr::Paren(inner) => self.number(&inner.expr)?,
            Expr::Group(inner) => self.number(&inner.expr)?,
            Expr::Lit(_) => quote!(::core::option::Option::Some(#e as i128)),
            Expr::Block(block) => quote!(::core::option::Option::Some(#block as i128)),
            Expr::Path(_) => {
                let size = self.setting(e)?;
                quote!(::core::option::Option::Some(#size as i128))
            }
            Expr::Binary(binary) => {
                let (a, b) = (self.number(&binary.left)?, self.number(&binary.right)?);
                let method = match binary.op {
                    BinOp::Add(_) => quote!(checked_add),
                    BinOp::Sub(_) => quote!(checked_sub),
                    BinOp::Mul(_) => quote!(checked_mul),
                    BinOp::Div(_) => quote!(checked_div_euclid),
                    _ => return None,
                };
                quote!(match (#a, #b) {
                    (::core::option::Option::Some(__a), ::core::option::Option::Some(__b)) => i128::#method(__a, __b),
                    _ => ::core::option::Option::None,
                })
            }
            _ => return None,
        })
    }
}
