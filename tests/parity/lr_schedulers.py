"""Sequences of learning rates: of two groups, over 300 epochs."""

import torch

from common import Writer

w = Writer("lr_schedulers")
EPOCHS = 300

LAMBDAS = {
    "power": lambda epoch: 0.95**epoch,
    "stairs": lambda epoch: 0.1 ** (epoch // 30),
}


def sequence(make):
    def run(base, halve_at=None, **arguments):
        groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr} for lr in base.tolist()]
        opt = torch.optim.SGD(groups)
        scheduler = make(opt, **arguments)
        rates = [[group["lr"] for group in opt.param_groups]]
        for epoch in range(EPOCHS):
            opt.step()
            if epoch == halve_at:
                for group in opt.param_groups:
                    group["lr"] *= 0.5
            scheduler.step()
            rates.append([group["lr"] for group in opt.param_groups])
        return torch.tensor(rates, dtype=torch.float64)

    return run


def case(name, make, **arguments):
    base = torch.tensor([0.1, 3e-4], dtype=torch.float64)
    w.case(name, sequence(make), [base], dtypes=("f64",), no_grad=(0,), tolerance=1e-12, **arguments)


cosine = torch.optim.lr_scheduler.CosineAnnealingLR
case("cosine_annealing.whole", cosine, T_max=300)
case("cosine_annealing.periodic", cosine, T_max=20)
case("cosine_annealing.eta_min", cosine, T_max=50, eta_min=1e-5)
case("cosine_annealing.odd", cosine, T_max=7, eta_min=0.2)
case("cosine_annealing.one", cosine, T_max=1)
case("cosine_annealing.halved", cosine, T_max=60, eta_min=1e-5, halve_at=100)
for name in LAMBDAS:
    case(
        f"lambda.{name}",
        lambda opt, function: torch.optim.lr_scheduler.LambdaLR(opt, LAMBDAS[function]),
        function=name,
    )
case(
    "lambda.per_group",
    lambda opt, function: torch.optim.lr_scheduler.LambdaLR(opt, [LAMBDAS[name] for name in function.split("-")]),
    function="power-stairs",
)

w.save()
