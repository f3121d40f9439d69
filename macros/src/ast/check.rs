//! Rules that look at a whole model.

use syn::visit::{self, Visit};
use syn::{ExprPath, Fields, Generics, Ident};

use super::field::FieldKind;
use super::layer_args::LayerArgs;
use super::layer_field::LayerType;
use super::model::Model;
use super::opaque::is_opaque;
use super::plain_name;
use super::reserved::{is_reserved_constant, is_reserved_method, is_reserved_prefix};
use crate::diag::Diag;

/// Reports what is wrong with the model as a whole. `declared` are the fields as written, for the names of those that could
/// not be read.
pub(crate) fn model(model: &Model, declared: &Fields, generics: &Generics, diag: &Diag) {
    field_names(declared, diag);
    mask_names(model, diag);
    let mut configs = model.configs();
    // What should be hyperparameters is refused as it is; it is no unknown dimension besides.
    configs.extend(
        generics
            .const_params()
            .map(|param| plain_name(&param.ident)),
    );
    if let Some(signature) = &model.signature {
        signature.check(&configs, diag);
    }
    defaults(model, diag);
    let opaque = model.opaque_configs();
    for field in &model.fields {
        match &field.kind {
            FieldKind::Layer(layer) => {
                if let LayerType::Sequential(block) = &layer.layer {
                    block.check(&configs, diag);
                    block.layer_args(&mut |args| handed_on(args, &opaque, "sequential!", diag));
                }
            }
            FieldKind::Dict(dict) => {
                for (_, _, args) in &dict.entries {
                    handed_on(args, &opaque, "dict!", diag);
                }
            }
            _ => {}
        }
    }
}

/// A block builds its layers out of sight of the model's settings: only what the trace holds gets there.
fn handed_on(args: &LayerArgs, opaque: &[String], block: &str, diag: &Diag) {
    for arg in args
        .items
        .iter()
        .filter(|arg| is_opaque(&arg.value, opaque))
    {
        diag.error(
            &arg.value,
            format!(
                "in `{block}`, arguments are numbers, truth values and words: give the layer a field of its own"
            ),
        );
    }
}

/// Defaults are known before there is an input.
fn defaults(model: &Model, diag: &Diag) {
    let free = model.argument_names().split_off(model.configs().len());
    for field in &model.fields {
        let FieldKind::Config(config) = &field.kind else {
            continue;
        };
        let mut names = BareNames::default();
        config
            .default
            .iter()
            .for_each(|value| names.visit_expr(value));
        for name in names.0 {
            let word = plain_name(&name);
            if free.contains(&word) {
                diag.error(&name, format!("`{word}` is a dimension of the input, which is not known when the settings are made: expected a default of constants and of settings above; the arguments of layers and the shapes of parameters may name `{word}`"));
            }
        }
    }
}

/// The names in an expression that stand by themselves, not in a path.
#[derive(Default)]
struct BareNames(Vec<Ident>);

impl<'ast> Visit<'ast> for BareNames {
    fn visit_expr_path(&mut self, path: &'ast ExprPath) {
        self.0.extend(path.path.get_ident().cloned());
        visit::visit_expr_path(self, path);
    }
}

fn field_names(declared: &Fields, diag: &Diag) {
    let mut names: Vec<String> = Vec::new();
    for field in declared {
        let Some(ident) = &field.ident else { continue };
        let name = plain_name(ident);
        // One field under several `cfg`s is written several times.
        let conditional = field.attrs.iter().any(|attr| attr.path().is_ident("cfg"));
        if is_reserved_prefix(ident) {
            diag.error(
                ident,
                "names that start with `__` are kept for generated code",
            );
        } else if is_reserved_method(ident) {
            diag.error(
                ident,
                format!(
                    "every model has a method `{name}`: expected another name; a layer keeps its \
                     path in saved files with `#[layer(name = \"{name}\")]`"
                ),
            );
        } else if !conditional && names.contains(&name) {
            diag.error(ident, format!("two fields are named `{name}`"));
        }
        names.push(name);
    }
}

fn mask_names(model: &Model, diag: &Diag) {
    for (at, mask) in model.masks.iter().enumerate() {
        let name = plain_name(&mask.name);
        if model
            .masks
            .iter()
            .take(at)
            .any(|other| plain_name(&other.name).eq_ignore_ascii_case(&name))
        {
            diag.error(&mask.name, format!("two masks are named `{name}`"));
        } else if is_reserved_constant(&mask.name) {
            let constant = name.to_uppercase();
            diag.error(
                &mask.name,
                format!(
                    "every model has a constant `{constant}`: expected another name for the mask"
                ),
            );
        }
    }
}
