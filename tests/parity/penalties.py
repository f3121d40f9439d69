"""Penalties of weights."""

import torch

from common import Writer

w = Writer("penalties")


def l1_penalty(*params):
    return sum(p.abs().sum() for p in params)


def l2_penalty(*params):
    return sum(p.square().sum() for p in params)


for penalty in (l1_penalty, l2_penalty):
    w.case(f"{penalty.__name__}.several", penalty, [w.randn((3, 4)), w.randn(5), w.randn(())])
    w.case(f"{penalty.__name__}.zeros", penalty, [torch.tensor([0.0, -1.0, 2.0], dtype=torch.float64), torch.zeros(2)])

w.save()
