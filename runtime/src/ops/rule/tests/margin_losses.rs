//! The losses that ask for a margin.

use super::check;

#[test]
fn pairs() {
    check(&[
        ("margin_ranking_loss", "[N] [N] [N]", "[]"),
        (
            "margin_ranking_loss",
            "[N, 1] [1, K] [N, K; int] margin=0.5 reduction='none'",
            "[N, K]",
        ),
        (
            "margin_ranking_loss",
            "[N, 1] [N] [N, 1]",
            "! margin_ranking_loss: expected as many dimensions in each, but got [N, 1], [N] and [N, 1]",
        ),
        (
            "margin_ranking_loss",
            "[N] [K] [N]",
            "! margin_ranking_loss: shapes [N] and [K] and [N] do not broadcast: N against K",
        ),
        (
            "margin_ranking_loss",
            "[N; int] [N] [N]",
            "! margin_ranking_loss takes floats, but [N; int] holds integers\n\
             help: the target comes last: write margin_ranking_loss(input1, input2, target)",
        ),
        (
            "cosine_embedding_loss",
            "[N, D] [N, D] [N; int] margin=0.5 reduction='none'",
            "[N]",
        ),
        ("cosine_embedding_loss", "[D] [D] [] reduction='none'", "[]"),
        ("cosine_embedding_loss", "[..] [..] [N; int] reduction='none'", "[..]"),
        (
            "cosine_embedding_loss",
            "[N, D] [N, D] [N, 1]",
            "! cosine_embedding_loss: expected inputs [N, D] and a target [N], or [D] and [], \
             but got [N, D], [N, D] and [N, 1]",
        ),
        (
            "cosine_embedding_loss",
            "[N, D] [N, E] [N]",
            "! cosine_embedding_loss: shapes [N, D] and [N, E] do not broadcast: D against E",
        ),
        (
            "cosine_embedding_loss",
            "[N, D] [N, D] [K]",
            "! cosine_embedding_loss: shapes [N] and [K] do not broadcast: N against K",
        ),
    ]);
}

#[test]
fn triplets() {
    check(&[
        (
            "triplet_margin_loss",
            "[N, D] [N, D] [N, D] swap=true p=1 eps=0.1 margin=2",
            "[]",
        ),
        (
            "triplet_margin_loss",
            "[N, T, D] [1, T, D] [N, 1, D] reduction='none'",
            "[N, T]",
        ),
        (
            "triplet_margin_loss",
            "[N, D] [D] [N, D]",
            "! triplet_margin_loss: expected as many dimensions in each, but got [N, D], [D] and [N, D]",
        ),
        (
            "triplet_margin_loss",
            "[N, D] [N, D] [N, D; int]",
            "! triplet_margin_loss takes floats, but [N, D; int] holds integers\n\
             help: convert it with `.to_dtype(DType::F32)`",
        ),
        (
            "triplet_margin_loss",
            "[N, D] [N, D] [N, D] distance=1",
            "! triplet_margin_loss has no argument `distance`\n\
             help: expected one of `positive`, `anchor`, `negative`, `margin`, `reduction`, `swap`, `p`, `eps`",
        ),
        (
            "triplet_margin_with_distance_loss",
            "[N, D] [N, D] [N, D] reduction='none'",
            "[N]",
        ),
        (
            "triplet_margin_with_distance_loss",
            "[N, D] [N, D] [N, D] reduction='none' distance_function=opaque",
            "[..]",
        ),
        (
            "triplet_margin_with_distance_loss",
            "[N, D] [N, D] [K, D]",
            "! triplet_margin_with_distance_loss: shapes [N, D] and [K, D] do not broadcast: N against K",
        ),
    ]);
}

#[test]
fn classes() {
    check(&[
        ("multi_margin_loss", "[N, C] [N; int] p=2 weight=[C]", "[]"),
        (
            "multi_margin_loss",
            "[N, C] [N; int] reduction='none'",
            "[N]",
        ),
        ("multi_margin_loss", "[C] [; int] reduction='none'", "[]"),
        (
            "multi_margin_loss",
            "[N, C] [N; int] p=3",
            "! multi_margin_loss: `p` is 3, but expected 1 or 2",
        ),
        (
            "multi_margin_loss",
            "[N, C] [N; int] weight=[3, C]",
            "! multi_margin_loss: expected a weight [C], but got [3, C]",
        ),
        (
            "multi_margin_loss",
            "[N, C] [N]",
            "! multi_margin_loss: the target must be integers, but [N] holds floats\n\
             help: convert it with `.to_dtype(DType::I64)`",
        ),
        (
            "multi_margin_loss",
            "[N, C] [N, C; int]",
            "! multi_margin_loss: expected a target of classes [N; int], but got [N, C; int]",
        ),
        (
            "multi_margin_loss",
            "[N; int] [N, C]",
            "! multi_margin_loss takes the network's output first, but [N; int] holds integers\n\
             help: output and target are swapped: write multi_margin_loss(output, target)",
        ),
        (
            "multi_margin_loss",
            "[N, C, H] [N, H; int]",
            "! multi_margin_loss: expected scores [C] or [N, C], but got [N, C, H]",
        ),
        (
            "multilabel_margin_loss",
            "[N, C] [N, C; int] reduction='none'",
            "[N]",
        ),
        (
            "multilabel_margin_loss",
            "[N, C] [N; int]",
            "! multilabel_margin_loss: expected a target of classes [N, C; int], but got [N; int]",
        ),
        (
            "multilabel_soft_margin_loss",
            "[N, T, C] [N, T, C] weight=[C] reduction='none'",
            "[N, T]",
        ),
        (
            "multilabel_soft_margin_loss",
            "[N, C] [C]",
            "! multilabel_soft_margin_loss: expected a target of values [N, C], but got [C]",
        ),
        (
            "multilabel_soft_margin_loss",
            "[N, C] [N, C] weight=[5, N, C]",
            "! multilabel_soft_margin_loss: expected a weight [C], but got [5, N, C]",
        ),
        (
            "multilabel_soft_margin_loss",
            "[] []",
            "! multilabel_soft_margin_loss: expected scores [C] or [N, …, C], but got []",
        ),
    ]);
}
