"""Losses that ask for a margin, and the angles and distances that some are made of."""

import torch
import torch.nn.functional as F

from common import Writer

w = Writer("losses_margin")
REDUCTIONS = ("mean", "sum", "none")
HALF = ("f16", "bf16")


def rows(*values):
    return torch.tensor(values, dtype=torch.float64)


def ints(*values):
    return torch.tensor(values)


def signs(*shape):
    return torch.randint(2, shape, generator=w.generator) * 2 - 1


def classes(*shape, count):
    return torch.randint(count, shape, generator=w.generator)


def lists(*shape):
    """Lists of classes of random lengths, each ended by -1 unless it is full; what follows does not count."""
    n, count = shape
    target = torch.stack([torch.randperm(count, generator=w.generator) for _ in range(n)])
    for row in range(n):
        end = int(torch.randint(count + 1, (), generator=w.generator))
        if end < count:
            target[row, end] = -1
    return target


# Angles and distances.
for name, shapes, options in (
    ("rows", ((4, 5), (4, 5)), {}),
    ("columns", ((4, 5), (4, 5)), {"dim": 0}),
    ("last", ((2, 3, 5), (5,)), {"dim": -1}),
    ("broadcast", ((3, 4, 5), (4, 1)), {"dim": 1}),
    ("nothing", ((3, 0), (3, 0)), {}),
    ("great_eps", ((4, 5), (4, 5)), {"eps": 2.0}),
):
    w.case(f"cosine_similarity.{name}", F.cosine_similarity, [w.randn(shape) for shape in shapes], **options)
w.case("cosine_similarity.numbers", F.cosine_similarity, [w.randn(()), w.randn(())], no_grad=(0, 1), dim=0)
# Zeros, and lengths below eps.
short = [rows([0, 0], [3e-9, 1e-9], [1, 2]), rows([3, 4], [1e-9, -2e-9], [0, 0])]
w.case("cosine_similarity.zeros", F.cosine_similarity, short)
w.case("cosine_similarity.half", F.cosine_similarity, [w.randn((6, 4)), w.randn((6, 4))], dtypes=HALF)

for p in (2.0, 1.0, 3.0, 1.5, 0.5, 0.0, float("inf"), float("-inf")):
    pair = [w.randn((4, 5)), w.randn((4, 5))]
    w.case(f"pairwise_distance.p_{p}", F.pairwise_distance, pair, p=p)
    # No distance at all, along some dimensions, and ties.
    pair = [torch.zeros(3, 3, dtype=torch.float64), rows([0, 0, 0], [0, 0, 2], [2, -2, 0])]
    w.case(f"pairwise_distance.zeros_p_{p}", F.pairwise_distance, pair, p=p, eps=0.0)
    if p >= 1:
        w.case(f"pairwise_distance.eps_p_{p}", F.pairwise_distance, pair, p=p)
w.case("pairwise_distance.broadcast", F.pairwise_distance, [w.randn((2, 1, 4)), w.randn((3, 4))], keepdim=True)
w.case("pairwise_distance.vectors", F.pairwise_distance, [w.randn(4), w.randn(4)], keepdim=True)
w.case("pairwise_distance.numbers", F.pairwise_distance, [w.randn(()), w.randn(())])
w.case("pairwise_distance.half", F.pairwise_distance, [w.randn((6, 4)), w.randn((6, 4))], dtypes=HALF)

# Margin ranking.
ranking = F.margin_ranking_loss
for reduction in REDUCTIONS:
    for margin in (0.0, 0.5, -0.25):
        tag = f"{reduction}_{margin}"
        pair = [w.randn((4, 5)), w.randn((4, 5))]
        w.case(f"margin_ranking_loss.{tag}", ranking, [*pair, signs(4, 5)], margin=margin, reduction=reduction)
    three = [w.randn((4, 5)), w.randn((4, 5)), w.randn((4, 5))]
    w.case(f"margin_ranking_loss.floats_{reduction}", ranking, three, margin=0.5, reduction=reduction)
ties = [rows(1, 2, 3, 4), rows(1, 1.5, 4, 3.5), rows(1, -1, 1, 0)]
for margin in (0.0, 0.5, -0.5):
    w.case(f"margin_ranking_loss.ties_{margin}", ranking, ties, margin=margin, reduction="none")
w.case("margin_ranking_loss.broadcast", ranking, [w.randn((3, 1)), w.randn((1, 4)), signs(3, 1)], reduction="none")
w.case("margin_ranking_loss.numbers", ranking, [w.randn(()), w.randn(()), w.randn(())], margin=2.0)
w.case("margin_ranking_loss.half", ranking, [w.randn((6, 4)), w.randn((6, 4)), signs(6, 4)], dtypes=HALF)

# Cosine embedding.
embedding = F.cosine_embedding_loss
for reduction in REDUCTIONS:
    for margin in (0.0, 0.5, -0.5):
        options = {"margin": margin, "reduction": reduction}
        pair = [w.randn((6, 4)), w.randn((6, 4))]
        w.case(f"cosine_embedding_loss.{reduction}_{margin}", embedding, [*pair, signs(6)], **options)
    w.case(f"cosine_embedding_loss.one_{reduction}", embedding, [w.randn(4), w.randn(4), signs()], reduction=reduction)
w.case("cosine_embedding_loss.broadcast", embedding, [w.randn((3, 4)), w.randn((1, 4)), signs(1)], reduction="none")
w.case("cosine_embedding_loss.other", embedding, [w.randn((4, 3)), w.randn((4, 3)), ints(1, 0, -1, 2)], reduction="none")
w.case("cosine_embedding_loss.floats", embedding, [w.randn((2, 3)), w.randn((2, 3)), rows(1, -1)], no_grad=(2,))
# cos = 0 and cos = margin exactly, vectors of zeros.
ties = [rows([1, 0], [0, 0], [0, 0], [1, 0]), rows([0, 1], [1, 2], [0, 0], [2, 1]), ints(-1, -1, 1, -1)]
w.case("cosine_embedding_loss.ties", embedding, ties, reduction="none")
w.case("cosine_embedding_loss.half", embedding, [w.randn((6, 4)), w.randn((6, 4)), signs(6)], margin=0.1, dtypes=HALF)

# Triplets.
triplet, with_distance = F.triplet_margin_loss, F.triplet_margin_with_distance_loss


def triplets(*shape):
    anchor = w.randn(shape)
    return [anchor, anchor + w.randn(shape, scale=0.8), anchor + w.randn(shape)]


def cosine_distance(a, b):
    return 1 - F.cosine_similarity(a, b)


def by_cosine(anchor, positive, negative, **options):
    return with_distance(anchor, positive, negative, distance_function=cosine_distance, **options)


for reduction in REDUCTIONS:
    for swap in (False, True):
        options = {"reduction": reduction, "swap": swap}
        tag = f"{reduction}_{swap}"
        w.case(f"triplet_margin_loss.{tag}", triplet, triplets(6, 4), **options)
        w.case(f"triplet_margin_with_distance_loss.{tag}", with_distance, triplets(6, 4), margin=0.7, **options)
        w.case(f"by_cosine.{tag}", by_cosine, triplets(6, 4), margin=0.3, **options)
for p in (1.0, 3.0, 1.5, float("inf")):
    w.case(f"triplet_margin_loss.p_{p}", triplet, triplets(6, 4), p=p, margin=0.8, eps=1e-3, swap=True)
w.case("triplet_margin_loss.one", triplet, triplets(4), margin=2.0, reduction="none")
w.case("triplet_margin_loss.wide", triplet, triplets(2, 3, 4), margin=2.0, reduction="none")
w.case(
    "triplet_margin_loss.broadcast",
    triplet,
    [w.randn((3, 4)), w.randn((1, 4)), w.randn((3, 1))],
    margin=2.0,
    reduction="none",
)
# No distance, a hinge at 0, and both distances of a swap the same.
zeros = torch.zeros(4, 2, dtype=torch.float64)
ties = [zeros, rows([0, 0], [0, 0], [1, 0], [1, 0]), rows([0, 0], [1, 0], [2, 0], [0.5, 1])]
for p in (2.0, 1.0):
    w.case(f"triplet_margin_loss.ties_{p}", triplet, ties, p=p, eps=0.0, swap=True, reduction="none")
w.case("triplet_margin_loss.half", triplet, triplets(6, 4), swap=True, dtypes=HALF)
w.case("triplet_margin_with_distance_loss.half", with_distance, triplets(6, 4), dtypes=HALF)

# Several classes.


def multi_margin(output, target, weight=None, **options):
    return F.multi_margin_loss(output, target, weight=weight, **options)


for reduction in REDUCTIONS:
    for p in (1, 2):
        options = {"p": p, "reduction": reduction}
        tag = f"{reduction}_{p}"
        x, weight = w.randn((6, 5)), w.rand(5, low=0.1, high=2.0)
        w.case(f"multi_margin_loss.{tag}", multi_margin, [x, classes(6, count=5)], **options)
        w.case(
            f"multi_margin_loss.weight_{tag}",
            multi_margin,
            [x, classes(6, count=5), weight],
            no_grad=(2,),
            margin=0.4,
            **options,
        )
        one = [w.randn(5), classes(count=5)]
        w.case(f"multi_margin_loss.one_{tag}", multi_margin, one, **options)
    w.case(f"multilabel_margin_loss.{reduction}", F.multilabel_margin_loss, [w.randn((6, 5)), lists(6, 5)], reduction=reduction)
    one = [w.randn(4), ints(3, 0, -1, 1)]
    w.case(f"multilabel_margin_loss.one_{reduction}", F.multilabel_margin_loss, one, reduction=reduction)
# Scores that are equal, and some that are apart by the margin exactly.
ties = [rows([0, 0, 0, 0], [1, 2, 3, 2], [2, 1, 3, 1]), ints(0, 2, 0)]
for p in (1, 2):
    for margin in (1.0, 0.0, -0.5):
        w.case(f"multi_margin_loss.ties_{p}_{margin}", multi_margin, ties, p=p, margin=margin, reduction="none")
target = ints([0, -1, 2, 2], [2, 1, -1, 0], [3, 3, 0, -1])
w.case("multilabel_margin_loss.ties", F.multilabel_margin_loss, [ties[0], target], reduction="none")
w.case("multilabel_margin_loss.all", F.multilabel_margin_loss, [w.randn((2, 3)), ints([0, 1, 2], [2, -1, -1])])
w.case("multilabel_margin_loss.nothing", F.multilabel_margin_loss, [w.randn((2, 3)), ints([-1, 1, 2], [-1, -1, -1])])


def multilabel_soft_margin(output, target, weight=None, **options):
    return F.multilabel_soft_margin_loss(output, target, weight=weight, **options)


for reduction in REDUCTIONS:
    options = {"reduction": reduction}
    x, present = w.randn((6, 5), scale=3.0), classes(6, 5, count=2)
    w.case(f"multilabel_soft_margin_loss.{reduction}", multilabel_soft_margin, [x, present], **options)
    w.case(f"multilabel_soft_margin_loss.floats_{reduction}", multilabel_soft_margin, [x, w.rand((6, 5))], **options)
    # All three have a gradient.
    weighted = [x, w.rand((6, 5)), w.rand(5, high=2.0)]
    w.case(f"multilabel_soft_margin_loss.weight_{reduction}", multilabel_soft_margin, weighted, **options)
w.case("multilabel_soft_margin_loss.one", multilabel_soft_margin, [w.randn(4), ints(0, 1, 1, 0)], reduction="none")
w.case("multilabel_soft_margin_loss.wide", multilabel_soft_margin, [w.randn((2, 3, 4)), w.rand((2, 3, 4))], reduction="none")
by_sample = [w.randn((3, 4)), w.rand((3, 4)), w.rand((3, 1))]
w.case("multilabel_soft_margin_loss.weight_by_sample", multilabel_soft_margin, by_sample)
great = [w.randn((4, 5), scale=1e4), classes(4, 5, count=2)]
w.case("multilabel_soft_margin_loss.great", multilabel_soft_margin, great)
right = [rows([30, -30, 12], [25, -18, 40]), ints([1, 0, 1], [1, 0, 1])]
w.case("multilabel_soft_margin_loss.small", multilabel_soft_margin, right)
w.case("multilabel_soft_margin_loss.half", multilabel_soft_margin, [w.randn((6, 5)), classes(6, 5, count=2)], dtypes=HALF)

w.save()
