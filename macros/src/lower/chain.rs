//! Calls in a row, each on what the one before gives: numbers for one piece of code, where code for each would cost every
//! `cargo check` several times as much.

use super::{hash, Lower, Place};
use crate::ast::plain_name;
use crate::emit::{quote, ToTokens, TokenStream};
use crate::forward::call::{callee, own_field, Callee};
use proc_macro2::{Ident, Literal};
use syn::Expr;

/// Calls of layers and of operations without arguments.
pub(super) struct Chain {
    /// What the first one is called on.
    start: TokenStream,
    /// The variable that `start` is, if it is one.
    variable: Option<Ident>,
    /// The site of the first one that has one; the others follow.
    site: u32,
    steps: Vec<Step>,
}

#[derive(Clone, Copy)]
enum Step {
    /// By the hash of the field.
    Layer(u64),
    /// By the hash of the operation's name.
    Operation(u64),
    /// The same, of one that no tensor is wrong for: it needs no site.
    Sure(u64),
}

/// Operations that take tensors of any shape and kind.
const SURE: &[&str] = &["relu"];

impl Step {
    fn has_site(self) -> bool {
        !matches!(self, Step::Sure(_))
    }
}

impl Chain {
    /// Whether the chain starts with a variable of this name.
    pub(super) fn is_on(&self, name: &Ident) -> bool {
        !self.steps.is_empty() && self.variable.as_ref() == Some(name)
    }

    /// The calls of `next` behind these, which give what `next` starts with.
    pub(super) fn followed_by(mut self, next: Chain, lower: &Lower<'_>) -> Chain {
        let sites = self.steps.iter().filter(|step| step.has_site()).count();
        if self.site + sites as u32 == next.site {
            self.steps.extend(next.steps);
            return self;
        }
        let start = self.code(lower);
        Chain {
            start,
            variable: None,
            ..next
        }
    }

    /// The value of the last call.
    pub(super) fn code(self, lower: &Lower<'_>) -> TokenStream {
        let (p, start, first) = (&lower.p, self.start, self.site);
        let layers = self.steps.iter().any(|step| matches!(step, Step::Layer(_)));
        if !layers {
            let mut sites = first..;
            return self.steps.iter().fold(start, |value, step| {
                let (Step::Layer(h) | Step::Operation(h) | Step::Sure(h)) = *step;
                let site = match step.has_site().then(|| sites.next()).flatten() {
                    Some(site) => Literal::u32_unsuffixed(site).to_token_stream(),
                    None => quote!(#p::NO_SITE),
                };
                let h = Literal::u64_unsuffixed(h);
                quote!(#p::apply(#value, __t, #site, #h))
            });
        }
        // Hashes are odd, so that there are numbers for both, and 0 in front of those without a site.
        let steps = self.steps.iter().flat_map(|step| match *step {
            Step::Layer(h) => vec![h],
            Step::Operation(h) => vec![h - 1],
            Step::Sure(h) => vec![0, h - 1],
        });
        let steps = steps.map(Literal::u64_unsuffixed);
        let first = Literal::u32_unsuffixed(first);
        quote!(Self::__taper_call(#p::Calls::new(#start, #first, &[#(#steps),*]), __t))
    }
}

impl Lower<'_> {
    /// An expression as calls in a row; none of them if it is something else.
    pub(super) fn chain(&mut self, e: &Expr) -> Chain {
        match e {
            _ if self.place == Place::Argument => self.no_chain(e),
            Expr::Paren(inner) => self.chain(&inner.expr),
            Expr::Group(inner) => self.chain(&inner.expr),
            Expr::Reference(inner) => self.chain(&inner.expr),
            Expr::Try(inner) => self.chain(&inner.expr),
            Expr::MethodCall(_) | Expr::Call(_) => match self.link(e) {
                Some(chain) => chain,
                None => self.no_chain(e),
            },
            _ => self.no_chain(e),
        }
    }

    fn no_chain(&mut self, e: &Expr) -> Chain {
        let name = match e {
            Expr::Path(path) => path.path.get_ident(),
            _ => None,
        };
        Chain {
            variable: name.filter(|name| self.is_value(name)).cloned(),
            start: self.expr_alone(e),
            site: self.sites.end(),
            steps: Vec::new(),
        }
    }

    /// A call that can be part of a chain, with what it is called on.
    fn link(&mut self, e: &Expr) -> Option<Chain> {
        let methods = self.methods.clone();
        let (on, at, step) = match callee(e, &methods, |name| self.is_value(name))? {
            Callee::Submodule(name) => {
                let args = match e {
                    Expr::Call(call) => &call.args,
                    Expr::MethodCall(call) => &call.args,
                    _ => return None,
                };
                let x = super::call::only(args)?;
                (
                    x,
                    super::call::first_span(e),
                    Step::Layer(hash(&plain_name(name))),
                )
            }
            Callee::Operation { receiver, name } => {
                let Expr::MethodCall(call) = e else {
                    return None;
                };
                let word = plain_name(name);
                if !call.args.is_empty() || own_field(receiver).is_some() {
                    return None;
                }
                if super::call::is_plain(&word) {
                    return Some(self.chain(receiver));
                }
                let step = match SURE.contains(&word.as_str()) {
                    true => Step::Sure(hash(&word)),
                    false => Step::Operation(hash(&word)),
                };
                (receiver, name.span(), step)
            }
            _ => return None,
        };
        let before = self.chain(on);
        let site = match step.has_site() {
            true => self.site_between(at, e),
            false => self.sites.end(),
        };
        let next = Chain {
            start: TokenStream::new(),
            variable: None,
            site,
            steps: vec![step],
        };
        Some(match before.steps.is_empty() {
            // No call is in front: the site is this one's.
            true => Chain {
                start: before.start,
                variable: before.variable,
                ..next
            },
            false => before.followed_by(next, self),
        })
    }
}
