"""PyTorch's quickstart on the embedded cut of Fashion-MNIST: five epochs from stated weights, in the order of the files.

The weights are a formula, so that they need not be stored: see `weights` here and in `runtime/tests/parity_quickstart.rs`.
"""

import gzip
import pathlib

import torch
import torch.nn.functional as F

from common import Writer

w = Writer("quickstart")
CUT = pathlib.Path(__file__).parent.parent.parent / "examples" / "data" / "fashion-mnist"


def read(split, images, labels):
    pixels = gzip.decompress((CUT / f"{split}-images-idx3-ubyte.gz").read_bytes())[16:]
    classes = gzip.decompress((CUT / f"{split}-labels-idx1-ubyte.gz").read_bytes())[8:]
    x = torch.frombuffer(bytearray(pixels), dtype=torch.uint8).reshape(images, 1, 28, 28)
    y = torch.frombuffer(bytearray(classes), dtype=torch.uint8)
    assert len(y) == labels
    return x.to(torch.float32) / 255, y.to(torch.int64)


def weights(param, fan_in, seed):
    """Even over ±1/√fan_in, as PyTorch's initial weights are, by a multiplicative hash of the position."""
    bits = (torch.arange(param.numel(), dtype=torch.int64) * 2654435761 + seed * 40503) % 2**32
    bound = fan_in**-0.5
    values = (bits.to(torch.float64) / 2**32 * 2 - 1) * bound
    param.data = values.to(torch.float32).reshape(param.shape)


def run(epochs, batch, lr):
    net = torch.nn.Sequential(
        torch.nn.Flatten(),
        torch.nn.Linear(784, 512),
        torch.nn.ReLU(),
        torch.nn.Linear(512, 512),
        torch.nn.ReLU(),
        torch.nn.Linear(512, 10),
        torch.nn.ReLU(),
    )
    fans = (784, 784, 512, 512, 512, 512)
    for seed, (param, fan_in) in enumerate(zip(net.parameters(), fans)):
        weights(param, fan_in, seed)
    (x, y), (test_x, test_y) = read("train", 10_000, 10_000), read("t10k", 2_000, 2_000)
    optimizer = torch.optim.SGD(net.parameters(), lr=lr)
    losses, accuracies = [], []
    for _ in range(epochs):
        for start in range(0, len(x), batch):
            loss = F.cross_entropy(net(x[start : start + batch]), y[start : start + batch])
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        with torch.no_grad():
            scores = net(test_x)
            losses.append(F.cross_entropy(scores, test_y).item())
            accuracies.append((scores.argmax(1) == test_y).float().mean().item())
    print(losses, accuracies)
    return torch.tensor(losses), torch.tensor(accuracies)


w.case("quickstart", run, [], dtypes=("f32",), epochs=5, batch=64, lr=1e-3)
w.save()
