"""One workload in PyTorch: `workload.py NAME SECONDS eager|channels_last|bf16` prints what `src/process.rs` says."""

import resource
import sys
import time

import torch
from torch import nn

THREADS = 2
torch.set_num_threads(THREADS)


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, 3, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)
        )
        self.head = nn.Sequential(
            nn.Flatten(),
            nn.Linear(400, 120),
            nn.BatchNorm1d(120),
            nn.ReLU(),
            nn.Linear(120, 84),
            nn.BatchNorm1d(84),
            nn.ReLU(),
            nn.Linear(84, 10),
        )

    def forward(self, x):
        return self.head(self.features(x))


def mlp():
    return nn.Sequential(
        nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
    )


def cifar():
    return nn.Sequential(
        nn.Conv2d(3, 32, 5, padding=2),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 32, 5, padding=2),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(1024, 64),
        nn.Linear(64, 10),
    )


def resnet18():
    from torchvision.models import resnet18

    return resnet18(weights=None)


class EncoderLayer(nn.Module):
    def __init__(self, embed, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(embed), nn.LayerNorm(embed)
        self.heads = heads
        self.qkv, self.out = nn.Linear(embed, 3 * embed), nn.Linear(embed, embed)
        self.linear1, self.linear2 = nn.Linear(embed, 4 * embed), nn.Linear(4 * embed, embed)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = self.qkv(self.norm1(x)).reshape(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        y = nn.functional.scaled_dot_product_attention(q, k, v)
        x = x + self.out(y.transpose(1, 2).reshape(b, t, d))
        return x + self.linear2(nn.functional.gelu(self.linear1(self.norm2(x)), approximate="tanh"))


def encoder():
    return nn.Sequential(*(EncoderLayer(256, 8) for _ in range(4)))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.head = nn.LSTM(256, 256, num_layers=2), nn.Linear(256, 10)

    def forward(self, x):
        _, (h, _) = self.lstm(x)
        return self.head(h[-1])


def classifier(net, optimizer, shape, classes, channels_last):
    x = torch.randn(shape)
    if channels_last and x.dim() == 4:
        net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    labels = torch.arange(shape[0]) * 7 % classes
    return trainer(net, optimizer(net.parameters()), x, lambda y: nn.functional.cross_entropy(y, labels))


def trainer(net, optimizer, x, loss, mixed=False):
    def step():
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
            value = loss(net(x))
        value.backward()
        optimizer.step()

    return step


def workload(name, layout):
    channels_last = layout == "channels_last"
    sgd = lambda p: torch.optim.SGD(p, lr=1e-3)
    if name == "lenet":
        return classifier(LeNet(), lambda p: torch.optim.Adam(p, lr=1e-3), (64, 1, 28, 28), 10, channels_last)
    if name == "mlp":
        return classifier(mlp(), sgd, (64, 784), 10, channels_last)
    if name == "cifar":
        return classifier(cifar(), sgd, (64, 3, 32, 32), 10, channels_last)
    if name == "resnet18":
        momentum = lambda p: torch.optim.SGD(p, lr=1e-3, momentum=0.9)
        return classifier(resnet18(), momentum, (16, 3, 64, 64), 1000, channels_last)
    if name == "resnet18-inference":
        net, x = resnet18().eval(), torch.randn(1, 3, 224, 224)
        if channels_last:
            net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)

        @torch.no_grad()
        def step():
            net(x)

        return step
    if name in ("encoder", "encoder-bf16"):
        net = encoder()
        x, target = torch.randn(8, 128, 256), torch.randn(8, 128, 256)
        optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3)
        return trainer(net, optimizer, x, lambda y: nn.functional.mse_loss(y, target), layout == "bf16")
    if name == "lstm":
        net, x, labels = Recurrent(), torch.randn(64, 32, 256), torch.arange(32) * 7 % 10
        optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
        return trainer(net, optimizer, x, lambda y: nn.functional.cross_entropy(y, labels))
    raise SystemExit(f"there is no workload {name!r}")


def main(name, seconds, layout):
    torch.manual_seed(0)
    step = workload(name, layout)
    step()
    print("first", flush=True)
    for _ in range(2):
        step()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        begin = time.perf_counter()
        step()
        times.append((time.perf_counter() - begin) * 1e3)
    print("steps", *(f"{ms:.4f}" for ms in times))
    print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


main(sys.argv[1], float(sys.argv[2]), sys.argv[3])
