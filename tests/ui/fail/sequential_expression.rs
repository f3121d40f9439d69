//! A model in one expression is proved against its signature.

use taper::prelude::*;

fn main() {
    let _ = sequential! { <[B, 784] -> [B, 10]>
        hidden: Linear(256), ReLU, Linear(100)
    };
}
