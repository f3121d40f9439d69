//! Tests that the user's words keep their places in what the macros make of them: an editor finds a word's definition
//! and its type by looking where the expansion has it.

use std::str::FromStr;

use proc_macro2::{LineColumn, TokenStream, TokenTree};

use crate::diag::Diag;
use crate::emit::quote;
use crate::{ast, forward, model};

type TestResult = Result<(), String>;

/// Each identifier with where it stands in the text that was read; generated ones stand nowhere.
fn words(tokens: TokenStream, out: &mut Vec<(String, LineColumn)>) {
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => words(group.stream(), out),
            TokenTree::Ident(ident) => out.push((ident.to_string(), ident.span().start())),
            _ => {}
        }
    }
}

/// Checks that `expansion` has each of `wanted` in every place that `source` has it.
fn kept(source: &TokenStream, expansion: crate::emit::TokenStream, wanted: &[&str]) -> TestResult {
    let (mut written, mut made) = (Vec::new(), Vec::new());
    words(source.clone(), &mut written);
    words(expansion.into(), &mut made);
    for word in wanted {
        let places: Vec<_> = written.iter().filter(|(name, _)| name == word).collect();
        if places.is_empty() {
            return Err(format!("`{word}` is not in the source"));
        }
        // With keywords, `mean` is `mean_with` in the same place.
        let is_word = |name: &str| name == *word || name.strip_suffix("_with") == Some(*word);
        let lost = |place: &&&(String, LineColumn)| {
            !made
                .iter()
                .any(|(name, at)| is_word(name) && *at == place.1)
        };
        if let Some((_, at)) = places.iter().find(lost) {
            return Err(format!("`{word}` at {at:?} is lost"));
        }
    }
    Ok(())
}

fn read(source: &str) -> Result<TokenStream, String> {
    TokenStream::from_str(source).map_err(|error| error.to_string())
}

#[test]
fn a_model_keeps_its_words() -> TestResult {
    let source = read(
        "/// A network.
        pub struct Net {
            #[config(default = CLASSES)] classes: usize,
            #[layer(double(classes), bias = false)] hidden: Linear,
            r#type: nn::ReLU,
            body: sequential!(first: Conv2d(classes, KERNEL), BatchNorm2d),
            choices: dict!(conv: Conv1d(classes), pool: MaxPool2d(KERNEL)),
            #[layer(classes, repeat = depth())] list: Vec<Block>,
            down: Option<Shortcut>,
            #[param([SIZE], init = normal(MEAN))] weight: Param,
        }",
    )?;
    let diag = Diag::new();
    let parsed = ast::Model::parse(TokenStream::new(), source.clone(), &diag);
    let messages = diag.messages();
    let parsed = parsed
        .filter(|_| messages.is_empty())
        .ok_or_else(|| messages.join("\n"))?;
    let wanted = [
        "Net",
        "usize",
        "hidden",
        "Linear",
        "r#type",
        "nn",
        "ReLU",
        "body",
        "Conv2d",
        "BatchNorm2d",
        "choices",
        "conv",
        "Conv1d",
        "pool",
        "MaxPool2d",
        "list",
        "Block",
        "down",
        "Shortcut",
        "weight",
        "Param",
        "CLASSES",
        "KERNEL",
        "SIZE",
        "MEAN",
        "double",
        "depth",
        "normal",
    ];
    kept(&source, model::expand(&parsed, &quote!(k)), &wanted)
}

#[test]
fn a_forward_keeps_its_words() -> TestResult {
    let source = read(
        "impl Net {
            pub(crate) fn forward(&self, x: Tensor, mask: Option<Tensor>) -> Result<Tensor> {
                let [b, _, width] = x.shape();
                let mut y = self.encode(&x).max_pool2d(SIZE, stride = b)?;
                for block in &self.blocks {
                    y = block(y);
                }
                if self.wide && width > LIMIT {
                    y = y.relu() + x;
                }
                Ok(self.head(cat([y, own::norm(x)], 1)))
            }
        }",
    )?;
    let diag = Diag::new();
    let parsed = forward::ForwardItem::parse(TokenStream::new(), source.clone(), &diag);
    let messages = diag.messages();
    let parsed = parsed
        .filter(|_| messages.is_empty())
        .ok_or_else(|| messages.join("\n"))?;
    let wanted = [
        "Net",
        "forward",
        "x",
        "mask",
        "Tensor",
        "b",
        "width",
        "y",
        "encode",
        "max_pool2d",
        "SIZE",
        "stride",
        "blocks",
        "block",
        "wide",
        "LIMIT",
        "relu",
        "head",
        "cat",
        "own",
        "norm",
    ];
    kept(&source, forward::expand(&parsed, &quote!(k)), &wanted)
}
