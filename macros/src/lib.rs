//! The macros of taper: [`macro@model`], [`macro@forward`], [`sequential!`] and [`mask!`].
//!
//! Depend on the crate `taper`, which exports them; they are of no use by themselves.
//!
//! Each macro goes the same way: its tokens are read into the language's own model (`ast`, `forward`), checked, with
//! all errors collected (`diag`), and expanded. When there are errors, the item is emitted as plain Rust beside them, so
//! that the rest of the program keeps compiling.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod ast;
mod diag;
mod emit;
mod forward;
#[cfg(test)]
mod golden;
mod krate;
mod lower;
mod model;
#[cfg(test)]
mod spans;
mod tokens;

use proc_macro::TokenStream;
use quote::quote;

/// Declares a network: a struct whose fields are its layers, hyperparameters and tensors.
///
/// ```
/// use taper::prelude::*;
///
/// #[model([B, 784] -> [B, classes], masks(head = "fc2.*"))]
/// pub struct Mlp {
///     #[config(default = 10)]
///     classes: usize,
///     #[layer(256)]
///     fc1: Linear,
///     act: ReLU,
///     #[layer(classes)]
///     fc2: Linear,
/// }
/// # #[forward]
/// # impl Mlp {
/// #     fn forward(&self, x: Tensor) -> Tensor {
/// #         let x = self.act(self.fc1(x.flatten(1)));
/// #         self.fc2(x)
/// #     }
/// # }
/// ```
///
/// # The attribute
///
/// All parts may be left out.
///
/// - A **signature**, `[B, 1, 28, 28] -> [B, classes]`: the shapes that `forward` takes and gives. A name is a free
///   dimension, unless it is that of a `#[config]` field; `{EXPR}` is a constant, `_` in an output is whatever comes out,
///   `+ - * /` calculate. `[B, T; int]` has integers and `[B, T; bool]` truth values for elements; `[B, T]?` is an
///   `Option<Tensor>`. Several tensors are a tuple: `([B, 3], [B]) -> ([B], [B])`.
/// - **`masks(head = "fc3.*", norms = ["bn1.*", "bn2.*"])`**: named selections of parameters.
/// - **`custom`**: `forward` is hand-written Candle code.
///
/// # The fields
///
/// | Written | Is |
/// |---|---|
/// | `#[config] n: usize`, `#[config(default = 10)] n: usize` | a hyperparameter |
/// | `act: ReLU`, `#[layer(256, bias = false)] fc: Linear` | a layer |
/// | `down: Option<Conv2d>` | a layer that exists if the forward reaches it when the model is built |
/// | `#[layer(64, repeat = n)] blocks: Vec<Block>` | a list of layers |
/// | `#[layer(64, repeat = i in 0..n, stride = i + 1)] blocks: Vec<Block>` | a list whose arguments depend on the index |
/// | `features: sequential!(Linear(64), ReLU)` | a block of layers, see [`sequential!`] |
/// | `choices: dict!(conv: Conv2d(10, 3), pool: MaxPool2d(3))` | layers chosen by key |
/// | `#[param([4, n], init = …)] w: Param` | a tensor that is trained |
/// | `#[buffer([n])] mean: Buffer` | a tensor that isn't; with `persistent = false`, state dicts leave it out |
/// | `#[param(list = [[4, 4], [4, 1]])] w: ParamList`, `#[param(dict = { a: [4, 4] })] w: ParamDict` | several that are trained |
/// | `#[buffer(list = [[n], [1, n]])] m: BufferList`, `#[buffer(dict = { a: [n] })] m: BufferDict` | several that aren't |
///
/// The arguments of layers and the shapes of parameters may name hyperparameters and the signature's dimensions of the
/// input: `#[layer(2 * C)]`, `#[param([C])]`. A default may not name those: settings come before any input. A model that
/// names a dimension is built within another, or with `config().input([2, 3, 28, 28])`.
///
/// # Derives
///
/// Every model has `Clone`, which copies the values of its parameters, and `Debug` and `Display`, which print the tree of
/// its layers. A `#[derive(Clone, Debug)]` below `#[model]` is accepted and changes nothing; other derives stay and see the
/// struct as it is in the end, with a hidden field of the model's own. rustc expands what stands above `#[model]` before
/// it, on the struct as it was written: there, a derive misses that field, and one of `Clone` or `Debug` is a conflict.
///
/// # Names
///
///
/// `#[layer(name = "conv")]` sets the layer's part in the paths of its parameters; in a list,
/// `#[layer(repeat = i in 0..n, name = "layer{i+1}")]` sets that of each.
#[proc_macro_attribute]
pub fn model(attr: TokenStream, item: TokenStream) -> TokenStream {
    diag::catch("model", || {
        let item: proc_macro2::TokenStream = item.into();
        let diag = diag::Diag::new();
        let parsed = ast::Model::parse(attr.into(), item.clone(), &diag);
        match (diag.finish(), parsed) {
            (Ok(()), Some(parsed)) => model::expand(&parsed, &krate::path()).into(),
            (errors, _) => ast::with_fallback(errors.err(), &item, &krate::path()),
        }
    })
    .into()
}

/// The forward pass of a [`macro@model`], or a function of tensors, in a checked subset of Rust.
///
/// ```
/// # use taper::prelude::*;
/// # #[model([B, 784] -> [B, 10])]
/// # pub struct Mlp {
/// #     #[layer(256)] fc1: Linear,
/// #     act: ReLU,
/// #     #[layer(10)] fc2: Linear,
/// # }
/// #[forward]
/// impl Mlp {
///     fn forward(&self, x: Tensor) -> Tensor {
///         let x = self.act(self.fc1(x.flatten(1)));
///         self.fc2(x)
///     }
/// }
/// ```
///
/// - `self.name(x)` calls a submodule or another method of the block, `self.list[i](x)` an element of a list, and in
///   `for block in &self.list` so does `block(x)`.
/// - Errors pass by themselves. The generated method returns a `Result`; `?` and a last `Ok(…)` may be written or left out.
/// - Tensors are taken owned or borrowed by whoever calls.
/// - Operations have PyTorch's names, with keyword arguments: `x.mean([2, 3], keepdim = true)`, `cat([a, b], dim = 1)`.
///   Optional ones that PyTorch takes by position may stand there: `x.flatten(1, 2)`, `x.mean(1, true)`.
/// - Losses take what they compare by name, too: `cross_entropy(target = y, input = x)`. Where a function takes a function by
///   name, that is a closure of plain code, which runs unproved: `distance_function = |a, b| …`.
/// - `let [b, _, c] = x.shape();` takes a shape apart, `x.dim(0)` is one dimension, and in a list of sizes `_` is the
///   inferred one: `x.reshape([b, _, c])`.
/// - `let` with patterns, `if`, `if let`, `match`, `for` over module lists and ranges, `+ - * /`, tuples and arrays are as in Rust.
/// - `candle([x, y], [b, _, c], |x, y| …)` runs plain Candle code that promises the sizes it gives.
/// - `#[shape([B, T] -> [B])]` on a method declares its shapes; the model's signature is `forward`'s.
/// - `#[forward(autocast)]` computes products and convolutions in bf16, `#[forward(autocast = f16)]` in f16: see `taper::amp`.
#[proc_macro_attribute]
pub fn forward(attr: TokenStream, item: TokenStream) -> TokenStream {
    diag::catch("forward", || {
        let krate = krate::path();
        let item = proc_macro2::TokenStream::from(item);
        let diag = diag::Diag::new();
        let parsed = forward::ForwardItem::parse(attr.into(), item.clone(), &diag);
        match (diag.finish(), parsed) {
            (Ok(()), Some(parsed)) => forward::expand(&parsed, &krate).into(),
            (errors, _) => forward::with_fallback(errors.err(), &item, &krate),
        }
    })
    .into()
}

/// A network in one expression, or a block of layers in a field's type.
///
/// ```
/// use taper::prelude::*;
///
/// let device = Device::Cpu;
/// let net = sequential! { <[B, 784] -> [B, 10]>
///     hidden: Linear(256), ReLU, Dropout(0.5), Linear(10)
/// }.init(&device)?;
/// # Ok::<(), taper::Error>(())
/// ```
///
/// The signature in angle brackets may be left out; arguments may name the dimensions of its input, as in `Linear(2 * C)`. Entries are layers with their arguments; those without a name are
/// numbered. `Layer(…) * n` repeats one, `for (c, n, s) in TABLE { … }` repeats several, `name: sequential!(…)` nests.
#[proc_macro]
pub fn sequential(input: TokenStream) -> TokenStream {
    diag::catch("sequential", || {
        let diag = diag::Diag::new();
        let parsed = ast::Sequential::parse_expression(input.into(), &diag);
        match (diag.finish(), parsed) {
            (Ok(()), Some(block)) => model::literal::expand(&block, &krate::path()).into(),
            (errors, _) => {
                let errors = errors.err();
                quote!({ #errors })
            }
        }
    })
    .into()
}

/// A selection of a model's parameters by patterns over their paths, checked against the model's own names.
///
/// ```
/// use taper::prelude::*;
///
/// # #[model([B, 784] -> [B, 10])]
/// # pub struct Mlp {
/// #     #[layer(256)] fc1: Linear,
/// #     #[layer(10)] fc2: Linear,
/// # }
/// # #[forward]
/// # impl Mlp {
/// #     fn forward(&self, x: Tensor) -> Tensor { self.fc2(self.fc1(x).relu()) }
/// # }
/// let net = Mlp::init(&Device::Cpu)?;
/// net.freeze(&mask!(Mlp: "fc1.*"))?;
/// assert_eq!(net.num_trainable_parameters(), 2_570);
/// # Ok::<(), taper::Error>(())
/// ```
#[proc_macro]
pub fn mask(input: TokenStream) -> TokenStream {
    diag::catch("mask", || {
        let diag = diag::Diag::new();
        let parsed = ast::MaskCall::parse(input.into(), &diag);
        match (diag.finish(), parsed) {
            (Ok(()), Some(call)) => model::counts::expand_mask(&call, &krate::path()).into(),
            (errors, _) => {
                let errors = errors.err();
                quote!({ #errors })
            }
        }
    })
    .into()
}
