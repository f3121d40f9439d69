"""Layers: what they compute from a state dict, their gradients, and the state dict afterwards."""

import torch
from torch import nn

from common import Writer

w = Writer("layers")


def layer_case(name, layer, x, training=True):
    layer.train(training)
    with torch.no_grad():
        for key, value in layer.state_dict().items():
            if value.is_floating_point():
                value.copy_(w.rand(value.shape, low=0.5, high=2.0) if key == "running_var" else w.randn(value.shape))
    state = {key: value.clone() for key, value in layer.state_dict().items()}

    def run(x, upstream, *values):
        layer.to(upstream.dtype).load_state_dict(dict(zip(state, values)))
        x = x.detach()
        wanted = [x.requires_grad_()] if x.is_floating_point() else []
        wanted += list(layer.parameters())
        y = layer(x)
        grads = torch.autograd.grad(y, wanted, upstream)
        return (y.detach(), *grads, *(b.detach().clone() for b in layer.buffers()))

    with torch.no_grad():
        shape = layer.double()(x.double() if x.is_floating_point() else x).shape
    inputs = [x, w.randn(shape), *state.values()]
    mode = "train" if training else "eval"
    w.case(f"{name}.{mode}", run, inputs, no_grad=range(len(inputs)))



def image(*shape):
    return w.randn(shape)


layer_case("linear", nn.Linear(5, 3), image(2, 4, 5))
layer_case("linear_without_bias", nn.Linear(5, 3, bias=False), image(2, 5))
layer_case("conv", nn.Conv2d(3, 4, 3, stride=2, padding=(1, 2)), image(2, 3, 7, 6))
layer_case("conv_same", nn.Conv2d(2, 4, (2, 3), padding="same", dilation=(1, 2), groups=2), image(2, 2, 6, 7))
layer_case("conv_reflect", nn.Conv2d(2, 3, 3, padding=2, padding_mode="reflect"), image(2, 2, 5, 6))
layer_case("conv_circular", nn.Conv2d(2, 3, (2, 4), padding="same", padding_mode="circular"), image(1, 2, 5, 6))
layer_case("conv_replicate", nn.Conv2d(2, 3, 3, padding=1, padding_mode="replicate", bias=False), image(2, 5, 6))
for training in (True, False):
    layer_case("batch_norm1d", nn.BatchNorm1d(3), image(5, 3), training)
    layer_case("batch_norm2d", nn.BatchNorm2d(3, eps=1e-3, momentum=0.3), image(2, 3, 4, 5), training)
    layer_case("batch_norm_average", nn.BatchNorm1d(3, momentum=None, bias=False), image(4, 3, 5), training)
    layer_case("batch_norm_plain", nn.BatchNorm2d(3, affine=False), image(2, 3, 4, 5), training)
    layer_case("batch_norm_untracked", nn.BatchNorm2d(3, track_running_stats=False), image(2, 3, 4, 5), training)
layer_case("layer_norm", nn.LayerNorm((3, 4), eps=1e-3), image(2, 3, 4))
layer_case("layer_norm_without_bias", nn.LayerNorm(4, bias=False), image(2, 3, 4))
layer_case("embedding", nn.Embedding(6, 3, padding_idx=-2), torch.tensor([[0, 4, 5], [5, 5, 1]]))
layer_case("prelu", nn.PReLU(3), image(2, 3, 4))
layer_case("max_pool", nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True), image(2, 2, 6, 8))
layer_case("avg_pool", nn.AvgPool2d(2, stride=(2, 1), padding=1, count_include_pad=False), image(2, 2, 5, 6))
layer_case("adaptive", nn.AdaptiveAvgPool2d((2, 3)), image(2, 2, 5, 7))
layer_case("gelu", nn.GELU("tanh"), image(2, 5))
layer_case("softplus", nn.Softplus(2.0, 3.0), image(2, 5))
layer_case("elu", nn.ELU(0.5), image(2, 5))
layer_case("softmax", nn.Softmax(1), image(2, 3, 4))
layer_case("log_softmax", nn.LogSoftmax(-1), image(2, 3, 4))
layer_case("unflatten", nn.Unflatten(1, (2, -1)), image(2, 6))
w.save()
