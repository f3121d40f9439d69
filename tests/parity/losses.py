"""Losses."""

import torch
import torch.nn.functional as F

from common import Writer

w = Writer("losses")
ALL = ("f32", "f64")

# The figures that the tutorials show.
row = torch.tensor([[[[1.0, 2.0, 3.0]]]], dtype=torch.float64)
other = torch.tensor([[[[1.0, 2.0, 5.0]]]], dtype=torch.float64)
for name, loss in (("mse_loss", F.mse_loss), ("l1_loss", F.l1_loss)):
    for reduction in ("mean", "sum", "none"):
        w.case(f"{name}.figure_{reduction}", loss, [row, other], reduction=reduction)
        w.case(f"{name}.{reduction}", loss, [w.randn((4, 5)), w.randn((4, 5))], reduction=reduction)
    w.case(f"{name}.scalar", loss, [w.randn(()), w.randn(())])
    w.case(f"{name}.half", loss, [w.randn((64, 5)), w.randn((64, 5))], dtypes=("bf16",))


def cross_entropy(output, target, weight=None, **options):
    return F.cross_entropy(output, target, weight=weight, **options)


def classes(*shape, count, ignored=None):
    target = torch.randint(count, shape, generator=w.generator)
    if ignored is not None and target.dim():
        target.view(-1)[::3] = ignored
    return target


figure = torch.tensor([[0.2, 0.3, 0.1]], dtype=torch.float64)
w.case("cross_entropy.figure", cross_entropy, [figure, torch.tensor([0])])
w.case("cross_entropy.figure_unbatched", cross_entropy, [figure[0], torch.tensor(0)])

for reduction in ("mean", "sum", "none"):
    for label_smoothing in (0.0, 0.1):
        options = {"reduction": reduction, "label_smoothing": label_smoothing}
        tag = f"{reduction}_{label_smoothing}"
        x, wide, weight = w.randn((6, 5), scale=3.0), w.randn((2, 5, 3, 4), scale=3.0), w.rand(5, low=0.1, high=2.0)
        w.case(f"cross_entropy.indices_{tag}", cross_entropy, [x, classes(6, count=5)], **options)
        w.case(
            f"cross_entropy.weight_{tag}",
            cross_entropy,
            [x, classes(6, count=5, ignored=-100), weight],
            no_grad=(2,),
            **options,
        )
        w.case(
            f"cross_entropy.wide_{tag}",
            cross_entropy,
            [wide, classes(2, 3, 4, count=5, ignored=3), weight],
            no_grad=(2,),
            ignore_index=3,
            **options,
        )
        for name, scores in (("rows", x), ("wide", wide)):
            probabilities = torch.softmax(w.randn(scores.shape), 1)
            w.case(f"cross_entropy.probabilities_{name}_{tag}", cross_entropy, [scores, probabilities], **options)
            w.case(
                f"cross_entropy.probabilities_{name}_weight_{tag}",
                cross_entropy,
                [scores, probabilities, weight],
                no_grad=(2,),
                **options,
            )

w.case("cross_entropy.all_ignored", cross_entropy, [w.randn((2, 3)), torch.tensor([-100, -100])])
w.case("cross_entropy.great", cross_entropy, [w.randn((4, 5), scale=1e4), classes(4, count=5)])
w.case("cross_entropy.half", cross_entropy, [w.randn((16, 10)), classes(16, count=10)], dtypes=("bf16",))

w.save()
