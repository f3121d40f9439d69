//! Slices in `forward`, as `x[…]` in Python.

use taper::prelude::*;
use taper::Result;

#[model([B, T, D] -> [B, D - 1])]
struct Slices {
    #[config(default = 1)]
    from: usize,
}

#[forward]
impl Slices {
    fn forward(&self, x: Tensor) -> Tensor {
        let last = x.index((.., -1, 1..));
        let first = x.index((.., 0, ..-1));
        let rest = x.index((.., .., self.from..)).index((.., 0));
        let whole = x
            .index(..)
            .index((.., ..=-1, ..))
            .select(1, 0)
            .narrow(1, 1, x.dim(2) - 1);
        last + first + whole + rest.index((.., 0..0)).sum([1], keepdim = true)
    }
}

#[test]
fn slices_are_proved_and_run() -> Result<()> {
    let x = Tensor::arange(0f32, 24f32, &Device::Cpu)?.reshape((2, 3, 4))?;
    let y = Slices::init(&Device::Cpu)?.forward(&x)?;
    let expected: Vec<f32> = [0., 12.]
        .iter()
        .flat_map(|b| {
            (0..3).map(move |d| (b + 9. + d as f32) + (b + d as f32) + (b + 1. + d as f32))
        })
        .collect();
    assert_eq!((y.dims(), y.to_vec::<f32>()?), (&[2, 3][..], expected));
    Ok(())
}
