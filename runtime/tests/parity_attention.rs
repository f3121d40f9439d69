//! Multi-head attention and encoder layers against PyTorch's, from the same state dicts; the cases are made by
//! `tests/parity/attention.py`.

use taper::module::StateDict;
use taper::nn::{MultiheadAttentionOptions, TransformerEncoderOptions};
use taper::prelude::*;
use taper::tensor::BackwardOptions;
use taper::testing::{Case, Parity};
use taper::Result;

/// Runs a layer: the results, and the gradients of the inputs and parameters. `forward` is given the layer, the inputs and the
/// masks.
fn run<C: Config>(
    config: C,
    case: &Case,
    forward: impl Fn(&C::Layer, &[Param], &[Tensor]) -> Result<Vec<Tensor>>,
) -> Result<Vec<Tensor>> {
    let (count, masks): (usize, usize) = (case.arg("tensors")?, case.arg("masks")?);
    let tensors = (0..count).map(|i| Param::new(case.input(i)?));
    let tensors = tensors.collect::<Result<Vec<_>>>()?;
    let mut config = config.input(tensors[0].dims());
    for x in &tensors[1..] {
        config = config.input(x.dims());
    }
    let mut layer = config.init(&Device::Cpu)?;
    layer.to_dtype(tensors[0].dtype())?;
    let names: Vec<String> = layer.state_dict().names().map(str::to_owned).collect();
    let values = case.inputs() - names.len();
    let given = names.into_iter().enumerate();
    let given = given.map(|(i, name)| Ok((name, case.input(values + i)?.detach())));
    layer.load_state_dict(&given.collect::<Result<StateDict>>()?)?;
    let masks_of = (count..count + masks).map(|i| Ok(case.input(i)?.detach()));
    let results = forward(&layer, &tensors, &masks_of.collect::<Result<Vec<_>>>()?)?;
    for (i, result) in results.iter().enumerate() {
        let upstream = case.input(count + masks + i)?.detach();
        let options = BackwardOptions::default().retain_graph(true);
        result.backward_with(options.gradient(upstream))?;
    }
    let mut outputs: Vec<_> = results.iter().map(Tensor::detach).collect();
    for param in tensors.iter().chain(layer.parameters()) {
        outputs.push(param.grad().map_or_else(|| param.zeros_like(), Ok)?);
    }
    Ok(outputs)
}

fn attend(
    config: MultiheadAttentionConfig,
    case: &Case,
    options: impl Fn(MultiheadAttentionOptions, &[Tensor]) -> MultiheadAttentionOptions,
) -> Result<Vec<Tensor>> {
    run(config, case, |layer, x, masks| {
        let options = options(Default::default(), masks);
        let (q, k, v) = match x {
            [q, k, v] => (q, k, v),
            _ => (&x[0], &x[0], &x[0]),
        };
        let (y, weights) = layer.forward_with(q, k, v, options)?;
        Ok(std::iter::once(y).chain(weights).collect())
    })
}

fn encode<C: Config>(
    config: C,
    case: &Case,
    forward: impl Fn(&C::Layer, &Param, &[Tensor]) -> Result<Tensor>,
) -> Result<Vec<Tensor>> {
    run(config, case, |layer, x, masks| {
        Ok(vec![forward(layer, &x[0], masks)?])
    })
}

#[test]
fn attention() -> Result<()> {
    Parity::open("attention")?.run(|layer, case| {
        let variant = case.name().split('.').nth(1).unwrap_or_default();
        let mha = MultiheadAttention::config;
        let both = |options: MultiheadAttentionOptions, masks: &[Tensor]| {
            options
                .key_padding_mask(masks[0].clone())
                .attn_mask(masks[1].clone())
        };
        let encoder = |heads| {
            TransformerEncoderLayer::config(heads)
                .dim_feedforward(10)
                .dropout(0.)
        };
        let options = TransformerEncoderOptions::default;
        match (layer, variant) {
            ("mha", "self") => attend(mha(2), case, |options, _| options),
            ("mha", "cross") => attend(mha(3), case, |options, _| options),
            ("mha", "sizes") => attend(mha(2).batch_first(true), case, |options, _| {
                options.average_attn_weights(false)
            }),
            ("mha", "unbatched") => attend(mha(2).bias(false), case, |options, _| options),
            ("mha", "without_weights") => {
                attend(mha(2), case, |options, _| options.need_weights(false))
            }
            ("mha", "further") => attend(mha(2).add_bias_kv(true).add_zero_attn(true), case, both),
            ("mha", "further_without_weights") => {
                let config = mha(2).add_bias_kv(true).add_zero_attn(true);
                attend(config.batch_first(true), case, |options, masks| {
                    both(options, masks).need_weights(false)
                })
            }
            ("mha", "floats") => attend(mha(2), case, both),
            ("mha", "causal") => attend(mha(2), case, |options, masks| {
                let options = options.need_weights(false).is_causal(true);
                options.attn_mask(masks[0].clone())
            }),
            ("encoder_layer", "post") => encode(encoder(2), case, |layer, x, _| layer.forward(x)),
            ("encoder_layer", "pre") => {
                let config = encoder(3).activation("gelu").norm_first(true);
                let config = config.batch_first(true).layer_norm_eps(1e-3);
                encode(config, case, |layer, x, masks| {
                    let options = options().mask(masks[0].clone());
                    layer.forward_with(x, options.src_key_padding_mask(masks[1].clone()))
                })
            }
            ("encoder_layer", "unbatched") => {
                encode(encoder(2).bias(false), case, |layer, x, _| layer.forward(x))
            }
            ("encoder", "stack") => {
                let config = TransformerEncoder::config(2, 2)
                    .dim_feedforward(10)
                    .dropout(0.);
                encode(config, case, |layer, x, masks| {
                    let options = options().mask(masks[0].clone()).is_causal(true);
                    layer.forward_with(x, options)
                })
            }
            ("encoder", "norm") => {
                let config = TransformerEncoder::config(2, 2)
                    .dim_feedforward(10)
                    .dropout(0.);
                let config = config.batch_first(true).norm_first(true).norm(true);
                encode(config, case, |layer, x, masks| {
                    layer.forward_with(x, options().src_key_padding_mask(masks[0].clone()))
                })
            }
            _ => case.unknown(),
        }
    })
}
