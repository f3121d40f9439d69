//! The rules of losses that each element has by itself, and of `nll_loss`.

use super::check;

#[test]
fn shapes_of_losses() {
    check(&[
        ("binary_cross_entropy", "[N, 1] [N, 1]", "[]"),
        ("binary_cross_entropy", "[N, C] [N, C] weight=[C]", "[]"),
        (
            "binary_cross_entropy_with_logits",
            "[N, C, H] [N, C, H] pos_weight=[C, 1] reduction='none'",
            "[N, C, H]",
        ),
        ("smooth_l1_loss", "[N, C] [N, C] beta=0.5", "[]"),
        (
            "huber_loss",
            "[N, C] [N, C] weight=[N, C] delta=2 reduction='none'",
            "[N, C]",
        ),
        ("mse_loss", "[N, C] [N, C] weight=[N, C]", "[]"),
        ("l1_loss", "[N, C] [N, C] weight=None", "[]"),
        (
            "poisson_nll_loss",
            "[N] [N; int] log_input=false full=true eps=0.5",
            "[]",
        ),
        ("kl_div", "[N, C] [N, C] reduction='batchmean'", "[]"),
        (
            "kl_div",
            "[N, C] [N, C] reduction='none' log_target=true",
            "[N, C]",
        ),
        ("soft_margin_loss", "[N] [N; int] reduction='sum'", "[]"),
        (
            "hinge_embedding_loss",
            "[N] [N] margin=0.5 reduction='none'",
            "[N]",
        ),
        ("gaussian_nll_loss", "[N, C] [N, C] 1.0", "[]"),
        (
            "gaussian_nll_loss",
            "[N, C] [N, 1] [N, C] reduction='none'",
            "[N, C]",
        ),
        (
            "gaussian_nll_loss",
            "[N, C] [N, C] [N] reduction='none' full=true",
            "[N, C]",
        ),
        (
            "gaussian_nll_loss",
            "[N, C, 8] [N, C, 8] [N, 1, 8] reduction='none'",
            "[N, C, 8]",
        ),
        ("nll_loss", "[N, C] [N; int] weight=[C]", "[]"),
        (
            "nll_loss",
            "[N, C, H, W] [N, H, W; int] reduction='none' ignore_index=255",
            "[N, H, W]",
        ),
        ("nll_loss", "[C] [; int] reduction='none'", "[]"),
        ("mse_loss", "[..] [N, C] reduction='none'", "[N, C]"),
    ]);
}

#[test]
fn refusals_of_losses() {
    check(&[
        (
            "binary_cross_entropy",
            "[N; int] [N]",
            "! binary_cross_entropy takes the network's output first, but [N; int] holds integers\n\
             help: output and target are swapped: write binary_cross_entropy(output, target)",
        ),
        (
            "binary_cross_entropy_with_logits",
            "[N] [N; int]",
            "! binary_cross_entropy_with_logits compares with floats, but the target [N; int] holds integers\n\
             help: convert it with `.to_dtype(DType::F32)`",
        ),
        (
            "binary_cross_entropy",
            "[N, 3] [N, 3] weight=[2]",
            "! binary_cross_entropy: expected a `weight` that broadcasts to the output's [N, 3], but got [2]",
        ),
        (
            "binary_cross_entropy_with_logits",
            "[N, 3] [N, 3] pos_weight=[5, 1, 3]",
            "! binary_cross_entropy_with_logits: expected a `pos_weight` that broadcasts to the output's [N, 3], but got [5, 1, 3]",
        ),
        (
            "huber_loss",
            "[N, 3] [N, 3] weight=[3]",
            "! huber_loss: expected a `weight` of the output's shape [N, 3], but got [3]",
        ),
        (
            "smooth_l1_loss",
            "[N, 1] [N]",
            "! smooth_l1_loss: expected a target of values [N, 1], but got [N]",
        ),
        (
            "smooth_l1_loss",
            "[N] [N] delta=0.5",
            "! smooth_l1_loss has no argument `delta`\n\
             help: expected one of `beta`, `input`, `target`, `reduction`",
        ),
        (
            "hinge_embedding_loss",
            "[N] [N, 1; int]",
            "! hinge_embedding_loss: expected a target of values [N; int], but got [N, 1; int]",
        ),
        (
            "poisson_nll_loss",
            "[N] [N] log_input=1",
            "! poisson_nll_loss: `log_input` takes true or false, but got an integer",
        ),
        (
            "kl_div",
            "[N, C] [N, C] reduction='batch'",
            "! kl_div: `reduction` is \"mean\", \"batchmean\", \"sum\" or \"none\", but got \"batch\"",
        ),
        (
            "soft_margin_loss",
            "[N] [N] reduction='batchmean'",
            "! soft_margin_loss: `reduction` is \"mean\", \"sum\" or \"none\", but got \"batchmean\"",
        ),
        (
            "gaussian_nll_loss",
            "[N, 4] [N, 3] [N, 4]",
            "! gaussian_nll_loss: expected a target of values [N, 4], but got [N, 3]",
        ),
        (
            "gaussian_nll_loss",
            "[N, 4] [N, 4] [4]",
            "! gaussian_nll_loss: the output is [N, 4], the variance [4]\n\
             help: the variance has the output's shape, or that with one dimension of size 1, or that without the last dimension",
        ),
        (
            "gaussian_nll_loss",
            "[2, 4] [2, 4] [1, 1]",
            "! gaussian_nll_loss: the output is [2, 4], the variance [1, 1]\n\
             help: the variance has the output's shape, or that with one dimension of size 1, or that without the last dimension",
        ),
        (
            "nll_loss",
            "[N, C] [N]",
            "! nll_loss: the target's classes must be integers, but [N] holds floats\n\
             help: convert it with `.to_dtype(DType::I64)`",
        ),
        (
            "nll_loss",
            "[N, C, H] [N; int]",
            "! nll_loss: expected a target of classes [N, H; int], but got [N; int]",
        ),
        (
            "nll_loss",
            "[N; int] [N, C]",
            "! nll_loss takes the network's output first, but [N; int] holds integers\n\
             help: output and target are swapped: write nll_loss(output, target)",
        ),
    ]);
}
