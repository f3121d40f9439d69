//! Calls in the tensor body.

use proc_macro2::{Delimiter, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::token::Paren;
use syn::{Expr, ExprCall, ExprMethodCall, ExprPath, Ident, Pat};

use super::arguments::Arguments;
use super::body::{glue, grouped, Body};
use super::call::{callee, is_plain_method, sizes, Callee};
use super::operations::{may_lack_dim, takes_sizes};

impl Body<'_> {
    pub(crate) fn call(&mut self, call: &ExprCall) -> TokenStream {
        let expr = Expr::Call(call.clone());
        match callee(&expr, self.methods, |name| self.scope.contains(name)) {
            Some(Callee::Submodule(name)) => {
                let module = quote_spanned!(name.span()=> &self.#name);
                self.submodule(name, module, &call.args, call.paren_token)
            }
            Some(Callee::SubmoduleAt { list, index }) => {
                let (call_at, index) = (self.private(list.span(), "CallAt"), self.expr(index));
                let args = in_parentheses(self.exprs(&call.args), call.paren_token);
                let span = glue(list.span());
                quote_spanned!(span=> #call_at::call_at(&self.#list, #index, #args)?)
            }
            Some(Callee::Local(name)) => {
                self.submodule(name, quote!(#name), &call.args, call.paren_token)
            }
            Some(Callee::Escape) => self.escape(call).unwrap_or_else(|| quote!(#call)),
            Some(Callee::Some) => {
                let (some, args) = (
                    &call.func,
                    in_parentheses(self.exprs(&call.args), call.paren_token),
                );
                quote!(#some #args)
            }
            Some(Callee::Function(path)) => self.function_call(path, call),
            // Refused already.
            _ => quote!(#call),
        }
    }

    /// `module` stands for a reference to it.
    fn submodule<'e>(
        &mut self,
        name: &Ident,
        module: TokenStream,
        args: impl IntoIterator<Item = &'e Expr>,
        parentheses: Paren,
    ) -> TokenStream {
        let (call, args) = (self.private(name.span(), "Call"), self.exprs(args));
        let args = in_parentheses(args, parentheses);
        let span = glue(name.span());
        quote_spanned!(span=> #call::call(#module, #args)?)
    }

    fn function_call(&mut self, path: &ExprPath, call: &ExprCall) -> TokenStream {
        let Some(name) = path.path.segments.last().map(|last| &last.ident) else {
            return quote!(#call);
        };
        let args = Arguments::of_function(name, &call.args);
        let span = name.span();
        let values = self.values(name, &args);
        if args.named.is_empty() {
            let args = in_parentheses(values, call.paren_token);
            return self.lift(span, quote!(#path #args));
        }
        let mut path = path.clone();
        if let Some(last) = path.path.segments.last_mut() {
            last.ident = with_options(name);
        }
        let options = self.options(name, &args);
        let args = in_parentheses(quote!(#values #options), call.paren_token);
        self.lift(span, quote!(#path #args))
    }

    pub(crate) fn method_call(&mut self, call: &ExprMethodCall) -> TokenStream {
        let expr = Expr::MethodCall(call.clone());
        match callee(&expr, self.methods, |name| self.scope.contains(name)) {
            Some(Callee::Own(name)) => {
                let (receiver, dot) = (&call.receiver, call.dot_token);
                let args = in_parentheses(self.exprs(&call.args), call.paren_token);
                self.lift(name.span(), quote!(#receiver #dot #name #args))
            }
            Some(Callee::Submodule(name)) => {
                let (owner, dot) = (&call.receiver, call.dot_token);
                let module = quote_spanned!(name.span()=> &#owner #dot #name);
                self.submodule(name, module, &call.args, call.paren_token)
            }
            Some(Callee::Operation { receiver, name }) => self.operation(receiver, name, call),
            // Refused already.
            _ => quote!(#call),
        }
    }

    fn operation(&mut self, receiver: &Expr, name: &Ident, call: &ExprMethodCall) -> TokenStream {
        let (receiver, dot) = (self.expr(receiver), call.dot_token);
        let args = Arguments::of_operation(name, &call.args);
        let values = self.values(name, &args);
        if is_plain_method(call) {
            let args = in_parentheses(values, call.paren_token);
            return quote!(#receiver #dot #name #args);
        }
        let values = if args.positional.is_empty() && may_lack_dim(name) {
            quote_spanned!(name.span()=> (),)
        } else {
            values
        };
        if args.named.is_empty() {
            let args = in_parentheses(values, call.paren_token);
            return self.lift(name.span(), quote!(#receiver #dot #name #args));
        }
        let (with, options) = (with_options(name), self.options(name, &args));
        let args = in_parentheses(quote!(#values #options), call.paren_token);
        self.lift(name.span(), quote!(#receiver #dot #with #args))
    }

    /// Positional arguments.
    fn values(&mut self, name: &Ident, args: &Arguments<'_>) -> TokenStream {
        let lower = |value: &Expr| {
            let value = match sizes(value) {
                Some(list) if takes_sizes(name) => self.sizes(value.span(), list),
                _ => self.expr(value),
            };
            quote_spanned!(value.span()=> #value,)
        };
        args.positional.iter().copied().map(lower).collect()
    }

    /// `MeanOptions::default().keepdim(true)` for the named arguments.
    fn options(&mut self, name: &Ident, args: &Arguments<'_>) -> TokenStream {
        let span = glue(name.span());
        let path = self.path_at(name.span());
        let options = Ident::new(&options_name(name), span);
        let setters: TokenStream = args
            .named
            .iter()
            .map(|(key, value)| {
                let value = self.expr(value);
                quote_spanned!(key.span()=> .#key(#value))
            })
            .collect();
        quote_spanned!(span=> <#path::ops::#options as ::core::default::Default>::default() #setters)
    }

    /// A list of sizes, of which `_` is the inferred one.
    fn sizes<'e>(&mut self, span: Span, list: impl IntoIterator<Item = &'e Expr>) -> TokenStream {
        let all: TokenStream = list
            .into_iter()
            .map(|size| match size {
                Expr::Infer(any) => {
                    let infer = self.private(any.span(), "INFER");
                    quote_spanned!(any.span()=> #infer,)
                }
                size => {
                    let (of, value) = (self.private(size.span(), "size"), self.expr(size));
                    quote_spanned!(glue(size.span())=> #of(#value),)
                }
            })
            .collect();
        let sizes = self.private(span, "sizes");
        let span = glue(span);
        quote_spanned!(span=> #sizes(&[#all]))
    }

    /// `candle([x, y], [b, _, c], |x, y| …)`: the closure is the user's, its parameters in one array.
    fn escape(&mut self, call: &ExprCall) -> Option<TokenStream> {
        let args: Vec<&Expr> = call.args.iter().collect();
        let [Expr::Array(tensors), promised, Expr::Closure(closure)] = args.as_slice() else {
            return None;
        };
        let path = self.path_at(call.func.span());
        let inputs: TokenStream = tensors
            .elems
            .iter()
            .map(|tensor| {
                let (span, tensor) = (glue(tensor.span()), self.expr(tensor));
                quote_spanned!(span=> ::core::borrow::Borrow::<#path::Tensor>::borrow(&#tensor),)
            })
            .collect();
        let promised = self.sizes(promised.span(), sizes(promised)?);
        let names = closure.inputs.iter().map(|input| match input {
            Pat::Type(typed) => &*typed.pat,
            plain => plain,
        });
        let (capture, output, body) = (&closure.capture, &closure.output, &closure.body);
        let span = call.func.span();
        let escape = self.private(span, "escape");
        let span = glue(span);
        Some(
            quote_spanned!(span=> #escape([#inputs], #promised, #capture |[#(#names),*]| #output #body)?),
        )
    }
}

/// Arguments between the user's own parentheses.
fn in_parentheses(args: TokenStream, parentheses: Paren) -> TokenStream {
    grouped(Delimiter::Parenthesis, args, parentheses.span.join())
}

/// `mean_with` for `mean`, at its place.
fn with_options(name: &Ident) -> Ident {
    let plain = name.unraw().to_string();
    let joined = if plain.ends_with('_') {
        format!("{plain}with")
    } else {
        format!("{plain}_with")
    };
    Ident::new(&joined, name.span())
}

/// `MaxPool2dOptions` for `max_pool2d`.
fn options_name(name: &Ident) -> String {
    let plain = name.unraw().to_string();
    let words = plain.split('_').map(|word| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect::<String>())
            .unwrap_or_default()
    });
    words.chain(std::iter::once("Options".to_owned())).collect()
}
