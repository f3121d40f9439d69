//! Parameters, buffers, and lists and dicts of them.

use taper::prelude::*;

#[model([B, 8] -> [B, 2])]
pub struct Net {
    #[param([8, 4])]
    weight: Param,
    #[buffer([4])]
    offset: Buffer,
    #[param(list = [[4, 4], [4, 2]])]
    products: ParamList,
    #[buffer(list = [[2], [1, 2]], init = ones())]
    shifts: BufferList,
    #[buffer(dict = { scale: [2] }, init = ones(), persistent = false)]
    fixed: BufferDict,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let mut x = x.matmul(&self.weight) + &self.offset;
        for w in &self.products {
            x = x.matmul(w);
        }
        for shift in &self.shifts {
            x = x + shift;
        }
        x * self.fixed.get("scale")
    }
}

#[test]
fn runs() -> taper::Result<()> {
    let net = Net::init(&Device::Cpu)?;
    assert_eq!((net.parameters().len(), net.buffers().len()), (3, 4));
    Ok(())
}
