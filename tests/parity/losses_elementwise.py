"""Losses that each element has by itself, and negative log-likelihoods of classes."""

import torch
import torch.nn.functional as F

from common import Writer

w = Writer("losses_elementwise")
REDUCTIONS = ("mean", "sum", "none")
SHAPE = (4, 3)


def values(*numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def signs(shape):
    return torch.randint(2, shape, generator=w.generator) * 2.0 - 1.0


# Weights are inputs, so that those that PyTorch differentiates are compared, too.


def weighted(loss):
    def run(output, target, weight=None, **options):
        return loss(output, target, weight=weight, **options)

    return run


def with_logits(output, target, weight=None, pos_weight=None, **options):
    return F.binary_cross_entropy_with_logits(output, target, weight=weight, pos_weight=pos_weight, **options)


def positive(output, target, pos_weight, **options):
    return with_logits(output, target, pos_weight=pos_weight, **options)


# Differences: ties, and both sides of beta and delta, exactly on them, too.
for name, loss in (("mse_loss", F.mse_loss), ("l1_loss", F.l1_loss), ("huber_loss", F.huber_loss)):
    for reduction in REDUCTIONS:
        inputs = [w.randn(SHAPE), w.randn(SHAPE), w.rand(SHAPE, low=0.1, high=2.0)]
        w.case(f"{name}.weight_{reduction}", weighted(loss), inputs, reduction=reduction)
    inputs = [w.randn((3, 2)), w.randn((3, 2)), torch.zeros(3, 2, dtype=torch.float64)]
    w.case(f"{name}.weight_zero", weighted(loss), inputs)
    inputs = [w.randn((16, 3)), w.randn((16, 3)), w.rand((16, 3))]
    w.case(f"{name}.weight_half", weighted(loss), inputs, dtypes=("bf16",))

kinks = values(0.0, 0.5, -0.5, 0.25, -0.25, 1.0, -1.0, 2.0, -2.0, 0.75, -4.0, 1e-3)
for name, loss, argument in (("smooth_l1_loss", F.smooth_l1_loss, "beta"), ("huber_loss", F.huber_loss, "delta")):
    for reduction in REDUCTIONS:
        w.case(f"{name}.{reduction}", loss, [w.randn(SHAPE, scale=2.0), w.randn(SHAPE)], reduction=reduction)
    for bend in (0.5, 1.0, 2.0, float("inf")) + ((0.0,) if argument == "beta" else ()):
        options = {argument: bend, "reduction": "none"}
        w.case(f"{name}.kinks_{bend}", loss, [kinks, torch.zeros_like(kinks)], **options)
        w.case(f"{name}.random_{bend}", loss, [w.randn(SHAPE, scale=2.0), w.randn(SHAPE)], **{argument: bend})
    w.case(f"{name}.great", loss, [w.randn(SHAPE, scale=1e4), w.randn(SHAPE, scale=1e4)])
    w.case(f"{name}.nan", loss, [values(float("nan"), 1.0), values(0.0, float("nan"))], reduction="none")
    w.case(f"{name}.scalar", loss, [w.randn(()), w.randn(())])
    w.case(f"{name}.half", loss, [w.randn((16, 3), scale=2.0), w.randn((16, 3))], dtypes=("bf16",))
    w.case(f"{name}.f16", loss, [w.randn((16, 3), scale=2.0), w.randn((16, 3))], dtypes=("f16",))

# Of probabilities; at 0 and 1 the logarithms are cut off, and the target's gradient is infinite.
bce = weighted(F.binary_cross_entropy)
for reduction in REDUCTIONS:
    w.case(f"binary_cross_entropy.{reduction}", bce, [w.rand(SHAPE, 0.05, 0.95), w.rand(SHAPE)], reduction=reduction)
    inputs = [w.rand(SHAPE, 0.05, 0.95), w.rand(SHAPE), w.rand(SHAPE, 0.1, 2.0)]
    w.case(f"binary_cross_entropy.weight_{reduction}", bce, inputs, no_grad=(2,), reduction=reduction)
for tag, shape in (("row", (3,)), ("column", (4, 1))):
    inputs = [w.rand(SHAPE, 0.05, 0.95), w.rand(SHAPE), w.rand(shape, 0.1, 2.0)]
    w.case(f"binary_cross_entropy.weight_{tag}", bce, inputs, no_grad=(2,))
certain = [values(0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.5), values(0.0, 1.0, 1.0, 0.0, 0.5, 0.5, 1.0)]
w.case("binary_cross_entropy.certain", bce, certain, reduction="none")
w.case("binary_cross_entropy.small", bce, [values(1e-30, 1e-10, 1e-6), values(0.0, 0.0, 0.0)], no_grad=(1,))
w.case("binary_cross_entropy.scalar", bce, [w.rand(()), w.rand(())])
w.case("binary_cross_entropy.half", bce, [w.rand((16, 3), 0.1, 0.9), w.rand((16, 3))], dtypes=("bf16",))

# Of scores.
for reduction in REDUCTIONS:
    tag, options = reduction, {"reduction": reduction}
    op = "binary_cross_entropy_with_logits"
    w.case(f"{op}.{tag}", with_logits, [w.randn(SHAPE, scale=3.0), w.rand(SHAPE)], **options)
    inputs = [w.randn(SHAPE, scale=3.0), w.rand(SHAPE), w.rand((4, 1), 0.1, 2.0)]
    w.case(f"{op}.weight_{tag}", with_logits, inputs, no_grad=(2,), **options)
    inputs = [w.randn(SHAPE, scale=3.0), w.rand(SHAPE), w.rand((3,), 0.1, 4.0)]
    w.case(f"{op}_positive.{tag}", positive, inputs, no_grad=(2,), **options)
    inputs = [w.randn((2, 3, 2, 2), scale=3.0), w.rand((2, 3, 2, 2)), w.rand((2, 1, 1, 1)), w.rand((3, 1, 1), 0.1, 4.0)]
    w.case(f"{op}.both_{tag}", with_logits, inputs, no_grad=(2, 3), **options)
great = values(1e4, -1e4, 1e4, -1e4, 0.0, 30.0, -30.0, 100.0)
labels = values(1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.25)
w.case("binary_cross_entropy_with_logits.great", with_logits, [great, labels], reduction="none")
weights = w.rand((8,), 0.1, 4.0)
w.case("binary_cross_entropy_with_logits_positive.great", positive, [great, labels, weights], no_grad=(2,), reduction="none")
sure = [values(20.0, 40.0, 50.0), values(1.0, 1.0, 1.0)]
w.case("binary_cross_entropy_with_logits.sure", with_logits, sure, dtypes=("f64",))
lost = [values(float("nan"), 0.0, float("inf")), values(1.0, 1.0, 0.0)]
w.case("binary_cross_entropy_with_logits.lost", with_logits, lost, no_grad=(1,), reduction="none")
inputs = [w.randn((16, 3), scale=3.0), w.rand((16, 3))]
w.case("binary_cross_entropy_with_logits.half", with_logits, inputs, dtypes=("bf16",))

# Counts. PyTorch's gradient of a target of 0 is NaN in full.
counts = torch.poisson(torch.full(SHAPE, 3.0, dtype=torch.float64), generator=w.generator)
for log_input in (True, False):
    expectations = w.randn(SHAPE) if log_input else w.rand(SHAPE, 0.2, 6.0)
    for full in (True, False):
        for reduction in REDUCTIONS:
            options = {"log_input": log_input, "full": full, "reduction": reduction}
            tag = f"{log_input}_{full}_{reduction}"
            w.case(f"poisson_nll_loss.{tag}", F.poisson_nll_loss, [expectations, w.rand(SHAPE, 0.1, 8.0)], **options)
        # Of integers PyTorch takes the logarithms in f32.
        options = {"log_input": log_input, "full": full, "dtypes": ("f32",) if full else ("f32", "f64")}
        tag = f"counts_{log_input}_{full}"
        w.case(f"poisson_nll_loss.{tag}", F.poisson_nll_loss, [expectations, counts.long()], **options)
edges = [values(0.0, 0.0, 1.0, 3.0), values(0.0, 1.0, 1.0, 2.0)]
for log_input in (True, False):
    options = {"log_input": log_input, "full": True, "reduction": "none"}
    w.case(f"poisson_nll_loss.edges_{log_input}", F.poisson_nll_loss, edges, no_grad=(1,), **options)
w.case("poisson_nll_loss.eps", F.poisson_nll_loss, [values(0.0, 0.5), values(2.0, 3.0)], log_input=False, eps=0.25)
w.case("poisson_nll_loss.great", F.poisson_nll_loss, [values(-1e4, 80.0), values(2.0, 1e4)], reduction="none")
w.case("poisson_nll_loss.half", F.poisson_nll_loss, [w.randn((16, 3)), w.rand((16, 3), 0.0, 4.0)], dtypes=("bf16",))

# Samples; variances below eps are cut off, but their gradients aren't.
for reduction in REDUCTIONS:
    for full in (True, False):
        inputs = [w.randn(SHAPE), w.randn(SHAPE), w.rand(SHAPE, 0.2, 3.0)]
        options = {"full": full, "reduction": reduction}
        w.case(f"gaussian_nll_loss.{full}_{reduction}", F.gaussian_nll_loss, inputs, **options)
for tag, shape in (("one", (4, 1)), ("rows", (4,)), ("first", (1, 3))):
    for reduction in ("mean", "none"):
        inputs = [w.randn(SHAPE), w.randn(SHAPE), w.rand(shape, 0.2, 3.0)]
        w.case(f"gaussian_nll_loss.{tag}_{reduction}", F.gaussian_nll_loss, inputs, reduction=reduction)
inputs = [w.randn((2, 3, 4)), w.randn((2, 3, 4)), w.rand((2, 1, 4), 0.2, 3.0)]
w.case("gaussian_nll_loss.inner", F.gaussian_nll_loss, inputs, reduction="none")
w.case("gaussian_nll_loss.target", F.gaussian_nll_loss, [w.randn(SHAPE), w.randn((1, 3)), w.rand(SHAPE, 0.2, 3.0)])
w.case("gaussian_nll_loss.single", F.gaussian_nll_loss, [w.randn((3,)), w.randn((3,)), w.rand(())])
clamped = [values(0.0, 1.0, 2.0, 1.0), values(1.0, 1.0, 1.0, 0.5), values(0.0, 1e-9, 0.5, 1e-6)]
w.case("gaussian_nll_loss.clamped", F.gaussian_nll_loss, clamped, reduction="none")
w.case("gaussian_nll_loss.eps", F.gaussian_nll_loss, clamped, eps=0.75)
inputs = [w.randn(SHAPE, scale=1e4), w.randn(SHAPE), w.rand(SHAPE, 0.2, 3.0)]
w.case("gaussian_nll_loss.great", F.gaussian_nll_loss, inputs)
inputs = [w.randn((16, 3)), w.randn((16, 3)), w.rand((16, 3), 0.5, 3.0)]
w.case("gaussian_nll_loss.half", F.gaussian_nll_loss, inputs, dtypes=("bf16",))
for var in (0.5, 0.0):
    w.case(
        f"gaussian_nll_loss_number.{var}",
        lambda x, y, var: F.gaussian_nll_loss(x, y, var),
        [w.randn(SHAPE), w.randn(SHAPE)],
        var=var,
    )

# Divergences.
for log_target in (True, False):
    for reduction in REDUCTIONS + ("batchmean",):
        output = torch.log_softmax(w.randn(SHAPE), 1)
        target = torch.softmax(w.randn(SHAPE), 1)
        target = target.log() if log_target else target
        options = {"log_target": log_target, "reduction": reduction}
        w.case(f"kl_div.{log_target}_{reduction}", F.kl_div, [output, target], **options)
one_hot = torch.eye(3, dtype=torch.float64)
far = torch.log_softmax(w.randn((3, 3), scale=1e4), 1)
w.case("kl_div.one_hot", F.kl_div, [torch.log_softmax(w.randn((3, 3)), 1), one_hot], reduction="batchmean")
w.case("kl_div.great", F.kl_div, [far, one_hot], no_grad=(1,), reduction="none")
w.case("kl_div.great_log", F.kl_div, [far, far.flip(0)], reduction="none", log_target=True)
impossible = [values(float("-inf"), -1.0), values(0.0, float("nan"))]
w.case("kl_div.impossible", F.kl_div, impossible, no_grad=(1,), reduction="none")
w.case("kl_div.scalar", F.kl_div, [w.randn(()), w.rand(())], reduction="batchmean")
w.case("kl_div.wide", F.kl_div, [w.randn((2, 3, 4)), w.rand((2, 3, 4))], reduction="batchmean")
half = [torch.log_softmax(w.randn((16, 3)), 1), torch.softmax(w.randn((16, 3)), 1)]
w.case("kl_div.half", F.kl_div, half, dtypes=("bf16",), reduction="batchmean")

# Labels 1 and -1. PyTorch's soft margin overflows beyond 88 in f32.
for reduction in REDUCTIONS:
    options = {"reduction": reduction}
    scores, labels = w.randn(SHAPE, scale=3.0), signs(SHAPE).double()
    w.case(f"soft_margin_loss.{reduction}", F.soft_margin_loss, [scores, labels], no_grad=(1,), **options)
    distances = w.rand(SHAPE, 0.0, 2.0)
    w.case(f"hinge_embedding_loss.{reduction}", F.hinge_embedding_loss, [distances, labels], no_grad=(1,), **options)
integers = signs(SHAPE).long()
w.case("soft_margin_loss.integers", F.soft_margin_loss, [w.randn(SHAPE), integers])
edges = [values(0.0, 0.0, 80.0, -80.0, 1e4, -1e4), values(1.0, -1.0, 1.0, 1.0, 1.0, -1.0)]
w.case("soft_margin_loss.edges", F.soft_margin_loss, edges, no_grad=(1,), reduction="none")
half = [w.randn((16, 3), scale=3.0), signs((16, 3))]
w.case("soft_margin_loss.half", F.soft_margin_loss, half, dtypes=("bf16",), no_grad=(1,))
w.case("hinge_embedding_loss.integers", F.hinge_embedding_loss, [w.rand(SHAPE), integers])
for margin in (0.5, 1.0, 2.0, -1.0):
    edges = [values(0.5, 1.0, 2.0, -1.0, 0.0, 0.5, 1e4, -1e4, 1e4, -1e4), values(*[-1.0] * 5, *[1.0] * 3, -1.0, -1.0)]
    options = {"margin": margin, "reduction": "none"}
    w.case(f"hinge_embedding_loss.edges_{margin}", F.hinge_embedding_loss, edges, no_grad=(1,), **options)
half = [w.rand((16, 3), 0.0, 2.0), signs((16, 3))]
w.case("hinge_embedding_loss.half", F.hinge_embedding_loss, half, dtypes=("bf16",), no_grad=(1,))

# Classes.
nll = weighted(F.nll_loss)


def classes(*shape, ignored=None):
    target = torch.randint(5, shape, generator=w.generator)
    if ignored is not None:
        target.view(-1)[::3] = ignored
    return target


for reduction in REDUCTIONS:
    options = {"reduction": reduction}
    weight = w.rand((5,), 0.1, 2.0)
    rows = torch.log_softmax(w.randn((6, 5), scale=3.0), 1)
    wide = torch.log_softmax(w.randn((2, 5, 3, 4), scale=3.0), 1)
    w.case(f"nll_loss.{reduction}", nll, [rows, classes(6)], **options)
    w.case(f"nll_loss.weight_{reduction}", nll, [rows, classes(6, ignored=-100), weight], no_grad=(2,), **options)
    inputs = [wide, classes(2, 3, 4, ignored=3), weight]
    w.case(f"nll_loss.wide_{reduction}", nll, inputs, no_grad=(2,), ignore_index=3, **options)
w.case("nll_loss.bytes", nll, [torch.log_softmax(w.randn((6, 5)), 1), classes(6).to(torch.uint8)])
w.case("nll_loss.line", nll, [torch.log_softmax(w.randn((2, 5, 4)), 1), classes(2, 4)])
w.case("nll_loss.unbatched", nll, [torch.log_softmax(w.randn((5,)), 0), torch.tensor(2)])
w.case("nll_loss.unbatched_none", nll, [torch.log_softmax(w.randn((5,)), 0), torch.tensor(2)], reduction="none")
w.case("nll_loss.all_ignored", nll, [w.randn((2, 3)), torch.tensor([-100, -100])])
infinite = torch.tensor([[-1.0, float("-inf")], [-3.0, -0.5]], dtype=torch.float64)
w.case("nll_loss.infinite", nll, [infinite, torch.tensor([1, 0])], reduction="none")
w.case("nll_loss.infinite_ignored", nll, [infinite, torch.tensor([1, 0])], ignore_index=1)
w.case("nll_loss.great", nll, [torch.log_softmax(w.randn((6, 5), scale=1e4), 1), classes(6)])
w.case("nll_loss.half", nll, [torch.log_softmax(w.randn((16, 5)), 1), classes(16)], dtypes=("bf16",))
w.case("nll_loss.f16", nll, [torch.log_softmax(w.randn((16, 5)), 1), classes(16)], dtypes=("f16",))

w.save()
