//! Layers against PyTorch's, from the same state dicts; the cases are made by `tests/parity/layers.py`.

use taper::module::StateDict;
use taper::prelude::*;
use taper::tensor::BackwardOptions;
use taper::testing::{Case, Parity};
use taper::Result;

/// The result, the gradients of the input (unless it is of integers) and of the parameters, and the buffers afterwards.
fn run<C: Config>(config: C, case: &Case) -> Result<Vec<Tensor>>
where
    C::Layer: Forward,
{
    let (x, upstream) = (case.input(0)?, case.input(1)?);
    let mut layer = config.input(x.dims()).init(&Device::Cpu)?;
    layer.to_dtype(upstream.dtype())?;
    let names: Vec<String> = layer.state_dict().names().map(str::to_owned).collect();
    let values = names.into_iter().enumerate();
    let values = values.map(|(i, name)| Ok((name, case.input(2 + i)?.detach())));
    layer.load_state_dict(&values.collect::<Result<StateDict>>()?)?;
    if case.name().contains(".eval.") {
        layer.eval();
    }
    let float = x.dtype().is_float();
    let input = Param::new(if float { x } else { upstream })?;
    let y = layer.forward(if float { &input } else { x })?;
    y.backward_with(BackwardOptions::default().gradient(upstream.detach()))?;
    let mut outputs = vec![y.detach()];
    let own = layer.parameters();
    for param in float.then_some(&input).into_iter().chain(own) {
        outputs.push(param.grad().map_or_else(|| param.zeros_like(), Ok)?);
    }
    outputs.extend(layer.buffers().iter().map(|buffer| buffer.detach()));
    Ok(outputs)
}

#[test]
fn layers() -> Result<()> {
    Parity::open("layers")?.run(|layer, case| match layer {
        "linear" => run(Linear::config(3), case),
        "linear_without_bias" => run(Linear::config(3).bias(false), case),
        "conv" => run(Conv2d::config(4, 3).stride(2).padding((1, 2)), case),
        "conv_same" => {
            let conv = Conv2d::config(4, (2, 3)).padding("same");
            run(conv.dilation((1, 2)).groups(2), case)
        }
        "conv_reflect" => {
            let conv = Conv2d::config(3, 3).padding(2);
            run(conv.padding_mode("reflect"), case)
        }
        "conv_circular" => {
            let conv = Conv2d::config(3, (2, 4)).padding("same");
            run(conv.padding_mode("circular"), case)
        }
        "conv_replicate" => {
            let conv = Conv2d::config(3, 3).padding(1).bias(false);
            run(conv.padding_mode("replicate"), case)
        }
        "batch_norm1d" => run(BatchNorm1d::config(), case),
        "batch_norm2d" => run(BatchNorm2d::config().eps(1e-3).momentum(0.3), case),
        "batch_norm_average" => run(BatchNorm1d::config().momentum(None).bias(false), case),
        "batch_norm_plain" => run(BatchNorm2d::config().affine(false), case),
        "batch_norm_untracked" => run(BatchNorm2d::config().track_running_stats(false), case),
        "layer_norm" => run(LayerNorm::config([3, 4]).eps(1e-3), case),
        "layer_norm_without_bias" => run(LayerNorm::config(4).bias(false), case),
        "embedding" => run(Embedding::config(6, 3).padding_idx(-2), case),
        "prelu" => run(PReLU::config().num_parameters(3), case),
        "max_pool" => {
            let pool = MaxPool2d::config(3).stride(2).padding(1);
            run(pool.ceil_mode(true), case)
        }
        "avg_pool" => {
            let pool = AvgPool2d::config(2).stride((2, 1)).padding(1);
            run(pool.count_include_pad(false), case)
        }
        "adaptive" => run(AdaptiveAvgPool2d::config((2, 3)), case),
        "gelu" => run(GELU::config().approximate("tanh"), case),
        "softplus" => run(Softplus::config().beta(2.).threshold(3.), case),
        "elu" => run(ELU::config().alpha(0.5), case),
        "softmax" => run(Softmax::config(1), case),
        "log_softmax" => run(LogSoftmax::config(-1), case),
        "unflatten" => run(Unflatten::config(1, [2, -1]), case),
        _ => case.unknown(),
    })
}
