//! Calls in the tensor body.

use crate::emit::{quote, quote_spanned, TokenStream};
use proc_macro2::{Delimiter, Span};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::token::Paren;
use syn::{Expr, ExprCall, ExprMethodCall, ExprPath, Ident, Pat, Token};

use super::arguments::Arguments;
use super::body::{glue, grouped, Body};
use super::call::{callee, is_plain_method, sizes, Callee};
use super::operations::{may_lack_dim, takes_sizes};

/// A call of a layer.
struct LayerCall<'e> {
    name: &'e Ident,
    /// A reference to it.
    module: TokenStream,
    args: &'e Punctuated<Expr, Token![,]>,
    parentheses: Paren,
}

impl Body<'_> {
    pub(crate) fn call(&mut self, call: &ExprCall) -> TokenStream {
        let expr = Expr::Call(call.clone());
        if let Some(layer) = self.layer_call(&expr) {
            return self.layer(&layer);
        }
        match callee(&expr, self.methods, |name| self.scope.contains(name)) {
            Some(Callee::SubmoduleAt { list, index }) => {
                let (call_at, index) = (self.private(list.span(), "CallAt"), self.expr(index));
                let args = in_parentheses(self.exprs(&call.args), call.paren_token);
                let span = glue(list.span());
                quote_spanned!(span=> #call_at::call_at(&self.#list, #index, #args)?)
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

    /// A call of a field or of a local variable as a layer.
    fn layer_call<'e>(&self, expr: &'e Expr) -> Option<LayerCall<'e>> {
        let (module, args, parentheses) = match expr {
            Expr::Paren(inner) => return self.layer_call(&inner.expr),
            Expr::Group(inner) => return self.layer_call(&inner.expr),
            Expr::Reference(inner) => return self.layer_call(&inner.expr),
            Expr::Try(inner) => return self.layer_call(&inner.expr),
            Expr::Call(call) => (None, &call.args, call.paren_token),
            Expr::MethodCall(call) => (
                Some((&*call.receiver, call.dot_token)),
                &call.args,
                call.paren_token,
            ),
            _ => return None,
        };
        let (name, module) = match callee(expr, self.methods, |name| self.scope.contains(name))? {
            Callee::Submodule(name) => match module {
                Some((owner, dot)) => (name, quote_spanned!(name.span()=> &#owner #dot #name)),
                None => (name, quote_spanned!(name.span()=> &self.#name)),
            },
            Callee::Local(name) => (name, quote!(#name)),
            _ => return None,
        };
        Some(LayerCall {
            name,
            module,
            args,
            parentheses,
        })
    }

    /// The layer before another one: what it is called with is what that one gives.
    fn layer_before<'e>(&self, layer: &LayerCall<'e>) -> Option<LayerCall<'e>> {
        let mut args = layer.args.iter();
        match (args.next(), args.next()) {
            (Some(only), None) => self.layer_call(only),
            _ => None,
        }
    }

    /// The call of a layer; with the one before it, if there is one, because some are one operation together.
    fn layer(&mut self, layer: &LayerCall<'_>) -> TokenStream {
        let span = layer.name.span();
        if let Some(before) = self.layer_before(layer) {
            return self.layers("after", layer, &before);
        }
        let (call, module) = (self.private(span, "call_layer"), &layer.module);
        let args = in_parentheses(self.exprs(layer.args), layer.parentheses);
        let span = glue(span);
        quote_spanned!(span=> #call(#module, #args)?)
    }

    /// `layer(…).relu()`
    fn layer_then_relu(&mut self, layer: &LayerCall<'_>) -> TokenStream {
        if let Some(before) = self.layer_before(layer) {
            return self.layers("after_then_relu", layer, &before);
        }
        let then_relu = self.private(layer.name.span(), "then_relu");
        let args = in_parentheses(self.exprs(layer.args), layer.parentheses);
        let (module, span) = (&layer.module, glue(layer.name.span()));
        quote_spanned!(span=> #then_relu(#module, #args)?)
    }

    /// `function(outer, inner, arguments)`
    fn layers(
        &mut self,
        function: &str,
        outer: &LayerCall<'_>,
        inner: &LayerCall<'_>,
    ) -> TokenStream {
        let function = self.private(outer.name.span(), function);
        let args = in_parentheses(self.exprs(inner.args), inner.parentheses);
        let (span, outer, inner) = (glue(outer.name.span()), &outer.module, &inner.module);
        quote_spanned!(span=> #function(#outer, #inner, #args)?)
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
        if let Some(layer) = self.layer_call(&expr) {
            return self.layer(&layer);
        }
        match callee(&expr, self.methods, |name| self.scope.contains(name)) {
            Some(Callee::Own(name)) => {
                let (receiver, dot) = (&call.receiver, call.dot_token);
                let args = in_parentheses(self.exprs(&call.args), call.paren_token);
                self.lift(name.span(), quote!(#receiver #dot #name #args))
            }
            Some(Callee::Operation { receiver, name }) => self.operation(receiver, name, call),
            // Refused already.
            _ => quote!(#call),
        }
    }

    fn operation(&mut self, receiver: &Expr, name: &Ident, call: &ExprMethodCall) -> TokenStream {
        if name == "relu" && call.args.is_empty() {
            if let Some(layer) = self.layer_call(receiver) {
                return self.layer_then_relu(&layer);
            }
        }
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
