"""Reductions: sums, means, variances, extrema, norms."""

import torch

from common import Writer

w = Writer("reduce")
inf, nan = float("inf"), float("nan")


def over(f):
    """`f` over the dimensions `dim`, or over all without."""
    def call(x, dim=None, keepdim=False, **args):
        return f(x, **args) if dim is None else f(x, dim, keepdim=keepdim, **args)
    return call


half = ("f32", "f64", "f16", "bf16")

for name, f in {"sum": torch.sum, "mean": torch.mean, "var": torch.var, "std": torch.std}.items():
    w.case(f"{name}.all", over(f), [w.randn((3, 5))], dtypes=half)
    w.case(f"{name}.some", over(f), [w.randn((2, 3, 4))], dim=(0, -1), keepdim=True)
    w.case(f"{name}.one", over(f), [w.randn((4, 3))], dtypes=half, dim=1)
    w.case(f"{name}.large", over(f), [w.randn((2, 700, 3)) + 5], no_grad=(0,), dim=1)
for name in ("sum", "mean"):
    w.case(f"{name}.empty", over(getattr(torch, name)), [w.randn((2, 0))], dim=1)
w.case("sum.bf16_ones", over(torch.sum), [torch.ones(100, 100, dtype=torch.float64)], dtypes=("bf16", "f16"))
w.case("var.biased", over(torch.var), [w.randn((3, 4))], dim=0, correction=0)
w.case("std.biased", over(torch.std), [w.randn((3, 4))], dim=0, correction=0)
w.case("std.constant", over(torch.std), [torch.tensor([[2.0, 2, 2], [1, 2, 3]])], dim=1)
w.case("sum.integers", over(torch.sum), [torch.tensor([[200, 100], [3, 4]], dtype=torch.uint8)], dtypes=("f32",), dim=0)
w.case("cumsum", torch.cumsum, [w.randn((2, 5, 3))], dtypes=half, dim=1)

ties = torch.tensor([[1.0, 3, 3, 0], [nan, 2, nan, 5], [4, 4, 4, 4]], dtype=torch.float64)
for name in ("max", "min"):
    f, a = getattr(torch, name), getattr(torch, f"a{name}")
    for variant, x in {"plain": w.randn((3, 4)), "ties": ties}.items():
        w.case(f"{name}.all_{variant}", f, [x])
        w.case(f"{name}_with_indices.{variant}", f, [x], dim=1, keepdim=False)
        w.case(f"{name}_with_indices.{variant}_kept", f, [x], dim=0, keepdim=True)
        w.case(f"arg{name}.{variant}", over(getattr(torch, f"arg{name}")), [x], dim=1)
        w.case(f"arg{name}.all_{variant}", getattr(torch, f"arg{name}"), [x])
    w.case(f"a{name}.plain", a, [w.randn((2, 3, 4))], dtypes=half, dim=(0, 2), keepdim=True)
    w.case(f"a{name}.ties", a, [ties[::2].contiguous()], dim=(0, 1))

w.case("logsumexp.some", torch.logsumexp, [w.randn((2, 3, 4))], dim=(0, 2), keepdim=True)
w.case("logsumexp.half", torch.logsumexp, [w.randn((3, 4))], dtypes=("f16", "bf16"), dim=1)
w.case("logsumexp.far", torch.logsumexp, [torch.tensor([[1e4, -1e4, 9999.0], [-inf, -inf, 1], [-inf, -inf, -inf],
                                                        [inf, 1, 2]], dtype=torch.float64)], dim=1)
w.case("logsumexp.empty", torch.logsumexp, [w.randn((2, 0))], dim=1)

for p in (2, 1, 0, 3, 0.5, 1.5, inf, -inf):
    x = torch.tensor([[0.0, 2, -1], [3, -3, 0.5]], dtype=torch.float64)
    w.case(f"norm.{str(p).replace('.', '_')}", lambda x, p, dim: torch.linalg.vector_norm(x, p, dim=dim), [x],
           no_grad=(0,) if p == 0 else (), p=p, dim=1)
w.case("norm.all", torch.norm, [w.randn((3, 4))], dtypes=half)
w.case("norm.zeros", torch.norm, [torch.zeros(3)])

w.save()
