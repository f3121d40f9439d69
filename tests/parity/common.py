"""Writes the cases that the Rust parity tests compare with: see `runtime/src/testing/parity.rs` for the format.

A family is one script that makes a `Writer`, adds cases, and saves. Everything is seeded and runs on one thread, so that
running a script again gives the same file.
"""

import pathlib
import sys

import torch
from safetensors.torch import save_file

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)

DATA = pathlib.Path(__file__).parent / "data"
DTYPES = {"f32": torch.float32, "f64": torch.float64, "f16": torch.float16, "bf16": torch.bfloat16}
# What Candle has no type for is stored as one that it has.
STORED = {torch.bool: torch.uint8}


class Writer:
    """Collects cases of one family."""

    def __init__(self, family, seed=0):
        self.family = family
        self.generator = torch.Generator().manual_seed(seed)
        self.tensors = {}
        self.metadata = {}

    def randn(self, shape, scale=1.0):
        """Normal values in f64; `case` rounds them to the type it computes in."""
        return torch.randn(shape, generator=self.generator, dtype=torch.float64) * scale

    def rand(self, shape, low=0.0, high=1.0):
        """Uniform values in f64."""
        return torch.rand(shape, generator=self.generator, dtype=torch.float64) * (high - low) + low

    def case(self, name, f, inputs, dtypes=("f32", "f64"), no_grad=(), tolerance=None, **args):
        """Runs `f(*inputs, **args)` once for every dtype, forward and backward.

        Float inputs are converted to the dtype and require a gradient, unless their number is in `no_grad`. Results
        that don't require one are stored without.
        """
        for dtype in dtypes:
            key = f"{name}.{dtype}"
            assert f"{key}/out0" not in self.tensors, f"two cases named {key}"
            leaves = []
            for i, x in enumerate(inputs):
                x = x.detach().clone()
                if x.is_floating_point():
                    x = x.to(DTYPES[dtype]).requires_grad_(i not in no_grad)
                leaves.append(x)
                self._store(f"{key}/in{i}", x)
            outputs = f(*leaves, **args)
            outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
            tracked = []
            for i, out in enumerate(outputs):
                self._store(f"{key}/out{i}", out)
                if out.requires_grad:
                    upstream = self.randn(out.shape).to(out.dtype)
                    self._store(f"{key}/upstream{i}", upstream)
                    tracked.append((out, upstream))
            if tracked:
                torch.autograd.backward([out for out, _ in tracked], [upstream for _, upstream in tracked])
            for i, x in enumerate(leaves):
                if x.requires_grad and tracked:
                    self._store(f"{key}/grad{i}", torch.zeros_like(x) if x.grad is None else x.grad)
            if tolerance is not None:
                self.metadata[f"{key}/tolerance"] = repr(tolerance)
            for argument, value in args.items():
                self._argument(f"{key}/{argument}", value)

    def save(self):
        """Writes `<family>.safetensors` into the directory named on the command line, else into `data`."""
        folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
        folder.mkdir(parents=True, exist_ok=True)
        save_file(self.tensors, folder / f"{self.family}.safetensors", metadata=self.metadata)
        cases = {key.split("/")[0] for key in self.tensors}
        print(f"{self.family}: {len(cases)} cases")

    def _store(self, key, x):
        x = x.detach()
        self.tensors[key] = x.to(STORED.get(x.dtype, x.dtype)).contiguous().clone()

    def _argument(self, key, value):
        """An argument left at `None` is one that is not given."""
        if value is None:
            return
        if isinstance(value, bool):
            value = "true" if value else "false"
        elif isinstance(value, (tuple, list)):
            value = ",".join(map(str, value))
        self.metadata[key] = str(value)
