//! Models declared inside a function.

use taper::prelude::*;

#[test]
fn runs() -> taper::Result<()> {
    #[model([B, 8] -> [B, 4])]
    struct Net {
        #[layer(4)]
        fc: Linear,
    }

    #[forward]
    impl Net {
        fn forward(&self, x: Tensor) -> Tensor {
            self.fc(x)
        }
    }

    assert_eq!(Net::init(&Device::Cpu)?.parameters().len(), 2);
    Ok(())
}
