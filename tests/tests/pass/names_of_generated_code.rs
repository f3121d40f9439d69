//! Names that generated code could be thought to use: variables, types and modules of the user's own.

use taper::prelude::*;

type Option = u8;
type Vec = u8;
#[allow(non_camel_case_types)]
type core = u8;
struct Tracer;
struct Value;

#[model([B, 8] -> [B, t])]
pub struct Net {
    #[config(default = 4)]
    t: usize,
    #[layer(t)]
    args: Linear,
}

#[forward]
impl Net {
    fn forward(&self, inputs: Tensor) -> Tensor {
        let t = inputs;
        let p = self.args(t);
        let site = p.relu();
        site
    }
}

#[test]
fn runs() -> taper::Result<()> {
    let (_, _, _, _, _): (Option, Vec, core, Tracer, Value) = (0, 0, 0, Tracer, Value);
    let x = Tensor::zeros((2, 8), DType::F32, &Device::Cpu)?;
    assert_eq!(Net::init(&Device::Cpu)?.forward(&x)?.dims(), [2, 4]);
    Ok(())
}
