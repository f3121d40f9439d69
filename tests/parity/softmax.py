"""Softmax and its logarithm."""

import torch

from common import Writer

w = Writer("softmax")
inf = float("inf")
FAR = torch.tensor([[1e4, -1e4, 9999.0], [-1e4, -1e4, -1e4], [-inf, 1, 2], [-inf, -inf, -inf], [0, 1e-4, -88]],
                   dtype=torch.float64)

for name in ("softmax", "log_softmax"):
    f = getattr(torch, name)
    w.case(f"{name}.last", f, [w.randn((3, 5))], dtypes=("f32", "f64", "f16", "bf16"), dim=-1)
    w.case(f"{name}.middle", f, [w.randn((2, 4, 3))], dim=1)
    w.case(f"{name}.first", f, [w.randn((4, 3))], dim=0)
    w.case(f"{name}.long", f, [w.randn((2, 700), scale=5.0)], dim=1)
    w.case(f"{name}.far", f, [FAR], dim=1)
    w.case(f"{name}.far_columns", f, [FAR.t().contiguous()], dim=0)
    w.case(f"{name}.number", f, [w.randn(())], dim=0)
    w.case(f"{name}.empty", f, [w.randn((0, 3))], dim=1)

w.save()
