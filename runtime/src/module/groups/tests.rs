//! How groups are printed.

use super::*;
use crate::module::format_module;
use crate::{DType, Device};

fn param(dims: &[usize], dtype: DType) -> Result<Param> {
    Param::new(Tensor::zeros(dims, dtype, &Device::Cpu)?)
}

fn buffer(dims: &[usize]) -> Result<Buffer> {
    Buffer::new(Tensor::zeros(dims, DType::F32, &Device::Cpu)?)
}

#[test]
fn groups_print_as_in_pytorch() -> Result<()> {
    let (mut list, mut dict, mut one) = (ParamList::new(), ParamDict::new(), ParamList::new());
    list.push(param(&[4, 4], DType::F32)?);
    list.push(param(&[], DType::BF16)?);
    dict.insert("left", param(&[5, 10], DType::F32)?);
    dict.insert("right", param(&[3], DType::F64)?);
    one.push(param(&[2], DType::F16)?);
    let expected = "\
ParameterList(
    (0): Parameter containing: [torch.float32 of size 4x4]
    (1): Parameter containing: [torch.bfloat16 of size ]
)";
    assert_eq!(format_module(&list), expected);
    let expected = "\
ParameterDict(
    (left): Parameter containing: [torch.FloatTensor of size 5x10]
    (right): Parameter containing: [torch.DoubleTensor of size 3]
)";
    assert_eq!(format_module(&dict), expected);
    // A single line stands between the parentheses, with its indentation: PyTorch does that.
    let expected = "ParameterList(  (0): Parameter containing: [torch.float16 of size 2])";
    assert_eq!(format_module(&one), expected);
    assert_eq!(format_module(&ParamDict::new()), "ParameterDict()");
    let (mut list, mut dict) = (BufferList::new(), BufferDict::new());
    list.push(buffer(&[4, 4])?);
    dict.insert("mean", buffer(&[])?);
    let expected = "BufferList(  (0): Buffer containing: [torch.float32 of size 4x4])";
    assert_eq!(format_module(&list), expected);
    let expected = "BufferDict(  (mean): Buffer containing: [torch.FloatTensor of size ])";
    assert_eq!(format_module(&dict), expected);
    Ok(())
}
