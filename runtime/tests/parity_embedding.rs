//! Embeddings against PyTorch; the cases are made by `tests/parity/embedding.py`.

use taper::ops::EmbeddingOptions;
use taper::testing::Parity;
use taper::Result;

#[test]
fn embedding() -> Result<()> {
    Parity::open("embedding")?.run(|op, case| match op {
        "embedding" => {
            let options = EmbeddingOptions::default()
                .padding_idx(case.option("padding_idx")?)
                .max_norm(case.option("max_norm")?)
                .norm_type(case.option("norm_type")?.unwrap_or(2.))
                .scale_grad_by_freq(case.option("scale_grad_by_freq")?.unwrap_or(false));
            case.input(0)?.embedding_with(case.input(1)?, options)
        }
        _ => case.unknown(),
    })
}
