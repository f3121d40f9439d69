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


def case(name, f, *inputs, no_grad=(), tolerance=2**-7):
    # What bf16 keeps of a number.
    w.case(name, autocast(f), list(inputs), dtypes=("f32",), no_grad=no_grad, tolerance=tolerance)


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


# The types of all that PyTorch has in one of its lists, and of some that are in none.
q, k, v = (w.randn((1, 2, 3, 4)) for _ in range(3))
# Where several results are rounded one after the other.
composed = 2**-6
case("scaled_dot_product_attention", F.scaled_dot_product_attention, q, k, v, tolerance=composed)
h, f, positive = w.randn((4, 4)), w.randn((4, 4)), w.rand((4, 4), 0.25, 1.0)
case("cosine_similarity", lambda a, b: F.cosine_similarity(a @ a, b @ b), h, f, tolerance=composed)
case("log", lambda a: (a @ a).log(), positive)
case("rsqrt", lambda a: (a @ a).rsqrt(), positive)
case("pow", lambda a: (a @ a) ** 2, h)
case("softplus", lambda a: F.softplus(a @ a), h)
case("log_softmax", lambda a: (a @ a).log_softmax(1), h)
case("logsumexp", lambda a: (a @ a).logsumexp(1), h)
case("norm", lambda a: (a @ a).norm(dim=1), h)
case("cumsum", lambda a: (a @ a).cumsum(1), h)
case("mean", lambda a: (a @ a).mean(1), h)
case("gelu", lambda a: F.gelu(a @ a), h)
case("mul", lambda a, b: (a @ a) * b, h, f)

signs, classes = torch.tensor([[1, -1, 1, -1]] * 4), torch.tensor([0, 3, 1, 1])


def loss(name, f, *targets, **options):
    """The loss of a product, which is bf16, against f32."""
    no_grad = tuple(range(1, 1 + len(targets)))
    x = w.randn((4, 4), scale=0.5)
    case(name, lambda a, *targets: f(a @ a, *targets), x, *targets, no_grad=no_grad, **options)


loss("binary_cross_entropy", lambda x, y: F.binary_cross_entropy(x.sigmoid(), y), w.rand((4, 4)))
loss("binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits, w.rand((4, 4)))
loss("cosine_embedding_loss", F.cosine_embedding_loss, f, signs[:, 0].contiguous())
loss("hinge_embedding_loss", F.hinge_embedding_loss, signs)
loss("huber_loss", F.huber_loss, f)
divergence = lambda x, y: F.kl_div(x.log_softmax(1), y, reduction="batchmean")
loss("kl_div", divergence, w.rand((4, 4)), tolerance=composed)
loss("margin_ranking_loss", F.margin_ranking_loss, f, signs)
loss("multi_margin_loss", F.multi_margin_loss, classes)
loss("multilabel_margin_loss", F.multilabel_margin_loss, torch.tensor([[3, 0, -1, 1]] * 4))
loss("nll_loss", lambda x, y: F.nll_loss(x.log_softmax(1), y), classes)
loss("poisson_nll_loss", F.poisson_nll_loss, w.rand((4, 4)))
loss("smooth_l1_loss", F.smooth_l1_loss, f)
loss("soft_margin_loss", F.soft_margin_loss, signs)
loss("triplet_margin_loss", F.triplet_margin_loss, f, w.randn((4, 4)))
loss("ctc_loss", lambda x, y, n, m: F.ctc_loss(x.log_softmax(1), y, n, m), torch.tensor([1, 2]), torch.tensor(4), torch.tensor(2))


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
