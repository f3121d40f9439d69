//! Distributions, matrices with structure, and refusals; values against PyTorch's are in `tests/parity_init.rs`.

mod distributions;
mod refusals;

use super::*;
use crate::module::ModuleExt;
use crate::ops::Conv2dOptions;
use crate::testing::{assert_close, randn, Toy};

/// Values in f64, from a fixed seed.
fn drawn(init: &Init, shape: &[usize]) -> Result<Tensor> {
    init.tensor(shape, DType::F64, &Device::Cpu, &mut Generator::new(11))
}

#[test]
fn orthogonal_rows_or_columns_are_orthonormal() -> Result<()> {
    for (shape, dtype, limit) in [
        (&[3, 5][..], DType::F64, 1e-13),
        (&[5, 3], DType::F64, 1e-13),
        (&[1, 4], DType::F64, 1e-13),
        (&[1, 1], DType::F64, 1e-13),
        (&[150, 150], DType::F64, 1e-12),
        (&[150, 130], DType::F32, 1e-6),
        (&[8, 3, 2, 2], DType::F32, 1e-6),
        (&[8, 2, 2], DType::F64, 1e-13),
    ] {
        let mut generator = Generator::new(5);
        let q = Init::orthogonal(3.).tensor(shape, dtype, &Device::Cpu, &mut generator)?;
        let q = q.as_candle().flatten_from(1)?.to_dtype(DType::F64)?;
        let (rows, columns) = q.dims2()?;
        let square = match rows > columns {
            true => q.t()?.contiguous()?.matmul(&q)?,
            false => q.matmul(&q.t()?)?,
        };
        let expected =
            (candle_core::Tensor::eye(rows.min(columns), DType::F64, &Device::Cpu)? * 9.)?;
        assert_close(&format!("{shape:?}"), &square, &expected, limit)?;
    }
    Ok(())
}

#[test]
fn an_identity_convolution_keeps_its_input() -> Result<()> {
    let x = randn([2, 6, 5, 4])?;
    let same = Conv2dOptions::default().padding("same");
    let weight = drawn(&Init::dirac(1), &[6, 6, 3, 5])?;
    assert_eq!(
        x.conv2d_with(&weight, None, same)?.to_vec::<f64>()?,
        x.to_vec::<f64>()?
    );
    let weight = drawn(&Init::dirac(3), &[6, 2, 3, 3])?;
    let y = x.conv2d_with(&weight, None, same.groups(3))?;
    assert_eq!(y.to_vec::<f64>()?, x.to_vec::<f64>()?);
    Ok(())
}

#[test]
fn a_parameter_is_filled_in_place_and_stays_a_leaf() -> Result<()> {
    let w = Param::new(Tensor::zeros([6, 4], DType::BF16, &Device::Cpu)?)?;
    let (view, version) = (Tensor::from(&w), w.version());
    kaiming_uniform_(&w, KaimingOptions::default())?;
    assert!(w.version() > version && w.requires_grad());
    assert_eq!((w.dtype(), w.dims()), (DType::BF16, &[6, 4][..]));
    assert_eq!(view.to_vec::<f32>()?, w.to_vec::<f32>()?);
    // bf16 rounds by up to 2⁻⁹ of a value.
    let bound = (6f32 / 4.).sqrt() * (1. + 2f32.powi(-9));
    assert!(w.to_vec::<f32>()?.iter().all(|x| x.abs() <= bound));
    assert!(w.to_vec::<f32>()?.iter().any(|x| *x != 0.));
    ones_(&w)?;
    assert_eq!(w.to_vec::<f32>()?, [1.; 24]);
    w.sum(())?.backward()?;
    assert_eq!(w.grad().map(|g| g.elem_count()), Some(24));
    Ok(())
}

#[test]
fn a_function_may_use_the_global_generator_too() -> Result<()> {
    let w = Param::new(Tensor::zeros([3], DType::F64, &Device::Cpu)?)?;
    let own = Init::from_fn(|shape, _| Tensor::rand(shape, DType::F32, &Device::Cpu));
    own.fill(&w)?;
    assert!(w.to_vec::<f64>()?.iter().all(|x| *x > 0.));
    assert_eq!(own, own.clone());
    assert_ne!(
        own,
        Init::from_fn(|shape, _| Tensor::rand(shape, DType::F32, &Device::Cpu))
    );
    Ok(())
}

#[test]
fn a_pattern_fills_what_it_selects_and_nothing_else() -> Result<()> {
    let net = Toy::net()?;
    let values = |name: &str| net.get_parameter(name)?.to_vec::<f32>();
    let before = values("fc1.weight")?;
    net.init_with("*.bias", Init::constant(0.5))?;
    assert_eq!(
        (values("fc1.bias")?, values("features.1.bias")?),
        (vec![0.5; 8], vec![0.5; 5])
    );
    assert_eq!(values("fc1.weight")?, before);

    let mut generator = Generator::new(3);
    net.init_with_generator("fc*.weight", Init::normal(0., 1.), &mut generator)?;
    let mut again = Generator::new(3);
    let mut expected = |shape: &[usize]| {
        again
            .normal(shape, 0., 1., DType::F32, &Device::Cpu)?
            .to_vec::<f32>()
    };
    assert_eq!(values("fc1.weight")?, expected(&[8, 16])?);
    assert_eq!(values("fc2.weight")?, expected(&[10, 8])?);
    net.init_with(crate::module::Mask::none(), Init::ONES)
}

#[test]
fn a_tied_parameter_is_filled_once() -> Result<()> {
    let tied = Param::new(Tensor::zeros([2, 3], DType::F64, &Device::Cpu)?)?;
    let layer = |param: Param| Toy::new("Tied").with_param("weight", param);
    let net = Toy::sequential([layer(tied.share()), layer(tied.share())]);
    net.init_with_generator("1.weight", Init::STANDARD_NORMAL, &mut Generator::new(11))?;
    assert_eq!(
        tied.to_vec::<f64>()?,
        drawn(&Init::STANDARD_NORMAL, &[2, 3])?.to_vec::<f64>()?
    );
    Ok(())
}

#[test]
fn a_tensor_without_elements_is_empty() -> Result<()> {
    for init in [
        Init::xavier_normal(1.),
        Init::kaiming_uniform(KaimingOptions::default()),
        Init::orthogonal(1.),
        Init::sparse(0.5, 1.),
        Init::eye(),
    ] {
        assert_eq!(drawn(&init, &[0, 4])?.dims(), [0, 4]);
        assert_eq!(drawn(&init, &[4, 0])?.dims(), [4, 0]);
    }
    Ok(())
}
