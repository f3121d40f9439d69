"""Products of matrices and vectors."""

import torch
import torch.nn.functional as F

from common import Writer

w = Writer("matmul")
ALL = ("f32", "f64", "f16", "bf16")

for a, b in [((5,), (5,)), ((3, 5), (5,)), ((5,), (5, 2)), ((3, 5), (5, 2)), ((2, 3, 5), (5,)), ((5,), (2, 5, 3)),
             ((2, 3, 4), (2, 4, 5)), ((2, 3, 4), (4, 5)), ((3, 4), (2, 4, 5)), ((2, 1, 3, 4), (3, 4, 2)),
             ((1, 3, 4), (2, 4, 2)), ((3, 0), (0, 2)), ((0, 3, 4), (4, 2)), ((2, 0, 4), (2, 4, 3))]:
    name = "_".join("x".join(map(str, shape)) for shape in (a, b))
    w.case(f"matmul.{name}", torch.matmul, [w.randn(a), w.randn(b)])
w.case("matmul.half", torch.matmul, [w.randn((2, 3, 64)), w.randn((2, 64, 5))], dtypes=("f16", "bf16"))
w.case("matmul.deep", torch.matmul, [w.randn((2, 300)), w.randn((300, 3))])
w.case("bmm", torch.bmm, [w.randn((2, 3, 4)), w.randn((2, 4, 5))])
w.case("dot", torch.dot, [w.randn((7,)), w.randn((7,))])
w.case("outer", torch.outer, [w.randn((3,)), w.randn((4,))])

for shape in [(5,), (4, 5), (2, 3, 5), (0, 5)]:
    name = "x".join(map(str, shape))
    w.case(f"linear.{name}", F.linear, [w.randn(shape), w.randn((3, 5))])
    w.case(f"linear.bias_{name}", F.linear, [w.randn(shape), w.randn((3, 5)), w.randn((3,))],
           dtypes=ALL if len(shape) == 2 else ("f32", "f64"))
w.case("linear.frozen", F.linear, [w.randn((4, 5)), w.randn((3, 5)), w.randn((3,))], no_grad=(1,))

sdpa = F.scaled_dot_product_attention
for name, q, k, v in [("plain", (2, 4, 3), (2, 5, 3), (2, 5, 2)), ("heads", (2, 2, 7, 4), (2, 2, 7, 4), (2, 2, 7, 4)),
                      ("matrix", (3, 4), (5, 4), (5, 4))]:
    w.case(f"attention.{name}", sdpa, [w.randn(q), w.randn(k), w.randn(v)])
    w.case(f"attention.causal_{name}", sdpa, [w.randn(q), w.randn(k), w.randn(v)], is_causal=True)
w.case("attention.scale", sdpa, [w.randn((2, 4, 3)), w.randn((2, 5, 3)), w.randn((2, 5, 2))], scale=0.3)
w.case("attention.broadcast", sdpa, [w.randn((2, 2, 4, 3)), w.randn((1, 2, 5, 3)), w.randn((1, 2, 5, 3))])
w.case("attention.mask", lambda q, k, v, m: sdpa(q, k, v, attn_mask=m),
       [w.randn((2, 4, 3)), w.randn((2, 5, 3)), w.randn((2, 5, 2)), w.randn((4, 5))])
w.case("attention.seen", lambda q, k, v, m: sdpa(q, k, v, attn_mask=m),
       [w.randn((2, 4, 3)), w.randn((2, 5, 3)), w.randn((2, 5, 2)), w.randn((4, 5)) > -0.5])

w.save()
