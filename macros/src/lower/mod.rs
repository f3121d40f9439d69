//! Lowering of expressions to the trace: code that computes with symbolic values instead of tensors.
//!
//! Every expression becomes one of type `Value`, in a place where `__t: &mut Tracer` is in scope. What can't be
//! lowered becomes `Value::Any`: the lowering of the tensor body reports it.

mod branch;
mod call;
mod chain;
mod expr;
mod pattern;
mod sites;
mod stmt;

pub(crate) use expr::{integer, whole_number, written};
pub(crate) use sites::Sites;

use crate::emit::{quote, TokenStream};
use crate::tokens::Tokens;
use proc_macro2::{Ident, Span};
use quote::format_ident;
use std::collections::{HashMap, HashSet};

/// What bare names and calls mean where an expression stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// An argument of a layer: names may be hyperparameters.
    Argument,
    /// The body of a method: hyperparameters are fields of `self`.
    Body,
}

/// State of one lowering.
pub(crate) struct Lower<'a> {
    /// `::taper::__private`.
    pub(crate) p: Tokens,
    place: Place,
    /// Names of hyperparameters and, in signatures, of dimensions.
    settings: HashMap<String, u64>,
    /// Names that are symbolic values, innermost scope last.
    scopes: Vec<HashSet<String>>,
    /// Call sites met so far.
    pub(crate) sites: &'a mut Sites,
    /// Methods of the same block.
    methods: Vec<Ident>,
    fresh: usize,
}

impl<'a> Lower<'a> {
    /// For the arguments of layers.
    pub(crate) fn arguments(p: Tokens, settings: &[String], sites: &'a mut Sites) -> Self {
        Self::new(p, Place::Argument, settings, Vec::new(), sites)
    }

    /// For the body of a method.
    pub(crate) fn body(p: Tokens, methods: Vec<Ident>, sites: &'a mut Sites) -> Self {
        Self::new(p, Place::Body, &[], methods, sites)
    }

    fn new(
        p: Tokens,
        place: Place,
        settings: &[String],
        methods: Vec<Ident>,
        sites: &'a mut Sites,
    ) -> Self {
        Lower {
            p,
            place,
            settings: settings
                .iter()
                .map(|name| (name.clone(), hash(name)))
                .collect(),
            scopes: vec![HashSet::new()],
            sites,
            methods,
            fresh: 0,
        }
    }

    /// Declares a name as a symbolic value in the innermost scope.
    pub(crate) fn declare(&mut self, name: &Ident) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_string());
        }
    }

    /// Lowers with a scope of its own.
    pub(crate) fn scoped<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(HashSet::new());
        let out = f(self);
        self.scopes.pop();
        out
    }

    fn is_value(&self, name: &Ident) -> bool {
        let name = name.to_string();
        self.scopes.iter().any(|s| s.contains(&name))
    }

    /// Declares a name as a setting of the component with this hash.
    pub(crate) fn setting(&mut self, name: &str, hash: u64) {
        self.settings.insert(name.to_owned(), hash);
    }

    fn setting_hash(&self, name: &Ident) -> Option<u64> {
        self.settings.get(&crate::ast::plain_name(name)).copied()
    }

    /// A variable that no user code can name.
    fn fresh(&mut self) -> Ident {
        self.fresh += 1;
        format_ident!("__taper_{}", self.fresh, span = Span::call_site())
    }

    fn any(&self) -> TokenStream {
        let p = &self.p;
        quote!(#p::Value::Any)
    }
}

/// The hash of a name, as `taper::trace::hash` computes it (a test there compares the two).
pub(crate) fn hash(name: &str) -> u64 {
    let mut h = 0xcbf2_9ce4_8422_2325u64;
    for byte in name.bytes() {
        h = (h ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    let h = (h ^ (h >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let h = (h ^ (h >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (h ^ (h >> 32)) | 1
}
