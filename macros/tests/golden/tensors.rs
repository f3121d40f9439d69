//! Parameters, buffers and layers by key.

use taper::prelude::*;

#[model([B, n] -> [B, n])]
#[derive(PartialEq)]
pub struct Tensors {
    #[config(default = 4)]
    n: usize,
    #[param([n, n], init = normal(0.0, 0.02))]
    weight: Param,
    #[param(list = [[n, n], [n, 1]])]
    several: ParamList,
    #[param(dict = { left: [n], right: [n] }, init = zeros())]
    named: ParamDict,
    #[buffer([n])]
    mean: Buffer,
    #[buffer(list = [[n], [1]], persistent = false)]
    shifts: BufferList,
    choices: dict!(linear: Linear(n), relu: ReLU),
}

#[forward]
impl Tensors {
    fn forward(&self, x: Tensor, choice: TensorsChoices) -> Tensor {
        let x = (x - &self.mean).matmul(self.weight);
        let x = x + self.named.get("left");
        self.choices[choice](x)
    }
}
