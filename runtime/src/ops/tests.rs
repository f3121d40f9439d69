//! The element-wise functions of one tensor, all in the same way.

use super::{ClampOptions, EluOptions, GeluOptions, LeakyReluOptions, SoftplusOptions};
use crate::ops::compute::plain_only;
use crate::testing::{assert_close, gradcheck, randn, tolerance};
use crate::{DType, Device, Result, Tensor};

type Function = fn(&Tensor) -> Result<Tensor>;

/// Functions that are smooth at the inputs of the tests.
const EVERYWHERE: &[(&str, Function)] = &[
    ("neg", Tensor::neg),
    ("abs", Tensor::abs),
    ("square", Tensor::square),
    ("exp", Tensor::exp),
    ("sin", Tensor::sin),
    ("cos", Tensor::cos),
    ("sigmoid", Tensor::sigmoid),
    ("tanh", Tensor::tanh),
    ("relu", Tensor::relu),
    ("leaky_relu", Tensor::leaky_relu),
    ("leaky_relu 0.3", |x| {
        x.leaky_relu_with(LeakyReluOptions::default().negative_slope(0.3))
    }),
    ("elu", Tensor::elu),
    ("elu 0.7", |x| x.elu_with(EluOptions::default().alpha(0.7))),
    ("gelu", Tensor::gelu),
    ("gelu tanh", |x| {
        x.gelu_with(GeluOptions::default().approximate("tanh"))
    }),
    ("silu", Tensor::silu),
    ("softplus", Tensor::softplus),
    ("softplus 3 1", |x| {
        x.softplus_with(SoftplusOptions::default().beta(3.).threshold(1.))
    }),
    ("clamp", |x| x.clamp(-0.5, 0.7)),
    ("clamp min", |x| {
        x.clamp_with(ClampOptions::default().min(0.1))
    }),
];

/// Functions of positive numbers.
const POSITIVE: &[(&str, Function)] = &[
    ("sqrt", Tensor::sqrt),
    ("rsqrt", Tensor::rsqrt),
    ("log", Tensor::log),
];

#[test]
fn gradients_agree_with_finite_differences() -> Result<()> {
    for shape in [vec![3, 5], vec![1, 4, 1], vec![], vec![0, 3]] {
        let x = [randn(shape)?];
        for (name, f) in EVERYWHERE {
            gradcheck(|x| f(&x[0]), &x).map_err(|error| error.context(*name))?;
        }
        let positive = [x[0].square()?.add(0.5)?];
        for (name, f) in POSITIVE {
            gradcheck(|x| f(&x[0]), &positive).map_err(|error| error.context(*name))?;
        }
    }
    Ok(())
}

/// Kernels and plain operations, far out and in between, in every type; `exp` and `square` overflow rightly.
#[test]
fn large_arguments_overflow_nothing() -> Result<()> {
    let values = [-6e4, -1e4, -100., -20., -1., 0., 1., 20., 100., 1e4, 6e4];
    for dtype in [DType::F64, DType::F32, DType::F16, DType::BF16] {
        let x = Tensor::new(&values, &Device::Cpu)?.to_dtype(dtype)?;
        let exact = x.to_dtype(DType::F64)?;
        for (name, f) in EVERYWHERE
            .iter()
            .filter(|(name, _)| !["exp", "square", "sin", "cos"].contains(name))
        {
            let expected = f(&exact)?.into_candle();
            for (form, y) in [("kernel", f(&x)?), ("plain", plain_only::run(|| f(&x))?)] {
                let name = format!("{name} in {dtype:?} ({form})");
                assert_eq!(y.dtype(), dtype);
                assert!(
                    y.to_vec::<f64>()?.iter().all(|y| y.is_finite()),
                    "{name}: {y}"
                );
                assert_close(&name, y.as_candle(), &expected, tolerance(dtype))?;
            }
        }
    }
    Ok(())
}

#[test]
fn nan_passes_through() -> Result<()> {
    let x = Tensor::new(&[f32::NAN], &Device::Cpu)?;
    for (name, f) in EVERYWHERE.iter().chain(POSITIVE) {
        assert!(f(&x)?.item()?.is_nan(), "{name}");
    }
    Ok(())
}

#[test]
fn integers_become_floats_unless_the_function_keeps_them() -> Result<()> {
    let x = Tensor::new(&[-2i64, 3], &Device::Cpu)?;
    assert_eq!(x.exp()?.dtype(), DType::F32);
    assert_eq!(x.abs()?.to_vec1::<i64>()?, [2, 3]);
    assert_eq!(x.relu()?.to_vec1::<i64>()?, [0, 3]);
    assert_eq!(x.clamp(0, 2)?.to_vec1::<i64>()?, [0, 2]);
    Ok(())
}

#[test]
fn wrong_arguments_are_errors() -> Result<()> {
    let x = randn([2])?;
    assert!(x.clamp(None, None).is_err());
    let error = x
        .gelu_with(GeluOptions::default().approximate("fast"))
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        r#"gelu: `approximate` is "fast", but expected "none" or "tanh""#
    );
    Ok(())
}
