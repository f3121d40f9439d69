"""Normalisations."""

import torch
import torch.nn.functional as F

from common import Writer

w = Writer("norm")


def batch_norm(x, mean, var, weight=None, bias=None, **args):
    """The result and the running statistics afterwards."""
    mean, var = mean.clone(), var.clone()
    return F.batch_norm(x, mean, var, weight, bias, **args), mean, var


def layer_norm(x, weight=None, bias=None, **args):
    return F.layer_norm(x, args["normalized_shape"], weight, bias, args.get("eps", 1e-5))


for name, (shape, args) in {
    "rows": ((5, 3), {}),
    "signal": ((2, 3, 4), {"momentum": 0.3, "eps": 1e-3}),
    "image": ((3, 2, 4, 5), {}),
    "one_image": ((1, 2, 3, 3), {}),
}.items():
    c = shape[1]
    for training in (True, False):
        x, mean, var = w.randn(shape, scale=2.0) + 0.7, w.randn((c,)), w.rand((c,), low=0.5, high=2.0)
        mode = "train" if training else "eval"
        inputs = [x, mean, var, w.randn((c,)), w.randn((c,))]
        w.case(f"batch_norm.{name}.{mode}", batch_norm, inputs, no_grad=(1, 2), training=training, **args)
        w.case(f"batch_norm.{name}.{mode}.plain", batch_norm, inputs[:3], no_grad=(1, 2), training=training, **args)

for name, (shape, args) in {
    "last": ((4, 5), {"normalized_shape": (5,)}),
    "two": ((2, 3, 4), {"normalized_shape": (3, 4)}),
    "deep": ((2, 2, 3), {"normalized_shape": (3,), "eps": 1e-3}),
    "empty": ((0, 3), {"normalized_shape": (3,)}),
}.items():
    x, n = w.randn(shape, scale=2.0) + 0.7, args["normalized_shape"]
    w.case(f"layer_norm.{name}", layer_norm, [x, w.randn(n), w.randn(n)], **args)
    w.case(f"layer_norm.{name}.plain", layer_norm, [x], **args)
    w.case(f"layer_norm.{name}.weight", layer_norm, [x, w.randn(n)], **args)

w.save()
