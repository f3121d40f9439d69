//! What is known of taper's own layers by their names.

use super::types::ungroup;
use super::LayerArg;
use syn::{Expr, Lit, Type};

/// A layer of taper's own.
struct Own {
    name: &'static str,
    /// What it must have by position, and what it may have behind.
    required: &'static [Kind],
    optional: &'static [Kind],
    named: &'static [(&'static str, Kind)],
}

/// What a literal is.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Flag,
    /// A whole number.
    Whole,
    /// Any number.
    Number,
    /// No literal, or a text.
    Other,
}

const F: Kind = Kind::Flag;
const W: Kind = Kind::Whole;
const N: Kind = Kind::Number;
const O: Kind = Kind::Other;

const fn own(
    name: &'static str,
    required: &'static [Kind],
    optional: &'static [Kind],
    named: &'static [(&'static str, Kind)],
) -> Own {
    Own {
        name,
        required,
        optional,
        named,
    }
}

/// taper's own layers, by the names that a program has from the prelude, with arguments that are often literals.
const LAYERS: [Own; 31] = [
    own("AdaptiveAvgPool2d", &[W], &[], &[]),
    own(
        "AvgPool2d",
        &[W],
        &[],
        &[("ceil_mode", F), ("padding", W), ("stride", W)],
    ),
    own("BatchNorm1d", &[], &[], NORM),
    own("BatchNorm2d", &[], &[], NORM),
    own(
        "Conv2d",
        &[W, W],
        &[],
        &[
            ("bias", F),
            ("dilation", W),
            ("groups", W),
            ("padding", W),
            ("stride", W),
        ],
    ),
    own("Dropout", &[], &[N], &[]),
    own("ELU", &[], &[], &[]),
    own("Embedding", &[W, W], &[], &[("padding_idx", W)]),
    own("Flatten", &[], &[W], &[]),
    own("GELU", &[], &[], &[]),
    own("GRU", &[W], &[], RECURRENT),
    own("Identity", &[], &[], &[]),
    own("LSTM", &[W], &[], RECURRENT),
    own(
        "LayerNorm",
        &[W],
        &[],
        &[("bias", F), ("elementwise_affine", F), ("eps", N)],
    ),
    own("LeakyReLU", &[], &[], &[]),
    own("Linear", &[W], &[], &[("bias", F)]),
    own("LogSoftmax", &[W], &[], &[]),
    own(
        "MaxPool2d",
        &[W],
        &[],
        &[
            ("ceil_mode", F),
            ("dilation", W),
            ("padding", W),
            ("stride", W),
        ],
    ),
    own(
        "MultiheadAttention",
        &[W],
        &[],
        &[("bias", F), ("dropout", N)],
    ),
    own("PReLU", &[], &[W], &[]),
    own("RNN", &[W], &[], RECURRENT),
    own("ReLU", &[], &[], &[]),
    own("SiLU", &[], &[], &[]),
    own("Sigmoid", &[], &[], &[]),
    own("Softmax", &[W], &[], &[]),
    own("Softplus", &[], &[], &[]),
    own("StochasticDepth", &[N, O], &[], &[]),
    own("Tanh", &[], &[], &[]),
    own("TransformerEncoder", &[W, W], &[], TRANSFORMER),
    own("TransformerEncoderLayer", &[W], &[], TRANSFORMER),
    own("Unflatten", &[W, O], &[], &[]),
];

const NORM: &[(&str, Kind)] = &[
    ("affine", F),
    ("eps", N),
    ("momentum", N),
    ("track_running_stats", F),
];

const RECURRENT: &[(&str, Kind)] = &[
    ("bias", F),
    ("bidirectional", F),
    ("dropout", N),
    ("num_layers", W),
];

const TRANSFORMER: &[(&str, Kind)] = &[("dim_feedforward", W), ("dropout", N), ("norm_first", F)];

fn own_layer(ty: &Type) -> Option<&'static Own> {
    let Type::Path(path) = ungroup(ty) else {
        return None;
    };
    let name = path.path.get_ident().filter(|_| path.qself.is_none())?;
    let name = name.to_string();
    let found = LAYERS.binary_search_by(|layer| layer.name.cmp(&name));
    found.ok().map(|at| &LAYERS[at])
}

/// Whether the type has the name of a layer of taper's own. Then it surely is one, and generated code has no need to say well that
/// it isn't.
pub(crate) fn is_own_layer(ty: &Type) -> bool {
    own_layer(ty).is_some()
}

/// Whether the type has the name of a layer of taper's own, which takes these literals by their names and positions: where the layer
/// is declared there is then no mistake to look for. (In another layer with that name there may be one, which is shown at its calls.)
pub(crate) fn surely_takes(ty: &Type, args: &[LayerArg]) -> bool {
    let Some(layer) = own_layer(ty) else {
        return false;
    };
    let mut positions = layer.required.iter().chain(layer.optional);
    let (mut unnamed, mut named) = (0, Vec::new());
    for arg in args {
        let takes = match &arg.name {
            None => {
                unnamed += 1;
                positions.next()
            }
            Some(name) if named.contains(&name) => return false,
            Some(name) => {
                named.push(name);
                let named = layer.named.iter().find(|(own, _)| name == own);
                named.map(|(_, kind)| kind)
            }
        };
        let fits = match (kind_of(&arg.value), takes) {
            (Some(given), Some(&takes)) => given == takes || (given, takes) == (W, N),
            _ => false,
        };
        if !fits {
            return false;
        }
    }
    unnamed >= layer.required.len()
}

fn kind_of(value: &Expr) -> Option<Kind> {
    let Expr::Lit(value) = value else { return None };
    match value.lit {
        Lit::Bool(_) => Some(F),
        Lit::Int(_) => Some(W),
        Lit::Float(_) => Some(N),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::LAYERS;

    #[test]
    fn own_layers_are_layers() {
        let exported = include_str!("../../../runtime/src/nn/mod.rs");
        let words: Vec<&str> = exported.split(|c: char| !c.is_alphanumeric()).collect();
        for layer in LAYERS.map(|layer| layer.name) {
            assert!(words.contains(&layer), "{layer}");
        }
        let alphabetical = LAYERS.is_sorted_by_key(|layer| layer.name);
        assert!(alphabetical, "in the alphabet's order");
    }
}
