//! Tests of reading, refusing and lowering bodies.

use proc_macro2::TokenStream;
use quote::quote;

use super::method::lower_method;
use super::scope::Scope;
use super::*;
use crate::diag::Diag;

fn messages(item: TokenStream) -> Vec<String> {
    let diag = Diag::new();
    ForwardItem::parse(TokenStream::new(), item, &diag);
    diag.messages()
}

/// The messages for a statement in `forward`.
fn refused(body: TokenStream) -> Vec<String> {
    messages(quote!(impl Net {
        fn forward(&self, x: Tensor, mask: Option<Tensor>, flag: bool) -> Tensor {
            #body
        }
    }))
}

/// Tokens without the spaces that printing puts anywhere.
fn compact(tokens: &impl ToString) -> String {
    tokens.to_string().split_whitespace().collect()
}

/// The lowered body of `forward(&self, x, mask)` in a block that has a method `attend`, with short names for the glue.
fn lowered(body: TokenStream) -> String {
    let item = quote!(impl Net {
        fn attend(&self, q: Tensor) -> Tensor { q }
        fn forward(&self, x: Tensor, mask: Option<Tensor>) -> Tensor { #body }
    });
    let diag = Diag::new();
    let parsed = ForwardItem::parse(TokenStream::new(), item, &diag);
    let messages = diag.messages();
    let Some(ForwardItem::Block(block)) = parsed.filter(|_| messages.is_empty()) else {
        return messages.join("\n");
    };
    let methods = block.names();
    let Some(forward) = block.methods.last() else {
        return String::new();
    };
    let mut scope = Scope::default();
    forward
        .params
        .iter()
        .for_each(|param| scope.add(&param.pat_ident));
    let path = crate::tokens::Tokens::from(crate::emit::quote!(k));
    let body = body::Body {
        path: &path,
        methods: &methods,
        scope,
    }
    .function(&forward.block);
    compact(&body)
        .replace("k::", "")
        .replace("::core::result::Result::Ok", "Ok")
}

macro_rules! lowers {
    ($($name:ident: { $($from:tt)* } => { $($to:tt)* };)*) => {
        $(#[test]
        fn $name() {
            let expected = compact(&quote!($($to)*));
            assert_eq!(lowered(quote!($($from)*)), expected);
        })*
    };
}

lowers! {
    submodules: { let x = self.features(x).flatten(1); self.fc(&x) } => {
        let x = lift(call_layer(&self.features, (x,))?.flatten(1,))?;
        Ok(call_layer(&self.fc, (&x,))?)
    };
    submodules_in_parentheses: { (self.act)(x) } => { Ok(call_layer(&self.act, (x,))?) };
    submodules_by_index: { self.blocks[i + 1](x) } => {
        Ok(CallAt::call_at(&self.blocks, lift(i + 1)?, (x,))?)
    };
    own_methods: { self.attend(x) } => { Ok(lift(self.attend(x,))?) };
    methods_of_every_model: { if self.is_training() { x } else { x } } => {
        Ok(if lift(self.is_training())? { x } else { x })
    };
    module_lists: { for block in &self.blocks { x = block(x); } x } => {
        for block in &self.blocks { x = call_layer(block, (x,))?; }
        Ok(x)
    };
    counted_module_lists: { for (i, block) in self.blocks.iter().enumerate() { x = block(x, i); } x } => {
        for (i, block) in self.blocks.iter().enumerate() { x = call_layer(block, (x, i,))?; }
        Ok(x)
    };
    functions: { cat([x, y], 1) } => { Ok(lift(cat([x, y,], 1,))?) };
    functions_with_keywords: { ops::cat([x, y], dim = 1) } => { Ok(lift(ops::cat([x, y,], 1,))?) };
    functions_with_options: { cross_entropy(x, y, reduction = "sum") } => {
        Ok(lift(cross_entropy_with(x, y, <ops::CrossEntropyOptions as ::core::default::Default>::default().reduction("sum")))?)
    };
    operations_with_options: { x.mean([2, 3], keepdim = true) } => {
        Ok(lift(x.mean_with([2, 3,], <ops::MeanOptions as ::core::default::Default>::default().keepdim(true)))?)
    };
    options_alone: { x.var(correction = 0) } => {
        Ok(lift(x.var_with((), <ops::VarOptions as ::core::default::Default>::default().correction(0)))?)
    };
    required_by_name: { x.transpose(dim1 = 2, dim0 = 1).softmax(dim = -1) } => {
        Ok(lift(lift(x.transpose(1, 2,))?.softmax(-1,))?)
    };
    optional_by_position: { x.flatten(1, 2).mean(1, true) } => {
        Ok(lift(
            lift(x.flatten_with(1, <ops::FlattenOptions as ::core::default::Default>::default().end_dim(2)))?
                .mean_with(1, <ops::MeanOptions as ::core::default::Default>::default().keepdim(true))
        )?)
    };
    optional_by_position_and_name: { x.max_pool2d(3, 2, ceil_mode = true) } => {
        Ok(lift(x.max_pool2d_with(
            3,
            <ops::MaxPool2dOptions as ::core::default::Default>::default().ceil_mode(true).stride(2)
        ))?)
    };
    one_bound: { x.clamp(0.0) } => {
        Ok(lift(x.clamp_with(<ops::ClampOptions as ::core::default::Default>::default().min(0.0)))?)
    };
    both_bounds: { x.clamp(0.0, 1.0) } => { Ok(lift(x.clamp(0.0, 1.0,))?) };
    functions_of_the_users_own: { mean(x, y, z) } => { Ok(lift(mean(x, y, z,))?) };
    digits_in_options: { x.max_pool2d(2, stride = 1) } => {
        Ok(lift(x.max_pool2d_with(2, <ops::MaxPool2dOptions as ::core::default::Default>::default().stride(1)))?)
    };
    reductions_of_everything: { x.sum() } => { Ok(lift(x.sum((),))?) };
    operators: { -x + y * 2.0 } => { Ok(lift(lift(-x)? + lift(y * 2.0)?)?) };
    literals_stay: { x * (1.0 - 0.5) } => { Ok(lift(x * (1.0 - 0.5))?) };
    compound_assignment: { x += y; x *= a + b; x } => {
        x = lift(x + (y))?;
        x = lift(x * (lift(a + b)?))?;
        Ok(x)
    };
    conditions: { if self.stride != 1 || x.dim(1) != self.out && !flag { self.down(x) } else { x } } => {
        Ok(if self.stride != 1 || lift(x.dim(1,))? != self.out && !flag { call_layer(&self.down, (x,))? } else { x })
    };
    sizes_of_a_tensor: { let [b, _, c] = x.shape(); x.reshape([b * 2, _, c]) } => {
        let [b, _, c] = lift(x.sizes::<3usize>())?;
        Ok(lift(x.reshape(sizes(&[size(lift(b * 2)?), INFER, size(c),]),))?)
    };
    sizes_that_stay: { x.expand([_, _, 3]) } => {
        Ok(lift(x.expand(sizes(&[INFER, INFER, size(3),]),))?)
    };
    options_of_tensors: { if let Some(m) = &mask { x + m } else { x } } => {
        Ok(if let Some(m) = &mask { lift(x + m)? } else { x })
    };
    matches: { match mask { Some(m) if self.on => Ok(x * m), _ => { return_nothing(); Ok(x) } } } => {
        Ok(match mask { Some(m) if self.on => lift(x * m)?, _ => { lift(return_nothing())?; x }, })
    };
    question_marks: { let y = self.fc(x)?.relu()?; Ok((y, self.attend(y)?)) } => {
        let y = then_relu(&self.fc, (x,))?;
        Ok((y, lift(self.attend(y,))?,))
    };
    neighbours: { let y = self.bn(self.conv(&x)?)?.relu(); let y = (self.bn2)(&self.conv2(y, z)); self.pool(y.relu()) } => {
        let y = after_then_relu(&self.bn, &self.conv, (&x,))?;
        let y = after(&self.bn2, &self.conv2, (y, z,))?;
        Ok(call_layer(&self.pool, (lift(y.relu())?,))?)
    };
    neighbours_of_neighbours: { self.a(self.b(self.c(x))) } => { Ok(after(&self.a, &self.b, (call_layer(&self.c, (x,))?,))?) };
    a_last_return: { return Ok(x); } => { Ok(x) };
    constructors: { self.attn(x, Some(m), None) } => { Ok(call_layer(&self.attn, (x, Some(m,), None,))?) };
    standard_methods: { if mask.is_some() { x.clone() } else { x } } => { Ok(if mask.is_some() { x.clone() } else { x }) };
    casts: { x / (x.dim(-1) as f64).sqrt() } => { Ok(lift(x / lift((lift(x.dim(-1,))? as f64).sqrt())?)?) };
    ranges: { for i in 0..self.n - 1 { x = self.blocks[i](x); } x } => {
        for i in 0..lift(self.n - 1)? { x = CallAt::call_at(&self.blocks, i, (x,))?; }
        Ok(x)
    };
    the_escape: { candle([x, &y], [b, _, 3], |x, y: &T| { x.foo(y)?.unwrap() }) } => {
        Ok(escape(
            [::core::borrow::Borrow::<Tensor>::borrow(&x), ::core::borrow::Borrow::<Tensor>::borrow(&&y),],
            sizes(&[size(b), INFER, size(3),]),
            |[x, y]| { x.foo(y)?.unwrap() }
        )?)
    };
    trees_keep_their_shape: { let (a, b) = (x.relu(), [x; 2]); (a - b) * c } => {
        let (a, b) = (lift(x.relu())?, [x; 2],);
        Ok(lift((lift(a - b)?) * c)?)
    };
}

macro_rules! refuses {
    ($($name:ident: { $($body:tt)* } => $message:expr;)*) => {
        $(#[test]
        fn $name() {
            assert_eq!(refused(quote!($($body)*)), [$message]);
        })*
    };
}

refuses! {
    an_argument_too_many: { x.softmax(1, 2) } => "`softmax` takes 1 argument by position, but 2 are given: expected `softmax(dim)`";
    a_keyword_by_position: { x.norm(2, 1) } => "`norm` takes 1 argument by position, but 2 are given: expected `norm(dim, p = …, keepdim = …)`";
    a_third_bound: { x.clamp(0, 1, 2) } => "`clamp` takes 2 arguments by position, but 3 are given: expected `clamp(min, max)`";
    twice_by_position_and_name: { x.mean(1, true, keepdim = true) } => "`keepdim` is given twice";
    a_while: { while flag { x } x } => "`while` can't be used in `#[forward]`: use `for` over a range or a module list";
    a_loop: { loop { x } } => "`loop` can't be used in `#[forward]`: use `for` over a range or a module list";
    a_break: { for i in 0..3 { break; } x } => "`break` can't be used in `#[forward]`: put what may not run into an `if`";
    an_early_return: { if flag { return x; } x } => "`return` can't be used in `#[forward]`: errors pass by themselves, so let the value be the last expression";
    a_closure: { f(|x| x) } => "a closure can't be used in `#[forward]`: write a helper method in this block, or plain Candle code in `candle([x], [sizes], |x| …)`";
    an_unwrap: { x.relu().unwrap() } => "errors pass by themselves: drop the `unwrap`";
    a_macro: { println!("{x}"); x } => "a macro can't be used in `#[forward]`: write what it stands for";
    a_macro_expression: { f(vec![x]) } => "a macro can't be used in `#[forward]`: write what it stands for; an array takes the place of `vec!`";
    an_unsafe_block: { unsafe { x } } => "`unsafe` can't be used in `#[forward]`: put it into a function of its own";
    an_async_block: { f(async { x }) } => "`async` can't be used in `#[forward]`: a forward pass runs straight through";
    a_struct_literal: { Out { x } } => "a struct literal can't be used in `#[forward]`: give several values as a tuple";
    a_mutable_borrow: { f(&mut x) } => "`&mut` can't be used in `#[forward]`: operations give new tensors; assign with `x = …`";
    a_bitwise_operator: { x & y } => "a bitwise operator can't be used in `#[forward]`: for masks use `logical_and`, `logical_or` and `logical_not`";
    an_iterator_method: { self.blocks.iter().fold(x, f) } => "`fold` can't be used in `#[forward]`: use `for`";
    in_place: { x.relu_() } => "tensors aren't changed in place: write `x = x.relu(…)`";
    a_type_argument: { x.to::<f32>() } => "a type argument can't be used in `#[forward]`: operations know their types";
    a_bare_underscore: { f(_) } => "`_` stands for the one inferred size in a list: `x.reshape([b, _])`";
    two_inferred_sizes: { x.reshape([_, 3, _]) } => "only one size can be inferred";
    sizes_one_by_one: { x.view(-1, 784) } => "`view` takes one list, as `view([…])`";
    axes_one_by_one: { x.permute(0, 2, 1) } => "`permute` takes one list, as `permute([…])`";
    a_named_input: { self.attn(x, mask = m) } => "a module takes its inputs by position";
    a_positional_after_a_named: { x.mean(keepdim = true, 3) } => "a positional argument after a named one: give its name, or put it first";
    an_argument_twice: { x.mean(3, keepdim = true, keepdim = false) } => "`keepdim` is given twice";
    a_field_set: { self.count = 3; x } => "an assignment to this can't be used in `#[forward]`: assign to a variable; the model itself doesn't change in a forward pass";
    a_late_value: { let y; y = x; y } => "a variable without a value can't be used in `#[forward]`: give it its value here: `let y = if … { … } else { … };`";
    a_let_else: { let Some(m) = mask else { x }; m } => "`let … else` can't be used in `#[forward]`: use `if let … { … } else { … }`";
    an_item: { fn f() {} x } => "an item can't be used in `#[forward]`: put it beside the `impl` block";
    a_label: { 'a: for i in 0..3 { x; } x } => "a label can't be used in `#[forward]`: put what may not run into an `if`";
    an_attribute: { f(#[cfg(unix)] x) } => "an attribute on an expression can't be used in `#[forward]`: put it on a `let` or on the method";
    an_error: { if flag { f(Err(e)) } else { x } } => "`Err` in the middle can't be used in `#[forward]`: errors pass by themselves; `Ok(…)` may be the last expression";
    a_question_mark_on_a_value: { mask? } => "`?` on a value can't be used in `#[forward]`: only calls and operators can fail";
    the_shape_field: { x.reshape(x.shape[0]) } => "a dimension is `x.dim(0)`, all of them are `let [b, c] = x.shape();`";
    an_escape_without_list: { candle(x, [3], |x| x) } => "expected `candle([x, y], [b, _, c], |x, y| …)`: tensors, the sizes that come out, and Candle code";
    an_escape_of_too_much: { candle([x, y], [3], |x| x) } => "the closure takes 1 tensors, but 2 are given";
    a_call_of_a_value: { (x.f)(x) } => "expected a submodule (`self.conv(x)`, `self.blocks[i](x)`), a function or a method";
}

macro_rules! refuses_items {
    ($($name:ident: { $($item:tt)* } => $message:expr;)*) => {
        $(#[test]
        fn $name() {
            assert_eq!(messages(quote!($($item)*)), [$message]);
        })*
    };
}

refuses_items! {
    a_struct: { struct A {} } => "`#[forward]` goes on the `impl` block; the struct takes `#[model]`";
    an_enum: { enum A {} } => "`#[forward]` goes on an `impl` block or a function";
    a_trait_impl: { impl Clone for A {} } => "`#[forward]` goes on an `impl` block without a trait";
    a_type_in_the_block: { impl A { type B = u8; } } => "expected a method or a constant: put this into an `impl` block of its own";
    a_mutable_receiver: { impl A { fn forward(&mut self, x: Tensor) -> Tensor { x } } } => "expected `&self`: a forward pass doesn't change the model (BatchNorm updates through `&self`)";
    no_receiver: { impl A { fn forward(x: Tensor) -> Tensor { x } } } => "expected `&self`, as in `fn forward(&self, x: Tensor) -> Tensor`";
    a_reserved_method: { impl A { fn train(&self) {} } } => "every model has a method `train`: expected another name";
    an_async_method: { impl A { async fn forward(&self, x: Tensor) -> Tensor { x } } } => "a forward pass is an ordinary function: remove this";
    a_generic_method: { impl A { fn forward<T>(&self, x: T) -> Tensor { x } } } => "a forward pass has no generic parameters: take `Tensor`, numbers, `bool` or `Option<Tensor>`";
    a_pattern: { impl A { fn forward(&self, (x, y): (Tensor, Tensor)) -> Tensor { x } } } => "expected a name: take the argument apart with a `let` inside";
    another_error: { impl A { fn forward(&self, x: Tensor) -> Result<Tensor, E> { x } } } => "errors are taper's: expected `Tensor` or `Result<Tensor>`";
    a_bare_shape: { impl A { #[shape] fn forward(&self, x: Tensor) -> Tensor { x } } } => "expected the shapes, as `#[shape([B, 784] -> [B, 10])]`";
}

#[test]
fn methods_take_tensors_owned_or_borrowed() {
    let item = quote! {
        /// A loss.
        #[shape(([B], [B]) -> [])]
        pub fn loss(mut x: Tensor, y: &Tensor, w: Option<Tensor>, n: usize) -> Result<Tensor> { x - y }
    };
    let diag = Diag::new();
    let parsed = ForwardItem::parse(TokenStream::new(), item, &diag);
    assert_eq!(diag.messages(), [""; 0]);
    let Some(ForwardItem::Free(method)) = parsed else {
        return assert!(parsed.is_some());
    };
    assert!(method.shape.is_some() && method.output.written_result);
    let expected = quote! {
        #[allow(clippy::all, clippy::pedantic, clippy::nursery, unused_parens, unused_braces)]
        /// A loss.
        pub fn loss(
            x: impl k::Borrow<Tensor>,
            y: impl k::Borrow<Tensor>,
            w: impl k::Borrow<k::Option<Tensor>>,
            n: usize
        ) -> k::Result<Tensor> {
            let _: ::core::option::Option<Result<Tensor>> = ::core::option::Option::None;
            let mut x: Tensor = k::owned(x);
            let y: &Tensor = k::Borrow::borrow(&y);
            let w: Option<Tensor> = k::owned(w);
            k::door(k::None, "loss", loss::SIGNATURE, &[k::Some(&x), k::Some(y), w.as_ref()])?;
            ::core::result::Result::Ok(k::lift(x - y)?)
        }
    };
    assert_eq!(
        compact(&lower_method(
            &method,
            &[],
            &crate::emit::quote!(k).into(),
            Some(&crate::emit::quote!(loss::SIGNATURE))
        )),
        compact(&expected)
    );
}

#[test]
fn the_fallback_keeps_the_signatures() {
    let item = quote! {
        impl Net {
            const N: usize = 3;
            #[shape([B] -> [B])]
            fn forward(&self, x: Tensor) -> Tensor { x.unwrap() }
        }
    };
    let expected = quote! {
        impl Net {
            const N: usize = 3;
            #[allow(unused_variables, clippy::empty_loop)]
            #[doc = " Runs the model.\n\n# Errors\nIf an input doesn't fit the signature, or an operation fails."]
            #[allow(unreachable_pub)]
            pub fn forward(&self, x: impl k::__private::Borrow<Tensor>) -> k::__private::Result<Tensor> { loop {} }
        }
    };
    assert_eq!(
        compact(&super::fallback::fallback(&item, &crate::emit::quote!(k))),
        compact(&expected)
    );
}
