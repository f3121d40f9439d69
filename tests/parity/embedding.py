"""Embeddings."""

import torch
import torch.nn.functional as F

from common import Writer

w = Writer("embedding")

for name, (ids, args) in {
    "flat": ([4, 0, 4, 2], {}),
    "matrix": ([[1, 3, 3], [0, 3, 1]], {}),
    "padding": ([[1, 3, 3], [0, 3, 1]], {"padding_idx": 3}),
    "padding_end": ([4, 0, 4, 2], {"padding_idx": -1}),
    "empty": ([], {}),
    "by_freq": ([[1, 3, 3], [0, 3, 1]], {"scale_grad_by_freq": True, "padding_idx": 0}),
    "max_norm": ([4, 0, 4, 2], {"max_norm": 0.8}),
    "max_norm_p": ([4, 0, 4, 2], {"max_norm": 0.8, "norm_type": 3.0}),
}.items():
    ids = torch.tensor(ids, dtype=torch.int64)
    w.case(f"embedding.{name}", F.embedding, [ids, w.randn((5, 3))], **args)

w.save()
