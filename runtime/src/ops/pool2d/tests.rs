//! Gradients, ties and NaN, the two forms against each other, other types, and the errors.

use crate::ops::compute::plain_only;
use crate::ops::{AvgPool2dOptions, MaxPool2dOptions, Pair};
use crate::tensor::{BackwardOptions, IntoShape};
use crate::testing::{assert_close, gradcheck, randn, tolerance};
use crate::{DType, Device, Error, Param, Result, Tensor};

fn max() -> MaxPool2dOptions {
    MaxPool2dOptions::default()
}

fn avg() -> AvgPool2dOptions {
    AvgPool2dOptions::default()
}

type Pool = Box<dyn Fn(&Tensor) -> Result<Tensor>>;

fn pools() -> Vec<(Vec<usize>, Pool)> {
    fn max_case(
        x: &[usize],
        kernel: impl Into<Pair>,
        options: MaxPool2dOptions,
    ) -> (Vec<usize>, Pool) {
        let kernel = kernel.into();
        (
            x.to_vec(),
            Box::new(move |x| x.max_pool2d_with(kernel, options)),
        )
    }
    fn avg_case(
        x: &[usize],
        kernel: impl Into<Pair>,
        options: AvgPool2dOptions,
    ) -> (Vec<usize>, Pool) {
        let kernel = kernel.into();
        (
            x.to_vec(),
            Box::new(move |x| x.avg_pool2d_with(kernel, options)),
        )
    }
    fn adaptive(x: &[usize], size: impl Into<Pair>) -> (Vec<usize>, Pool) {
        let size = size.into();
        (x.to_vec(), Box::new(move |x| x.adaptive_avg_pool2d(size)))
    }
    vec![
        max_case(&[2, 3, 4, 6], 2, max()),
        // Candle divides the gradient by k² and is wrong for sizes that are no multiple of k.
        max_case(&[2, 1, 5, 7], 2, max()),
        max_case(&[2, 5, 7], (3, 2), max().stride(1).padding(1)),
        max_case(
            &[1, 2, 5, 4],
            3,
            max().stride((2, 1)).padding((1, 0)).ceil_mode(true),
        ),
        max_case(&[1, 2, 7, 8], 2, max().dilation((2, 3)).stride(2)),
        max_case(&[1, 1, 1, 1], 1, max()),
        max_case(&[0, 2, 4, 4], 2, max()),
        avg_case(&[2, 3, 4, 6], 2, avg()),
        avg_case(&[2, 5, 7], (3, 2), avg().stride((1, 2)).padding(1)),
        avg_case(&[1, 2, 5, 6], 3, avg().stride(2).padding(1).ceil_mode(true)),
        avg_case(
            &[1, 2, 5, 6],
            3,
            avg().stride(2).padding(1).count_include_pad(false),
        ),
        avg_case(&[1, 2, 5, 6], 2, avg().divisor_override(3)),
        avg_case(&[0, 2, 4, 4], 2, avg()),
        adaptive(&[2, 2, 7, 5], (3, 2)),
        adaptive(&[2, 4, 3], 1),
        adaptive(&[1, 1, 2, 3], (3, 5)),
        adaptive(&[1, 1, 2, 3], (0, 5)),
    ]
}

#[test]
fn gradient() -> Result<()> {
    for (shape, pool) in pools() {
        gradcheck(|x| pool(&x[0]), &[randn(shape)?])?;
    }
    Ok(())
}

fn run(x: impl IntoShape, dtype: DType, pool: &Pool) -> Result<[Tensor; 2]> {
    let x = Param::new(randn(x)?.to_dtype(dtype)?)?;
    let y = pool(&x)?;
    let upstream = randn(y.shape())?.to_dtype(dtype)?;
    y.backward_with(BackwardOptions::default().gradient(upstream))?;
    let grad = x.grad().map_or_else(|| x.zeros_like(), Ok)?;
    Ok([y.detach(), grad])
}

/// Of images whose channels or batch lie last in memory, and of their gradients.
#[test]
fn gradient_in_other_orders() -> Result<()> {
    for ([order, back], [h, w]) in [
        ([[1, 2, 3, 0], [3, 0, 1, 2]], [5, 4]),
        ([[0, 2, 3, 1], [0, 3, 1, 2]], [4, 5]),
    ] {
        let last = |x: &Tensor| x.permute(order)?.contiguous()?.permute(back);
        for n in [1, 3, 9] {
            let x = [randn([n, 2, h, w])?];
            let overlapping = max().stride(1).padding(1);
            gradcheck(|x| last(&x[0])?.max_pool2d(2), &x)?;
            gradcheck(|x| last(&x[0])?.max_pool2d_with(3, overlapping), &x)?;
            gradcheck(|x| last(&x[0])?.avg_pool2d(2), &x)?;
            gradcheck(|x| last(&x[0])?.adaptive_avg_pool2d((2, 3)), &x)?;
            let (_, index) = last(&x[0])?.max_pool2d_indices(2)?;
            assert_eq!(
                index.to_vec::<u32>()?,
                x[0].max_pool2d_indices(2)?.1.to_vec::<u32>()?
            );
        }
    }
    Ok(())
}

#[test]
fn kernel_and_plain_form_agree() -> Result<()> {
    for (i, (shape, pool)) in pools().iter().enumerate() {
        for dtype in [DType::F32, DType::F64, DType::BF16] {
            let kernel = run(&shape[..], dtype, pool)?;
            let plain = plain_only::run(|| run(&shape[..], dtype, pool))?;
            for (kernel, plain) in kernel.iter().zip(&plain) {
                let what = format!("pool {i} {shape:?}");
                assert_close(
                    &what,
                    kernel.as_candle(),
                    plain.as_candle(),
                    tolerance(dtype),
                )?;
            }
        }
    }
    Ok(())
}

#[test]
fn large_inputs_run_in_parallel_to_the_same_end() -> Result<()> {
    let pool: Pool = Box::new(|x| {
        x.max_pool2d_with(3, max().stride(2).padding(1))?
            .avg_pool2d(2)
    });
    let kernel = run([8, 32, 33, 35], DType::F64, &pool)?;
    let plain = plain_only::run(|| run([8, 32, 33, 35], DType::F64, &pool))?;
    assert_close("value", kernel[0].as_candle(), plain[0].as_candle(), 1e-15)?;
    assert_close(
        "gradient",
        kernel[1].as_candle(),
        plain[1].as_candle(),
        1e-15,
    )
}

#[test]
fn the_first_maximum_gets_the_gradient_and_nan_wins() -> Result<()> {
    let check = || -> Result<()> {
        let x = Param::new(Tensor::new(
            &[[[1f32, 1., 1., f32::NAN, -1., f32::INFINITY]]],
            &Device::Cpu,
        )?)?;
        let (y, index) = x.max_pool2d_indices((1, 2))?;
        assert_eq!(index.to_vec::<u32>()?, [0, 3, 5]);
        let values = y.to_vec::<f32>()?;
        assert!(values[0] == 1. && values[1].is_nan() && values[2] == f32::INFINITY);
        y.backward_with(BackwardOptions::default().gradient(y.ones_like()?))?;
        assert_eq!(x.grad().unwrap().to_vec::<f32>()?, [1., 0., 0., 1., 0., 1.]);
        // Padding never wins, not even over −∞.
        let x = Tensor::full([1, 1, 3], f64::NEG_INFINITY, DType::F32, &Device::Cpu)?;
        let options = max().padding((0, 1)).stride(1);
        let (_, index) = x.max_pool2d_indices_with((1, 2), options)?;
        assert_eq!(index.to_vec::<u32>()?, [0, 0, 1, 2]);
        Ok(())
    };
    check()?;
    plain_only::run(check)
}

#[test]
fn errors_say_what_was_expected() -> Result<()> {
    let x = Tensor::zeros([1, 2, 4, 4], DType::F32, &Device::Cpu)?;
    let text = |result: Result<Tensor>| result.unwrap_err().to_string();
    assert!(text(x.max_pool2d(5)).contains("a window of 5 (dilation 1) does not fit into 4"));
    assert_eq!(
        text(x.max_pool2d_with(3, max().padding(2))),
        "max_pool2d: `padding` is 2, but expected at most half of the kernel's 3"
    );
    for wrong in [max().stride(0), max().dilation((1, 0))] {
        assert!(matches!(
            x.max_pool2d_with(2, wrong),
            Err(Error::Argument { .. })
        ));
    }
    assert!(matches!(x.max_pool2d(0), Err(Error::Argument { .. })));
    assert!(matches!(
        x.avg_pool2d_with(2, avg().divisor_override(0)),
        Err(Error::Argument { .. })
    ));
    assert!(text(x.to_dtype(DType::I64)?.avg_pool2d(2)).contains("of floats"));
    let flat = Tensor::zeros([4, 4], DType::F32, &Device::Cpu)?;
    assert!(text(flat.adaptive_avg_pool2d(1)).contains("[N, C, H, W] or [C, H, W]"));
    let empty = Tensor::zeros([1, 0, 4], DType::F32, &Device::Cpu)?;
    assert!(text(empty.adaptive_avg_pool2d(1)).contains("not empty"));
    assert!(text(empty.max_pool2d(1)).contains("does not fit into 0"));
    // A window between whose elements the whole input disappears.
    let options = max().dilation((3, 1)).padding((1, 0));
    let one = Tensor::zeros([1, 2, 4], DType::F32, &Device::Cpu)?;
    assert!(text(one.max_pool2d_with(2, options)).contains("sees nothing"));
    Ok(())
}
