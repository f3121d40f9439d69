"""Trajectories of the first-order optimizers, 200 steps in f64 and 20 in f32, and states that are carried on from.

PyTorch keeps the numbers of a state (`mu_product`, `eta`) in the default type, which is set to that of the parameters.
"""

import json

import numpy
import torch

from common import DTYPES, Writer
from trajectories import descend, layers, mlp, quadratic, rosenbrock, trajectory, whole

w = Writer("optimizers_first_order")


class Lion:
    """Lion in NumPy: PyTorch lacks it."""

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0, maximize=False):
        self.params, self.lr, self.betas = list(params), lr, betas
        self.weight_decay, self.maximize = weight_decay, maximize
        self.momentum = [numpy.zeros_like(p.detach().numpy()) for p in self.params]

    def zero_grad(self):
        for p in self.params:
            p.grad = None

    def step(self):
        beta1, beta2 = self.betas
        for p, m in zip(self.params, self.momentum):
            value, grad = p.detach().numpy(), p.grad.numpy()
            if self.maximize:
                grad = -grad
            value *= 1 - self.lr * self.weight_decay
            value -= self.lr * numpy.sign(beta1 * m + (1 - beta1) * grad)
            m *= beta2
            m += (1 - beta2) * grad


DECOUPLED = {"weight_decay": 0.1, "decoupled_weight_decay": True}

# Per optimizer: the class, the rates on the quadratic, the valley and the network, what is varied. `all` is carried on. With
# these, none amplifies a difference in the start by more than some hundred: near a minimum, steps scaled by a short memory
# of the gradients (Adadelta at greater rates, centered RMSprop with a small eps) are chaotic.
OPTIMIZERS = {
    "sgd": (
        torch.optim.SGD,
        (0.02, 2e-4, 0.1),
        {
            "plain": {},
            "momentum": {"momentum": 0.9},
            "dampening": {"momentum": 0.9, "dampening": 0.4},
            "weight_decay": {"weight_decay": 0.1},
            "maximize": {"maximize": True},
            "all": {"momentum": 0.8, "nesterov": True, "weight_decay": 0.05, "maximize": True},
        },
    ),
    "adam": (
        torch.optim.Adam,
        (0.05, 0.02, 0.02),
        {
            "plain": {},
            "weight_decay": {"weight_decay": 0.1},
            "decoupled": DECOUPLED,
            "amsgrad": {"amsgrad": True},
            "maximize": {"maximize": True},
            "all": {"betas": (0.8, 0.99), "eps": 1e-6, "weight_decay": 0.05, "amsgrad": True, "maximize": True},
        },
    ),
    "adamw": (
        torch.optim.AdamW,
        (0.05, 0.02, 0.02),
        {
            "plain": {},
            "undecayed": {"weight_decay": 0.0},
            "amsgrad": {"amsgrad": True},
            "maximize": {"maximize": True},
            "all": {"betas": (0.8, 0.99), "eps": 1e-6, "weight_decay": 0.2, "amsgrad": True, "maximize": True},
        },
    ),
    "adamax": (
        torch.optim.Adamax,
        (0.05, 0.02, 0.02),
        {
            "plain": {},
            "weight_decay": {"weight_decay": 0.1},
            "maximize": {"maximize": True},
            "all": {"betas": (0.8, 0.995), "eps": 1e-3, "weight_decay": 0.05, "maximize": True},
        },
    ),
    "nadam": (
        torch.optim.NAdam,
        (0.05, 0.02, 0.02),
        {
            "plain": {},
            "weight_decay": {"weight_decay": 0.1},
            "decoupled": DECOUPLED,
            "momentum_decay": {"momentum_decay": 0.1},
            "maximize": {"maximize": True},
            "all": {
                "betas": (0.8, 0.99),
                "eps": 1e-6,
                "weight_decay": 0.05,
                "momentum_decay": 0.02,
                "decoupled_weight_decay": True,
                "maximize": True,
            },
        },
    ),
    "radam": (
        torch.optim.RAdam,
        (0.05, 0.001, 0.02),
        {
            "plain": {},
            "weight_decay": {"weight_decay": 0.1},
            "decoupled": DECOUPLED,
            "maximize": {"maximize": True},
            "all": {"betas": (0.8, 0.99), "eps": 1e-6, **DECOUPLED, "maximize": True},
        },
    ),
    "adagrad": (
        torch.optim.Adagrad,
        (0.3, 0.1, 0.1),
        {
            "plain": {},
            "lr_decay": {"lr_decay": 0.05},
            "accumulator": {"initial_accumulator_value": 0.5},
            "weight_decay": {"weight_decay": 0.1},
            "maximize": {"maximize": True},
            "all": {
                "lr_decay": 0.01,
                "initial_accumulator_value": 0.2,
                "eps": 1e-4,
                "weight_decay": 0.05,
                "maximize": True,
            },
        },
    ),
    "adadelta": (
        torch.optim.Adadelta,
        (1.0, 0.1, 0.3),
        {
            "plain": {},
            "rho": {"rho": 0.6},
            "weight_decay": {"weight_decay": 0.1},
            "maximize": {"maximize": True},
            "all": {"rho": 0.8, "eps": 1e-5, "weight_decay": 0.05, "maximize": True},
        },
    ),
    "rmsprop": (
        torch.optim.RMSprop,
        (0.01, 0.002, 0.005),
        {
            "plain": {},
            "momentum": {"momentum": 0.7},
            "centered": {"centered": True},
            "weight_decay": {"weight_decay": 0.1},
            "maximize": {"maximize": True},
            "all": {
                "alpha": 0.95,
                "eps": 1e-2,
                "weight_decay": 0.05,
                "momentum": 0.5,
                "centered": True,
                "maximize": True,
            },
        },
    ),
    "rprop": (
        torch.optim.Rprop,
        (0.05, 0.01, 0.02),
        {
            "plain": {},
            "etas": {"etas": (0.3, 1.5)},
            "step_sizes": {"step_sizes": (1e-3, 0.04)},
            "maximize": {"maximize": True},
            "all": {"etas": (0.4, 1.1), "step_sizes": (1e-4, 0.1), "maximize": True},
        },
    ),
    "asgd": (
        torch.optim.ASGD,
        (0.02, 2e-4, 0.1),
        {
            "plain": {},
            "decay": {"lambd": 0.1, "alpha": 0.5},
            "averaged": {"t0": 5},
            "weight_decay": {"weight_decay": 0.1},
            "maximize": {"maximize": True},
            "all": {"lambd": 0.01, "alpha": 0.6, "t0": 3, "weight_decay": 0.05, "maximize": True},
        },
    ),
    "lion": (
        Lion,
        (0.02, 0.005, 0.01),
        {
            "plain": {},
            "betas": {"betas": (0.5, 0.8)},
            "weight_decay": {"weight_decay": 0.5},
            "maximize": {"maximize": True},
            "all": {"betas": (0.8, 0.95), "weight_decay": 0.1, "maximize": True},
        },
    ),
}

curvature = torch.tensor([1.0, 4.0, 0.5, 10.0], dtype=torch.float64)
centre, start = w.randn(4), w.randn(4, scale=2.0)
valley = torch.tensor([-1.2, 1.0], dtype=torch.float64)
data, weights = w.randn((6, 3)), w.randn(13, scale=0.7)

PROBLEMS = (
    ("quadratic", quadratic, whole, [start, curvature, centre]),
    ("rosenbrock", rosenbrock, whole, [valley]),
    ("mlp", mlp, layers, [weights, data]),
)
# The type, the steps, of which how many are stored, the tolerance.
PRECISIONS = (("f64", 200, 50, 1e-9), ("f32", 20, 10, 1e-5))


def add_trajectories(name, optimizer, rates, variants):
    for (problem, loss, split, inputs), lr in zip(PROBLEMS, rates):
        for dtype, steps, every, tolerance in PRECISIONS:
            if name in ("sgd", "adam") and dtype == "f64" and problem != "mlp":
                continue  # in the family `optimizers`
            torch.set_default_dtype(DTYPES[dtype])
            for variant, options in variants.items():
                w.case(
                    f"{name}.{problem}_{variant}",
                    trajectory(optimizer, loss, split),
                    inputs,
                    dtypes=(dtype,),
                    no_grad=range(len(inputs)),
                    tolerance=tolerance,
                    steps=steps,
                    every=every,
                    lr=lr,
                    **options,
                )


def carry_on(optimizer):
    """From weights and a state, ten more steps of an optimizer that was made with other settings."""

    def run(x, curvature, centre, *tensors, state, group):
        parameters = [torch.nn.Parameter(x.clone())]
        opt = optimizer(parameters)
        group = json.loads(group)
        opt.load_state_dict({"state": {0: dict(zip(state, tensors))}, "param_groups": [group]})
        return descend(opt, parameters, lambda p: quadratic(p, curvature, centre), group["maximize"], 10)

    return run


def add_carried(name, optimizer, lr, options):
    """Ten steps, whose state is stored, and ten more."""
    for dtype, _, _, tolerance in PRECISIONS:
        torch.set_default_dtype(DTYPES[dtype])
        constants = [curvature.to(DTYPES[dtype]), centre.to(DTYPES[dtype])]
        parameters = [torch.nn.Parameter(start.to(DTYPES[dtype], copy=True))]
        opt = optimizer(parameters, lr=lr, **options)
        descend(opt, parameters, lambda p: quadratic(p, *constants), options["maximize"], 10)
        saved = opt.state_dict()
        inputs = [parameters[0], *constants, *saved["state"][0].values()]
        w.case(
            f"{name}.carried",
            carry_on(optimizer),
            inputs,
            dtypes=(dtype,),
            no_grad=range(len(inputs)),
            tolerance=tolerance,
            state=list(saved["state"][0]),
            group=json.dumps(saved["param_groups"][0]),
        )


for name, (optimizer, rates, variants) in OPTIMIZERS.items():
    add_trajectories(name, optimizer, rates, variants)
    if optimizer is not Lion:
        add_carried(name, optimizer, rates[0], variants["all"])

w.save()
