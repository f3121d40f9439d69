//! Shapes with names, and the exact text of errors, of what layers are made of.

use super::check;

#[test]
fn windows() {
    check(&[
        ("conv2d", "[B, 3, H, W] [out, 3, 3, 3] padding=1", "[B, out, H, W]"),
        ("conv2d", "[B, 3, 32, 32] [8, 3, 5, 5] None stride=2", "[B, 8, 14, 14]"),
        ("conv2d", "[B, 8, H, 9] [8, 1, 3, 3] groups=8 padding='same'", "[B, 8, H, 9]"),
        (
            "conv2d",
            "[B, 3, 9, 9] [8, 3, 3, 3] stride=2 padding='same'",
            "! conv2d: `padding = \"same\"` is for a stride of 1",
        ),
        (
            "conv2d",
            "[B, 3, 9, 9] [8, 3, 3, 3] padding='full'",
            "! conv2d: `padding` is a size, a pair of sizes, \"same\" or \"valid\", but got \"full\"",
        ),
        ("conv2d", "[B, 48, 20, 20] [8, 32, 3, 3]",
            "! conv2d expects 32 input channels for a weight [8, 32, 3, 3], but its input has shape [B, 48, 20, 20]"),
        ("conv2d", "[B, 784] [8, 1, 3, 3]", "! conv2d expects an input [N, C, H, W] or [C, H, W], but got [B, 784]"),
        ("conv2d", "[B, 1, 2, 2] [8, 1, 3, 3]",
            "! conv2d: a kernel of 3×3 is larger than its input [B, 1, 2, 2]\n\
             help: use a smaller kernel or more padding, or reduce the size less often before"),
        ("conv2d", "[B, 3, 9, 9] [8, 3, 3, 3] stride=0", "! conv2d: `stride` must be at least 1, but is 0"),
        ("conv2d", "[B, 4, 9, 9] [9, 2, 3, 3] groups=2",
            "! conv2d: 9 output channels can't be divided into 2 groups"),
        ("max_pool2d", "[B, C, 28, 28] 2", "[B, C, 14, 14]"),
        ("max_pool2d", "[B, C, H, W] 2", "[B, C, H/2, W/2]"),
        ("max_pool2d", "[B, C, 7, 7] 3 stride=2 ceil_mode=true", "[B, C, 3, 3]"),
        ("max_pool2d", "[B, C, H, 8] 3 stride=2 ceil_mode=true", "[B, C, H/2, 4]"),
        ("max_pool2d", "[B, C, 1, 1] 2",
            "! max_pool2d: a kernel of 2×2 is larger than its input [B, C, 1, 1]\n\
             help: use a smaller kernel or more padding, or reduce the size less often before"),
        ("avg_pool2d", "[B, C, 8, 8] 3 padding=2",
            "! avg_pool2d: `padding` must be at most half of the kernel's 3, but is 2"),
        ("adaptive_avg_pool2d", "[B, C, H, W] 1", "[B, C, 1, 1]"),
        ("adaptive_avg_pool2d", "[B, C, H, W] (_, 7)", "[B, C, H, 7]"),
    ]);
}

#[test]
fn norms_embeddings_losses() {
    check(&[
        ("batch_norm", "[B, C, H, W] [C] [C]", "[B, C, H, W]"),
        (
            "batch_norm",
            "[B, C] [C] [C] [3]",
            "! batch_norm: expected a weight [C], but got [3]",
        ),
        ("layer_norm", "[B, T, D] (D)", "[B, T, D]"),
        (
            "layer_norm",
            "[B, T, D] 512",
            "! layer_norm normalises the last dimensions [512], but its input has shape [B, T, D]",
        ),
        ("embedding", "[B, T; int] [1000, d]", "[B, T, d]"),
        (
            "embedding",
            "[B, T] [1000, d]",
            "! embedding takes integers, but its input [B, T] holds floats\n\
             help: in a signature, integers are written `[B, T; int]`",
        ),
        ("cross_entropy", "[N, C] [N; int]", "[]"),
        (
            "cross_entropy",
            "[N, C, H, W] [N, H, W; int] reduction='none'",
            "[N, H, W]",
        ),
        ("cross_entropy", "[N, C] [N, C]", "[]"),
        (
            "cross_entropy",
            "[N; int] [N, C]",
            "! cross_entropy takes the network's output first, but [N; int] holds integers\n\
             help: output and target are swapped: write cross_entropy(output, target)",
        ),
        (
            "cross_entropy",
            "[N, C] [N, C; int]",
            "! cross_entropy: expected a target of classes [N; int], but got [N, C; int]",
        ),
        (
            "mse_loss",
            "[N, 1] [N]",
            "! mse_loss: expected a target of values [N, 1], but got [N]",
        ),
        ("l1_loss", "[N, C] [N, C] reduction='sum'", "[]"),
        (
            "l1_loss",
            "[N] [N] reduction='total'",
            "! l1_loss: `reduction` is \"mean\", \"sum\" or \"none\", but got \"total\"",
        ),
        ("candle", "([B, T]) (B, _, 3)", "[B, ?, 3]"),
    ]);
}

#[test]
fn the_rest() {
    check(&[
        ("neg", "[B; int]", "[B; int]"),
        ("square", "[B; int]", "[B; int]"),
        ("sqrt", "[B]", "[B]"),
        ("rsqrt", "[B]", "[B]"),
        ("log", "[B; int]", "[B]"),
        ("sin", "[B]", "[B]"),
        ("cos", "[B]", "[B]"),
        ("tanh", "[B, C]", "[B, C]"),
        ("sigmoid", "[B, C]", "[B, C]"),
        ("silu", "[B]", "[B]"),
        ("elu", "[B] alpha=0.5", "[B]"),
        ("softplus", "[B] beta=2", "[B]"),
        ("sub", "[B, C] [C]", "[B, C]"),
        (
            "minimum",
            "[B] [C]",
            "! minimum: shapes [B] and [C] do not broadcast: B against C",
        ),
        ("ne", "[B; int] 3", "[B; bool]"),
        ("gt", "[B] 0", "[B; bool]"),
        ("ge", "[B] 0", "[B; bool]"),
        ("var", "[B, C] 0 correction=0", "[C]"),
        ("std", "[B, C] 0 unbiased=false", "[C]"),
        ("amin", "[B, C, H] (1, 2)", "[B]"),
        ("argmin", "[B, C]", "[; int]"),
        ("min", "[B, C] 1", "[B]"),
        ("min", "4 n", "?"),
        ("min_with_indices", "[B, C] 0", "([C] [C; int])"),
        ("logsumexp", "[B, C] 1 keepdim=true", "[B, 1]"),
        ("dot", "[D] [D]", "[]"),
        (
            "dot",
            "[D] [E]",
            "! dot: the inner sizes of [D] and [E] differ: D columns against E rows",
        ),
        ("outer", "[D] [E]", "[D, E]"),
        (
            "outer",
            "[D] [E, 1]",
            "! outer: expected two vectors, but got [D] and [E, 1]",
        ),
        ("broadcast_to", "[1, C] (B, C)", "[B, C]"),
        ("expand_as", "[C] [B, C]", "[B, C]"),
        (
            "expand_as",
            "[3] [B, C]",
            "! expand_as: shape [3] does not broadcast to [B, C]",
        ),
        ("roll", "[B, C] 1 -1", "[B, C]"),
        ("dims", "[B, 3]", "(B 3)"),
        ("contiguous", "[B]", "[B]"),
        ("detach", "[B]", "[B]"),
        ("to_device", "[B] opaque", "[B]"),
        ("to_dtype", "[B; int] opaque", "[B]"),
        ("zeros_like", "[B, C]", "[B, C]"),
        ("ones_like", "[B, C]", "[B, C]"),
    ]);
}
