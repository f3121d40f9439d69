//! The arguments of a call: by position and by name, in PyTorch's order.

use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, Ident, Token};

use super::operations::{operation, Operation};

/// The arguments of an operation, by position and by name.
#[derive(Debug, Default)]
pub(crate) struct Arguments<'a> {
    pub(crate) positional: Vec<&'a Expr>,
    pub(crate) named: Vec<(Ident, &'a Expr)>,
    /// Positional arguments that stand behind a named one, which is an error.
    pub(crate) misplaced: Vec<&'a Expr>,
}

impl<'a> Arguments<'a> {
    /// The arguments as written: those of a module.
    pub(crate) fn written(args: &'a Punctuated<Expr, Token![,]>) -> Self {
        let mut all = Self::default();
        for arg in args {
            match named(arg) {
                Some(pair) => all.named.push(pair),
                None if all.named.is_empty() => all.positional.push(arg),
                None => all.misplaced.push(arg),
            }
        }
        all
    }

    /// Those of a function, where one given by the name of a required argument is put in its place:
    /// `cat([x, y], dim = 1)` is `cat([x, y], 1)`.
    pub(crate) fn of_function(name: &Ident, args: &'a Punctuated<Expr, Token![,]>) -> Self {
        let mut all = Self::written(args);
        if let Some(operation) = operation(name) {
            all.place(operation.required);
        }
        all
    }

    /// Those of an operation, where optional ones that PyTorch takes by position have got their names, too:
    /// `x.flatten(1, 2)` is `x.flatten(1, end_dim = 2)`.
    pub(crate) fn of_operation(name: &Ident, args: &'a Punctuated<Expr, Token![,]>) -> Self {
        let mut all = Self::written(args);
        if let Some(operation) = operation(name) {
            all.place(operation.required);
            all.name(operation);
        }
        all
    }

    fn place(&mut self, required: &[&str]) {
        for parameter in required.iter().skip(self.positional.len()) {
            let Some(at) = self.named.iter().position(|(name, _)| name == parameter) else {
                break;
            };
            self.positional.push(self.named.remove(at).1);
        }
    }

    fn name(&mut self, operation: &Operation) {
        let from = operation.required.len();
        let surplus = self.positional.len().saturating_sub(from);
        if surplus == 0 {
            return;
        }
        // With both of its bounds, `clamp` takes them as they are.
        if operation.name == "clamp" && surplus >= operation.optional.len() {
            return;
        }
        for (name, value) in operation
            .optional
            .iter()
            .zip(self.positional.iter().skip(from))
        {
            self.named.push((Ident::new(name, value.span()), value));
        }
        let named = surplus.min(operation.optional.len());
        self.positional.drain(from..from + named);
    }
}

fn named(arg: &Expr) -> Option<(Ident, &Expr)> {
    match arg {
        Expr::Assign(assign) => match &*assign.left {
            Expr::Path(path) => path
                .path
                .get_ident()
                .map(|name| (name.clone(), &*assign.right)),
            _ => None,
        },
        _ => None,
    }
}
