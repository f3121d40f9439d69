"""Connectionist temporal classification."""

import torch
import torch.nn.functional as F

from common import Writer

w = Writer("losses_ctc")


def ctc_loss(log_probs, targets, input_lengths, target_lengths, **options):
    return F.ctc_loss(log_probs, targets, input_lengths, target_lengths, **options)


def integers(low, high, *shape):
    """Of [low, high)."""
    return torch.randint(low, high, shape, generator=w.generator)


def log_probs(*shape, scale=1.0):
    return w.randn(shape, scale).log_softmax(-1)


def labels(classes, blank, *shape):
    """Any class but the blank."""
    drawn = integers(0, classes - 1, *shape)
    return drawn + (drawn >= blank)


def in_a_row(targets, lengths):
    return torch.cat([row[:length] for row, length in zip(targets, lengths)])


# Random alignments: short and long targets, repeats, some impossible, empty ones.
for seed in range(6):
    steps, samples, classes = (int(integers(low, high, 1)) for low, high in ((4, 9), (1, 4), (3, 6)))
    blank = int(integers(0, classes, 1))
    lengths = integers(1, steps + 1, samples)
    target_lengths = integers(0, steps // 2 + 1, samples)
    targets = labels(classes, blank, samples, int(target_lengths.max()) + seed % 2)
    # Padding is not read.
    targets[torch.arange(targets.shape[1]) >= target_lengths[:, None]] = -7
    x = log_probs(steps, samples, classes)
    for reduction in ("mean", "sum", "none"):
        w.case(
            f"ctc_loss.random{seed}_{reduction}",
            ctc_loss,
            [x, targets, lengths, target_lengths],
            blank=blank,
            reduction=reduction,
            zero_infinity=True,
        )
    w.case(
        f"ctc_loss.random{seed}_in_a_row",
        ctc_loss,
        [x, in_a_row(targets, target_lengths), lengths, target_lengths],
        blank=blank,
        reduction="none",
    )

# One sample of each kind: possible; one step too short for its labels; for a blank between equal labels; no labels;
# no steps; neither.
x = log_probs(5, 6, 3)
targets = torch.tensor([[1, 2, 1], [1, 2, 1], [2, 2, 2], [0, 0, 0], [1, 1, 1], [2, 2, 2]])
lengths, target_lengths = torch.tensor([5, 2, 4, 3, 0, 0]), torch.tensor([3, 3, 3, 0, 2, 0])
for zero_infinity in (False, True):
    for reduction in ("mean", "sum", "none"):
        w.case(
            f"ctc_loss.kinds_{reduction}_{str(zero_infinity).lower()}",
            ctc_loss,
            [x, targets.int(), lengths.int(), target_lengths.int()],
            reduction=reduction,
            zero_infinity=zero_infinity,
        )

# The defaults; one sample without a dimension of its own.
x = log_probs(9, 2, 5)
targets, lengths, target_lengths = torch.tensor([[1, 1, 4], [3, 2, 0]]), torch.tensor([9, 6]), torch.tensor([3, 2])
w.case("ctc_loss.defaults", ctc_loss, [x, targets, lengths, target_lengths])
for reduction in ("mean", "sum", "none"):
    w.case(
        f"ctc_loss.unbatched_{reduction}",
        ctc_loss,
        [x[:, 0], targets[0], torch.tensor(9), torch.tensor(3)],
        reduction=reduction,
    )
w.case("ctc_loss.one_row", ctc_loss, [x[:, 0], targets[:1], torch.tensor([8]), torch.tensor([2])])

# A label that is the blank. Where the last one is, PyTorch forgets its part of the gradient: only the loss is compared.
w.case("ctc_loss.blank_label", ctc_loss, [x, torch.tensor([[0, 1, 2], [3, 0, 3]]), lengths, torch.tensor([3, 3])])
w.case("ctc_loss.blank_label_last", ctc_loss, [x, torch.tensor([[1, 0], [0, 0]]), lengths, torch.tensor([2, 2])], no_grad=(0,))

# Steps that are all but certain, and scores that are no probabilities.
sharp = log_probs(8, 2, 4, scale=30.0)
w.case("ctc_loss.sharp", ctc_loss, [sharp, torch.tensor([[1, 2, 3], [2, 2, 1]]), torch.tensor([8, 7]), torch.tensor([3, 3])])
w.case(
    "ctc_loss.scores",
    ctc_loss,
    [w.randn((6, 2, 4)), torch.tensor([[1, 2], [2, 2]]), torch.tensor([6, 6]), torch.tensor([2, 2])],
)

w.save()
