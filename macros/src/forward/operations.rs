//! What the macro knows of operations: PyTorch's names and order of their arguments.

use syn::Ident;

/// The arguments of an operation.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) name: &'static str,
    /// What taper takes by position; PyTorch's words for where people write them by name.
    pub(super) required: &'static [&'static str],
    /// What PyTorch takes by position, too, behind those, and taper by name.
    pub(super) optional: &'static [&'static str],
    /// What is only taken by name.
    pub(super) keywords: &'static [&'static str],
}

const fn row(
    name: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
    keywords: &'static [&'static str],
) -> Operation {
    Operation {
        name,
        required,
        optional,
        keywords,
    }
}

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    row("adaptive_avg_pool1d", &["output_size"], &[], &[]),
    row("adaptive_avg_pool2d", &["output_size"], &[], &[]),
    row("adaptive_max_pool1d", &["output_size"], &[], &[]),
    row("adaptive_max_pool2d", &["output_size"], &[], &[]),
    row("amax", &["dim"], &["keepdim"], &[]),
    row("amin", &["dim"], &["keepdim"], &[]),
    row("argmax", &["dim"], &["keepdim"], &[]),
    row("argmin", &["dim"], &["keepdim"], &[]),
    row("avg_pool1d", &["kernel_size"], &["stride", "padding", "ceil_mode", "count_include_pad"], &[]),
    row("avg_pool2d", &["kernel_size"], &["stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"], &[]),
    row("batch_norm", &["running_mean", "running_var", "weight", "bias"], &["training", "momentum", "eps"], &[]),
    row("cat", &["tensors", "dim"], &[], &[]),
    row("chunk", &["chunks", "dim"], &[], &[]),
    row("clamp", &[], &["min", "max"], &[]),
    row("conv2d", &["weight", "bias"], &["stride", "padding", "dilation", "groups"], &[]),
    row("cosine_similarity", &["x2"], &["dim", "eps"], &[]),
    row("cumsum", &["dim"], &[], &[]),
    row("dropout", &[], &["p", "training"], &[]),
    row("elu", &[], &["alpha"], &[]),
    row("embedding", &["weight"], &["padding_idx"], &[]),
    row("expand", &["size"], &[], &[]),
    row("flatten", &["start_dim"], &["end_dim"], &[]),
    row("gather", &["dim", "index"], &[], &[]),
    row("gelu", &[], &[], &["approximate"]),
    row("glu", &["dim"], &[], &[]),
    row("index_select", &["dim", "index"], &[], &[]),
    row("layer_norm", &["normalized_shape", "weight", "bias"], &["eps"], &[]),
    row("leaky_relu", &[], &["negative_slope"], &[]),
    row("log_softmax", &["dim"], &[], &[]),
    row("logsumexp", &["dim"], &["keepdim"], &[]),
    row("max", &["dim"], &["keepdim"], &[]),
    row("max_pool1d", &["kernel_size"], &["stride", "padding", "dilation", "ceil_mode"], &[]),
    row("max_pool2d", &["kernel_size"], &["stride", "padding", "dilation", "ceil_mode"], &[]),
    row("max_with_indices", &["dim"], &["keepdim"], &[]),
    row("mean", &["dim"], &["keepdim"], &[]),
    row("min", &["dim"], &["keepdim"], &[]),
    row("min_with_indices", &["dim"], &["keepdim"], &[]),
    row("narrow", &["dim", "start", "length"], &[], &[]),
    row("norm", &["dim"], &[], &["p", "keepdim"]),
    row("pad", &["pad"], &["mode", "value"], &[]),
    row("pairwise_distance", &["x2"], &["p", "eps", "keepdim"], &[]),
    row("permute", &["dims"], &[], &[]),
    row("pixel_shuffle", &["upscale_factor"], &[], &[]),
    row("reshape", &["shape"], &[], &[]),
    row("scaled_dot_product_attention", &["key", "value"], &["attn_mask", "dropout_p", "is_causal"], &["scale"]),
    row("select", &["dim", "index"], &[], &[]),
    row("softmax", &["dim"], &[], &[]),
    row("softplus", &[], &["beta", "threshold"], &[]),
    row("split", &["split_size", "dim"], &[], &[]),
    row("squeeze", &["dim"], &[], &[]),
    row("stack", &["tensors", "dim"], &[], &[]),
    row("std", &["dim"], &["unbiased", "keepdim"], &["correction"]),
    row("stochastic_depth", &["p", "mode"], &["training"], &[]),
    row("sum", &["dim"], &["keepdim"], &[]),
    row("transpose", &["dim0", "dim1"], &[], &[]),
    row("unflatten", &["dim", "sizes"], &[], &[]),
    row("unsqueeze", &["dim"], &[], &[]),
    row("var", &["dim"], &["unbiased", "keepdim"], &["correction"]),
    row("view", &["shape"], &[], &[]),
    row("where_", &["condition", "input", "other"], &[], &[]),
];

const fn loss(name: &'static str, required: &'static [&'static str]) -> Operation {
    row(name, required, &[], &[])
}

/// What losses compare, in order; everything else is taken by name.
#[rustfmt::skip]
const LOSSES: &[Operation] = &[
    loss("binary_cross_entropy", &["input", "target"]),
    loss("binary_cross_entropy_with_logits", &["input", "target"]),
    loss("cosine_embedding_loss", &["input1", "input2", "target"]),
    loss("cross_entropy", &["input", "target"]),
    loss("ctc_loss", &["log_probs", "targets", "input_lengths", "target_lengths"]),
    loss("dice_bce_loss", &["input", "target"]),
    loss("dice_loss", &["input", "target"]),
    loss("focal_loss", &["input", "target"]),
    loss("gaussian_nll_loss", &["input", "target", "var"]),
    loss("hinge_embedding_loss", &["input", "target"]),
    loss("huber_loss", &["input", "target"]),
    loss("iou_loss", &["input", "target"]),
    loss("kl_div", &["input", "target"]),
    loss("l1_loss", &["input", "target"]),
    loss("lovasz_loss", &["input", "target"]),
    loss("margin_ranking_loss", &["input1", "input2", "target"]),
    loss("mse_loss", &["input", "target"]),
    loss("multi_margin_loss", &["input", "target"]),
    loss("multilabel_margin_loss", &["input", "target"]),
    loss("multilabel_soft_margin_loss", &["input", "target"]),
    loss("nll_loss", &["input", "target"]),
    loss("poisson_nll_loss", &["input", "target"]),
    loss("smooth_l1_loss", &["input", "target"]),
    loss("soft_margin_loss", &["input", "target"]),
    loss("triplet_margin_loss", &["anchor", "positive", "negative"]),
    loss("triplet_margin_with_distance_loss", &["anchor", "positive", "negative"]),
    loss("tversky_loss", &["input", "target"]),
];

/// An operation's arguments; nothing for one that has no others than its tensors, and for a method of the user's own.
pub(super) fn operation(name: &Ident) -> Option<&'static Operation> {
    // Once: rustc keeps the text of names.
    let name = name.to_string();
    let mut known = OPERATIONS.iter().chain(LOSSES);
    known.find(|operation| operation.name == name)
}

impl Operation {
    /// What is said of arguments by position that are too many.
    pub(super) fn surplus(&self, given: usize) -> String {
        let most = self.required.len() + self.optional.len();
        let (name, plural) = (self.name, if most == 1 { "" } else { "s" });
        let taken = self.required.iter().chain(self.optional);
        let named = self.keywords.iter().map(|word| format!("{word} = …"));
        let usage: Vec<String> = taken.map(|word| (*word).to_owned()).chain(named).collect();
        format!(
            "`{name}` takes {most} argument{plural} by position, but {given} are given: expected `{name}({})`",
            usage.join(", ")
        )
    }
}

/// Operations that mean all dimensions when called without one.
pub(crate) fn may_lack_dim(name: &Ident) -> bool {
    const NAMES: &[&str] = &[
        "sum",
        "mean",
        "var",
        "std",
        "max",
        "min",
        "argmax",
        "argmin",
        "logsumexp",
        "squeeze",
        "flatten",
    ];
    NAMES.contains(&name.to_string().as_str())
}

/// Operations whose list of sizes may have a `_`: the one that is inferred, or in `expand` each that stays.
pub(crate) fn takes_sizes(name: &Ident) -> bool {
    ["reshape", "view", "expand", "unflatten"].contains(&name.to_string().as_str())
}

/// Operations whose numbers PyTorch also takes one by one.
pub(crate) fn takes_one_list(name: &Ident) -> bool {
    [
        "reshape",
        "view",
        "expand",
        "permute",
        "repeat",
        "broadcast_to",
    ]
    .contains(&name.to_string().as_str())
}
