//! Tests of parsing and checking.

use proc_macro2::TokenStream;
use quote::{quote, ToTokens};

use super::*;
use crate::diag::Diag;

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
            #[derive(Debug)]
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

/// One mistake each: the attribute, the item, and the only message.
macro_rules! refused {
    ($($name:ident: [$($attr:tt)*] { $($item:tt)* } => $message:expr;)*) => {
        $(#[test]
        fn $name() {
            assert_eq!(messages(quote!($($attr)*), quote!($($item)*)), [$message]);
        })*
    };
}

refused! {
    an_enum: [] { enum A { B } } => "a model is a struct with named fields; to choose between layers by key, use a field of type `dict!(a: Layer(…), b: Layer(…))`";
    a_union: [] { union A { b: u8 } } => "a model is a struct with named fields";
    a_tuple: [] { struct A(Linear); } => "the fields of a model have names: they are the paths of its parameters; expected `{ name: Layer }`";
    a_unit: [] { struct A; } => "expected braces: a model without layers is written `struct A {}`";
    a_block: [] { impl A {} } => "`#[model]` goes on the struct; its `impl` block takes `#[forward]`";
    a_type_parameter: [] { struct A<T> { a: Linear } } => "a model has no type parameters: make it a `#[config]` field";
    a_lifetime: [] { struct A<'a> { a: Linear } } => "a model owns its fields and has no lifetimes: make what it borrows a `#[config]` field that owns it";
    a_constant: [] { struct A<const N: usize> { a: Linear } } => "a model has no constant parameters: make it a `#[config]` field";
    a_field_twice: [] { struct A { a: Linear, a: ReLU } } => "two fields are named `a`";
    a_reserved_name: [] { struct A { train: Linear } } => "every model has a method `train`: expected another name; a layer keeps its path in saved files with `#[layer(name = \"train\")]`";
    a_reserved_prefix: [] { struct A { __a: Linear } } => "names that start with `__` are kept for generated code";
    a_mask_twice: [masks(a = "x", a = "y")] { struct A {} } => "two masks are named `a`";
    a_reserved_mask: [masks(params = "x")] { struct A {} } => "every model has a constant `PARAMS`: expected another name for the mask";
    an_empty_mask: [masks(a = [])] { struct A {} } => "the mask `a` has no pattern: expected at least one, as \"fc3.*\"";
    a_mask_of_a_number: [masks(a = 3)] { struct A {} } => "expected a mask: `head = \"fc3.*\"` or `norms = [\"bn1.*\", \"bn2.*\"]`";
    an_unknown_key: [maks(a = "x")] { struct A {} } => "unknown key `maks`: expected one of `masks`, `custom`; did you mean `masks`?";
    a_signature_twice: [[B] -> [B], [B] -> [B]] { struct A {} } => "the signature is given twice";
    no_output: [[B]] { struct A {} } => "expected `->` and the output's shape, as in `[B, 784] -> [B, 10]`";
    an_unbound_dimension: [[B, T] -> [B, clases]] { struct A { #[config] classes: usize } } => "`clases` stands only in the output: expected a dimension of the input, a `#[config]` field, `{clases}` for a constant, or `_` for whatever comes out; did you mean `classes`?";
    an_unnamed_input: [[B, _] -> [B]] { struct A {} } => "`_` stands for 'whatever comes out', so an output may have it; give this one a name";
    an_unknown_kind: [[B; ints] -> [B]] { struct A {} } => "unknown kind of element `ints`: expected one of `int`, `bool`, `float`; did you mean `int`?";
    a_path_dimension: [[B, a::N] -> [B]] { struct A {} } => "a constant stands in braces in a shape: write `{…}` around it";
    a_string_dimension: [[B, "3"] -> [B]] { struct A {} } => "expected a dimension: a name, a whole number, `_`, `{EXPR}` for a constant, or `+ - * /` over these";
    two_attributes: [] { struct A { #[config] #[layer(3)] a: Linear } } => "`a` is declared `#[config]` and `#[layer]`: expected one of them";
    an_unknown_config_key: [] { struct A { #[config(defualt = 3)] a: usize } } => "unknown key `defualt`: expected `default`; did you mean `default`?";
    a_bare_default: [] { struct A { #[config(3)] a: usize } } => "expected `#[config]` or `#[config(default = …)]`";
    a_config_of_a_value: [] { struct A { #[config = 3] a: usize } } => "expected parentheses, `#[config(…)]`";
    a_tensor_config: [] { struct A { #[config] a: Tensor } } => "a `Tensor` is no hyperparameter: expected `#[param([…])]` or `#[buffer([…])]`";
    a_block_config: [] { struct A { #[config] a: sequential!(ReLU) } } => "`sequential!` is a layer, not a hyperparameter: remove `#[config]`";
    a_bare_number: [] { struct A { a: usize } } => "`a` is no layer: is it a hyperparameter? Then write `#[config]`";
    a_bare_tensor: [] { struct A { a: Param } } => "`a` is no layer: a tensor of the model's own is `#[param([…])]` or `#[buffer([…])]`";
    a_list_without_length: [] { struct A { a: Vec<Linear> } } => "a list of layers needs its length: `#[layer(…, repeat = n)]`, or `#[config]` if these aren't layers";
    a_repeat_without_list: [] { struct A { #[layer(3, repeat = 2)] a: Linear } } => "`repeat` makes a list of layers: expected the field's type to be `Vec<…>`";
    a_repeat_over_a_range: [] { struct A { #[layer(3, repeat = 0..2)] a: Vec<Linear> } } => "expected `repeat = n` or `repeat = i in 0..n`";
    a_repeat_from_one: [] { struct A { #[layer(3, repeat = i in 1..2)] a: Vec<Linear> } } => "expected a range from zero, `0..n`; calculate with the index instead";
    a_deep_list: [] { struct A { #[layer(3, repeat = 2)] a: Vec<Option<Linear>> } } => "expected a layer inside `Option` or `Vec`; for anything deeper, make it a `#[model]` of its own";
    a_positional_after_a_named: [] { struct A { #[layer(a = 3, 4)] a: Linear } } => "a positional argument after a named one: give its name, or put it first";
    an_argument_twice: [] { struct A { #[layer(3, bias = true, bias = false)] a: Linear } } => "`bias` is given twice";
    a_template_without_index: [] { struct A { #[layer(3, name = "a{i}")] a: Linear } } => "`{…}` calculates with an index: expected `repeat = i in 0..n` beside it, or a plain name";
    an_open_template: [] { struct A { #[layer(3, repeat = i in 0..2, name = "a{i")] a: Vec<Linear> } } => "expected braces in pairs around a calculation, as \"layer{i+1}\"";
    a_dotted_name: [] { struct A { #[layer(3, name = "a.b")] a: Linear } } => "a `.` separates the parts of a parameter's path: expected a name without one";
    a_name_of_a_number: [] { struct A { #[layer(3, name = 4)] a: Linear } } => "expected a string, as `name = \"conv\"` or `name = \"layer{i+1}\"`";
    arguments_of_a_block: [] { struct A { #[layer(3)] a: sequential!(ReLU) } } => "a `sequential!` takes no arguments: the layers inside have their own";
    an_empty_block: [] { struct A { a: sequential!() } } => "a `sequential!` without layers: expected at least one, as `Linear(10)`";
    a_number_for_a_layer: [] { struct A { a: sequential!(3) } } => "expected a layer, as `Linear(256)`, `ReLU` or `name: Layer(…)`";
    an_entry_twice: [] { struct A { a: sequential!(x: ReLU, x: ReLU) } } => "two layers are named `x`";
    a_named_repetition: [] { struct A { a: sequential!(x: ReLU * 2) } } => "a repeated layer can't be named: there would be several `x`";
    a_name_in_a_for: [] { struct A { a: sequential!(for c in T { x: Linear(c) }) } } => "a layer in a `for` can't be named: there would be several `x`";
    a_repeat_in_a_block: [] { struct A { a: sequential!(Linear(3, repeat = 2)) } } => "`repeat` belongs to `#[layer(…)]`; here write `Layer(…) * n` or `for … in … { … }`";
    a_sum_for_a_count: [] { struct A { a: sequential!(Linear(3) * n + 1) } } => "expected a count: put parentheses around a calculation, as `Layer * (n - 1)`";
    a_missing_comma: [] { struct A { a: sequential!(ReLU ReLU) } } => "expected `,` between two layers";
    an_unbound_dimension_in_a_block: [] { struct A { a: sequential!(<[B] -> [C]> ReLU) } } => "`C` stands only in the output: expected a dimension of the input, a `#[config]` field, `{C}` for a constant, or `_` for whatever comes out; did you mean `B`?";
    a_dict_entry_twice: [] { struct A { a: dict!(x: ReLU, x: ReLU) } } => "two entries are named `x`";
    a_dict_without_keys: [] { struct A { a: dict!(ReLU) } } => "expected `key: Layer(…)`";
    a_parameter_without_shape: [] { struct A { #[param] a: Param } } => "expected a shape: `#[param([4, 4])]`, `#[param(list = [[4, 4], [4, 1]])]` or `#[param(dict = { a: [4, 4] })]`";
    an_unknown_parameter_key: [] { struct A { #[param([4], inti = zeros())] a: Param } } => "unknown key `inti`: expected one of `init`, `list`, `dict`; did you mean `init`?";
    a_shape_twice: [] { struct A { #[param([4], list = [[4]])] a: Param } } => "the shape is given twice: expected one of `[…]`, `list = […]` and `dict = { … }`";
    an_attribute_under_a_cfg: [] { struct A { #[cfg_attr(test, layer(3))] a: Linear } } => "`layer` can't depend on a `cfg`: put `#[cfg(…)]` on the whole field";
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
        #[derive(Clone)]
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
        #[derive(Clone)]
        pub struct A {
            /// Kept.
            a: Linear,
            b: Option<()>,
            c: ()
        }
    };
    assert_eq!(fallback(&item).to_string(), expected.to_string());
}
