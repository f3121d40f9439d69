"""Means of weights: the averaged model after some updates, after `update_bn`, and what it computes."""

import torch
from torch.optim.swa_utils import AveragedModel, get_ema_avg_fn, get_ema_multi_avg_fn, get_swa_avg_fn, get_swa_multi_avg_fn, update_bn

from common import Writer

w = Writer("averaging")
STEPS, BATCH = 5, 6
NAMES = ("0.weight", "0.bias", "1.weight", "1.bias")
AVERAGES = {
    "equal": lambda: {},
    "equal_one_by_one": lambda: {"avg_fn": get_swa_avg_fn()},
    "equal_together": lambda: {"multi_avg_fn": get_swa_multi_avg_fn()},
    "ema_0.9": lambda: {"multi_avg_fn": get_ema_multi_avg_fn(0.9)},
    "ema_0.9_one_by_one": lambda: {"avg_fn": get_ema_avg_fn(0.9)},
    "ema_0.0": lambda: {"multi_avg_fn": get_ema_multi_avg_fn(0.0)},
    "ema_1.0": lambda: {"multi_avg_fn": get_ema_multi_avg_fn(1.0)},
    # The larger of the two: depends on nothing but its arguments.
    "own": lambda: {"avg_fn": lambda mean, weight, n: torch.maximum(mean, weight) / n},
}


def average(x, *weights, averaging, use_buffers, momentum):
    """`x` and each of the weights have one value per step."""
    bn = torch.nn.BatchNorm1d(4, momentum=None if momentum < 0 else momentum)
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), bn).to(x.dtype)
    averaged = AveragedModel(model, use_buffers=use_buffers, **AVERAGES[averaging]())
    params = dict(model.named_parameters())
    for step in range(STEPS):
        with torch.no_grad():
            for name, values in zip(NAMES, weights):
                params[name].copy_(values[step])
        model(x[step])
        averaged.update_parameters(model)
    outputs = [value.clone() for name, value in averaged.state_dict().items() if name != "n_averaged"]
    averaged.eval()
    update_bn(list(x), averaged)
    outputs += [buffer.clone() for buffer in bn_buffers(averaged)]
    # The layers' own momentum is back.
    averaged.train()
    averaged(x[0])
    outputs += [buffer.clone() for buffer in bn_buffers(averaged)]
    averaged.eval()
    return [*outputs, averaged(x[0]), averaged.n_averaged]


def bn_buffers(averaged):
    return averaged.module[1].buffers()


inputs = [
    w.randn((STEPS, BATCH, 3)),
    w.randn((STEPS, 4, 3)),
    w.randn((STEPS, 4)),
    w.rand((STEPS, 4), 0.5, 2.0),
    w.randn((STEPS, 4)),
]
for averaging in AVERAGES:
    for use_buffers in (False, True):
        for momentum in (0.1, -1.0):
            # PyTorch can't do the one with integer buffers, and the other, which divides them, is not what is tested.
            if averaging in ("equal_together", "own") and use_buffers:
                continue
            name = f"averaged.{averaging}_{'buffers' if use_buffers else 'params'}_{momentum}"
            arguments = {"averaging": averaging, "use_buffers": use_buffers, "momentum": momentum}
            # PyTorch's weight 1 / (n + 1) has the precision of f32 there, which is not what is copied.
            dtypes = ("f32",) if averaging == "equal_together" else ("f32", "f64")
            w.case(name, average, inputs, dtypes, no_grad=range(len(inputs)), **arguments)

# No gradient: what the model computes is compared by value.
w.tensors = {key: value for key, value in w.tensors.items() if "/upstream" not in key and "/grad" not in key}
w.save()
