"""Convolutions."""

import torch
import torch.nn.functional as F

from common import Writer

w = Writer("conv")


def conv2d(x, weight, bias=None, **args):
    return F.conv2d(x, weight, bias, **args)


for name, (x, weight, bias, args) in {
    "plain": ((2, 3, 6, 5), (4, 3, 3, 2), True, {}),
    "no_bias": ((2, 3, 6, 5), (4, 3, 3, 2), False, {}),
    "unbatched": ((3, 6, 5), (4, 3, 3, 2), True, {}),
    "stride_odd": ((2, 2, 7, 4), (3, 2, 3, 3), True, {"stride": (2, 2), "padding": (1, 1)}),
    "stride_pair": ((1, 2, 9, 8), (2, 2, 2, 3), True, {"stride": (3, 2), "padding": (0, 2)}),
    "dilation": ((2, 2, 7, 6), (2, 2, 3, 2), True, {"dilation": (2, 3), "padding": (2, 1)}),
    "groups": ((2, 4, 5, 3), (6, 2, 3, 3), True, {"padding": (1, 1), "groups": 2}),
    "depthwise": ((2, 3, 5, 4), (6, 1, 3, 3), True, {"stride": (2, 1), "padding": (1, 1), "groups": 3}),
    "pointwise": ((2, 5, 4, 3), (7, 5, 1, 1), True, {}),
    "pointwise_stride": ((2, 3, 5, 4), (2, 3, 1, 1), False, {"stride": (2, 2)}),
    "wide_padding": ((1, 2, 2, 3), (2, 2, 3, 3), True, {"padding": (4, 3)}),
    "same": ((1, 2, 4, 5), (2, 2, 2, 4), True, {"padding": "same", "dilation": (3, 1)}),
    "empty_batch": ((0, 2, 5, 4), (3, 2, 3, 3), True, {"padding": (1, 1)}),
}.items():
    inputs = [w.randn(x), w.randn(weight)] + ([w.randn((weight[0],))] if bias else [])
    w.case(f"conv2d.{name}", conv2d, inputs, **args)

# Half types: the result alone, since upstream gradients would be rounded differently.
for dtype in ("bf16", "f16"):
    x, weight, bias = (w.randn(shape) for shape in ((2, 3, 6, 5), (4, 3, 3, 2), (4,)))
    w.case("conv2d.half", conv2d, [x, weight, bias], dtypes=(dtype,), no_grad=(0, 1, 2))

w.save()
