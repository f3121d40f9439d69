//! Documentation, lints and derives on a model and its fields; no lint fires on generated code.

#![deny(warnings, missing_docs, unreachable_pub, clippy::all)]

use taper::prelude::*;

/// A network with documentation.
#[model([B, 8] -> [B, classes])]
#[must_use]
pub struct Net {
    /// How many classes there are.
    #[config(default = 4)]
    pub classes: usize,
    /// The classifier.
    #[layer(classes)]
    #[allow(dead_code)]
    pub fc: Linear,
}

#[forward]
impl Net {
    /// Runs the network.
    pub fn forward(&self, x: Tensor) -> Tensor {
        self.fc(x)
    }
}

#[test]
fn runs() -> taper::Result<()> {
    let net = Net::init(&Device::Cpu)?.clone();
    assert!(format!("{net:?}").contains("out_features=4"));
    Ok(())
}
