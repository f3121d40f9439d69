//! A network over a dict of parameters, one of them chosen per call.

use taper::prelude::*;

/// Multiplies by the matrix that the caller names.
#[model([B, 4] -> [B, _])]
pub struct DictDense {
    #[param(dict = { linear1: [4, 4], linear2: [4, 1] })]
    params: ParamDict,
}

#[forward]
impl DictDense {
    fn forward(&self, x: Tensor, choice: &str) -> Tensor {
        x.matmul(self.params.get(choice))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use taper::Result;

    #[test]
    fn chosen_by_name_and_extended() -> Result<()> {
        let mut net = DictDense::init(&Device::Cpu)?;
        let x = Tensor::ones((1, 4), DType::F32, &Device::Cpu)?;
        assert_eq!(net.forward(&x, "linear1")?.dims(), [1, 4]);
        assert_eq!(net.forward(&x, "linear2")?.dims(), [1, 1]);
        assert!(net.forward(&x, "linear3").is_err());

        net.params.insert(
            "linear3",
            Param::new(Tensor::randn((4, 2), DType::F32, &Device::Cpu)?)?,
        );
        assert_eq!(net.forward(&x, "linear3")?.dims(), [1, 2]);
        let names: Vec<_> = net
            .named_parameters()
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(
            names,
            ["params.linear1", "params.linear2", "params.linear3"]
        );
        Ok(())
    }
}
