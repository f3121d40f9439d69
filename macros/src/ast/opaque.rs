//! Arguments that the trace can't hold, so that they are evaluated when the model is built and handed to the layer.

use syn::visit::Visit;
use syn::{Expr, ExprCall, Path};

use super::plain_name;

/// Whether an expression has a value of the user's own types in it: one of these settings, or a variant of an enum.
pub(crate) fn is_opaque(e: &Expr, settings: &[String]) -> bool {
    let mut search = Search {
        settings,
        found: false,
    };
    search.visit_expr(e);
    search.found
}

/// A variant of an enum, by the look of its name: nothing that the trace could compare.
pub(crate) fn looks_like_variant(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| {
        let name = last.ident.to_string();
        name != "None" && name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
    })
}

struct Search<'a> {
    settings: &'a [String],
    found: bool,
}

impl<'ast> Visit<'ast> for Search<'_> {
    fn visit_path(&mut self, path: &'ast Path) {
        let setting = path
            .get_ident()
            .is_some_and(|name| self.settings.contains(&plain_name(name)));
        self.found |= setting || looks_like_variant(path);
        syn::visit::visit_path(self, path);
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        // `Some(3)` is of no type of the user's own.
        let plain = matches!(&*call.func, Expr::Path(path) if path.path.get_ident().is_some());
        if !plain {
            self.visit_expr(&call.func);
        }
        call.args.iter().for_each(|arg| self.visit_expr(arg));
    }
}
