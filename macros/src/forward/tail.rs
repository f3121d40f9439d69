//! The value that a body ends in.

use syn::{Block, Expr, Stmt};

/// Statements, and the value behind them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tail<'a> {
    pub(crate) before: &'a [Stmt],
    pub(crate) value: Option<&'a Expr>,
}

/// A block's statements and value.
pub(crate) fn of_block(block: &Block) -> Tail<'_> {
    match block.stmts.split_last() {
        Some((Stmt::Expr(value, None), before)) => Tail {
            before,
            value: Some(value),
        },
        _ => Tail {
            before: &block.stmts,
            value: None,
        },
    }
}

/// As [`of_block`], and a `return` in last place is the value.
pub(crate) fn of_function(block: &Block) -> Tail<'_> {
    match block.stmts.split_last() {
        Some((Stmt::Expr(Expr::Return(last), _), before)) => Tail {
            before,
            value: last.expr.as_deref(),
        },
        _ => of_block(block),
    }
}

/// The value of `Ok(value)`; anything else as it is.
pub(crate) fn without_ok(expr: &Expr) -> &Expr {
    match expr {
        Expr::Call(call) if matches!(&*call.func, Expr::Path(path) if path.path.is_ident("Ok")) => {
            let mut args = call.args.iter();
            match (args.next(), args.next()) {
                (Some(value), None) => value,
                _ => expr,
            }
        }
        _ => expr,
    }
}
