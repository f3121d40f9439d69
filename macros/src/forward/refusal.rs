//! The tables of what is outside the subset: a construct, and the way out.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, BinOp, Expr};

/// Constructs, each with the token it is reported at, its name, and the way out.
pub(super) fn refusal(expr: &Expr) -> Option<(TokenStream, &'static str, &'static str)> {
    const BY_THEMSELVES: &str =
        "errors pass by themselves, so let the value be the last expression";
    let at = |tokens: &dyn ToTokens| tokens.to_token_stream();
    Some(match expr {
        Expr::While(it) => (at(&it.while_token), "`while`", "use `for` over a range or a module list"),
        Expr::Loop(it) => (at(&it.loop_token), "`loop`", "use `for` over a range or a module list"),
        Expr::Break(it) => (at(&it.break_token), "`break`", "put what may not run into an `if`"),
        Expr::Continue(it) => (at(&it.continue_token), "`continue`", "put what may not run into an `if`"),
        Expr::Return(it) => (at(&it.return_token), "`return`", BY_THEMSELVES),
        Expr::Closure(it) => (at(it), "a closure", "write a helper method in this block, or plain Candle code in `candle([x], [sizes], |x| …)`"),
        Expr::Macro(it) => (at(&it.mac.path), "a macro", "write what it stands for; an array takes the place of `vec!`"),
        Expr::Async(it) => (at(&it.async_token), "`async`", "a forward pass runs straight through"),
        Expr::Await(it) => (at(&it.await_token), "`await`", "a forward pass runs straight through"),
        Expr::Unsafe(it) => (at(&it.unsafe_token), "`unsafe`", "put it into a function of its own"),
        Expr::Const(it) => (at(&it.const_token), "a `const` block", "put the constant beside the method"),
        Expr::TryBlock(it) => (at(&it.try_token), "a `try` block", "errors pass by themselves"),
        Expr::Struct(it) => (at(&it.path), "a struct literal", "give several values as a tuple"),
        Expr::Yield(it) => (at(&it.yield_token), "`yield`", "give several values as a tuple"),
        Expr::RawAddr(it) => (at(&it.raw), "a raw pointer", "pass the value itself"),
        Expr::Reference(it) if it.mutability.is_some() => {
            (at(&it.mutability), "`&mut`", "operations give new tensors; assign with `x = …`")
        }
        Expr::Binary(it) if is_bitwise(&it.op) => {
            (at(&it.op), "a bitwise operator", "for masks use `logical_and`, `logical_or` and `logical_not`")
        }
        Expr::Verbatim(it) => (it.clone(), "this", "use the subset that `#[forward]` documents"),
        _ => return None,
    })
}

fn is_bitwise(op: &BinOp) -> bool {
    use BinOp::*;
    matches!(
        op,
        BitAnd(_)
            | BitOr(_)
            | BitXor(_)
            | Shl(_)
            | Shr(_)
            | BitAndAssign(_)
            | BitOrAssign(_)
            | BitXorAssign(_)
            | ShlAssign(_)
            | ShrAssign(_)
    )
}

/// Methods that exist in Rust but have no place here, and the way out.
pub(super) fn method_refusal(name: &str) -> Option<String> {
    Some(match name {
        "unwrap" | "expect" => format!("errors pass by themselves: drop the `{name}`"),
        "unwrap_or" | "unwrap_or_else" | "unwrap_or_default" | "map_or" | "and_then" | "ok_or" => {
            format!("`{name}` can't be used in `#[forward]`: use `if let Some(m) = … {{ … }} else {{ … }}`")
        }
        "map" | "filter" | "fold" | "for_each" | "collect" | "try_fold" => {
            format!("`{name}` can't be used in `#[forward]`: use `for`")
        }
        "push" | "insert" | "extend" => {
            format!("`{name}` can't be used in `#[forward]`: write an array, or join tensors with `cat` as they come")
        }
        in_place if in_place.ends_with('_') && in_place.len() > 1 && !in_place.starts_with('_') => {
            let plain = in_place.trim_end_matches('_');
            format!("tensors aren't changed in place: write `x = x.{plain}(…)`")
        }
        _ => return None,
    })
}

/// The label of a block or loop.
pub(super) fn label(expr: &Expr) -> Option<&syn::Label> {
    match expr {
        Expr::Block(it) => it.label.as_ref(),
        Expr::ForLoop(it) => it.label.as_ref(),
        _ => None,
    }
}

/// Whether an expression can fail, so that a `?` behind it makes sense.
pub(super) fn fails(expr: &Expr) -> bool {
    match expr {
        Expr::Paren(paren) => fails(&paren.expr),
        Expr::Group(group) => fails(&group.expr),
        Expr::Call(_) | Expr::MethodCall(_) | Expr::Binary(_) | Expr::Unary(_) | Expr::Try(_) => {
            true
        }
        _ => false,
    }
}

/// `+=` and its kin.
pub(super) fn is_compound(op: &BinOp) -> bool {
    use BinOp::*;
    matches!(
        op,
        AddAssign(_) | SubAssign(_) | MulAssign(_) | DivAssign(_) | RemAssign(_)
    )
}

/// The attributes of an expression that the language has.
pub(super) fn attributes(expr: &Expr) -> &[Attribute] {
    match expr {
        Expr::Array(syn::ExprArray { attrs, .. })
        | Expr::Assign(syn::ExprAssign { attrs, .. })
        | Expr::Binary(syn::ExprBinary { attrs, .. })
        | Expr::Block(syn::ExprBlock { attrs, .. })
        | Expr::Call(syn::ExprCall { attrs, .. })
        | Expr::Cast(syn::ExprCast { attrs, .. })
        | Expr::Field(syn::ExprField { attrs, .. })
        | Expr::ForLoop(syn::ExprForLoop { attrs, .. })
        | Expr::Group(syn::ExprGroup { attrs, .. })
        | Expr::If(syn::ExprIf { attrs, .. })
        | Expr::Index(syn::ExprIndex { attrs, .. })
        | Expr::Infer(syn::ExprInfer { attrs, .. })
        | Expr::Let(syn::ExprLet { attrs, .. })
        | Expr::Lit(syn::ExprLit { attrs, .. })
        | Expr::Match(syn::ExprMatch { attrs, .. })
        | Expr::MethodCall(syn::ExprMethodCall { attrs, .. })
        | Expr::Paren(syn::ExprParen { attrs, .. })
        | Expr::Path(syn::ExprPath { attrs, .. })
        | Expr::Range(syn::ExprRange { attrs, .. })
        | Expr::Reference(syn::ExprReference { attrs, .. })
        | Expr::Repeat(syn::ExprRepeat { attrs, .. })
        | Expr::Try(syn::ExprTry { attrs, .. })
        | Expr::Tuple(syn::ExprTuple { attrs, .. })
        | Expr::Unary(syn::ExprUnary { attrs, .. }) => attrs,
        _ => &[],
    }
}
