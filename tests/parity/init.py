"""What `torch.nn.init` comes to: fans, gains, the parameters of the random distributions, and values that are not random."""

import unittest.mock

import torch
from torch.nn import init

from common import Writer

w = Writer("init")
SHAPES = {
    "linear": (7, 12),
    "conv1d": (6, 4, 5),
    "conv2d": (16, 6, 5, 3),
    "conv3d": (4, 3, 2, 3, 5),
    "grouped": (8, 1, 3, 3),
    "transposed": torch.nn.ConvTranspose2d(6, 16, (5, 3)).weight.shape,
}
NO_INPUT = {"dtypes": ("f64",)}


def numbers(*values):
    return torch.tensor(values, dtype=torch.float64)


def drawn(initialiser, shape, **arguments):
    """The arguments that the initialiser gives to `uniform_` or `normal_`."""
    seen = []

    def record(tensor, a, b, generator=None):
        seen.append((a, b))
        return tensor

    with (
        unittest.mock.patch.object(torch.Tensor, "uniform_", record),
        unittest.mock.patch.object(torch.Tensor, "normal_", record),
    ):
        initialiser(torch.empty(shape, dtype=torch.float64), **arguments)
    return numbers(*seen[0])


for name, shape in SHAPES.items():
    shape = tuple(shape)
    weight = torch.empty(shape)

    w.case(f"fans.{name}", lambda shape: numbers(*init._calculate_fan_in_and_fan_out(weight)), [], shape=shape, **NO_INPUT)
    for gain in (1.0, 0.5):
        for initialiser in (init.xavier_uniform_, init.xavier_normal_):
            case = f"{initialiser.__name__[:-1]}.{name}_{gain}"
            w.case(case, lambda shape, gain: drawn(initialiser, shape, gain=gain), [], shape=shape, gain=gain, **NO_INPUT)
    for a, mode, nonlinearity in (
        (0.0, "fan_in", "leaky_relu"),
        (5**0.5, "fan_in", "leaky_relu"),
        (0.2, "fan_out", "leaky_relu"),
        (0.3, "fan_out", "relu"),
        (0.0, "fan_in", "tanh"),
        (0.0, "fan_in", "selu"),
    ):
        for initialiser in (init.kaiming_uniform_, init.kaiming_normal_):
            w.case(
                f"{initialiser.__name__[:-1]}.{name}_{mode}_{nonlinearity}_{a:.1f}",
                lambda shape, **arguments: drawn(initialiser, shape, **arguments),
                [],
                shape=shape,
                a=a,
                mode=mode,
                nonlinearity=nonlinearity,
                **NO_INPUT,
            )

for nonlinearity in (
    *("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d"),
    *("sigmoid", "tanh", "relu", "leaky_relu", "selu"),
):
    gain = lambda nonlinearity, param=None: numbers(init.calculate_gain(nonlinearity, param))
    w.case(f"gain.{nonlinearity}", gain, [], nonlinearity=nonlinearity, **NO_INPUT)
    w.case(f"gain.{nonlinearity}_param", gain, [], nonlinearity=nonlinearity, param=-0.7, **NO_INPUT)

for shape in ((3, 3), (2, 5), (5, 2)):
    w.case(f"eye.{shape[0]}x{shape[1]}", lambda shape: init.eye_(torch.empty(shape)), [], shape=shape, **NO_INPUT)
for shape, groups in (
    *(((4, 4, 3), 1), ((3, 5, 4), 1), ((6, 2, 3), 3), ((6, 4, 3), 3)),
    *(((4, 4, 3, 5), 1), ((6, 2, 4, 3), 2), ((2, 3, 3, 2, 5), 1), ((4, 1, 3, 3, 3), 4)),
):
    name = "x".join(map(str, shape))
    w.case(
        f"dirac.{name}_{groups}",
        lambda shape, groups: init.dirac_(torch.empty(shape), groups),
        [],
        shape=shape,
        groups=groups,
        **NO_INPUT,
    )

w.save()
