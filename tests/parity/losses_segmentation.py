"""Losses of masks, in their textbook forms: a sigmoid, then sums over everything, smoothed by 1; and the options."""

import torch
import torch.nn.functional as F

from common import Writer

w = Writer("losses_segmentation")
ALL = ("mean", "sum", "none")


def probabilities(x, activation):
    return {"sigmoid": torch.sigmoid, "softmax": lambda x: torch.softmax(x, 1), "none": lambda x: x}[activation](x)


def masks(x, target):
    """Masks of the output's shape, of class indices too."""
    if target.shape == x.shape:
        return target.to(x.dtype)
    return F.one_hot(target.long(), x.shape[1]).movedim(-1, 1).to(x.dtype)


def counted(x, target, ignore_index):
    """Masks without what is ignored, and what counts."""
    if ignore_index is None:
        return masks(x, target), torch.ones_like(x)
    counts = target != ignore_index
    target = torch.where(counts, target, torch.zeros_like(target))
    if counts.shape != x.shape:
        counts = counts.unsqueeze(1).expand(x.shape)
    counts = counts.to(x.dtype)
    return masks(x, target) * counts, counts


def reduced(losses, reduction, weight=None):
    if weight is not None:
        losses = losses * weight
    if reduction == "none":
        return losses
    if reduction == "sum":
        return losses.sum()
    return losses.mean() if weight is None else losses.sum() / weight.expand_as(losses).sum()


def overlap(score):
    def loss(x, target, weight=None, activation="sigmoid", per_class=False, per_sample=False, smooth=1.0,
             ignore_index=None, reduction="mean", **options):
        y, counts = counted(x, target, ignore_index)
        p = probabilities(x, activation) * counts
        dims = [d for d in range(x.dim()) if not (d == 0 and per_sample or d == 1 and per_class)]
        y = y * counts
        total = (lambda v: v.sum(dims)) if dims else (lambda v: v)
        # Of what counts, p that is not in the mask and mask that is not in p.
        sums = (total(p * y), total(p * (1 - y)), total((1 - p) * y))
        return reduced(score(*sums, smooth, **options), reduction, weight)

    return loss


def dice(both, false_positives, false_negatives, smooth):
    return 1 - (2 * both + smooth) / (2 * both + false_positives + false_negatives + smooth)


def iou(both, false_positives, false_negatives, smooth):
    return 1 - (both + smooth) / (both + false_positives + false_negatives + smooth)


def tversky(both, false_positives, false_negatives, smooth, alpha=0.5, beta=0.5, gamma=1.0):
    return (1 - (both + smooth) / (both + alpha * false_positives + beta * false_negatives + smooth)) ** gamma


dice_loss, iou_loss, tversky_loss = overlap(dice), overlap(iou), overlap(tversky)


def entropies(x, target, activation, weight, ignore_index):
    """Each loss, and how much it counts."""
    y, counts = counted(x, target, ignore_index)
    per_class = 1.0 if weight is None else weight.view(1, -1, *[1] * (x.dim() - 2))
    if activation == "softmax":
        each = -(y * torch.log_softmax(x, 1)).sum(1)
        return each, (y * per_class).sum(1) if weight is not None else counts.amin(1), y
    if activation == "sigmoid":
        each = F.binary_cross_entropy_with_logits(x, y, reduction="none")
    else:
        each = F.binary_cross_entropy(x, y, reduction="none")
    return each, counts * per_class, y


def dice_bce_loss(x, target, weight=None, activation="sigmoid", per_class=False, per_sample=False, smooth=1.0,
                  ignore_index=None):
    each, factor, _ = entropies(x, target, activation, weight, ignore_index)
    of_dice = dice_loss(x, target, weight, activation, per_class, per_sample, smooth, ignore_index)
    return of_dice + (each * factor).sum() / factor.sum()


def focal_loss(x, target, weight=None, alpha=0.8, gamma=2.0, per_element=False, balanced=False, activation="sigmoid",
               ignore_index=None, reduction="mean"):
    each, factor, y = entropies(x, target, activation, weight, ignore_index)
    if not per_element:
        bce = (each * factor).sum() / factor.sum()
        return alpha * (1 - torch.exp(-bce)) ** gamma * bce
    if balanced:
        alpha = alpha * y + (1 - alpha) * (1 - y)
    losses = alpha * (1 - torch.exp(-each)) ** gamma * each * factor
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / factor.sum()


def lovasz_row(errors, truth):
    errors, order = torch.sort(errors, descending=True, stable=True)
    truth = truth[order]
    union = truth.sum() + (1 - truth).cumsum(0)
    jaccard = 1 - (truth.sum() - truth.cumsum(0)) / union
    steps = torch.cat([jaccard[:1], jaccard[1:] - jaccard[:-1]])
    return torch.dot(torch.relu(errors), steps)


def lovasz_loss(x, target, weight=None, form="hinge", per_sample=False, present_only=True, ignore_index=None,
                reduction="mean"):
    y, counts = counted(x, target, ignore_index)
    samples = range(x.shape[0]) if per_sample else [slice(None)]
    losses = []
    for n in samples:
        of_classes, factors = [], []
        for c in [None] if form == "hinge" else range(x.shape[1]):
            here = lambda v: v[n : n + 1] if per_sample else v
            pick = lambda v: (here(v) if c is None else here(v)[:, c]).reshape(-1)
            keep = pick(counts) > 0
            truth = pick(y)[keep]
            if form == "hinge":
                errors = 1 - pick(x)[keep] * (2 * truth - 1)
            else:
                errors = (truth - pick(torch.softmax(x, 1) if form == "softmax" else x)[keep]).abs()
                if present_only and truth.sum() == 0:
                    continue
            factor = x.new_tensor(1.0) if weight is None else weight[c]
            of_classes.append(lovasz_row(errors, truth) * factor)
            factors.append(factor)
        losses.append(sum(of_classes) / sum(factors) if of_classes else x.sum() * 0)
    losses = torch.stack(losses)
    if not per_sample or reduction == "mean":
        return losses.mean()
    return losses.sum() if reduction == "sum" else losses


def textbook(loss):
    """As it is written down everywhere: all probabilities in a row."""

    def flat(x, target):
        return loss(torch.sigmoid(x).view(-1), target.view(-1))

    return flat


def textbook_dice(p, y, smooth=1):
    both = (p * y).sum()
    return 1 - (2.0 * both + smooth) / (p.sum() + y.sum() + smooth)


def textbook_iou(p, y, smooth=1):
    both = (p * y).sum()
    union = (p + y).sum() - both
    return 1 - (both + smooth) / (union + smooth)


def textbook_focal(p, y, alpha=0.8, gamma=2):
    bce = F.binary_cross_entropy(p, y)
    return alpha * (1 - torch.exp(-bce)) ** gamma * bce


def textbook_tversky(p, y, smooth=1, alpha=0.5, beta=0.5):
    both, false_positives, false_negatives = (p * y).sum(), ((1 - y) * p).sum(), (y * (1 - p)).sum()
    return 1 - (both + smooth) / (both + alpha * false_positives + beta * false_negatives + smooth)


TEXTBOOK = {
    "dice_loss": textbook(textbook_dice),
    "dice_bce_loss": textbook(lambda p, y: textbook_dice(p, y) + F.binary_cross_entropy(p, y)),
    "iou_loss": textbook(textbook_iou),
    "focal_loss": textbook(textbook_focal),
    "tversky_loss": textbook(textbook_tversky),
    "lovasz_loss": lovasz_loss,
}
LOSSES = {
    "dice_loss": dice_loss,
    "dice_bce_loss": dice_bce_loss,
    "iou_loss": iou_loss,
    "focal_loss": focal_loss,
    "tversky_loss": tversky_loss,
    "lovasz_loss": lovasz_loss,
}
OVERLAPS = ("dice_loss", "iou_loss", "tversky_loss")


def coin(*shape):
    return torch.randint(0, 2, shape, generator=w.generator)


def classes(count, *shape, ignored=None):
    target = torch.randint(0, count, shape, generator=w.generator)
    if ignored is not None:
        target.view(-1)[::4] = ignored
    return target


def masked(target, ignored):
    target = target.clone()
    target.view(-1)[::4] = ignored
    return target


x, y = w.randn((2, 1, 3, 4), scale=2.0), coin(2, 1, 3, 4)
wide, index, weight = w.randn((2, 3, 2, 3)), classes(3, 2, 2, 3), w.rand(3, low=0.2, high=2.0)
soft = w.rand(y.shape)
p = w.rand(x.shape, low=0.05, high=0.95)
for name, loss in LOSSES.items():
    lovasz = name == "lovasz_loss"
    # The textbook forms: masks of floats, of integers, in between; one row; one number.
    w.case(f"{name}.textbook", TEXTBOOK[name], [x, y.double()], no_grad=(1,))
    w.case(f"{name}.integers", loss, [x, y.to(torch.uint8)])
    if not lovasz:
        w.case(f"{name}.soft", loss, [x, soft])
        w.case(f"{name}.probabilities", loss, [p, y], activation="none")
        w.case(f"{name}.classes", loss, [wide, index], activation="softmax")
        w.case(f"{name}.one_hot", loss, [wide, masks(wide, index)], no_grad=(1,), activation="softmax")
        w.case(f"{name}.classes_sigmoid", loss, [wide, index])
        w.case(
            f"{name}.classes_ignored",
            loss,
            [wide, classes(3, 2, 2, 3, ignored=255)],
            activation="softmax",
            ignore_index=255,
        )
    w.case(f"{name}.row", loss, [x.flatten(), y.flatten()])
    w.case(f"{name}.ignored", loss, [x, masked(y, 255)], ignore_index=255)
    w.case(f"{name}.ignored_floats", loss, [x, masked(y, -1).double()], no_grad=(1,), ignore_index=-1)
    w.case(f"{name}.empty_mask", loss, [x, torch.zeros_like(y)])
    w.case(f"{name}.full_mask", loss, [x, torch.ones_like(y)])

for name in OVERLAPS:
    loss = LOSSES[name]
    w.case(f"{name}.smooth", loss, [x, y], smooth=0.1)
    for reduction in ALL:
        for per_class, per_sample in ((True, False), (False, True), (True, True)):
            tag = f"{name}.{reduction}" + "_class" * per_class + "_sample" * per_sample
            options = {"per_class": per_class, "per_sample": per_sample, "reduction": reduction, "activation": "softmax"}
            w.case(tag, loss, [wide, index], **options)
            if per_class:
                w.case(f"{tag}_weight", loss, [wide, index, weight], no_grad=(2,), **options)
    w.case(f"{name}.rows", loss, [wide[:, :, 0, 0], coin(2, 3)], per_class=True, per_sample=True, reduction="none")
for alpha, beta, gamma in ((0.3, 0.7, 1.0), (0.7, 0.3, 4 / 3), (0.5, 0.5, 0.75), (1.0, 0.0, 2.0)):
    w.case(f"tversky_loss.{alpha}_{beta}_{gamma:.2f}", tversky_loss, [x, y], alpha=alpha, beta=beta, gamma=gamma)

for activation in ("sigmoid", "softmax"):
    w.case(
        f"dice_bce_loss.{activation}_weight",
        dice_bce_loss,
        [wide, classes(3, 2, 2, 3, ignored=-100), weight],
        no_grad=(2,),
        activation=activation,
        per_class=True,
        ignore_index=-100,
    )
    w.case(f"focal_loss.{activation}_weight_mean", focal_loss, [wide, index, weight], no_grad=(2,), activation=activation)
    for reduction in ALL:
        options = {"activation": activation, "per_element": True, "reduction": reduction}
        w.case(f"focal_loss.{activation}_{reduction}", focal_loss, [wide, index], **options)
        w.case(
            f"focal_loss.{activation}_{reduction}_weight",
            focal_loss,
            [wide, classes(3, 2, 2, 3, ignored=-100), weight],
            no_grad=(2,),
            ignore_index=-100,
            **options,
        )
w.case("dice_bce_loss.sample", dice_bce_loss, [x, y], per_sample=True, smooth=2.0)
for gamma in (0.0, 0.5, 1.0, 3.0):
    w.case(f"focal_loss.gamma_{gamma}", focal_loss, [x, y], gamma=gamma, alpha=0.25)
    w.case(f"focal_loss.gamma_{gamma}_each", focal_loss, [x, y], gamma=gamma, per_element=True, balanced=True, alpha=0.25)
w.case("focal_loss.balanced_soft", focal_loss, [x, soft], no_grad=(1,), per_element=True, balanced=True, reduction="sum")

for reduction in ALL:
    w.case(f"lovasz_loss.hinge_{reduction}", lovasz_loss, [x, y], per_sample=True, reduction=reduction)
    for per_sample in (False, True):
        for present_only in (False, True):
            # Class 2 is nowhere in the first sample.
            some = index.clone()
            some[0] %= 2
            options = {"per_sample": per_sample, "present_only": present_only, "reduction": reduction}
            tag = f"{reduction}_{str(per_sample).lower()}_{str(present_only).lower()}"
            w.case(f"lovasz_loss.softmax_{tag}", lovasz_loss, [wide, some], form="softmax", **options)
w.case("lovasz_loss.softmax_weight", lovasz_loss, [wide, index, weight], no_grad=(2,), form="softmax")
w.case(
    "lovasz_loss.softmax_ignored",
    lovasz_loss,
    [wide, classes(3, 2, 2, 3, ignored=255)],
    form="softmax",
    per_sample=True,
    ignore_index=255,
)
w.case("lovasz_loss.probabilities", lovasz_loss, [p, y], form="probabilities")

# Scores far out, where the textbook's own order of steps would lose them.
far = torch.tensor([[1e4, -1e4, 30.0, -30.0], [1e4, -1e4, 200.0, -200.0]], dtype=torch.float64)
far_y = torch.tensor([[1, 0, 1, 0], [0, 1, 0, 1]])
for name in ("dice_loss", "iou_loss", "tversky_loss", "dice_bce_loss"):
    w.case(f"{name}.far", LOSSES[name], [far, far_y])

w.save()
