//! Visibility of the struct, its fields and its methods is the user's own.

mod inner {
    use taper::prelude::*;

    #[model([B, 8] -> [B, classes])]
    pub(crate) struct Net {
        #[config(default = 4)]
        pub(crate) classes: usize,
        #[layer(classes)]
        pub fc: Linear,
        act: ReLU,
    }

    #[forward]
    impl Net {
        pub(crate) fn forward(&self, x: Tensor) -> Tensor {
            self.act(self.fc(x))
        }
    }

    /// A private model beside a public one.
    #[model([B, 8] -> [B, 8])]
    struct Hidden {
        act: ReLU,
    }

    #[forward]
    impl Hidden {
        fn forward(&self, x: Tensor) -> Tensor {
            self.act(x)
        }
    }

    pub(crate) fn hidden() -> taper::Result<usize> {
        Ok(Hidden::init(&Device::Cpu)?.parameters().len())
    }
}

use taper::prelude::*;

#[test]
fn runs() -> taper::Result<()> {
    let net = inner::Net::init(&Device::Cpu)?;
    assert_eq!(
        (net.classes, net.fc.weight.dims().len(), inner::hidden()?),
        (4, 2, 0)
    );
    Ok(())
}
