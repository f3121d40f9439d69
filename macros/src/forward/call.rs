//! What a call in a body calls, and with which arguments.

use syn::punctuated::Punctuated;
use syn::{Expr, ExprMethodCall, Ident, Member, Token};

use super::scope::Scope;
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

/// What a call or method call calls; nothing if that can't be called in a body.
pub(crate) fn callee<'a>(expr: &'a Expr, methods: &[Ident], scope: &Scope) -> Option<Callee<'a>> {
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
        Expr::Call(call) => called(&call.func, scope),
        _ => None,
    }
}

fn called<'a>(func: &'a Expr, scope: &Scope) -> Option<Callee<'a>> {
    match func {
        Expr::Group(group) => called(&group.expr, scope),
        Expr::Paren(paren) => called(&paren.expr, scope),
        Expr::Field(_) => own_field(func).map(Callee::Submodule),
        Expr::Index(at) => own_field(&at.expr).map(|list| Callee::SubmoduleAt {
            list,
            index: &at.index,
        }),
        Expr::Path(path) => Some(match path.path.get_ident() {
            Some(name) if scope.contains(name) => Callee::Local(name),
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

/// `name` of `self.name`.
pub(crate) fn own_field(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Field(field) if is_self(&field.base) => match &field.member {
            Member::Named(name) => Some(name),
            Member::Unnamed(_) => None,
        },
        _ => None,
    }
}

/// The arguments of an operation, by position and by name.
#[derive(Debug, Default)]
pub(crate) struct Arguments<'a> {
    pub(crate) positional: Vec<&'a Expr>,
    pub(crate) named: Vec<(&'a Ident, &'a Expr)>,
    /// Positional arguments that stand behind a named one, which is an error.
    pub(crate) misplaced: Vec<&'a Expr>,
}

/// The arguments as written, with those given by the name of a required argument put in its place:
/// `x.softmax(dim = 1)` is `x.softmax(1)`.
pub(crate) fn arguments<'a>(
    callee: Option<&Ident>,
    args: &'a Punctuated<Expr, Token![,]>,
) -> Arguments<'a> {
    let mut all = Arguments::default();
    for arg in args {
        match named(arg) {
            Some(pair) => all.named.push(pair),
            None if all.named.is_empty() => all.positional.push(arg),
            None => all.misplaced.push(arg),
        }
    }
    let name = callee.map(Ident::to_string).unwrap_or_default();
    let required = REQUIRED
        .iter()
        .find(|(op, _)| *op == name)
        .map_or(&[][..], |(_, names)| names);
    for parameter in required.iter().skip(all.positional.len()) {
        let Some(at) = all.named.iter().position(|(name, _)| name == parameter) else {
            break;
        };
        all.positional.push(all.named.remove(at).1);
    }
    all
}

fn named(arg: &Expr) -> Option<(&Ident, &Expr)> {
    match arg {
        Expr::Assign(assign) => match &*assign.left {
            Expr::Path(path) => path.path.get_ident().map(|name| (name, &*assign.right)),
            _ => None,
        },
        _ => None,
    }
}

/// PyTorch's names of the arguments that are positional in taper, where people write them by name.
const REQUIRED: &[(&str, &[&str])] = &[
    ("adaptive_avg_pool1d", &["output_size"]),
    ("adaptive_avg_pool2d", &["output_size"]),
    ("adaptive_max_pool1d", &["output_size"]),
    ("adaptive_max_pool2d", &["output_size"]),
    ("argmax", &["dim"]),
    ("argmin", &["dim"]),
    ("avg_pool1d", &["kernel_size"]),
    ("avg_pool2d", &["kernel_size"]),
    ("cat", &["tensors", "dim"]),
    ("chunk", &["chunks"]),
    ("cumsum", &["dim"]),
    ("expand", &["size"]),
    ("flatten", &["start_dim"]),
    ("gather", &["dim", "index"]),
    ("glu", &["dim"]),
    ("index_select", &["dim", "index"]),
    ("log_softmax", &["dim"]),
    ("logsumexp", &["dim"]),
    ("max", &["dim"]),
    ("max_pool1d", &["kernel_size"]),
    ("max_pool2d", &["kernel_size"]),
    ("mean", &["dim"]),
    ("min", &["dim"]),
    ("narrow", &["dim", "start", "length"]),
    ("permute", &["dims"]),
    ("pixel_shuffle", &["upscale_factor"]),
    ("reshape", &["shape"]),
    ("select", &["dim", "index"]),
    ("softmax", &["dim"]),
    ("split", &["split_size"]),
    ("squeeze", &["dim"]),
    ("stack", &["tensors", "dim"]),
    ("std", &["dim"]),
    ("sum", &["dim"]),
    ("transpose", &["dim0", "dim1"]),
    ("unflatten", &["dim", "sizes"]),
    ("unsqueeze", &["dim"]),
    ("var", &["dim"]),
    ("view", &["shape"]),
    ("where_", &["condition", "input", "other"]),
];

/// Operations that mean all dimensions when called without one.
pub(crate) fn may_lack_dim(name: &Ident) -> bool {
    const NAMES: &[&str] = &[
        "sum",
        "mean",
        "var",
        "std",
        "max",
        "min",
        "argmax",
        "argmin",
        "logsumexp",
        "squeeze",
        "flatten",
    ];
    NAMES.iter().any(|op| name == op)
}

/// Operations whose list of sizes may have a `_`: the one that is inferred, or in `expand` each that stays.
pub(crate) fn takes_sizes(name: &Ident) -> bool {
    ["reshape", "view", "expand", "unflatten"]
        .iter()
        .any(|op| name == op)
}

/// Operations whose numbers PyTorch also takes one by one.
pub(crate) fn takes_one_list(name: &Ident) -> bool {
    [
        "reshape",
        "view",
        "expand",
        "permute",
        "repeat",
        "broadcast_to",
    ]
    .iter()
    .any(|op| name == op)
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
    NAMES.iter().any(|name| call.method == name) || is_iterator(call)
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
