//! Methods that call themselves: the trace follows every call, and would never end.

use super::parse::Method;
use crate::ast::plain_name;
use crate::diag::Diag;
use syn::Ident;

/// Reports each circle of methods once, at the call that closes it. `calls` are the calls of the block's own methods in each of them.
pub(super) fn check(methods: &[Method], calls: &[Vec<Ident>], diag: &Diag) {
    let mut search = Search {
        methods,
        calls,
        diag,
        done: vec![false; methods.len()],
        path: Vec::new(),
    };
    (0..methods.len()).for_each(|method| search.follow(method));
}

struct Search<'a> {
    methods: &'a [Method],
    calls: &'a [Vec<Ident>],
    diag: &'a Diag,
    done: Vec<bool>,
    /// The methods that are being followed, each called by the one before.
    path: Vec<usize>,
}

impl Search<'_> {
    fn follow(&mut self, method: usize) {
        if self.done[method] {
            return;
        }
        self.path.push(method);
        for call in &self.calls[method] {
            let called = self.methods.iter().position(|other| other.ident == *call);
            let Some(called) = called else { continue };
            match self.path.iter().position(|at| *at == called) {
                Some(start) => self.report(call, start + 1),
                None => self.follow(called),
            }
        }
        self.path.pop();
        self.done[method] = true;
    }

    /// The methods from place `start` of the path on are between the two calls.
    fn report(&self, call: &Ident, start: usize) {
        let between = self.path[start..].iter();
        let between: Vec<String> = between
            .map(|method| format!("`{}`", plain_name(&self.methods[*method].ident)))
            .collect();
        let through = match between.is_empty() {
            true => String::new(),
            false => format!(" by way of {}", between.join(", ")),
        };
        self.diag.error(
            call,
            format!(
                "`{}` calls itself{through}: the proof follows every call, and would never end. Write a `for` loop",
                plain_name(call)
            ),
        );
    }
}
