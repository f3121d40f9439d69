//! The exact message of each mistake.

use quote::quote;

use super::messages;

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
    an_unknown_buffer_key: [] { struct A { #[buffer([4], persistant = false)] a: Buffer } } => "unknown key `persistant`: expected one of `persistent`, `list`, `init`, `dict`; did you mean `persistent`?";
    a_parameter_that_is_not_saved: [] { struct A { #[param([4], persistent = false)] a: Param } } => "a parameter is always saved: expected `#[buffer(…, persistent = false)]`";
    a_persistence_twice: [] { struct A { #[buffer([4], persistent = false, persistent = true)] a: Buffer } } => "`persistent` is given twice";
    an_enum_in_a_block: [] { struct A { #[config] act: Act, a: sequential!(Block(act = act)) } } => "in `sequential!`, arguments are numbers, truth values and words: give the layer a field of its own";
    a_variant_in_a_dict: [] { struct A { a: dict!(x: Block(act = Act::Tanh)) } } => "in `dict!`, arguments are numbers, truth values and words: give the layer a field of its own";
    a_shape_twice: [] { struct A { #[param([4], list = [[4]])] a: Param } } => "the shape is given twice: expected one of `[…]`, `list = […]` and `dict = { … }`";
    an_attribute_under_a_cfg: [] { struct A { #[cfg_attr(test, layer(3))] a: Linear } } => "`layer` can't depend on a `cfg`: put `#[cfg(…)]` on the whole field";
}
