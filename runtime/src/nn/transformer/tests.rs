//! Encoders: what they print, save and refuse.

use super::*;
use crate::module::{format_module, Config, Forward, ModuleExt};
use crate::testing::randn;
use crate::{DType, Device, Result};

fn refusal<C: Config>(config: C, input: &[usize]) -> String {
    match config.input(input).init(&Device::Cpu) {
        Ok(_) => "built".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn it_prints_as_in_pytorch() -> Result<()> {
    let encoder = TransformerEncoder::config(2, 2).norm(true).input([5, 3, 8]);
    let text = format_module(&encoder.init(&Device::Cpu)?);
    let expected = "\
TransformerEncoder(
  (layers): ModuleList(
    (0-1): 2 x TransformerEncoderLayer(
      (self_attn): MultiheadAttention(
        (out_proj): Linear(in_features=8, out_features=8, bias=True)
      )
      (linear1): Linear(in_features=8, out_features=2048, bias=True)
      (dropout): Dropout(p=0.1, inplace=False)
      (linear2): Linear(in_features=2048, out_features=8, bias=True)
      (norm1): LayerNorm((8,), eps=1e-05, elementwise_affine=True, bias=True)
      (norm2): LayerNorm((8,), eps=1e-05, elementwise_affine=True, bias=True)
      (dropout1): Dropout(p=0.1, inplace=False)
      (dropout2): Dropout(p=0.1, inplace=False)
    )
  )
  (norm): LayerNorm((8,), eps=1e-05, elementwise_affine=True, bias=True)
)";
    assert_eq!(text, expected);
    Ok(())
}

#[test]
fn its_state_dict_is_pytorchs() -> Result<()> {
    let encoder = TransformerEncoder::config(2, 2).norm(true).input([5, 3, 8]);
    let encoder = encoder.init(&Device::Cpu)?;
    let mut expected = Vec::new();
    for layer in ["layers.0", "layers.1"] {
        for name in [
            "in_proj_weight",
            "in_proj_bias",
            "out_proj.weight",
            "out_proj.bias",
        ] {
            expected.push(format!("{layer}.self_attn.{name}"));
        }
        for part in ["linear1", "linear2", "norm1", "norm2"] {
            expected.push(format!("{layer}.{part}.weight"));
            expected.push(format!("{layer}.{part}.bias"));
        }
    }
    expected.extend(["norm.weight".to_owned(), "norm.bias".to_owned()]);
    assert_eq!(encoder.state_dict().names().collect::<Vec<_>>(), expected);
    Ok(())
}

#[test]
fn a_rule_says_what_was_expected_and_what_came() {
    for (text, expected) in [
        (
            refusal(TransformerEncoderLayer::config(3), &[5, 1, 8]),
            "`self_attn`: MultiheadAttention: 8 features can't be divided into 3 heads",
        ),
        (
            refusal(TransformerEncoderLayer::config(2), &[8]),
            "TransformerEncoderLayer expects an input of 2 or 3 dimensions, the last of d_model, but its input has shape [8]",
        ),
        (
            refusal(TransformerEncoderLayer::config(2).d_model(4), &[5, 1, 8]),
            "TransformerEncoderLayer expects 4 features, but its input has shape [5, 1, 8]",
        ),
        (
            refusal(TransformerEncoderLayer::config(2).activation("tanh"), &[5, 1, 8]),
            "TransformerEncoderLayer: `activation` is \"tanh\", but expected \"relu\" or \"gelu\"",
        ),
        (
            refusal(TransformerEncoder::config(2, 0), &[5, 1, 8]),
            "TransformerEncoder: `num_layers` must be at least 1, but is 0",
        ),
        (
            refusal(TransformerEncoder::config(3, 2), &[5, 1, 8]),
            "`layers.0.self_attn`: MultiheadAttention: 8 features can't be divided into 3 heads",
        ),
    ] {
        assert_eq!(text, expected);
    }
}

#[test]
fn dropouts_are_off_in_evaluation() -> Result<()> {
    let layer = TransformerEncoderLayer::config(2)
        .dim_feedforward(16)
        .dropout(0.5);
    let layer = layer.input([5, 3, 8]).init(&Device::Cpu)?;
    let x = randn([5, 3, 8])?.to_dtype(DType::F32)?;
    let output = || layer.forward(&x)?.to_vec::<f32>();
    assert_ne!(output()?, output()?);
    layer.eval();
    assert_eq!(output()?, output()?);
    Ok(())
}
