//! A layer of the user's that has the name of one of taper's and takes others: the mistake is shown where it is called.

use taper::prelude::*;

mod own {
    use taper::prelude::*;

    #[model([B, C] -> [B, C])]
    pub struct Linear {
        #[config]
        gain: usize,
        #[config]
        offset: usize,
    }

    #[forward]
    impl Linear {
        fn forward(&self, x: Tensor) -> Tensor {
            x * self.gain + self.offset
        }
    }
}

use own::Linear;

#[model([B, 64] -> [B, 64])]
struct Net {
    #[layer(3)]
    shift: Linear,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        self.shift(x)
    }
}

fn main() {}
