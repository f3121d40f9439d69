//! What signatures say of hyperparameters, checked when a method is called.

use taper::prelude::*;
use taper::{Error, Result};

#[model([B, 2 * size + 1, (size * 4) / 3] -> [B])]
struct Calculated {
    #[config]
    size: usize,
}

#[forward]
impl Calculated {
    fn forward(&self, x: Tensor) -> Tensor {
        x.sum([1, 2])
    }
}

#[model([B, size] -> [B, size])]
struct Methods {
    #[config]
    size: usize,
    #[layer(size)]
    fc: Linear,
}

#[forward]
impl Methods {
    fn forward(&self, x: Tensor) -> Tensor {
        self.encode(&x, &x)
    }

    #[shape(([B, T], [B, size]) -> [B, size])]
    fn encode(&self, x: Tensor, y: Tensor) -> Tensor {
        self.fc(y) + x.mean(())
    }
}

fn zeros(dims: &[usize]) -> Result<Tensor> {
    Tensor::zeros(dims, DType::F32, &Device::Cpu)
}

fn message<T>(result: Result<T>) -> String {
    match result {
        Err(error @ Error::Shape { .. }) => error.to_string(),
        Err(other) => format!("not a shape error: {other}"),
        Ok(_) => "ran".to_owned(),
    }
}

#[test]
fn arithmetic_over_hyperparameters_is_checked() -> Result<()> {
    let net = Calculated::config(2).init(&Device::Cpu)?;
    assert_eq!(message(net.forward(zeros(&[3, 5, 2])?)), "ran");
    assert_eq!(
        message(net.forward(zeros(&[3, 4, 2])?)),
        "`Calculated` expects input [B, 5, 2], but got [3, 4, 2]"
    );
    assert_eq!(
        message(net.forward(zeros(&[3, 5, 3])?)),
        "`Calculated` expects input [B, 5, 2], but got [3, 5, 3]"
    );
    Ok(())
}

#[test]
fn the_signature_of_a_method_sees_hyperparameters() -> Result<()> {
    let net = Methods::config(4).init(&Device::Cpu)?;
    assert_eq!(message(net.encode(zeros(&[3, 7])?, zeros(&[3, 4])?)), "ran");
    assert_eq!(
        message(net.encode(zeros(&[3, 7])?, zeros(&[3, 5])?)),
        "`encode` expects input 1 of shape [B = 3, 4], but got [3, 5]"
    );
    Ok(())
}

/// What holds only if the heads divide the width.
#[model([B, T, embed] -> [B, T, embed])]
struct Attention {
    #[config]
    embed: usize,
    #[config]
    heads: usize,
    #[layer(embed)]
    q: Linear,
}

#[forward]
impl Attention {
    fn forward(&self, x: Tensor) -> Tensor {
        let (b, t, e) = (x.dim(0), x.dim(1), x.dim(2));
        let y = self.q(x).reshape([b, t, self.heads, e / self.heads]);
        y.reshape([b, t, e])
    }
}

#[model([B, T, 8] -> [B, T, 8])]
struct Outer {
    #[config(default = 4)]
    heads: usize,
    #[layer(8, heads)]
    attention: Attention,
}

#[forward]
impl Outer {
    fn forward(&self, x: Tensor) -> Tensor {
        self.attention(x)
    }
}

/// What holds only if 2 divides a dimension of the input.
#[model([B, N] -> [B, 2, _])]
struct Halves {}

#[forward]
impl Halves {
    fn forward(&self, x: Tensor) -> Tensor {
        let (b, n) = (x.dim(0), x.dim(1));
        x.reshape([b, 2, n / 2])
    }
}

#[test]
fn a_division_that_the_proof_took_for_granted_is_checked_at_construction() -> Result<()> {
    assert_eq!(message(Attention::config(8, 2).init(&Device::Cpu)), "ran");
    assert_eq!(
        message(Attention::config(8, 3).init(&Device::Cpu)),
        "reshape: 8*B*T elements of [B, T, 8] don't fit the sizes [B, T, 3, 2], which make 6*B*T\n  \
         help: `e / self.heads` is rounded down: 8 is not a multiple of 3"
    );
    assert_eq!(
        message(Outer::config().heads(3).init(&Device::Cpu)),
        "`attention`: reshape: 8*B*T elements of [B, T, 8] don't fit the sizes [B, T, 3, 2], which make 6*B*T\n  \
         help: `e / self.heads` is rounded down: 8 is not a multiple of 3"
    );
    Ok(())
}

#[test]
fn a_division_of_a_free_dimension_is_checked_when_it_is_known() -> Result<()> {
    let net = Halves::init(&Device::Cpu)?;
    assert_eq!(net.forward(zeros(&[3, 6])?)?.dims(), [3, 2, 3]);
    assert!(matches!(
        net.forward(zeros(&[3, 5])?),
        Err(Error::Op { op: "reshape", .. })
    ));
    Ok(())
}
