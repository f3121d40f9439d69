"""Trajectories of LBFGS, Adafactor, Muon and SparseAdam.

A trajectory is the parameters, joined to one vector, after every `every` of `steps` steps. A case's inputs are `params`
parameters, then the constants of its problem; a carried-over one has the tensors of PyTorch's state after those, their
names in `state`, and the groups as JSON.
"""

import json

import torch
import torch.nn.functional as F

from common import Writer

w = Writer("optimizers_second")
LONG = {"steps": 200, "every": 20}
SHORT = {"steps": 20, "every": 4}


def quadratic(params, constants, step):
    curvature, centre = constants
    return 0.5 * (curvature * (params[0] - centre) ** 2).sum()


def rosenbrock(params, constants, step):
    x, y = params[0][0], params[0][1]
    return ((1 - x) ** 2).sum() + 100 * ((y - x**2) ** 2).sum()


def mlp(params, constants, step):
    x, target = constants
    weights, biases = (params, []) if len(params) == 2 else (params[::2], params[1::2])
    hidden = F.linear(x, weights[0], *biases[:1]).tanh()
    return ((F.linear(hidden, weights[1], *biases[1:]) - target) ** 2).mean()


def embedding(params, constants, step):
    """Two reads of the table, so that sparse gradients add up."""
    ids, target = constants
    first, second = ids[step % len(ids)].chunk(2)
    read = lambda ids: F.embedding(ids, params[0], padding_idx=2, sparse=True)
    return ((read(first) - target) ** 2).sum() + 0.5 * ((read(second) + target) ** 2).sum()


PROBLEMS = {"quadratic": quadratic, "vector": quadratic, "cube": quadratic, "rosenbrock": rosenbrock, "mlp": mlp,
            "matrices": mlp, "embedding": embedding}  # fmt: skip


def advance(opt, params, loss, constants, maximize, steps):
    """Steps with the numbers `steps`; yields after each."""
    for step in steps:

        def closure():
            opt.zero_grad()
            value = loss(params, constants, step)
            # A maximum of the negative is a minimum.
            value = -value if maximize else value
            value.backward()
            return value

        opt.step(closure)
        yield torch.cat([p.detach().flatten() for p in params])


def trajectory(optimizer, loss):
    def run(*inputs, params, steps, every, **options):
        values = [torch.nn.Parameter(x.detach().clone()) for x in inputs[:params]]
        opt = optimizer(values, **options)
        maximize = options.get("maximize", False)
        points = advance(opt, values, loss, inputs[params:], maximize, range(steps))
        return torch.stack([p for i, p in enumerate(points) if (i + 1) % every == 0])

    return run


def problem(name):
    """The parameters and the constants."""
    shapes = {"quadratic": (3, 2), "vector": (5,), "cube": (2, 3, 2)}
    if name in shapes:
        shape = shapes[name]
        return [w.randn(shape, scale=2.0)], [w.rand(shape, 0.5, 8.0), w.randn(shape)]
    if name == "rosenbrock":
        return [torch.tensor([[-1.2, 0.3], [1.0, -0.4]], dtype=torch.float64)], []
    if name == "embedding":
        ids = torch.randint(0, 8, (50, 6), generator=w.generator)
        return [w.randn((9, 3))], [ids, w.randn((3, 3))]
    weights = [w.randn((5, 3), scale=0.6), w.randn((2, 5), scale=0.5)]
    biases = [w.randn((5,), scale=0.1), w.randn((2,), scale=0.1)]
    params = weights if name == "matrices" else [weights[0], biases[0], weights[1], biases[1]]
    return params, [w.randn((8, 3)), w.randn((8, 2))]


def trajectories(op, optimizer, on, variants, tolerance, short_on=None):
    """Every variant on every problem of `on`, problem → base options."""
    for name, base in on.items():
        params, constants = problem(name)
        inputs = params + constants
        for variant, options in variants.items():
            for dtype, length, limit in (("f64", LONG, tolerance), ("f32", SHORT, 1e-5)):
                if dtype == "f32" and short_on is not None and (name, variant) not in short_on:
                    continue
                w.case(
                    f"{op}.{name}_{variant}",
                    trajectory(optimizer, PROBLEMS[name]),
                    inputs,
                    dtypes=(dtype,),
                    no_grad=range(len(inputs)),
                    tolerance=limit,
                    params=len(params),
                    **length,
                    **{**base, **options},
                )


def tensors(state, prefix):
    """The state of one parameter by name; numbers become tensors, lists are stacked."""
    for name, value in state.items():
        if name == "al":
            continue  # working memory
        if isinstance(value, list):
            value = torch.stack([torch.as_tensor(v) for v in value])
        elif not torch.is_tensor(value):
            value = torch.tensor(value, dtype=torch.int64 if isinstance(value, int) and name != "t" else torch.float64)
        yield f"{prefix}.{name}", value


def carried(op, optimizer, name, before=7, after=30, **options):
    """A state saved by PyTorch after some steps, and how it goes on."""
    params, constants = problem(name)
    values = [torch.nn.Parameter(p.clone()) for p in params]
    opt = optimizer(values, **options)
    list(advance(opt, values, PROBLEMS[name], constants, False, range(before)))
    saved = opt.state_dict()
    state = dict(entry for i, s in saved["state"].items() for entry in tensors(s, i))
    state = {name: value.clone() for name, value in state.items()}
    start = [p.detach().clone() for p in values]
    points = torch.stack(list(advance(opt, values, PROBLEMS[name], constants, False, range(before, before + after))))
    inputs = start + constants + list(state.values())
    w.case(
        f"{op}.{name}_carried",
        lambda *inputs, **args: points,
        inputs,
        dtypes=("f64",),
        no_grad=range(len(inputs)),
        tolerance=1e-6 if op == "lbfgs" else 1e-9,
        params=len(params),
        before=before,
        steps=after,
        every=1,
        state=list(state),
        groups=json.dumps(saved["param_groups"]),
    )


# In curved valleys every iteration makes the last bit's difference greater, by 10⁸ in 60: few of them per step there, and
# rates at which PyTorch's own trajectory stays where it is if its start is moved by 10⁻¹⁵ (at 0.1 it moves by 10⁻⁸).
trajectories(
    "lbfgs",
    torch.optim.LBFGS,
    {"quadratic": {"lr": 0.2}, "rosenbrock": {"lr": 0.02}, "mlp": {"lr": 0.1}},
    {
        "plain": {"max_iter": 1},
        "tolerances": {"max_iter": 1, "tolerance_grad": 1e-2, "tolerance_change": 1e-4},
        "wolfe": {"lr": 1.0, "max_iter": 1, "max_eval": 20, "line_search_fn": "strong_wolfe"},
        "wolfe_long": {"line_search_fn": "strong_wolfe"},
        "max_eval": {"lr": 1.0, "max_iter": 6, "max_eval": 4, "line_search_fn": "strong_wolfe"},
        "maximize": {"max_iter": 1, "maximize": True},
    },
    1e-6,
    short_on={(p, v) for p in ("quadratic", "rosenbrock", "mlp") for v in ("plain", "tolerances", "maximize")},
)
trajectories(
    "lbfgs",
    torch.optim.LBFGS,
    {"quadratic": {"lr": 0.2}},
    {"long": {"max_iter": 5, "history_size": 3}},
    1e-6,
)
carried("lbfgs", torch.optim.LBFGS, "mlp", lr=0.3, max_iter=2)
carried("lbfgs", torch.optim.LBFGS, "rosenbrock", max_iter=1, max_eval=20, history_size=4,
        line_search_fn="strong_wolfe")  # fmt: skip

# Rates at which no parameter comes to its minimum: around it, steps of a fixed size make chaos of the last bit.
trajectories(
    "adafactor",
    torch.optim.Adafactor,
    {"quadratic": {"lr": 0.003}, "vector": {}, "cube": {}, "rosenbrock": {}, "mlp": {"lr": 0.05}},
    {
        "plain": {},
        "beta2_decay": {"beta2_decay": -0.5},
        "eps": {"eps": (1e-2, 0.1)},
        "d": {"d": 2.0},
        "weight_decay": {"weight_decay": 0.1},
        "maximize": {"maximize": True},
        "all": {"beta2_decay": -0.6, "eps": (None, 1e-2), "d": 1.5, "weight_decay": 0.05, "maximize": True},
    },
    1e-9,
)
carried("adafactor", torch.optim.Adafactor, "mlp", lr=0.05, weight_decay=0.1)

trajectories(
    "muon",
    torch.optim.Muon,
    {"quadratic": {"lr": 0.02}, "rosenbrock": {"lr": 0.002}, "matrices": {"lr": 0.02}},
    {
        "plain": {},
        "momentum": {"momentum": 0.8, "nesterov": False},
        "weight_decay": {"weight_decay": 0.0},
        "coefficients": {"ns_coefficients": (2.0, -1.5, 0.5), "ns_steps": 3, "eps": 1e-3},
        "match_rms_adamw": {"adjust_lr_fn": "match_rms_adamw"},
        "spectral_unclamped": {"adjust_lr_fn": "spectral_unclamped"},
    },
    1e-9,
)
carried("muon", torch.optim.Muon, "matrices", lr=0.02)

trajectories(
    "sparse_adam",
    torch.optim.SparseAdam,
    {"embedding": {"lr": 0.05}},
    {"plain": {}, "betas": {"betas": (0.6, 0.95)}, "eps": {"eps": 1e-2}, "maximize": {"maximize": True}},
    1e-9,
)
carried("sparse_adam", torch.optim.SparseAdam, "embedding", lr=0.05)

trajectories(
    "sgd",
    torch.optim.SGD,
    {"embedding": {"lr": 0.05}},
    {
        "plain": {},
        "momentum": {"momentum": 0.8, "dampening": 0.3},
        "nesterov": {"momentum": 0.8, "nesterov": True, "maximize": True},
    },
    1e-9,
)

w.save()
