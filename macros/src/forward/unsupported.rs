//! What is outside the subset, and the way out of each.

use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, ExprMethodCall, Ident, Local, Pat, Stmt};

use super::arguments::Arguments;
use super::call::{self, callee, Callee};
use super::operations::{operation, takes_one_list, takes_sizes};
use super::parse::Method;
use super::refusal::{attributes, fails, is_compound, label, method_refusal, refusal};
use super::scope::Scope;
use super::tail::{self, Tail};
use crate::diag::Diag;

/// Reports everything in a method's body that the language doesn't have. Gives the calls of the block's `methods` in it.
pub(crate) fn check(method: &Method, methods: &[Ident], diag: &Diag) -> Vec<Ident> {
    let mut scope = Scope::default();
    method
        .params
        .iter()
        .for_each(|param| scope.add(&param.pat_ident));
    let mut check = Check {
        methods,
        scope,
        own_calls: Vec::new(),
        diag,
    };
    check.tail(tail::of_function(&method.block));
    check.own_calls
}

struct Check<'a> {
    methods: &'a [Ident],
    scope: Scope,
    own_calls: Vec<Ident>,
    diag: &'a Diag,
}

impl Check<'_> {
    fn refuse(&self, tokens: impl ToTokens, construct: &str, way_out: &str) {
        self.diag.error(
            tokens,
            format!("{construct} can't be used in `#[forward]`: {way_out}"),
        );
    }

    fn tail(&mut self, tail: Tail<'_>) {
        let mark = self.scope.enter();
        tail.before.iter().for_each(|stmt| self.visit_stmt(stmt));
        if let Some(value) = tail.value {
            self.tail_value(value);
        }
        self.scope.leave(mark);
    }

    fn tail_value(&mut self, value: &Expr) {
        match value {
            Expr::If(_) | Expr::Match(_) | Expr::Block(_) => self.attributes(value),
            _ => {}
        }
        match value {
            Expr::If(it) => {
                let mark = self.scope.enter();
                self.visit_expr(&it.cond);
                self.tail(tail::of_block(&it.then_branch));
                self.scope.leave(mark);
                if let Some((_, other)) = &it.else_branch {
                    self.tail_value(other);
                }
            }
            Expr::Match(it) => {
                self.visit_expr(&it.expr);
                for arm in &it.arms {
                    self.arm(arm, true);
                }
            }
            Expr::Block(it) if it.label.is_none() => self.tail(tail::of_block(&it.block)),
            other => self.visit_expr(tail::without_ok(other)),
        }
    }

    fn arm(&mut self, arm: &syn::Arm, tail: bool) {
        let mark = self.scope.enter();
        self.visit_pat(&arm.pat);
        if let Some((_, guard)) = &arm.guard {
            self.visit_expr(guard);
        }
        if tail {
            self.tail_value(&arm.body);
        } else {
            self.visit_expr(&arm.body);
        }
        self.scope.leave(mark);
    }

    /// The arguments of an operation or function.
    fn operands(&mut self, name: Option<&Ident>, args: &Arguments<'_>) {
        for arg in &args.misplaced {
            self.diag.error(
                arg,
                "a positional argument after a named one: give its name, or put it first",
            );
        }
        for (at, (key, _)) in args.named.iter().enumerate() {
            if args.named.iter().take(at).any(|(other, _)| other == key) {
                self.diag.error(key, format!("`{key}` is given twice"));
            }
        }
        let sized = name.is_some_and(takes_sizes);
        if let (Some(name), [_, second, ..]) = (name, args.positional.as_slice()) {
            if takes_one_list(name) {
                self.diag
                    .error(second, format!("`{name}` takes one list, as `{name}([…])`"));
            }
        }
        let named = args.named.iter().map(|(_, value)| *value);
        // A function that is taken by name, as a loss takes its distance, is plain code.
        let named = named.filter(|value| !matches!(value, Expr::Closure(_)));
        for value in args.positional.iter().copied().chain(named) {
            match call::sizes(value) {
                Some(list) if sized => self.sizes(list, name.is_some_and(|name| name == "expand")),
                _ => self.visit_expr(value),
            }
        }
    }

    /// Arguments by position that an operation doesn't have.
    fn surplus(&self, name: &Ident, args: &Arguments<'_>, given: usize) {
        let Some(operation) = operation(name).filter(|_| !takes_one_list(name)) else {
            return;
        };
        // What could be given a name has one by now, both bounds of `clamp` excepted.
        let most = match operation.name {
            "clamp" => operation.optional.len(),
            _ => operation.required.len(),
        };
        if let Some(first) = args.positional.get(most) {
            self.diag.error(first, operation.surplus(given));
        }
    }

    /// A list of sizes, in which a `_` may stand, or `several`.
    fn sizes<'e>(&mut self, list: impl IntoIterator<Item = &'e Expr>, several: bool) {
        let mut inferred = 0;
        for size in list {
            if !matches!(size, Expr::Infer(_)) {
                self.visit_expr(size);
                continue;
            }
            inferred += 1;
            if inferred == 2 && !several {
                self.diag.error(size, "only one size can be inferred");
            }
        }
    }

    /// Inputs of a module: by position alone.
    fn inputs(&mut self, args: &Arguments<'_>) {
        for (key, value) in &args.named {
            self.diag
                .error(key, "a module takes its inputs by position");
            self.visit_expr(value);
        }
        args.positional
            .iter()
            .chain(&args.misplaced)
            .for_each(|value| self.visit_expr(value));
    }

    fn escape(&mut self, call: &ExprCall) {
        let args: Vec<&Expr> = call.args.iter().collect();
        let [Expr::Array(tensors), sizes, Expr::Closure(closure)] = args.as_slice() else {
            let message = "expected `candle([x, y], [b, _, c], |x, y| …)`: tensors, the sizes that come out, and Candle code";
            self.diag.error(&call.func, message);
            return;
        };
        tensors
            .elems
            .iter()
            .for_each(|tensor| self.visit_expr(tensor));
        match call::sizes(sizes) {
            // The closure decides on as many sizes as it likes.
            Some(list) => self.sizes(list, true),
            None => self
                .diag
                .error(sizes, "expected the sizes that come out, as `[b, _, c]`"),
        }
        if closure.inputs.len() != tensors.elems.len() {
            let (given, taken) = (tensors.elems.len(), closure.inputs.len());
            self.diag.error_at(
                closure.or1_token.span(),
                format!("the closure takes {taken} tensors, but {given} are given"),
            );
        }
    }

    fn call(
        &mut self,
        expr: &Expr,
        args: &syn::punctuated::Punctuated<Expr, syn::Token![,]>,
        span: Span,
    ) {
        match callee(expr, self.methods, |name| self.scope.contains(name)) {
            Some(Callee::Own(name)) => {
                self.own_calls.push(name.clone());
                self.inputs(&Arguments::written(args));
            }
            Some(Callee::Submodule(_) | Callee::Local(_) | Callee::Some) => self.inputs(&Arguments::written(args)),
            Some(Callee::SubmoduleAt { index, .. }) => {
                self.visit_expr(index);
                self.inputs(&Arguments::written(args));
            }
            Some(Callee::Escape) => {
                if let Expr::Call(call) = expr {
                    self.escape(call);
                }
            }
            Some(Callee::Function(path)) => {
                let name = path.path.segments.last().map(|last| &last.ident);
                if let Some(word) = name.filter(|name| *name == "Ok" || *name == "Err") {
                    self.refuse(word, &format!("`{word}` in the middle"), "errors pass by themselves; `Ok(…)` may be the last expression");
                }
                let args = match name {
                    Some(name) => Arguments::of_function(name, args),
                    None => Arguments::written(args),
                };
                self.operands(name, &args);
            }
            Some(Callee::Operation { receiver, name }) => {
                self.visit_expr(receiver);
                match method_refusal(&name.to_string()) {
                    Some(message) => self.diag.error(name, message),
                    None => {
                        let given = args.len();
                        let args = Arguments::of_operation(name, args);
                        self.surplus(name, &args, given);
                        self.operands(Some(name), &args);
                    }
                }
            }
            None => self.diag.error_at(
                span,
                "expected a submodule (`self.conv(x)`, `self.blocks[i](x)`), a function or a method",
            ),
        }
    }

    fn assign(&mut self, left: &Expr) {
        match left {
            Expr::Path(path) if path.path.get_ident().is_some() => {}
            Expr::Infer(_) => {}
            Expr::Tuple(tuple) => tuple.elems.iter().for_each(|part| self.assign(part)),
            other => self.refuse(
                other,
                "an assignment to this",
                "assign to a variable; the model itself doesn't change in a forward pass",
            ),
        }
    }
}

impl<'ast> Visit<'ast> for Check<'_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        self.attributes(expr);
        if let Some((tokens, construct, way_out)) = refusal(expr) {
            self.refuse(tokens, construct, way_out);
            return;
        }
        match expr {
            Expr::Call(call) => self.call(expr, &call.args, call.func.span()),
            Expr::MethodCall(call) => {
                self.turbofish(call);
                self.call(expr, &call.args, call.method.span());
            }
            Expr::Infer(any) => {
                self.diag.error(
                    any,
                    "`_` stands for the one inferred size in a list: `x.reshape([b, _])`",
                );
            }
            Expr::Assign(assign) => {
                self.assign(&assign.left);
                self.visit_expr(&assign.right);
            }
            Expr::Binary(it) if is_compound(&it.op) => {
                self.assign(&it.left);
                self.visit_expr(&it.right);
            }
            Expr::Field(field)
                if field.member == syn::Member::Named(Ident::new("shape", Span::call_site()))
                    && !call::is_self(&field.base) =>
            {
                self.diag.error(
                    &field.member,
                    "a dimension is `x.dim(0)`, all of them are `let [b, c] = x.shape();`",
                );
            }
            Expr::Let(it) => {
                self.visit_expr(&it.expr);
                self.visit_pat(&it.pat);
            }
            Expr::If(it) => {
                let mark = self.scope.enter();
                self.visit_expr(&it.cond);
                self.visit_block(&it.then_branch);
                self.scope.leave(mark);
                if let Some((_, other)) = &it.else_branch {
                    self.visit_expr(other);
                }
            }
            Expr::Match(it) => {
                self.visit_expr(&it.expr);
                it.arms.iter().for_each(|arm| self.arm(arm, false));
            }
            Expr::ForLoop(it) => {
                self.visit_expr(&it.expr);
                let mark = self.scope.enter();
                self.visit_pat(&it.pat);
                self.visit_block(&it.body);
                self.scope.leave(mark);
            }
            Expr::Try(it) if !fails(&it.expr) => {
                self.refuse(
                    it.question_token,
                    "`?` on a value",
                    "only calls and operators can fail",
                );
            }
            other => visit::visit_expr(self, other),
        }
        if let Some(label) = label(expr) {
            self.refuse(label, "a label", "put what may not run into an `if`");
        }
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        let mark = self.scope.enter();
        block.stmts.iter().for_each(|stmt| self.visit_stmt(stmt));
        self.scope.leave(mark);
    }

    fn visit_local(&mut self, local: &'ast Local) {
        match &local.init {
            None => self.refuse(
                &local.pat,
                "a variable without a value",
                "give it its value here: `let y = if … { … } else { … };`",
            ),
            Some(init) => {
                self.visit_expr(&init.expr);
                if let Some((word, _)) = &init.diverge {
                    self.refuse(word, "`let … else`", "use `if let … { … } else { … }`");
                }
            }
        }
        self.visit_pat(&local.pat);
    }

    fn visit_stmt(&mut self, stmt: &'ast Stmt) {
        match stmt {
            Stmt::Item(item) => self.refuse(item, "an item", "put it beside the `impl` block"),
            Stmt::Macro(mac) => self.refuse(&mac.mac.path, "a macro", "write what it stands for"),
            other => visit::visit_stmt(self, other),
        }
    }

    fn visit_pat(&mut self, pat: &'ast Pat) {
        self.scope.bind(pat);
    }

    // Types and literals in patterns need no check.
    fn visit_type(&mut self, _: &'ast syn::Type) {}
    fn visit_expr_path(&mut self, _: &'ast syn::ExprPath) {}
}

impl Check<'_> {
    fn attributes(&self, expr: &Expr) {
        for attr in attributes(expr) {
            self.refuse(
                attr,
                "an attribute on an expression",
                "put it on a `let` or on the method",
            );
        }
    }

    fn turbofish(&self, call: &ExprMethodCall) {
        if let Some(turbofish) = &call.turbofish {
            self.refuse(turbofish, "a type argument", "operations know their types");
        }
    }
}
