"""Element-wise operations."""

import torch
import torch.nn.functional as F

from common import Writer

w = Writer("elementwise")

SHAPES = {
    "same": ((3, 5), (3, 5)),
    "broadcast": ((3, 1, 5), (4, 1)),
    "scalar": ((), (2, 3)),
    "empty": ((0, 3), (1, 3)),
}
for variant, (left, right) in SHAPES.items():
    a, b = w.randn(left), w.randn(right)
    for f in (torch.add, torch.sub, torch.mul, torch.div, torch.maximum, torch.minimum):
        w.case(f"{f.__name__}.{variant}", f, [a, b])
    for f in (torch.eq, torch.ne, torch.lt, torch.le, torch.gt, torch.ge):
        w.case(f"{f.__name__}.{variant}", f, [a.round(), b.round()])
    w.case(f"pow.{variant}", torch.pow, [a.abs() + 0.1, b])
    w.case(f"where.{variant}", torch.where, [a > 0.1, a, b])

# Ties, bases of zero and below.
ties = torch.tensor([-1.0, 0.0, 1.0, 2.0]), torch.tensor([-1.0, -0.0, 2.0, 1.0])
for f in (torch.maximum, torch.minimum):
    w.case(f"{f.__name__}.ties", f, ties)
w.case("pow.corners", torch.pow, [torch.tensor([0.0, 0.0, 2.0, -2.0, -2.0]), torch.tensor([0.0, 2.0, 0.0, 3.0, 2.0])], no_grad=(1,))
w.case("pow.zero", torch.pow, [torch.tensor([0.0, 0.0, 2.0]), torch.tensor([0.0, 2.0, 0.0])])


def number(op):
    """The tensor on the left, a number on the right."""
    return lambda x, number: getattr(torch, op)(x, number)


for op in ("add", "sub", "mul", "div", "pow"):
    x = w.randn((3, 5)).abs() + 0.1
    w.case(f"{op}_number", number(op), [x], number=2.5)
for exponent in (0.0, 1.0, 2.0, 3.0, -1.0):
    w.case(f"pow_number.{exponent:g}".replace("-", "minus"), number("pow"), [torch.tensor([-2.0, -0.5, 1.0, 3.0])], number=exponent)
w.case("pow_number.half", number("pow"), [w.rand((3, 5)) + 0.1], number=0.5)
w.case("rsub_number", lambda x, number: number - x, [w.randn((3, 5))], number=2.5)
w.case("rdiv_number", lambda x, number: number / x, [w.randn((3, 5))], number=2.5)

# Both sides of every kink, and the kinks.
grid = torch.tensor([-30.0, -3.0, -1.0, -0.5, -0.0, 0.0, 0.25, 0.5, 1.0, 3.0, 30.0])
FUNCTIONS = {
    "neg": torch.neg,
    "abs": torch.abs,
    "square": torch.square,
    "sin": torch.sin,
    "cos": torch.cos,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "gelu": F.gelu,
    "silu": F.silu,
    "softplus": F.softplus,
}
ALL = ("f32", "f64", "f16", "bf16")
for name, f in FUNCTIONS.items():
    w.case(f"{name}.random", f, [w.randn((3, 5), scale=2.0)], dtypes=ALL)
    w.case(f"{name}.grid", f, [grid], dtypes=ALL)
    w.case(f"{name}.empty", f, [w.randn((0, 2))])
    w.case(f"{name}.scalar", f, [w.randn(())])
for f in (torch.exp, torch.sqrt, torch.rsqrt, torch.log):
    w.case(f"{f.__name__}.random", f, [w.rand((3, 5), low=0.1, high=3.0)], dtypes=ALL)

OPTIONS = {
    "leaky_relu": (F.leaky_relu, {"negative_slope": 0.3}),
    "elu": (F.elu, {"alpha": 0.7}),
    "gelu": (F.gelu, {"approximate": "tanh"}),
    "softplus": (F.softplus, {"beta": 2.0, "threshold": 1.0}),
    "clamp": (torch.clamp, {"min": -0.5, "max": 1.0}),
}
for name, (f, options) in OPTIONS.items():
    w.case(f"{name}.options", f, [w.randn((3, 5), scale=2.0)], dtypes=ALL, **options)
    w.case(f"{name}.options_grid", f, [grid], dtypes=ALL, **options)
w.case("clamp.min", torch.clamp, [grid], min=-0.5)
w.case("clamp.max", torch.clamp, [grid], max=0.5)
w.case("clamp.crossed", torch.clamp, [grid], min=1.0, max=-1.0)

for variant, (x, weight) in {
    "one": ((2, 3, 4), 1),
    "channels": ((2, 3, 4), 3),
    "matrix": ((5, 3), 3),
    "vector": ((4,), 1),
    "empty": ((0, 3, 2), 3),
}.items():
    w.case(f"prelu.{variant}", F.prelu, [w.randn(x), w.randn((weight,))])
w.case("prelu.grid", F.prelu, [grid, torch.tensor([0.25])])

w.save()
