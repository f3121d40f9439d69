"""Sequences of learning rates, and of the momentum where it is cycled, of all schedulers: of two groups, over 300 steps.

A scheduler is described by a `spec`, which both sides build it from: PyTorch's class and arguments; functions by name,
schedulers of schedulers by the specs of their parts. A resumed case has the states that PyTorch had saved at that step; a
reopened one has the optimizer's alone, and a scheduler made with `last_epoch`.
"""

import json
import math
import warnings

import torch
from torch.optim import lr_scheduler
from torch.optim.swa_utils import SWALR

from common import Writer

w = Writer("lr_schedulers_all")
STEPS = 300
SHORT = 70
# Nested schedulers step before the optimizer does, in PyTorch's own constructors.
warnings.filterwarnings("ignore", message="Detected call of `lr_scheduler.step")
warnings.filterwarnings("ignore", message="The epoch parameter in `scheduler.step")

FUNCTIONS = {
    "power": lambda epoch: 0.95**epoch,
    "slow": lambda epoch: 0.999,
    "fading": lambda epoch: 1 - 1 / (epoch + 2),
    "inverse": lambda x: 1 / (1 + x / 10),
    "wave": lambda x: 0.5 + 0.5 * math.cos(x),
}
BASE = torch.tensor([0.1, 3e-4], dtype=torch.float64)


def optimizer(name, base=BASE):
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr} for lr in base.tolist()]
    return torch.optim.SGD(groups, momentum=0.5) if name == "SGD" else torch.optim.Adam(groups)


def build(opt, spec):
    arguments = {key: value for key, value in spec.items() if key != "kind"}
    for key in ("lr_lambda", "scale_fn"):
        value = arguments.get(key)
        if isinstance(value, list):
            arguments[key] = [FUNCTIONS[name] for name in value]
        elif value is not None:
            arguments[key] = FUNCTIONS[value]
    if "schedulers" in arguments:
        arguments["schedulers"] = [build(opt, part) for part in arguments["schedulers"]]
    if spec["kind"] == "ChainedScheduler":
        return lr_scheduler.ChainedScheduler(**arguments)
    kind = SWALR if spec["kind"] == "SWALR" else getattr(lr_scheduler, spec["kind"])
    return kind(opt, **arguments)


def momentum(group):
    return group["betas"][0] if "betas" in group else group["momentum"]


def record(opt, cycled):
    lrs = [group["lr"] for group in opt.param_groups]
    return lrs + [momentum(group) for group in opt.param_groups] if cycled else lrs


def follow(opt, scheduler, extra, steps, cycled, halve_at=None):
    """The rates before the first and after every step."""
    rows = [record(opt, cycled)]
    for i in steps:
        opt.step()
        if i == halve_at:
            for group in opt.param_groups:
                group["lr"] *= 0.5
        scheduler.step(*([extra[i].item()] if extra is not None else []))
        rows.append(record(opt, cycled))
    return rows


def run(base, extra=None, spec="", optim="SGD", cycled=False, halve_at=None, steps=STEPS, resume_at=0, **_):
    """The rates when the scheduler is made and after every step, from `resume_at` on."""
    opt = optimizer(optim, base)
    scheduler = build(opt, json.loads(spec))
    rows = follow(opt, scheduler, extra, range(steps), cycled, halve_at)
    return torch.tensor(rows[resume_at:], dtype=torch.float64)


def run_reopened(base, spec="", groups="", optim="SGD", cycled=False, steps=STEPS, **_):
    """The same from a scheduler that is made after the optimizer's state was loaded."""
    opt = optimizer(optim, torch.zeros_like(base))
    opt.load_state_dict({"state": {}, "param_groups": json.loads(groups)})
    scheduler = build(opt, json.loads(spec))
    return torch.tensor(follow(opt, scheduler, None, range(steps), cycled), dtype=torch.float64)


def plain(value):
    """What JSON can hold: its infinities are null, and nothing that PyTorch saves in a private object."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def states(at, spec, optim, extra=None):
    """What an optimizer and its scheduler save after so many steps, as JSON."""
    opt = optimizer(optim)
    scheduler = build(opt, spec)
    follow(opt, scheduler, extra, range(at), False)
    return json.dumps(plain(opt.state_dict()["param_groups"])), json.dumps(plain(scheduler.state_dict()))


def case(name, kind, optim="SGD", extra=None, resume_at=None, steps=STEPS, halve_at=None, cycled=False, **arguments):
    spec = {"kind": kind, **arguments}
    inputs = [BASE] if extra is None else [BASE, extra]
    args = dict(optim=optim, cycled=cycled, halve_at=halve_at)
    if resume_at is not None:
        steps = min(STEPS, resume_at + SHORT)
        groups, state = states(resume_at, spec, optim, extra)
        args |= dict(resume_at=resume_at, state=state, groups=groups)
    args |= dict(spec=json.dumps(spec), steps=steps)
    w.case(name, run, inputs, dtypes=("f64",), no_grad=(0, 1), tolerance=1e-12, **args)


def reopened(name, kind, at, optim="SGD", cycled=False, **arguments):
    groups, _ = states(at, spec(kind, **arguments), optim)
    args = dict(optim=optim, cycled=cycled, groups=groups, steps=SHORT)
    args["spec"] = json.dumps(spec(kind, **arguments, last_epoch=at))
    w.case(name, run_reopened, [BASE], dtypes=("f64",), no_grad=(0,), tolerance=1e-12, **args)


def spec(kind, **arguments):
    return {"kind": kind, **arguments}


case("multiplicative.power", "MultiplicativeLR", lr_lambda="power")
case("multiplicative.fading", "MultiplicativeLR", lr_lambda="fading", halve_at=70)
case("multiplicative.per_group", "MultiplicativeLR", lr_lambda=["slow", "fading"])
case("multiplicative.resumed", "MultiplicativeLR", lr_lambda="slow", resume_at=120)

case("step.default", "StepLR", step_size=30)
case("step.odd", "StepLR", step_size=7, gamma=0.9, halve_at=100)
case("step.every", "StepLR", step_size=1, gamma=0.97)
case("step.resumed", "StepLR", step_size=40, gamma=0.3, resume_at=131)

case("multi_step.default", "MultiStepLR", milestones=[30, 80, 200])
case("multi_step.twice", "MultiStepLR", milestones=[10, 10, 50], gamma=0.5, halve_at=20)
case("multi_step.first", "MultiStepLR", milestones=[0, 1, 299], gamma=0.7)
case("multi_step.resumed", "MultiStepLR", milestones=[30, 150, 150, 200], gamma=0.4, resume_at=100)

case("constant.default", "ConstantLR")
case("constant.long", "ConstantLR", factor=0.25, total_iters=100, halve_at=50)
case("constant.none", "ConstantLR", factor=1.0, total_iters=0, steps=SHORT)
case("constant.no_length", "ConstantLR", factor=0.5, total_iters=0)
case("constant.resumed", "ConstantLR", factor=0.1, total_iters=200, resume_at=150)

case("linear.default", "LinearLR")
case("linear.down", "LinearLR", start_factor=1.0, end_factor=0.0, total_iters=250)
case("linear.up", "LinearLR", start_factor=0.01, end_factor=0.8, total_iters=100, halve_at=40)
case("linear.no_length", "LinearLR", start_factor=0.5, total_iters=0, steps=SHORT)
case("linear.resumed", "LinearLR", start_factor=0.2, total_iters=200, resume_at=99)

case("exponential.fast", "ExponentialLR", gamma=0.9)
case("exponential.slow", "ExponentialLR", gamma=0.999, halve_at=200)
case("exponential.rising", "ExponentialLR", gamma=1.01)
case("exponential.resumed", "ExponentialLR", gamma=0.98, resume_at=10)

case("polynomial.default", "PolynomialLR")
case("polynomial.square", "PolynomialLR", total_iters=200, power=2.0, halve_at=60)
case("polynomial.root", "PolynomialLR", total_iters=300, power=0.5)
case("polynomial.resumed", "PolynomialLR", total_iters=280, power=0.9, resume_at=140)

case("cosine.resumed", "CosineAnnealingLR", T_max=70, eta_min=1e-5, resume_at=33)
case("lambda.resumed", "LambdaLR", lr_lambda=["power", "inverse"], resume_at=20)

restarts = "CosineAnnealingWarmRestarts"
case("restarts.default", restarts, T_0=50)
case("restarts.growing", restarts, T_0=10, T_mult=2, eta_min=1e-5)
case("restarts.triple", restarts, T_0=7, T_mult=3, halve_at=20)
case("restarts.one", restarts, T_0=1, steps=SHORT)
case("restarts.resumed", restarts, T_0=20, T_mult=2, eta_min=1e-4, resume_at=90)
fractions = torch.arange(STEPS, dtype=torch.float64) / 7
case("restarts_to.default", restarts, extra=fractions, T_0=10, steps=SHORT)
case("restarts_to.growing", restarts, extra=fractions, T_0=4, T_mult=2, eta_min=1e-5)
case("restarts_to.triple", restarts, extra=fractions, T_0=3, T_mult=3)
case("restarts_to.jumps", restarts, extra=w.rand([STEPS], 0, 500), T_0=5, T_mult=2)
case("restarts_to.resumed", restarts, extra=fractions, T_0=4, T_mult=2, resume_at=101)

bounds = dict(base_lr=0.01, max_lr=0.2, cycled=True)
case("cyclic.triangular", "CyclicLR", step_size_up=40, **bounds)
case("cyclic.triangular2", "CyclicLR", step_size_up=20, step_size_down=35, mode="triangular2", **bounds)
case("cyclic.exp_range", "CyclicLR", step_size_up=15, mode="exp_range", gamma=0.99, optim="Adam", **bounds)
case(
    "cyclic.per_group",
    "CyclicLR",
    base_lr=[0.01, 0.001],
    max_lr=[0.1, 0.02],
    step_size_up=25,
    base_momentum=[0.7, 0.75],
    max_momentum=[0.95, 0.9],
    cycled=True,
    steps=SHORT,
)
own = dict(scale_fn="inverse", mode="exp_range", **bounds)
case("cyclic.own_cycle", "CyclicLR", step_size_up=20, halve_at=50, **own, steps=SHORT)
own = dict(scale_fn="wave", scale_mode="iterations", **bounds)
case("cyclic.own_iterations", "CyclicLR", step_size_up=20, **own, steps=SHORT)
case("cyclic.no_momentum", "CyclicLR", base_lr=0.01, max_lr=0.2, step_size_up=30, cycle_momentum=False, steps=SHORT)
case("cyclic.resumed", "CyclicLR", step_size_up=22, mode="triangular2", optim="Adam", resume_at=77, **bounds)
case("cyclic.default", "CyclicLR", base_lr=1e-3, max_lr=0.1, cycled=True, steps=SHORT)

one_cycle = dict(total_steps=300, cycled=True)
case("one_cycle.default", "OneCycleLR", max_lr=0.1, **one_cycle)
case("one_cycle.linear", "OneCycleLR", max_lr=[0.1, 0.01], anneal_strategy="linear", optim="Adam", **one_cycle)
case("one_cycle.three_phase", "OneCycleLR", max_lr=0.5, three_phase=True, pct_start=0.4, **one_cycle)
case(
    "one_cycle.all",
    "OneCycleLR",
    max_lr=0.1,
    epochs=10,
    steps_per_epoch=8,
    pct_start=0.0,
    base_momentum=[0.8, 0.7],
    max_momentum=0.99,
    div_factor=10.0,
    final_div_factor=100.0,
    cycled=True,
    steps=SHORT,
)
case("one_cycle.no_momentum", "OneCycleLR", max_lr=0.1, total_steps=80, cycle_momentum=False, steps=SHORT)
case("one_cycle.one_beyond", "OneCycleLR", max_lr=0.1, total_steps=20, cycled=True, steps=20)
case("one_cycle.resumed", "OneCycleLR", max_lr=0.1, three_phase=True, optim="Adam", resume_at=111, **one_cycle)

case("swa.default", "SWALR", swa_lr=0.05)
case("swa.linear", "SWALR", swa_lr=[0.02, 1e-4], anneal_epochs=100, anneal_strategy="linear", halve_at=50)
case("swa.at_once", "SWALR", swa_lr=0.05, anneal_epochs=0)
case("swa.resumed", "SWALR", swa_lr=0.01, anneal_epochs=200, resume_at=80)

noise = w.randn([STEPS], 0.02)
loss = torch.exp(-torch.arange(STEPS) / 40.0) + 0.3 + noise
accuracy = 1 - loss
accuracy[[17, 18, 60]] = float("nan")
plateau = "ReduceLROnPlateau"
case("plateau.default", plateau, extra=loss)
case("plateau.quick", plateau, extra=loss, factor=0.5, patience=2, cooldown=3, min_lr=[1e-3, 1e-6], halve_at=150)
case("plateau.absolute", plateau, extra=loss, threshold=0.05, threshold_mode="abs", patience=5, eps=1e-5)
case("plateau.rising", plateau, extra=accuracy, mode="max", factor=0.7, patience=4, min_lr=1e-5)
case("plateau.rising_absolute", plateau, extra=accuracy, mode="max", threshold=0.01, threshold_mode="abs", patience=6)
case("plateau.resumed", plateau, extra=loss, factor=0.6, patience=3, cooldown=2, resume_at=123)
case("plateau.resumed_at_once", plateau, extra=accuracy, mode="max", factor=0.6, patience=3, resume_at=0)

warm_up = spec("LinearLR", start_factor=0.1, total_iters=20)
decay = spec("ExponentialLR", gamma=0.98)
case("sequential.warm_up", "SequentialLR", schedulers=[warm_up, decay], milestones=[20])
case(
    "sequential.three",
    "SequentialLR",
    schedulers=[spec("ConstantLR", total_iters=50), spec("StepLR", step_size=20), spec(restarts, T_0=30)],
    milestones=[60, 150],
    halve_at=30,
)
case(
    "sequential.at_once",
    "SequentialLR",
    schedulers=[warm_up, spec("CosineAnnealingLR", T_max=50), spec("PolynomialLR", total_iters=100)],
    milestones=[0, 40],
    steps=SHORT,
)
case(
    "sequential.cycles",
    "SequentialLR",
    schedulers=[
        spec("MultiplicativeLR", lr_lambda="slow"),
        spec("CyclicLR", base_lr=0.01, max_lr=0.1, step_size_up=30),
    ],
    milestones=[100],
    cycled=True,
)
case(
    "sequential.others",
    "SequentialLR",
    schedulers=[
        spec("LambdaLR", lr_lambda="inverse"),
        spec("MultiStepLR", milestones=[20, 40]),
        spec("SWALR", swa_lr=0.05, anneal_epochs=30),
    ],
    milestones=[25, 50],
    steps=SHORT,
)
case(
    "sequential.one_cycle",
    "SequentialLR",
    schedulers=[decay, spec("OneCycleLR", max_lr=0.1, total_steps=250)],
    milestones=[35],
    cycled=True,
    steps=SHORT,
)
case(
    "sequential.nested",
    "SequentialLR",
    schedulers=[spec("SequentialLR", schedulers=[warm_up, decay], milestones=[30]), spec("StepLR", step_size=10)],
    milestones=[40],
    steps=SHORT,
)
case(
    "sequential.chain_first",
    "SequentialLR",
    schedulers=[spec("ChainedScheduler", schedulers=[warm_up, decay]), spec("StepLR", step_size=10)],
    milestones=[40],
    steps=SHORT,
)
case(
    "sequential.last_epoch",
    "SequentialLR",
    schedulers=[warm_up, decay],
    milestones=[50],
    last_epoch=20,
    steps=SHORT,
)
case("sequential.resumed", "SequentialLR", schedulers=[warm_up, decay], milestones=[20], resume_at=45)
case("sequential.resumed_before", "SequentialLR", schedulers=[warm_up, decay], milestones=[20], resume_at=11)

chain = [spec("ConstantLR", factor=0.5, total_iters=40), decay, spec("StepLR", step_size=60, gamma=0.5)]
case("chained.three", "ChainedScheduler", schedulers=chain)
case("chained.halved", "ChainedScheduler", schedulers=chain[:2], halve_at=33, steps=SHORT)
case(
    "chained.cosine",
    "ChainedScheduler",
    schedulers=[spec("CosineAnnealingLR", T_max=90, eta_min=1e-5), spec("MultiplicativeLR", lr_lambda="slow")],
)
case(
    "chained.sequence",
    "ChainedScheduler",
    schedulers=[
        spec("SequentialLR", schedulers=[warm_up, spec("PolynomialLR", total_iters=200)], milestones=[25]),
        spec("MultiplicativeLR", lr_lambda="slow"),
    ],
)
case("chained.resumed", "ChainedScheduler", schedulers=chain, resume_at=66)

# PyTorch's deprecated `step(epoch)`.
epochs = torch.randint(0, 120, [40], generator=w.generator)
jumps = dict(extra=epochs, steps=len(epochs))
case("step.jumps", "StepLR", step_size=20, gamma=0.5, **jumps)
case("multi_step.jumps", "MultiStepLR", milestones=[10, 50, 50, 100], **jumps)
case("constant.jumps", "ConstantLR", total_iters=60, **jumps)
case("linear.jumps", "LinearLR", total_iters=60, **jumps)
case("exponential.jumps", "ExponentialLR", gamma=0.95, **jumps)
case("polynomial.jumps", "PolynomialLR", total_iters=80, power=1.5, **jumps)
case("cosine.jumps", "CosineAnnealingLR", T_max=30, eta_min=1e-4, **jumps)
case("lambda.jumps", "LambdaLR", lr_lambda="power", **jumps)
case("multiplicative.jumps", "MultiplicativeLR", lr_lambda="slow", **jumps)
case("cyclic.jumps", "CyclicLR", step_size_up=15, mode="triangular2", **bounds, **jumps)
case("one_cycle.jumps", "OneCycleLR", max_lr=0.1, total_steps=150, cycled=True, **jumps)

reopened("step.reopened", "StepLR", 31, step_size=8, gamma=0.5)
reopened("multi_step.reopened", "MultiStepLR", 31, milestones=[20, 32, 60])
reopened("constant.reopened", "ConstantLR", 31, total_iters=50)
reopened("linear.reopened", "LinearLR", 31, total_iters=50)
reopened("exponential.reopened", "ExponentialLR", 31, gamma=0.9)
reopened("polynomial.reopened", "PolynomialLR", 31, total_iters=50, power=2.0)
reopened("multiplicative.reopened", "MultiplicativeLR", 31, lr_lambda="fading")
reopened("lambda.reopened", "LambdaLR", 31, lr_lambda="inverse")
reopened("cosine.reopened", "CosineAnnealingLR", 31, T_max=50)
reopened("restarts.reopened", restarts, 31, T_0=40, T_mult=2)
reopened("cyclic.reopened", "CyclicLR", 31, optim="Adam", step_size_up=12, **bounds)
reopened("one_cycle.reopened", "OneCycleLR", 31, max_lr=0.1, **one_cycle)
reopened("swa.reopened", "SWALR", 31, swa_lr=0.05, anneal_epochs=50)

w.save()
