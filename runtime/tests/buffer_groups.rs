//! `#[buffer(list = …)]` and `#[buffer(dict = …)]`: buffers wherever a model shows its tensors.

use taper::prelude::*;
use taper::Result;

#[model([B, 2] -> [B, 2])]
struct Net {
    #[param([2], init = ones())]
    weight: Param,
    #[buffer(list = [[2], [1, 2]], init = ones())]
    shifts: BufferList,
    #[buffer(dict = { low: [2], high: [2] }, persistent = false)]
    bounds: BufferDict,
}

#[forward]
impl Net {
    fn forward(&self, x: Tensor) -> Tensor {
        let mut x = x * &self.weight + self.bounds.get("low");
        for shift in &self.shifts {
            x = x + shift;
        }
        x
    }
}

fn names<T>(members: Vec<(String, T)>) -> Vec<String> {
    members.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn they_are_buffers_not_parameters() -> Result<()> {
    let net = Net::init(&Device::Cpu)?;
    assert_eq!(names(net.named_parameters()), ["weight"]);
    let buffers = ["shifts.0", "shifts.1", "bounds.low", "bounds.high"];
    assert_eq!(names(net.named_buffers()), buffers);
    assert_eq!(Net::PARAMS, 2);
    net.forward(Tensor::ones((1, 2), DType::F32, &Device::Cpu)?)?
        .sum(())?
        .backward()?;
    assert!(net.weight.grad().is_some());
    assert!(!net.shifts[0].requires_grad());
    Ok(())
}

#[test]
fn state_dicts_hold_the_persistent_ones() -> Result<()> {
    let (net, other) = (Net::init(&Device::Cpu)?, Net::init(&Device::Cpu)?);
    let state = net.state_dict();
    let saved: Vec<_> = state.names().collect();
    assert_eq!(saved, ["weight", "shifts.0", "shifts.1"]);
    net.shifts[1].set(net.shifts[1].add(4.)?)?;
    other.load_state_dict(&net.state_dict())?;
    assert_eq!(other.shifts[1].to_vec::<f32>()?, [5., 5.]);
    Ok(())
}

#[test]
fn they_are_converted_printed_and_grow() -> Result<()> {
    let mut net = Net::init(&Device::Cpu)?;
    net.to_dtype(DType::F64)?;
    assert_eq!(net.shifts[0].dtype(), DType::F64);
    assert_eq!(net.bounds["low"].dtype(), DType::F64);
    assert!(!net.bounds["low"].is_persistent());
    let printed = "\
Net(
  (shifts): BufferList(
      (0): Buffer containing: [torch.float64 of size 2]
      (1): Buffer containing: [torch.float64 of size 1x2]
  )
  (bounds): BufferDict(
      (low): Buffer containing: [torch.DoubleTensor of size 2]
      (high): Buffer containing: [torch.DoubleTensor of size 2]
  )
)";
    assert_eq!(net.to_string(), printed);
    let more = Tensor::ones(2, DType::F64, &Device::Cpu)?;
    net.shifts.push(Buffer::new(&more)?);
    let y = net.forward(Tensor::zeros((1, 2), DType::F64, &Device::Cpu)?)?;
    assert_eq!(y.to_vec::<f64>()?, [3., 3.]);
    assert!(net.bounds.insert("low", Buffer::new(more)?).is_some());
    let error = net.shifts.get(3).err().map(|e| e.to_string());
    assert!(error.is_some_and(|e| e.contains("an index below 3")));
    Ok(())
}
