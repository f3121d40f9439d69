//! Shapes with names, and the exact text of errors, of CTC and the losses of masks.

use super::check;

#[test]
fn ctc() {
    check(&[
        ("ctc_loss", "[T, N, C] [N, S; int] [N; int] [N; int]", "[]"),
        (
            "ctc_loss",
            "[T, N, C] [L; int] [N; int] [N; int] reduction='none'",
            "[N]",
        ),
        ("ctc_loss", "[T, C] [S; int] 9 3 reduction='none'", "[]"),
        (
            "ctc_loss",
            "[T, 2, 5] [2, S; int] (9, 8) (3, 4) blank=4 zero_infinity=true",
            "[]",
        ),
        (
            "ctc_loss",
            "[T, N, C] [N, S; int] opaque opaque reduction=opaque",
            "[..]",
        ),
        (
            "ctc_loss",
            "[N, S; int] [T, N, C] [N; int] [N; int]",
            "! ctc_loss takes the network's output first, but [N, S; int] holds integers\n\
             help: output and target are swapped: write ctc_loss(output, target)",
        ),
        (
            "ctc_loss",
            "[T, N, C] [N, S] [N; int] [N; int]",
            "! ctc_loss: targets must be integers, but [N, S] holds floats\n\
             help: convert it with `.to_dtype(DType::I64)`",
        ),
        (
            "ctc_loss",
            "[T, N, C, 1] [N, S; int] [N; int] [N; int]",
            "! ctc_loss: expected log-probabilities [T, N, C] or [T, C], but got [T, N, C, 1]",
        ),
        (
            "ctc_loss",
            "[N, T, C] [N, S; int] [N; int] [N; int]",
            "! ctc_loss: expected targets [T, S; int], or all labels in a row, but got [N, S; int]",
        ),
        (
            "ctc_loss",
            "[T, N, C] [N, S; int] [T; int] [N; int]",
            "! ctc_loss: expected `input_lengths` [N; int], but got [T; int]",
        ),
        (
            "ctc_loss",
            "[T, 2, C] [2, S; int] (5, 5) (1, 2, 3)",
            "! ctc_loss: expected `target_lengths` [2; int], but got 3 of them",
        ),
        (
            "ctc_loss",
            "[T, N, 5] [N, S; int] [N; int] [N; int] blank=5",
            "! ctc_loss: `blank` must be one of the 5 classes, but is 5",
        ),
    ]);
}

#[test]
fn masks() {
    check(&[
        ("dice_loss", "[N, C, H, W] [N, C, H, W]", "[]"),
        ("dice_loss", "[N, C, H, W] [N, H, W; int]", "[]"),
        (
            "iou_loss",
            "[N, C, H, W] [N, H, W; int] per_class=true reduction='none'",
            "[C]",
        ),
        (
            "tversky_loss",
            "[N, C, H] [N, C, H] per_sample=true gamma=2 reduction='none'",
            "[N]",
        ),
        (
            "tversky_loss",
            "[N, C, H] [N, C, H] alpha=0.3 per_class=true per_sample=true reduction='none'",
            "[N, C]",
        ),
        (
            "dice_loss",
            "[N, C] [N, C] per_class=true reduction=opaque",
            "[..]",
        ),
        (
            "dice_bce_loss",
            "[N, C, H, W] [N, H, W; int] per_class=true",
            "[]",
        ),
        ("focal_loss", "[N, C, H, W] [N, C, H, W]", "[]"),
        (
            "focal_loss",
            "[N, C, H] [N, C, H; int] per_element=true reduction='none'",
            "[N, C, H]",
        ),
        (
            "focal_loss",
            "[N, C, H] [N, H; int] per_element=true activation=opaque reduction='none'",
            "[..]",
        ),
        (
            "lovasz_loss",
            "[N, C, H] [N, H; int] per_sample=true reduction='none'",
            "[N]",
        ),
        (
            "dice_loss",
            "[N, 1, H, W] [N, H, W]",
            "! dice_loss: expected a target of masks [N, 1, H, W], but got [N, H, W]",
        ),
        (
            "lovasz_loss",
            "[N, C, H, W] [N, C, H; int]",
            "! lovasz_loss: expected a target of classes [N, H, W; int], but got [N, C, H; int]",
        ),
        (
            "dice_bce_loss",
            "[N, H; int] [N, C, H]",
            "! dice_bce_loss takes the network's output first, but [N, H; int] holds integers\n\
             help: output and target are swapped: write dice_bce_loss(output, target)",
        ),
        (
            "iou_loss",
            "[N] [N] per_class=true",
            "! iou_loss: `per_class` takes an output [N, C, …], but got [N]",
        ),
        (
            "focal_loss",
            "[N] [N] reduction='total'",
            "! focal_loss: `reduction` is \"mean\", \"sum\" or \"none\", but got \"total\"",
        ),
    ]);
}
