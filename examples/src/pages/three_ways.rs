//! A sequential network in three ways: a literal, a literal with names, and layers added one by one at run time.

use taper::prelude::*;
use taper::Result;

/// The scores of one network, built in three ways from the same seed.
///
/// # Errors
/// If `x` isn't a batch of 20 numbers each.
pub fn scores(x: &Tensor, device: &Device) -> Result<[Tensor; 3]> {
    let literal = sequential! { <[B, 20] -> [B, 10]>
        Linear(256), ReLU, Linear(10)
    };
    let named = sequential! { <[B, 20] -> [B, 10]>
        hidden: Linear(256), act: ReLU, output: Linear(10)
    };
    let mut added = Sequential::config().input([1, 20]);
    added = added.add("hidden", Linear::config(256));
    added = added.add("act", ReLU::config());
    added = added.add("output", Linear::config(10));
    Ok([
        literal.init_seeded(device, 7)?.forward(x)?,
        named.init_seeded(device, 7)?.forward(x)?,
        added.init_seeded(device, 7)?.forward(x)?,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_give_the_same() -> Result<()> {
        let x = Tensor::randn((2, 20), DType::F32, &Device::Cpu)?;
        let [a, b, c] = scores(&x, &Device::Cpu)?;
        assert_eq!(a.dims(), [2, 10]);
        assert_eq!(a.to_vec2::<f32>()?, b.to_vec2::<f32>()?);
        assert_eq!(a.to_vec2::<f32>()?, c.to_vec2::<f32>()?);
        Ok(())
    }
}
