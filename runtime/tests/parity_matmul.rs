//! Products of matrices against PyTorch; the cases are made by `tests/parity/matmul.py`.

use taper::ops::ScaledDotProductAttentionOptions;
use taper::testing::Parity;
use taper::Result;

#[test]
fn matmul() -> Result<()> {
    Parity::open("matmul")?.run(|op, case| {
        let (a, b) = (case.input(0)?, case.input(1)?);
        match op {
            "matmul" => a.matmul(b),
            "bmm" => a.bmm(b),
            "dot" => a.dot(b),
            "outer" => a.outer(b),
            "linear" if case.inputs() == 3 => a.linear(b, Some(case.input(2)?)),
            "linear" => a.linear(b, None),
            "attention" => {
                let mut options = ScaledDotProductAttentionOptions::default()
                    .is_causal(case.option("is_causal")?.unwrap_or(false))
                    .scale(case.option::<f64>("scale")?);
                if case.inputs() == 4 {
                    options = options.attn_mask(case.input(3)?);
                }
                a.scaled_dot_product_attention_with(b, case.input(2)?, options)
            }
            _ => case.unknown(),
        }
    })
}
