//! Settings of types that the trace doesn't hold: models take them, built-in layers refuse them at construction.

use taper::prelude::*;
use taper::Result;

#[model([B, 4] -> [B, 4])]
struct Marked {
    #[config(default = None)]
    special: Option<f64>,
    #[layer(p = special)]
    dropout: Dropout,
}

#[forward]
impl Marked {
    fn forward(&self, x: Tensor) -> Tensor {
        self.dropout(x)
    }
}

#[test]
fn a_built_in_layer_refuses_what_it_would_not_see() -> Result<()> {
    let error = Marked::config()
        .special(Some(0.25))
        .init(&Device::Cpu)
        .err()
        .map(|e| e.to_string())
        .unwrap_or_default();
    let said =
        "Dropout: `p` takes a number, but got a value of another type\n  help: write the value out";
    assert!(error.contains(said), "{error}");
    Ok(())
}
