//! A network over a list of parameters of unequal shapes.

use taper::prelude::*;

/// Three 4×4 matrices and one of 4×1, multiplied one after the other.
#[model([B, 4] -> [B, 1])]
pub struct ListDense {
    #[param(list = [[4, 4], [4, 4], [4, 4], [4, 1]])]
    params: ParamList,
}

#[forward]
impl ListDense {
    fn forward(&self, x: Tensor) -> Tensor {
        let mut x = x;
        for weight in &self.params {
            x = x.matmul(weight);
        }
        x
    }
}

const _: () = assert!(ListDense::PARAMS == 3 * 16 + 4);

#[cfg(test)]
mod tests {
    use super::*;
    use taper::Result;

    #[test]
    fn four_products() -> Result<()> {
        let mut net = ListDense::init(&Device::Cpu)?;
        let y = net.forward(&Tensor::ones((1, 4), DType::F32, &Device::Cpu)?)?;
        assert_eq!(y.dims(), [1, 1]);
        let lines = "\
ListDense(
  (params): ParameterList(
      (0): Parameter containing: [torch.float32 of size 4x4]
      (1): Parameter containing: [torch.float32 of size 4x4]
      (2): Parameter containing: [torch.float32 of size 4x4]
      (3): Parameter containing: [torch.float32 of size 4x1]
  )
)";
        assert_eq!(net.to_string(), lines);
        let names: Vec<_> = net
            .named_parameters()
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(names, ["params.0", "params.1", "params.2", "params.3"]);
        net.params
            .push(Param::new(Tensor::ones((1, 3), DType::F32, &Device::Cpu)?)?);
        let y = net.forward(&Tensor::ones((1, 4), DType::F32, &Device::Cpu)?)?;
        assert_eq!(y.dims(), [1, 3]);
        Ok(())
    }
}
