"""Problems that optimizers are run on, and their trajectories; `runtime/tests/common/trajectory.rs` has the same."""

import torch


def quadratic(parameters, curvature, centre):
    (x,) = parameters
    return 0.5 * (curvature * (x - centre) ** 2).sum()


def rosenbrock(parameters):
    (x,) = parameters
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


def mlp(parameters, data):
    w1, b1, w2, b2 = parameters
    hidden = torch.tanh(torch.nn.functional.linear(data[:, :2], w1, b1))
    return ((torch.nn.functional.linear(hidden, w2, b2) - data[:, 2:]) ** 2).mean()


def whole(start):
    return [start]


def layers(start):
    """The weights and biases of two inputs, three hidden units, one output."""
    w1, b1, w2, b2 = start.split([6, 3, 3, 1])
    return [w1.reshape(3, 2), b1, w2.reshape(1, 3), b2]


def descend(opt, parameters, loss, maximize, steps, every=1):
    """The parameters in one row after each `every` steps."""
    points = []
    for step in range(steps):
        opt.zero_grad()
        value = loss(parameters)
        # A maximum of the negative is a minimum.
        (-value if maximize else value).backward()
        opt.step()
        if (step + 1) % every == 0:
            points.append(torch.cat([p.detach().flatten() for p in parameters]))
    return torch.stack(points)


def trajectory(optimizer, loss, split=whole):
    def run(start, *constants, steps=200, every=1, **options):
        parameters = [torch.nn.Parameter(part.clone()) for part in split(start)]
        opt = optimizer(parameters, **options)
        return descend(opt, parameters, lambda p: loss(p, *constants), options.get("maximize"), steps, every)

    return run
