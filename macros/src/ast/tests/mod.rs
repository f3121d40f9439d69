//! Tests of parsing and checking.

use proc_macro2::TokenStream;
use quote::{quote, ToTokens};

use super::fallback::fallback;
use super::*;
use crate::diag::Diag;

mod refused;

type TestResult = Result<(), String>;

fn parse(attr: TokenStream, item: TokenStream) -> Result<Model, String> {
    let diag = Diag::new();
    let model = Model::parse(attr, item, &diag);
    let messages = diag.messages();
    model
        .filter(|_| messages.is_empty())
        .ok_or_else(|| messages.join("\n"))
}

fn messages(attr: TokenStream, item: TokenStream) -> Vec<String> {
    let diag = Diag::new();
    Model::parse(attr, item, &diag);
    diag.messages()
}

fn text(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string()
}

fn field<'a>(model: &'a Model, name: &str) -> Result<&'a FieldKind, String> {
    let found = model.fields.iter().find(|field| field.name() == name);
    found
        .map(|field| &field.kind)
        .ok_or_else(|| format!("no field `{name}`"))
}

fn layer<'a>(model: &'a Model, name: &str) -> Result<&'a LayerField, String> {
    match field(model, name)? {
        FieldKind::Layer(layer) => Ok(layer),
        other => Err(format!("{other:?}")),
    }
}

fn block<'a>(model: &'a Model, name: &str) -> Result<&'a Sequential, String> {
    match &layer(model, name)?.layer {
        LayerType::Sequential(block) => Ok(block),
        LayerType::Type(ty) => Err(text(ty)),
    }
}

#[test]
fn a_model_is_read() -> TestResult {
    let model = parse(
        quote!([B, C, H, W] -> [B, out, _, _], masks(head = "fc3.*", norms = ["bn1.*", "bn2.*"])),
        quote! {
            /// A block.
            #[derive(Debug, PartialEq)]
            pub struct Block {
                #[config] out: usize,
                #[config(default = 0.5)] rate: f64,
                #[config] bias: bool,
                #[config] widths: Vec<usize>,
                /// The first.
                #[layer(out, 3, stride = 1)] pub conv1: Conv2d,
                bn1: BatchNorm2d,
                #[layer] r#type: ReLU,
                down: Option<sequential!(Conv2d(out, 1, bias = false), BatchNorm2d)>,
                #[layer(out, repeat = i in 0..n * 2, stride = i, name = "denselayer{i+1}")]
                layers: Vec<Linear>,
                #[layer(8, repeat = 3, name = "heads")] list: Vec<Linear>,
            }
        },
    )?;
    assert_eq!(
        (model.ident.to_string().as_str(), model.attrs.len()),
        ("Block", 2)
    );
    assert_eq!(model.configs(), ["out", "rate", "bias", "widths"]);
    let kinds: Vec<_> = model
        .fields
        .iter()
        .filter_map(|field| match &field.kind {
            FieldKind::Config(config) => Some((config.kind, config.default.is_some())),
            _ => None,
        })
        .collect();
    use ConfigKind::{Bool, Float, Int, Other};
    assert_eq!(
        kinds,
        [(Int, false), (Float, true), (Bool, false), (Other, false)]
    );

    let conv1 = layer(&model, "conv1")?;
    let args: Vec<_> = conv1
        .args
        .items
        .iter()
        .map(|arg| (arg.name.as_ref().map(text), text(&arg.value)))
        .collect();
    let named = |name: &str, value: &str| (Some(name.to_owned()), value.to_owned());
    assert_eq!(
        args,
        [
            (None, "out".to_owned()),
            (None, "3".to_owned()),
            named("stride", "1")
        ]
    );
    assert_eq!(conv1.wrap, Wrap::One);
    assert!(layer(&model, "type")?.args.items.is_empty());

    let down = layer(&model, "down")?;
    assert_eq!(
        (down.wrap, block(&model, "down")?.entries.len()),
        (Wrap::Option, 2)
    );

    let layers = layer(&model, "layers")?;
    let repeat = layers.repeat.as_ref().ok_or("no repeat")?;
    assert_eq!(
        (layers.wrap, text(&repeat.var), text(&repeat.count)),
        (Wrap::List, "i".into(), "n * 2".into())
    );
    assert_eq!(layers.args.items.len(), 2);
    let name =
        template(layers.name.as_ref().ok_or("no name")?).map_err(|error| error.to_string())?;
    assert!(
        matches!(name.as_slice(), [TemplatePart::Text(a), TemplatePart::Index(i)] if a == "denselayer" && text(i) == "i + 1")
    );

    let masks: Vec<_> = model
        .masks
        .iter()
        .map(|mask| (mask.name.to_string(), mask.patterns.len()))
        .collect();
    assert_eq!(masks, [("head".to_owned(), 1), ("norms".to_owned(), 2)]);
    Ok(())
}

#[test]
fn signatures_are_read() -> TestResult {
    let signature: Signature =
        syn::parse_quote!(([B, T; int], [B, {N}, C * 2, 3; bool]?) -> ([B, out, _], []));
    let [first, second] = signature.inputs.as_slice() else {
        return Err("two inputs".into());
    };
    assert_eq!(
        (first.kind, first.optional, first.dims.len()),
        (ElementKind::Int, false, 2)
    );
    assert_eq!(
        (second.kind, second.optional, second.dims.len()),
        (ElementKind::Bool, true, 4)
    );
    let [first, second] = signature.outputs.as_slice() else {
        return Err("two outputs".into());
    };
    assert!(matches!(
        first.dims.as_slice(),
        [DimPattern::Expr(_), DimPattern::Expr(_), DimPattern::Any(_)]
    ));
    assert!(second.dims.is_empty());
    let free: Vec<String> = signature
        .free_dims(&["C".to_owned()])
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(free, ["B", "T"]);
    Ok(())
}

#[test]
fn blocks_are_read() -> TestResult {
    let model = parse(
        quote!(),
        quote! {
            struct Net {
                features: sequential!(
                    <[B, 3, H, W] -> [B, 10]>
                    hidden: nn::Linear(256, bias = false), ReLU, Dropout(0.5) * 2, Linear(3) * (n - 1),
                    for (c, n, s) in TABLE { Block(c, stride = s), Block(c) * n }
                    tail: sequential!(Linear(10)),
                    Typed<f32>(3),
                ),
                choices: dict!(conv: Conv2d(10, 3), pool: MaxPool2d(3), act: ReLU),
            }
        },
    )?;
    let features = block(&model, "features")?;
    assert!(features.signature.is_some());
    let shown: Vec<String> = features
        .entries
        .iter()
        .map(|entry| {
            let name = entry
                .name
                .as_ref()
                .map(|name| format!("{name}: "))
                .unwrap_or_default();
            name + &match &entry.kind {
                EntryKind::Layer { ty, args, times } => {
                    format!("{} {} {}", text(ty), args.items.len(), text(times))
                }
                EntryKind::For {
                    pat,
                    table,
                    entries,
                } => format!("for {} in {}: {}", text(pat), text(table), entries.len()),
                EntryKind::Block(block) => format!("block of {}", block.entries.len()),
            }
        })
        .collect();
    assert_eq!(
        shown,
        [
            "hidden: nn :: Linear 2 ",
            "ReLU 0 ",
            "Dropout 1 2",
            "Linear 1 (n - 1)",
            "for (c , n , s) in TABLE: 2",
            "tail: block of 1",
            "Typed < f32 > 1 ",
        ]
    );
    let FieldKind::Dict(choices) = field(&model, "choices")? else {
        return Err("no dict".into());
    };
    assert_eq!(
        choices
            .entries
            .iter()
            .map(|(key, _, args)| (key.to_string(), args.items.len()))
            .collect::<Vec<_>>(),
        [
            ("conv".to_owned(), 2),
            ("pool".to_owned(), 1),
            ("act".to_owned(), 0)
        ]
    );
    Ok(())
}

#[test]
fn parameters_are_read() -> TestResult {
    let model = parse(
        quote!(custom),
        quote! {
            struct Net {
                #[param([4, n], init = normal(0.0, 0.02))] weight: Param,
                #[param(list = [[4, 4], [4, 1]])] list: ParamList,
                #[buffer(dict = { linear1: [4, 4], linear2: [4, 1] })] dict: BufferDict,
                #[param([])] scale: Param,
            }
        },
    )?;
    assert!(model.custom);
    let FieldKind::Param(weight) = field(&model, "weight")? else {
        return Err("no param".into());
    };
    assert!(
        weight.init.is_some() && matches!(&weight.form, ParamForm::One(dims) if dims.len() == 2)
    );
    let FieldKind::Param(list) = field(&model, "list")? else {
        return Err("no param".into());
    };
    assert!(matches!(&list.form, ParamForm::List(shapes) if shapes.len() == 2));
    let FieldKind::Buffer(dict) = field(&model, "dict")? else {
        return Err("no buffer".into());
    };
    assert!(matches!(&dict.form, ParamForm::Dict(entries) if entries.len() == 2));
    let FieldKind::Param(scale) = field(&model, "scale")? else {
        return Err("no param".into());
    };
    assert!(matches!(&scale.form, ParamForm::One(dims) if dims.is_empty()));
    Ok(())
}

#[test]
fn all_mistakes_are_reported_together() {
    let all = messages(
        quote!([B] -> [C], cutsom),
        quote! {
            struct A<T> {
                train: usize,
                #[layer(a = 1, 2, a = 3)] b: Vec<Linear>,
                c: sequential!(x: ReLU, x: ReLU),
            }
        },
    );
    assert_eq!(all.len(), 9, "{all:#?}");
}

#[test]
fn a_field_under_two_cfgs_is_one() -> TestResult {
    let model = parse(
        quote!(),
        quote! {
            struct A {
                #[cfg(unix)] a: Linear,
                #[cfg(not(unix))] a: ReLU,
            }
        },
    )?;
    assert_eq!(
        model
            .fields
            .iter()
            .map(|field| field.cfgs().count())
            .collect::<Vec<_>>(),
        [1, 1]
    );
    Ok(())
}

#[test]
fn the_fallback_is_plain_rust() {
    let item = quote! {
        #[derive(Clone, PartialEq)]
        pub struct A {
            /// Kept.
            #[layer(3)] a: Linear,
            b: Option<sequential!(ReLU)>,
            c: dict!(x: ReLU),
            c: ReLU,
        }
    };
    let expected = quote! {
        #[allow(dead_code)]
        #[derive(PartialEq)]
        pub struct A {
            /// Kept.
            a: Linear,
            b: Option<k::__private::Hole>,
            c: k::__private::Hole
        }
    };
    assert_eq!(
        fallback(&item, &crate::emit::quote!(k)).to_string(),
        expected.to_string()
    );
}

#[test]
fn masks_at_a_call_site_are_read() -> TestResult {
    let diag = Diag::new();
    let mask = MaskCall::parse(quote!(nets::LeNet: "features.*", "fc1.*"), &diag);
    assert_eq!(diag.messages(), [""; 0]);
    let mask = mask.ok_or("no mask")?;
    assert_eq!(
        (text(&mask.model).as_str(), mask.patterns.len()),
        ("nets :: LeNet", 2)
    );
    for wrong in [quote!(LeNet), quote!(LeNet:), quote!("fc1.*")] {
        let diag = Diag::new();
        MaskCall::parse(wrong, &diag);
        assert_eq!(
            diag.messages(),
            ["expected a model and patterns, as `mask!(LeNet: \"fc1.*\")`"]
        );
    }
    Ok(())
}

#[test]
fn blocks_in_expressions_are_read() {
    let diag = Diag::new();
    let block = Sequential::parse_expression(
        quote!(<[B, 784] -> [B, 10]> hidden: Linear(256), ReLU),
        &diag,
    );
    assert_eq!(diag.messages(), [""; 0]);
    assert_eq!(block.map(|block| block.entries.len()), Some(2));
}
