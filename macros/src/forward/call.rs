//! What a call in a body calls: one reading for the check, the tensor body and the trace.

use syn::punctuated::Punctuated;
use syn::{Expr, ExprMethodCall, Ident, Member, Token};

use crate::ast::is_reserved_method;

/// What a call calls.
#[derive(Debug)]
pub(crate) enum Callee<'a> {
    /// `self.helper(…)`: another method of the block, or one that every model has.
    Own(&'a Ident),
    /// `self.conv1(…)`
    Submodule(&'a Ident),
    /// `self.blocks[i](…)`
    SubmoduleAt { list: &'a Ident, index: &'a Expr },
    /// `block(…)`, for a local variable
    Local(&'a Ident),
    /// `candle([…], […], |…| …)`
    Escape,
    /// `Some(…)`: no call at all
    Some,
    /// `cat(…)`
    Function(&'a syn::ExprPath),
    /// `x.relu()`
    Operation { receiver: &'a Expr, name: &'a Ident },
}

/// What a call or method call calls; nothing if that can't be called in a body. `is_local` knows the variables in scope.
pub(crate) fn callee<'a>(
    expr: &'a Expr,
    methods: &[Ident],
    is_local: impl Fn(&Ident) -> bool,
) -> Option<Callee<'a>> {
    match expr {
        Expr::MethodCall(call) if is_self(&call.receiver) => {
            // A reserved name with arguments can only be a field, which is refused where it is declared.
            let own = methods.contains(&call.method)
                || (call.args.is_empty() && is_reserved_method(&call.method));
            Some(if own {
                Callee::Own(&call.method)
            } else {
                Callee::Submodule(&call.method)
            })
        }
        Expr::MethodCall(call) => Some(Callee::Operation {
            receiver: &call.receiver,
            name: &call.method,
        }),
        Expr::Call(call) => called(&call.func, &is_local),
        _ => None,
    }
}

fn called<'a>(func: &'a Expr, is_local: &impl Fn(&Ident) -> bool) -> Option<Callee<'a>> {
    match func {
        Expr::Group(group) => called(&group.expr, is_local),
        Expr::Paren(paren) => called(&paren.expr, is_local),
        Expr::Field(_) => own_field(func).map(Callee::Submodule),
        Expr::Index(at) => own_field(&at.expr).map(|list| Callee::SubmoduleAt {
            list,
            index: &at.index,
        }),
        Expr::Path(path) => Some(match path.path.get_ident() {
            Some(name) if is_local(name) => Callee::Local(name),
            Some(name) if name == "candle" => Callee::Escape,
            Some(name) if name == "Some" => Callee::Some,
            _ => Callee::Function(path),
        }),
        _ => None,
    }
}

/// Whether the expression is `self`.
pub(crate) fn is_self(expr: &Expr) -> bool {
    matches!(expr, Expr::Path(path) if path.path.is_ident("self"))
}

/// `name` of `self.name`, borrowed or not.
pub(crate) fn own_field(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Field(field) if is_self(&field.base) => match &field.member {
            Member::Named(name) => Some(name),
            Member::Unnamed(_) => None,
        },
        Expr::Paren(inner) => own_field(&inner.expr),
        Expr::Group(inner) => own_field(&inner.expr),
        Expr::Reference(inner) => own_field(&inner.expr),
        _ => None,
    }
}

/// The elements of a list of sizes: `[b, _, c]`, borrowed or not.
pub(crate) fn sizes(arg: &Expr) -> Option<&Punctuated<Expr, Token![,]>> {
    match arg {
        Expr::Array(array) => Some(&array.elems),
        Expr::Reference(reference) => sizes(&reference.expr),
        Expr::Group(group) => sizes(&group.expr),
        _ => None,
    }
}

/// Methods of the standard library's types: they can't fail and stay as they are.
pub(crate) fn is_plain_method(call: &ExprMethodCall) -> bool {
    const NAMES: &[&str] = &[
        "len", "is_empty", "is_some", "is_none", "as_ref", "as_str", "clone",
    ];
    NAMES.contains(&call.method.to_string().as_str()) || is_iterator(call)
}

/// `….iter()` and what follows it, and methods of ranges.
fn is_iterator(call: &ExprMethodCall) -> bool {
    if call.method == "iter" {
        return true;
    }
    match &*call.receiver {
        Expr::MethodCall(inner) => is_iterator(inner),
        Expr::Paren(paren) => matches!(&*paren.expr, Expr::Range(_)),
        _ => false,
    }
}
