"""Two-dimensional pools."""

import torch
import torch.nn.functional as F

from common import Writer

w = Writer("pool")


def max_pool2d(x, **args):
    out, index = F.max_pool2d(x, return_indices=True, **args)
    return out, index


for name, (shape, args) in {
    "plain": ((2, 3, 4, 6), {"kernel_size": (2, 2)}),
    "odd": ((2, 2, 5, 7), {"kernel_size": (2, 2)}),
    "overlap": ((2, 5, 7), {"kernel_size": (3, 2), "stride": (1, 1), "padding": (1, 1)}),
    "stride": ((1, 2, 9, 8), {"kernel_size": (2, 3), "stride": (3, 2)}),
    "ceil": ((1, 2, 5, 6), {"kernel_size": (2, 3), "stride": (2, 2), "ceil_mode": True}),
    "ceil_padding": ((1, 2, 4, 7), {"kernel_size": (2, 2), "stride": (3, 3), "padding": (1, 1), "ceil_mode": True}),
    "dilation": ((1, 2, 7, 8), {"kernel_size": (2, 3), "stride": (2, 1), "padding": (0, 1), "dilation": (3, 2)}),
    "empty_batch": ((0, 2, 4, 4), {"kernel_size": (2, 2)}),
}.items():
    w.case(f"max_pool2d.{name}", max_pool2d, [w.randn(shape)], **args)

# Ties between neighbours, NaN, and infinities.
ties = torch.randint(0, 3, (2, 2, 6, 6), generator=w.generator).double()
w.case("max_pool2d.ties", max_pool2d, [ties], kernel_size=(3, 3), stride=(2, 2), padding=(1, 1))
special = w.randn((1, 1, 6, 6))
special.view(-1)[torch.tensor([0, 1, 8, 20, 21])] = torch.tensor([float("nan"), float("nan"), float("inf"), float("nan"), 9.0]).double()
special[..., 4:, :2] = -float("inf")
w.case("max_pool2d.special", max_pool2d, [special], kernel_size=(2, 2))

for name, (shape, args) in {
    "plain": ((2, 3, 4, 6), {"kernel_size": (2, 2)}),
    "odd": ((2, 2, 5, 7), {"kernel_size": (2, 2)}),
    "overlap": ((2, 5, 7), {"kernel_size": (3, 2), "stride": (1, 2), "padding": (1, 1)}),
    "ceil": ((1, 2, 5, 6), {"kernel_size": (3, 2), "stride": (2, 3), "padding": (1, 1), "ceil_mode": True}),
    "exclude_pad": ((1, 2, 5, 6), {"kernel_size": (3, 3), "stride": (2, 2), "padding": (1, 1), "count_include_pad": False}),
    "exclude_ceil": (
        (1, 2, 5, 6),
        {"kernel_size": (3, 2), "stride": (2, 3), "padding": (1, 1), "ceil_mode": True, "count_include_pad": False},
    ),
    "divisor": ((1, 2, 5, 6), {"kernel_size": (2, 2), "padding": (1, 1), "divisor_override": 3}),
    "empty_batch": ((0, 2, 4, 4), {"kernel_size": (2, 2)}),
}.items():
    w.case(f"avg_pool2d.{name}", F.avg_pool2d, [w.randn(shape)], **args)

for name, (shape, size) in {
    "one": ((2, 3, 4, 6), (1, 1)),
    "uneven": ((2, 2, 7, 5), (3, 2)),
    "unbatched": ((3, 8, 7), (7, 7)),
    "larger": ((1, 2, 2, 3), (3, 5)),
    "empty_batch": ((0, 2, 4, 4), (2, 2)),
}.items():
    w.case(f"adaptive_avg_pool2d.{name}", F.adaptive_avg_pool2d, [w.randn(shape)], output_size=size)

w.save()
