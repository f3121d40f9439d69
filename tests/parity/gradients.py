"""Clipping of gradients: the total norm, and the gradients afterwards."""

import math

import torch
from torch.nn import utils

from common import Writer

w = Writer("gradients")
ORDERS = (2.0, 1.0, 0.0, 3.0, 0.5, -1.0, math.inf, -math.inf)


def clipped(clip):
    """The result of `clip` if there is one, and the gradients, which it has changed."""

    def run(*grads, **arguments):
        params = [torch.nn.Parameter(torch.zeros_like(grad)) for grad in grads]
        for param, grad in zip(params, grads):
            param.grad = grad.clone()
        total = clip(params, **arguments)
        return [*([] if total is None else [total]), *(param.grad for param in params)]

    return run


def case(name, f, grads, **arguments):
    w.case(name, f, grads, no_grad=range(len(grads)), **arguments)


grads = [w.randn((4, 3)), w.randn((5,)), torch.zeros(2, 2, dtype=torch.float64), w.randn((2, 3, 2), scale=0.1)]
dense = [grads[0], grads[1], grads[3]]
nan, infinite = w.randn((3,)), w.randn((3,))
nan[1], infinite[2] = math.nan, -math.inf

for order in ORDERS:
    for kind, tensors in (("some_zero", grads), ("dense", dense)):
        for max_norm in (0.0, 0.05, 1e4):
            case(f"clip_grad_norm.{kind}_{order}_{max_norm}", clipped(utils.clip_grad_norm_), tensors, max_norm=max_norm, norm_type=order)
        total_norm = lambda *tensors, norm_type: utils.get_total_norm(tensors, norm_type)
        case(f"get_total_norm.{kind}_{order}", total_norm, tensors, norm_type=order)
    for kind, bad in (("nan", nan), ("infinite", infinite)):
        case(f"clip_grad_norm.{kind}_{order}", clipped(utils.clip_grad_norm_), [grads[0], bad], max_norm=0.5, norm_type=order)

for max_norm, total_norm in ((1.0, 8.0), (1.0, 0.5), (0.0, 0.0), (1.0, math.inf), (1.0, math.nan)):
    clip = lambda params, max_norm, total_norm: utils.clip_grads_with_norm_(params, max_norm, params[0].new_tensor(total_norm))
    case(f"clip_grads_with_norm.{max_norm}_{total_norm}", clipped(clip), grads, max_norm=max_norm, total_norm=total_norm)

for clip_value in (0.0, 0.3, 5.0):
    tensors = [*grads, nan, infinite]
    case(f"clip_grad_value.{clip_value}", clipped(utils.clip_grad_value_), tensors, clip_value=clip_value)

w.save()
