"""The operations of `src/cases.rs` in PyTorch: `operations.py SECONDS` prints what `src/bin/operations.rs --measure` prints."""

import statistics
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(2)


def op(shapes, f):
    """An operation on inputs that all have gradients."""
    return lambda: case([torch.randn(shape).requires_grad_() for shape in shapes], f)


def case(params, f):
    with torch.no_grad():
        start = torch.ones_like(f(*params))

    @torch.no_grad()
    def forward():
        f(*params)

    def gradient():
        f(*params).backward(start)
        for param in params:
            param.grad = None

    return forward, gradient


def conv(shape, channels, kernel, groups=1, **options):
    weight = (channels, shape[1] // groups, kernel, kernel)
    return op([shape, weight, (channels,)], lambda x, w, b: F.conv2d(x, w, b, groups=groups, **options))


def linear(shape, features):
    return op([shape, (features, shape[-1]), (features,)], F.linear)


def batch_norm(shape):
    mean, var, channels = torch.zeros(shape[1]), torch.ones(shape[1]), (shape[1],)
    return op([shape, channels, channels], lambda x, w, b: F.batch_norm(x, mean, var, w, b, training=True))


def classes(batch, count):
    labels = torch.arange(batch) * 7 % count
    return op([(batch, count)], lambda x: F.cross_entropy(x, labels))


def embedding():
    indices = (torch.arange(8 * 128) * 37 % 10000).reshape(8, 128)
    return op([(10000, 256)], lambda weight: F.embedding(indices, weight))


def layer(make):
    def ready():
        net, x = make(256, 256), torch.randn(64, 32, 256)
        return case(list(net.parameters()), lambda *_: net(x)[0])

    return ready


def step(make):
    def ready():
        params = [torch.randn(shape).requires_grad_() for _ in range(10) for shape in ((256, 256), (256,))]
        for param in params:
            param.grad = torch.randn_like(param)
        return make(params).step, None

    return ready


SQUARE = (1024, 1024)
CASES = {
    "conv2d 1→6, 3×3, 64×28×28": conv((64, 1, 28, 28), 6, 3, padding=2),
    "conv2d 3→64, 7×7, stride 2, 16×64×64": conv((16, 3, 64, 64), 64, 7, stride=2, padding=3),
    "conv2d 32→32, 5×5, 64×16×16": conv((64, 32, 16, 16), 32, 5, padding=2),
    "conv2d 64→64, 3×3, 16×16×16": conv((16, 64, 16, 16), 64, 3, padding=1),
    "conv2d 256→256, 3×3, 16×4×4": conv((16, 256, 4, 4), 256, 3, padding=1),
    "conv2d 64→128, 1×1, 16×32×32": conv((16, 64, 32, 32), 128, 1),
    "conv2d 64→128, 3×3, stride 2, 16×16×16": conv((16, 64, 16, 16), 128, 3, stride=2, padding=1),
    "conv2d 64→64, 3×3, depthwise, 16×32×32": conv((16, 64, 32, 32), 64, 3, padding=1, groups=64),
    "conv2d 32→32, 3×3, dilation 2, 16×32×32": conv((16, 32, 32, 32), 32, 3, padding=2, dilation=2),
    "linear 64×784→512": linear((64, 784), 512),
    "linear 64×512→10": linear((64, 512), 10),
    "linear 8×128×256→1024": linear((8, 128, 256), 1024),
    "matmul 512×512×512": op([(512, 512), (512, 512)], torch.matmul),
    "matmul 64×(128×32×128)": op([(64, 128, 32), (64, 32, 128)], torch.matmul),
    "max_pool2d 2, 64×32×32×32": op([(64, 32, 32, 32)], lambda x: F.max_pool2d(x, 2)),
    "max_pool2d 3, stride 2, 16×64×32×32": op([(16, 64, 32, 32)], lambda x: F.max_pool2d(x, 3, stride=2, padding=1)),
    "avg_pool2d 2, 64×32×32×32": op([(64, 32, 32, 32)], lambda x: F.avg_pool2d(x, 2)),
    "avg_pool2d 3, stride 2, 16×64×32×32": op([(16, 64, 32, 32)], lambda x: F.avg_pool2d(x, 3, stride=2, padding=1)),
    "adaptive_avg_pool2d 1, 16×512×8×8": op([(16, 512, 8, 8)], lambda x: F.adaptive_avg_pool2d(x, 1)),
    "adaptive_avg_pool2d 3, 16×256×8×8": op([(16, 256, 8, 8)], lambda x: F.adaptive_avg_pool2d(x, 3)),
    "batch_norm 16×64×32×32": batch_norm((16, 64, 32, 32)),
    "batch_norm 64×120": batch_norm((64, 120)),
    "layer_norm 1024×256": op([(1024, 256), (256,), (256,)], lambda x, w, b: F.layer_norm(x, (256,), w, b)),
    "softmax 64×128×128": op([(64, 128, 128)], lambda x: x.softmax(-1)),
    "log_softmax 64×1000": op([(64, 1000)], lambda x: x.log_softmax(-1)),
    "cross_entropy 64×10": classes(64, 10),
    "cross_entropy 1024×1000": classes(1024, 1000),
    "mse_loss 1024×256": op([(1024, 256), (1024, 256)], F.mse_loss),
    "gelu 1024×1024": op([SQUARE], F.gelu),
    "gelu tanh 1024×1024": op([SQUARE], lambda x: F.gelu(x, approximate="tanh")),
    "relu 64×32×32×32": op([(64, 32, 32, 32)], torch.relu),
    "sigmoid 1024×1024": op([SQUARE], torch.sigmoid),
    "add 1024×1024": op([SQUARE, SQUARE], torch.add),
    "add 1024×1024 + 1024": op([SQUARE, (1024,)], torch.add),
    "sum 1024×1024": op([SQUARE], torch.sum),
    "mean over pixels, 16×512×8×8": op([(16, 512, 8, 8)], lambda x: x.mean((2, 3))),
    "embedding 10000×256, 8×128": embedding(),
    "scaled_dot_product_attention 8×8×128×32": op([(8, 8, 128, 32)] * 3, F.scaled_dot_product_attention),
    "lstm 256, 64×32": layer(torch.nn.LSTM),
    "gru 256, 64×32": layer(torch.nn.GRU),
    "transpose, contiguous 1024×1024": op([SQUARE], lambda x: x.transpose(0, 1).contiguous()),
    "permute, contiguous 8×128×8×32": op([(8, 128, 8, 32)], lambda x: x.permute(0, 2, 1, 3).contiguous()),
    "cat 2×(64×32×16×16)": op([(64, 32, 16, 16)] * 2, lambda x, y: torch.cat([x, y], 1)),
    "dropout 1024×1024": op([SQUARE], F.dropout),
    "SGD step, 10×(256×256 + 256)": step(lambda p: torch.optim.SGD(p, lr=1e-3)),
    "SGD with momentum step, 10×(256×256 + 256)": step(lambda p: torch.optim.SGD(p, lr=1e-3, momentum=0.9)),
    "Adam step, 10×(256×256 + 256)": step(lambda p: torch.optim.Adam(p, lr=1e-3)),
    "AdamW step, 10×(256×256 + 256)": step(lambda p: torch.optim.AdamW(p, lr=1e-3)),
}


def milliseconds(f, seconds):
    for _ in range(2):
        f()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        begin = time.perf_counter()
        f()
        times.append((time.perf_counter() - begin) * 1e3)
    return f"{statistics.median(times)}\t{min(times)}"


for name, ready in CASES.items():
    print(name, *(milliseconds(f, float(sys.argv[1])) for f in ready() if f), sep="\t")
