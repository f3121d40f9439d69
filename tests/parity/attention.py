"""Multi-head attention and encoder layers: results, and the gradients of inputs and parameters."""

import torch
from torch import nn

from common import Writer

w = Writer("attention")


def case(name, module, tensors, call, masks=()):
    """`call(module, tensors, masks)` gives one or two results, each with a gradient of its own."""
    module.train()
    with torch.no_grad():
        for value in module.parameters():
            value.copy_(w.randn(value.shape, scale=0.4))
    names, values = zip(*((key, value.clone()) for key, value in module.named_parameters()))
    sizes = {"tensors": len(tensors), "masks": len(masks)}

    def results(tensors, masks):
        y = call(module, tensors, masks)
        return [x for x in y if x is not None] if isinstance(y, tuple) else [y]

    def run(*inputs, **_):
        inputs = list(inputs)
        take = lambda count: [inputs.pop(0) for _ in range(count)]
        x, given = take(len(tensors)), take(len(masks))
        upstream, values = inputs[: len(inputs) - len(names)], inputs[len(inputs) - len(names) :]
        module.to(x[0].dtype).load_state_dict(dict(zip(names, values)))
        x = [t.detach().requires_grad_() for t in x]
        y = results(x, given)
        grads = torch.autograd.grad(y, (*x, *module.parameters()), upstream)
        return (*(t.detach() for t in y), *grads)

    with torch.no_grad():
        module.double()
        upstream = [w.randn(y.shape) for y in results(tensors, masks)]
    inputs = [*tensors, *masks, *upstream, *values]
    w.case(name, run, inputs, no_grad=range(len(inputs)), **sizes)


def attend(**options):
    """The same tensor three times, or query, key and value."""

    def call(module, tensors, masks):
        query, key, value = tensors * 3 if len(tensors) == 1 else tensors
        given = dict(zip(options.get("given", ()), masks))
        rest = {name: x for name, x in options.items() if name != "given"}
        return module(query, key, value, **given, **rest)

    return call


def hidden(*shape):
    """A random mask of truth values that hides no row wholly."""
    mask = w.rand(shape) < 0.4
    mask[..., 0] = False
    return mask


MHA = nn.MultiheadAttention
causal = torch.ones(4, 4, dtype=torch.bool).triu(1)
case("mha.self", MHA(6, 2), [w.randn((4, 3, 6))], attend())
case("mha.cross", MHA(6, 3), [w.randn((4, 2, 6)), w.randn((5, 2, 6)), w.randn((5, 2, 6))], attend())
case(
    "mha.sizes",
    MHA(6, 2, kdim=3, vdim=5, batch_first=True),
    [w.randn((2, 4, 6)), w.randn((2, 3, 3)), w.randn((2, 3, 5))],
    attend(average_attn_weights=False),
)
case("mha.unbatched", MHA(6, 2, bias=False), [w.randn((4, 6))], attend())
case("mha.without_weights", MHA(6, 2), [w.randn((4, 3, 6))], attend(need_weights=False))
further = MHA(6, 2, add_bias_kv=True, add_zero_attn=True)
masks = [hidden(3, 4), hidden(4, 4)]
case("mha.further", further, [w.randn((4, 3, 6))], attend(given=("key_padding_mask", "attn_mask")), masks)
case(
    "mha.further_without_weights",
    MHA(6, 2, add_bias_kv=True, add_zero_attn=True, batch_first=True),
    [w.randn((3, 4, 6))],
    attend(given=("key_padding_mask", "attn_mask"), need_weights=False),
    masks,
)
case(
    "mha.floats",
    MHA(6, 2),
    [w.randn((4, 3, 6))],
    attend(given=("key_padding_mask", "attn_mask")),
    [w.randn((3, 4)), w.randn((6, 4, 4))],
)
case(
    "mha.causal",
    MHA(6, 2),
    [w.randn((4, 3, 6))],
    attend(given=("attn_mask",), need_weights=False, is_causal=True),
    [causal],
)


def encode(*given, **options):
    return lambda module, tensors, masks: module(*tensors, **dict(zip(given, masks)), **options)


Layer = nn.TransformerEncoderLayer
case("encoder_layer.post", Layer(6, 2, 10, dropout=0.0), [w.randn((4, 3, 6))], encode())
case(
    "encoder_layer.pre",
    Layer(6, 3, 10, dropout=0.0, activation="gelu", norm_first=True, batch_first=True, layer_norm_eps=1e-3),
    [w.randn((3, 4, 6))],
    encode("src_mask", "src_key_padding_mask"),
    [causal, hidden(3, 4)],
)
case("encoder_layer.unbatched", Layer(6, 2, 10, dropout=0.0, bias=False), [w.randn((4, 6))], encode())
case(
    "encoder.stack",
    nn.TransformerEncoder(Layer(6, 2, 10, dropout=0.0), 2, enable_nested_tensor=False),
    [w.randn((4, 3, 6))],
    encode("mask", is_causal=True),
    [causal],
)
case(
    "encoder.norm",
    nn.TransformerEncoder(
        Layer(6, 2, 10, dropout=0.0, batch_first=True, norm_first=True), 2, nn.LayerNorm(6), enable_nested_tensor=False
    ),
    [w.randn((3, 4, 6))],
    encode("src_key_padding_mask"),
    [hidden(3, 4)],
)
w.save()
