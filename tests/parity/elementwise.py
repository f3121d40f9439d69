"""Element-wise operations."""

import torch

from common import Writer

w = Writer("elementwise")

for name, shapes in {
    "same": ((3, 5), (3, 5)),
    "broadcast": ((3, 1, 5), (4, 1)),
    "scalar": ((), (2, 3)),
    "empty": ((0, 3), (1, 3)),
}.items():
    w.case(f"add.{name}", torch.add, [w.randn(*shapes[0]), w.randn(*shapes[1])])

w.save()
