//! Embeddings against PyTorch; the cases are made by `tests/parity/embedding.py`.

use taper::ops::EmbeddingOptions;
use taper::testing::Parity;
use taper::Result;

#[test]
fn embedding() -> Result<()> {
    Parity::open("embedding")?.run(|op, case| match op {
        "embedding" => {
            let options = EmbeddingOptions {
                padding_idx: case.option("padding_idx")?,
            };
            case.input(0)?.embedding_with(case.input(1)?, options)
        }
        _ => case.unknown(),
    })
}
