//! What the layer saves, refuses and shows.

use super::*;
use crate::module::{format_module, Config, ModuleExt};
use crate::testing::randn;
use crate::{manual_seed, DType, Device};

fn built(config: MultiheadAttentionConfig, inputs: &[&[usize]]) -> Result<MultiheadAttention> {
    let mut all = config.input(inputs[0]);
    for input in &inputs[1..] {
        all = all.input(*input);
    }
    all.init(&Device::Cpu)
}

fn refusal(config: MultiheadAttentionConfig, inputs: &[&[usize]]) -> String {
    match built(config, inputs) {
        Ok(_) => "built".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn shapes(layer: &MultiheadAttention) -> Vec<(String, Vec<usize>)> {
    let dict = layer.state_dict();
    dict.iter()
        .map(|(name, x)| (name.to_owned(), x.dims().to_vec()))
        .collect()
}

#[test]
fn its_state_dict_is_pytorchs() -> Result<()> {
    let own = |shapes: &[(&str, &[usize])]| -> Vec<(String, Vec<usize>)> {
        let owned = shapes.iter();
        owned
            .map(|(name, shape)| ((*name).to_owned(), shape.to_vec()))
            .collect()
    };
    let layer = built(MultiheadAttention::config(2), &[&[5, 3, 8]])?;
    let expected = own(&[
        ("in_proj_weight", &[24, 8]),
        ("in_proj_bias", &[24]),
        ("out_proj.weight", &[8, 8]),
        ("out_proj.bias", &[8]),
    ]);
    assert_eq!(shapes(&layer), expected);
    assert_eq!(
        format_module(&layer),
        "MultiheadAttention(\n  (out_proj): Linear(in_features=8, out_features=8, bias=True)\n)"
    );
    let config = MultiheadAttention::config(2).add_bias_kv(true);
    let layer = built(config, &[&[5, 3, 8], &[4, 3, 3], &[4, 3, 5]])?;
    let expected = own(&[
        ("q_proj_weight", &[8, 8]),
        ("k_proj_weight", &[8, 3]),
        ("v_proj_weight", &[8, 5]),
        ("in_proj_bias", &[24]),
        ("bias_k", &[1, 1, 8]),
        ("bias_v", &[1, 1, 8]),
        ("out_proj.weight", &[8, 8]),
        ("out_proj.bias", &[8]),
    ]);
    assert_eq!(shapes(&layer), expected);
    let layer = built(MultiheadAttention::config(2).bias(false), &[&[5, 3, 8]])?;
    let expected = own(&[("in_proj_weight", &[24, 8]), ("out_proj.weight", &[8, 8])]);
    assert_eq!(shapes(&layer), expected);
    Ok(())
}

#[test]
fn its_initial_values_are_pytorchs() -> Result<()> {
    let layer = built(MultiheadAttention::config(2), &[&[5, 3, 8]])?;
    let greatest = |name: &str| layer.get_parameter(name)?.abs()?.max(())?.item();
    // Xavier uniform: √(6 / (24 + 8)); the last projection as a `Linear`: 1 / √8.
    let bound = (6f64 / 32.).sqrt();
    assert!((0.8 * bound..=bound).contains(&greatest("in_proj_weight")?));
    let bound = 1. / 8f64.sqrt() + 1e-6;
    assert!((0.8 * bound..=bound).contains(&greatest("out_proj.weight")?));
    assert_eq!(
        (greatest("in_proj_bias")?, greatest("out_proj.bias")?),
        (0., 0.)
    );
    Ok(())
}

#[test]
fn a_rule_says_what_was_expected_and_what_came() {
    let config = || MultiheadAttention::config(2);
    for (text, expected) in [
        (
            refusal(config(), &[&[1, 2, 3, 8]]),
            "MultiheadAttention expects an input of shape [L, N, embed_dim] or [L, embed_dim], but its input has shape [1, 2, 3, 8]",
        ),
        (
            refusal(MultiheadAttention::config(3), &[&[5, 3, 8]]),
            "MultiheadAttention: 8 features can't be divided into 3 heads",
        ),
        (
            refusal(MultiheadAttention::config(0), &[&[5, 3, 8]]),
            "MultiheadAttention: 8 features can't be divided into 0 heads",
        ),
        (
            refusal(config().embed_dim(6), &[&[5, 3, 8]]),
            "MultiheadAttention expects 6 query features, but its input has shape [5, 3, 8]",
        ),
        (
            refusal(config().kdim(6), &[&[5, 3, 8]]),
            "MultiheadAttention expects 6 key features, but its key has shape [5, 3, 8]",
        ),
        (
            refusal(config(), &[&[5, 3, 8], &[4, 2, 8]]),
            "MultiheadAttention: a key [4, 2, 8] and a value [4, 2, 8] don't fit a query [5, 3, 8]",
        ),
        (
            refusal(config(), &[&[5, 3, 8], &[4, 3, 8], &[6, 3, 8]]),
            "MultiheadAttention: a key [4, 3, 8] and a value [6, 3, 8] don't fit a query [5, 3, 8]",
        ),
        (
            refusal(config().dropout(2.), &[&[5, 3, 8]]),
            "MultiheadAttention: `dropout` is a probability, from 0 to 1",
        ),
    ] {
        assert_eq!(text, expected);
    }
}

#[test]
fn a_call_says_what_was_expected_and_what_came() -> Result<()> {
    let layer = built(MultiheadAttention::config(2), &[&[5, 3, 8]])?;
    let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu);
    let x = zeros(&[5, 3, 8])?;
    let message = |key: &Tensor, options: MultiheadAttentionOptions| {
        let result = layer.forward_with(&x, key, key, options);
        result
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    let options = MultiheadAttentionOptions::default;
    assert_eq!(
        message(&zeros(&[4, 2, 8])?, options()),
        "MultiheadAttention: expected a query [L, N, 8], a key [S, N, 8] and a value [S, N, 8], but the shapes are [5, 3, 8], \
         [4, 2, 8] and [4, 2, 8]"
    );
    assert_eq!(
        message(&x, options().key_padding_mask(zeros(&[5, 3])?)),
        "MultiheadAttention: expected a key_padding_mask [3, 5], but it has shape [5, 3]"
    );
    assert_eq!(
        message(&x, options().attn_mask(zeros(&[4, 5])?)),
        "MultiheadAttention: expected an attn_mask [5, 5] or [6, 5, 5], but it has shape [4, 5]"
    );
    assert_eq!(
        message(&x, options().is_causal(true)),
        "MultiheadAttention: `is_causal` says that `attn_mask` is causal, but there is none\n  help: pass the causal mask as \
         `attn_mask` too"
    );
    let integers = Tensor::zeros((5, 5), DType::I64, &Device::Cpu)?;
    assert_eq!(
        message(&x, options().attn_mask(integers)),
        "MultiheadAttention: expected a mask of bytes or floats, but it has type I64\n  help: convert it with \
         `to_dtype(DType::U8)`"
    );
    Ok(())
}

#[test]
fn weights_are_dropped_in_training() -> Result<()> {
    manual_seed(0);
    let layer = built(MultiheadAttention::config(2).dropout(0.5), &[&[5, 3, 8]])?;
    let x = randn([5, 3, 8])?.to_dtype(DType::F32)?;
    let weights = || -> Result<Vec<f32>> {
        let (_, weights) = layer.forward(&x, &x, &x)?;
        weights.map_or_else(|| Ok(Vec::new()), |weights| weights.to_vec::<f32>())
    };
    assert!(weights()?.contains(&0.));
    layer.eval();
    assert!(!weights()?.is_empty() && !weights()?.contains(&0.));
    Ok(())
}

#[test]
fn it_computes_in_half_under_autocast() -> Result<()> {
    let layer = built(MultiheadAttention::config(2), &[&[5, 3, 8]])?;
    let x = randn([5, 3, 8])?.to_dtype(DType::F32)?;
    let mask = Tensor::zeros((5, 5), DType::F32, &Device::Cpu)?;
    for weights in [true, false] {
        let options = MultiheadAttentionOptions::default().attn_mask(mask.clone());
        let run = || layer.forward_with(&x, &x, &x, options.clone().need_weights(weights));
        let full = run()?.0;
        let half = crate::amp::autocast(DType::BF16, run)?.0;
        assert_eq!(half.dtype(), DType::BF16);
        let half = half.to_dtype(DType::F32)?;
        assert!(full.sub(half)?.abs()?.max(())?.item()? < 0.02);
    }
    Ok(())
}
