"""Recurrent layers: outputs, last states, and the gradients of inputs, first states and parameters."""

import torch
from torch import nn

from common import Writer

w = Writer("rnn")


def case(name, layer, shape, states=False):
    """A layer on an input of that shape, from given states or from zeros; each result has a gradient of its own."""
    with torch.no_grad():
        for value in layer.parameters():
            value.copy_(w.randn(value.shape, scale=0.5))
    names, values = zip(*((key, value.clone()) for key, value in layer.named_parameters()))
    x = w.randn(shape)
    directions = 2 if layer.bidirectional else 1
    rows = layer.num_layers * directions
    batch = [] if x.dim() == 2 else [shape[0] if layer.batch_first else shape[1]]
    widths = [layer.proj_size or layer.hidden_size, layer.hidden_size]
    widths = widths if isinstance(layer, nn.LSTM) else widths[:1]
    first = [w.randn([rows, *batch, width]) for width in widths] if states else []
    count = len(widths)

    def run(x, *rest):
        first, rest = rest[: len(rest) - len(names) - 1 - count], rest[len(rest) - len(names) - 1 - count :]
        upstream, values = rest[: 1 + count], rest[1 + count :]
        layer.to(x.dtype).load_state_dict(dict(zip(names, values)))
        inputs = [t.detach().requires_grad_() for t in (x, *first)]
        given = tuple(inputs[1:]) if count == 2 else inputs[-1]
        y, last = layer(inputs[0], given) if first else layer(inputs[0])
        results = (y, *last) if count == 2 else (y, last)
        grads = torch.autograd.grad(results, (*inputs, *layer.parameters()), upstream)
        return (*(t.detach() for t in results), *grads)

    with torch.no_grad():
        y, last = layer.double()(x)
    last = last if count == 2 else (last,)
    upstream = [w.randn(t.shape) for t in (y, *last)]
    inputs = [x, *first, *upstream, *values]
    w.case(name, run, inputs, no_grad=range(len(inputs)))


case("lstm.one", nn.LSTM(3, 4), (5, 2, 3))
case("lstm.state", nn.LSTM(3, 4), (5, 2, 3), states=True)
case("lstm.one_step", nn.LSTM(3, 4), (1, 2, 3), states=True)
case("lstm.unbatched", nn.LSTM(3, 4, bidirectional=True), (5, 3), states=True)
case("lstm.batch_first", nn.LSTM(3, 5, batch_first=True), (3, 4, 3), states=True)
case("lstm.without_bias", nn.LSTM(3, 4, bias=False), (4, 2, 3))
case("lstm.bidirectional", nn.LSTM(3, 4, bidirectional=True), (5, 2, 3))
case("lstm.layers", nn.LSTM(3, 4, num_layers=3), (4, 3, 3), states=True)
case("lstm.projection", nn.LSTM(3, 5, proj_size=2), (4, 3, 3), states=True)
case(
    "lstm.all",
    nn.LSTM(4, 6, num_layers=2, batch_first=True, bidirectional=True, proj_size=3),
    (3, 5, 4),
    states=True,
)
# More entries than one piece of work has, and sizes that are no multiples of a vector.
case("lstm.wide", nn.LSTM(5, 17), (3, 34, 5), states=True)

case("gru.one", nn.GRU(3, 4), (5, 2, 3))
case("gru.state", nn.GRU(3, 4), (5, 3), states=True)
case("gru.without_bias", nn.GRU(3, 4, bias=False), (4, 2, 3), states=True)
case("gru.all", nn.GRU(4, 6, num_layers=2, batch_first=True, bidirectional=True), (3, 5, 4), states=True)
case("gru.wide", nn.GRU(5, 17), (3, 34, 5), states=True)

case("rnn.one", nn.RNN(3, 4), (5, 2, 3))
case("rnn.state", nn.RNN(3, 4), (5, 3), states=True)
case("rnn.relu", nn.RNN(3, 4, nonlinearity="relu", bias=False), (4, 2, 3), states=True)
everything = nn.RNN(4, 6, num_layers=2, batch_first=True, bidirectional=True, nonlinearity="relu")
case("rnn.all", everything, (3, 5, 4), states=True)
case("rnn.wide", nn.RNN(5, 17), (3, 34, 5), states=True)
w.save()
