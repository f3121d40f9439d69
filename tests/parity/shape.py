"""Operations that change a shape, and that take tensors apart and put them together."""

import torch
import torch.nn.functional as F

from common import Writer

w = Writer("shape")

w.case("reshape", torch.reshape, [w.randn((3, 4))], shape=(2, -1))
w.case("flatten", torch.flatten, [w.randn((2, 3, 2))], start_dim=1, end_dim=2)
w.case("unflatten", torch.unflatten, [w.randn((2, 6))], dim=1, sizes=(3, 2))
w.case("transpose", torch.transpose, [w.randn((2, 3, 4))], dim0=0, dim1=-1)
w.case("permute", torch.permute, [w.randn((2, 3, 4))], dims=(2, 0, 1))
w.case("squeeze", torch.squeeze, [w.randn((1, 3, 1))], dim=(0, 1))
w.case("unsqueeze", torch.unsqueeze, [w.randn((2, 3))], dim=-1)
w.case("expand", lambda x, size: x.expand(size), [w.randn((2, 1))], size=(3, -1, 4))
w.case("repeat", lambda x, repeats: x.repeat(repeats), [w.randn((2, 3))], repeats=(2, 1, 3))

w.case("narrow", torch.narrow, [w.randn((2, 5))], dim=1, start=-3, length=2)
w.case("select", torch.select, [w.randn((2, 5))], dim=1, index=-2)
for name, (size, chunks) in {"even": (6, 3), "last": (7, 3), "fewer": (10, 6), "empty": (0, 3)}.items():
    w.case(f"chunk.{name}", torch.chunk, [w.randn((2, size))], chunks=chunks, dim=1)
w.case("split.each", lambda x, size, dim: torch.split(x, size, dim), [w.randn((5, 2))], size=2, dim=0)
w.case("split_list", lambda x, sizes, dim: torch.split(x, sizes, dim), [w.randn((5, 2))], sizes=[1, 0, 4], dim=0)

w.case("cat", lambda *x, dim: torch.cat(x, dim), [w.randn((2, 3)), w.randn((2, 0)), w.randn((2, 2))], dim=1)
w.case("cat.left_out", lambda *x, dim: torch.cat(x, dim), [w.randn((0,)), w.randn((2, 2))], dim=-1)
w.case("stack", lambda *x, dim: torch.stack(x, dim), [w.randn((2, 3)), w.randn((2, 3))], dim=-1)

w.case("index_select", lambda x, index, dim: torch.index_select(x, dim, index),
       [w.randn((3, 4)), torch.tensor([1, 3, 1, 1])], dim=1)
w.case("gather", lambda x, index, dim: torch.gather(x, dim, index),
       [w.randn((3, 4)), torch.tensor([[1, 0], [1, 1]])], dim=0)
w.case("gather.last", lambda x, index, dim: torch.gather(x, dim, index),
       [w.randn((2, 3, 4)), torch.tensor([[[3, 3, 0, 1, 2]], [[0, 0, 0, 0, 1]]])], dim=-1)

w.case("flip", torch.flip, [w.randn((2, 3))], dims=(0, -1))
w.case("roll", lambda x, shift, dim: torch.roll(x, shift, dim), [w.randn((2, 5))], shift=-2, dim=1)

w.case("pad.constant", F.pad, [w.randn((2, 3, 2))], pad=(1, 2, 0, 1), mode="constant", value=0.5)
w.case("pad.negative", F.pad, [w.randn((3, 4))], pad=(-1, 2, 1, -2), mode="constant", value=-1.0)
for mode in ("reflect", "replicate", "circular"):
    w.case(f"pad.{mode}", F.pad, [w.randn((1, 2, 4, 5))], pad=(2, 1, 3, 0), mode=mode)
    w.case(f"pad.{mode}_1d", F.pad, [w.randn((2, 1, 4))], pad=(1, 3), mode=mode)

w.save()
