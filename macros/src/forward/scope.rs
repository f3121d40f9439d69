//! Which local variables there are.

use syn::visit::Visit;
use syn::{Ident, Pat, PatIdent};

/// The local variables at a point of a body. A call of one is the call of a module, for closures don't exist.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    names: Vec<Ident>,
}

impl Scope {
    /// Adds what a pattern binds.
    pub(crate) fn bind(&mut self, pat: &Pat) {
        Binder(&mut self.names).visit_pat(pat);
    }

    /// Adds a name.
    pub(crate) fn add(&mut self, name: &Ident) {
        self.names.push(name.clone());
    }

    /// Where a nested block starts: hand it to [`leave`](Self::leave) at its end.
    pub(crate) fn enter(&self) -> usize {
        self.names.len()
    }

    /// Forgets what the nested block bound.
    pub(crate) fn leave(&mut self, mark: usize) {
        self.names.truncate(mark);
    }

    /// Whether a variable of this name is visible.
    pub(crate) fn contains(&self, name: &Ident) -> bool {
        self.names.contains(name)
    }
}

struct Binder<'a>(&'a mut Vec<Ident>);

impl<'ast> Visit<'ast> for Binder<'_> {
    fn visit_pat_ident(&mut self, pat: &'ast PatIdent) {
        // An upper-case name in a pattern is a constant or a variant, as `None`.
        if !pat.ident.to_string().starts_with(char::is_uppercase) {
            self.0.push(pat.ident.clone());
        }
        if let Some((_, inner)) = &pat.subpat {
            self.visit_pat(inner);
        }
    }
}
