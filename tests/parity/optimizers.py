"""Trajectories of optimizers: the parameters after each of 200 steps, in f64."""

import torch

from common import Writer
from trajectories import quadratic, rosenbrock, trajectory

w = Writer("optimizers")

VARIANTS = {
    "sgd": (
        torch.optim.SGD,
        {"lr": 0.02},
        {"lr": 2e-4},
        {
            "plain": {},
            "momentum": {"momentum": 0.9},
            "dampening": {"momentum": 0.9, "dampening": 0.4},
            "weight_decay": {"weight_decay": 0.1},
            "nesterov": {"momentum": 0.8, "nesterov": True},
            "maximize": {"maximize": True},
            "all": {"momentum": 0.8, "nesterov": True, "weight_decay": 0.05, "maximize": True},
        },
    ),
    "adam": (
        torch.optim.Adam,
        {"lr": 0.05},
        {"lr": 0.02},
        {
            "plain": {},
            "betas": {"betas": (0.6, 0.95)},
            "eps": {"eps": 1e-3},
            "weight_decay": {"weight_decay": 0.1},
            "decoupled": {"weight_decay": 0.1, "decoupled_weight_decay": True},
            "amsgrad": {"amsgrad": True},
            "maximize": {"maximize": True},
            "all": {"betas": (0.8, 0.99), "weight_decay": 0.05, "amsgrad": True, "maximize": True},
        },
    ),
}

curvature = torch.tensor([1.0, 4.0, 0.5, 10.0], dtype=torch.float64)
centre, start = w.randn(4), w.randn(4, scale=2.0)
valley = torch.tensor([-1.2, 1.0], dtype=torch.float64)

for name, (optimizer, on_quadratic, on_rosenbrock, variants) in VARIANTS.items():
    for variant, options in variants.items():
        for problem, loss, inputs, base in (
            ("quadratic", quadratic, [start, curvature, centre], on_quadratic),
            ("rosenbrock", rosenbrock, [valley], on_rosenbrock),
        ):
            w.case(
                f"{name}.{problem}_{variant}",
                trajectory(optimizer, loss),
                inputs,
                dtypes=("f64",),
                no_grad=range(len(inputs)),
                tolerance=1e-9,
                **base,
                **options,
            )

w.save()
