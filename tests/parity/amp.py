"""Mixed precision: the types and values under autocast, and the scales of a GradScaler."""

import torch
import torch.nn.functional as F

from common import Writer

w = Writer("amp")


def autocast(f):
    def run(*inputs, **arguments):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return f(*inputs, **arguments)

    return run


def case(name, f, *inputs, no_grad=()):
    # What bf16 keeps of a number.
    w.case(name, autocast(f), list(inputs), dtypes=("f32",), no_grad=no_grad, tolerance=2**-7)


x, y = w.randn((4, 6)), w.randn((6, 3))
case("matmul", torch.matmul, x, y)
case("bmm", torch.bmm, w.randn((2, 3, 4)), w.randn((2, 4, 5)))
case("linear", F.linear, x, w.randn((3, 6)), w.randn(3))
case("conv2d", F.conv2d, w.randn((2, 3, 6, 5)), w.randn((4, 3, 3, 3)), w.randn(4))
case("cat", lambda a, b: torch.cat([a, b @ b], 1), w.randn((4, 4)), w.randn((4, 4)))
case("stack", lambda a, b: torch.stack([a, b @ b], 1), w.randn((4, 4)), w.randn((4, 4)))
case("add", lambda a, b: a + b @ b, w.randn((4, 4)), w.randn((4, 4)))
case("relu", lambda a: (a @ a).relu(), w.randn((4, 4)))
case("softmax", lambda a: (a @ a).softmax(1), w.randn((4, 4)))
case("exp", lambda a: (a @ a).exp(), w.randn((4, 4), scale=0.5))
case("sum", lambda a: (a @ a).sum(1), w.randn((4, 4)))
case("layer_norm", lambda a, v, b: F.layer_norm(a @ a, (4,), v, b), w.randn((4, 4)), w.randn(4), w.randn(4))
case("mse_loss", lambda a, t: F.mse_loss(a @ a, t), w.randn((4, 4)), w.randn((4, 4)), no_grad=(1,))
case("l1_loss", lambda a, t: F.l1_loss(a @ a, t), w.randn((4, 4)), w.randn((4, 4)), no_grad=(1,))
case("cross_entropy", lambda a, t: F.cross_entropy(a @ a, t), w.randn((4, 4)), torch.tensor([0, 3, 1, 1]))


def scales(**options):
    """The scale after each of 40 steps, some of whose gradients overflow, and the weight."""
    weight = torch.nn.Parameter(torch.tensor([1.0]))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    scaler = torch.amp.GradScaler("cpu", **options)
    found, weights = [], []
    for step in range(40):
        optimizer.zero_grad()
        scaler.scale((weight * (step % 5)).sum()).backward()
        if step in (4, 9, 10, 25):
            weight.grad.fill_(float("inf") if step % 2 else float("nan"))
        if step % 3 == 0:
            scaler.unscale_(optimizer)
        scaler.step(optimizer)
        scaler.update()
        found.append(scaler.get_scale())
        weights.append(weight.item())
    return torch.tensor(found), torch.tensor(weights)


w.case("grad_scaler.defaults", scales, [], dtypes=("f32",))
w.case("grad_scaler.grows", scales, [], dtypes=("f32",), growth_interval=3)
w.case(
    "grad_scaler.all",
    scales,
    [],
    dtypes=("f32",),
    init_scale=100.0,
    growth_factor=1.7,
    backoff_factor=0.3,
    growth_interval=2,
)
w.save()
