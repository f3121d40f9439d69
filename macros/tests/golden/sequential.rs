//! A network in one expression, with names, repetitions, a nested block and a signature.

use taper::prelude::*;

fn main() {
    let net = sequential! { <[B, 784] -> [B, 10]>
        hidden: Linear(256), ReLU,
        tail: sequential!(Dropout(0.5), Linear(64) * 2),
        for (width, p) in TABLE { Linear(width), Dropout(p) },
        Linear(10)
    };
}
