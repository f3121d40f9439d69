//! Winograd's algorithm on every set of instructions that this processor has, against sums that are written down as they are defined.

use super::super::tests::{assert_near, axis, convolution, numbers, Case};
use super::super::weight::Weight;
use super::*;
use crate::kernels::capability::{arch, available};

/// What Winograd's algorithm gives, whether it pays or not.
fn check_winograd<T: Real>(conv: &Conv2d, tolerance: f64) {
    let case = Case::of(conv);
    let ([x, weight, grad], expected) = (case.numbers::<T>(), case.expected);
    let forms = (Winograd::forward(conv), Winograd::backward(conv));
    let (Some(forward), Some(backward)) = forms else {
        panic!("{conv:?} is one of them")
    };
    for arch in available() {
        let what = format!("{conv:?} {arch:?}");
        let weights = conv.weights(&weight, None);
        let out = forward.run(arch, &x, &weights, Finish::NONE, usize::MAX);
        assert_near(&what, &out, &expected[0], tolerance);
        let dx = conv.winograd_backward(backward, arch, &grad, &weight);
        assert_near(&what, &dx, &expected[1], tolerance);
        let dw = forward.grad_weight(arch, &x, &grad, usize::MAX);
        assert_near(&what, &dw, &expected[2], tolerance);
        let bias: Vec<T> = numbers(conv.outputs, 4)
            .into_iter()
            .map(T::from_f64)
            .collect();
        let finish = Finish {
            bias: Some(&bias),
            relu: true,
        };
        let packed = forward.pack(arch, &weights);
        let kept = conv.weights(&weight, Some(&packed));
        let finished = forward.run(arch, &x, &kept, finish, 0);
        let plus = out.iter().zip(bias.iter().cycle());
        let plus = plus.map(|(&out, &bias)| (out + bias).to_f64().max(0.));
        assert_near(&what, &finished, &plus.collect::<Vec<_>>(), tolerance);
    }
}

#[test]
fn winograds_sums_by_definition() {
    let sizes = [
        (1, [16, 16], [1, 1], [1, 1]),
        (2, [16, 48], [5, 4], [1, 1]),
        (3, [32, 16], [3, 7], [0, 2]),
        (1, [48, 32], [6, 3], [2, 0]),
        (5, [16, 32], [2, 2], [1, 1]),
        (1, [16, 16], [40, 33], [1, 1]),
        (70, [16, 16], [3, 3], [1, 1]),
    ];
    for (batch, [inputs, outputs], [height, width], [above, left]) in sizes {
        let axes = axis(height, [3, 1, above, 1]).zip(axis(width, [3, 1, left, 1]));
        let Some((y, x)) = axes else {
            panic!("{height}×{width} is no size")
        };
        let conv = convolution(batch, [inputs, outputs], [y, x]);
        check_winograd::<f64>(&conv, 1e-11);
        check_winograd::<f32>(&conv, 2e-3);
    }
}

/// What it costs in accuracy: a bit or two.
#[test]
fn winograds_errors_are_those_of_other_sums_twice() {
    let Some(axis) = axis(12, [3, 1, 1, 1]) else {
        panic!("12 is a size")
    };
    let conv = convolution(2, [64, 32], [axis, axis]);
    let case = Case::of(&conv);
    let ([x, weight, grad], expected) = (case.numbers::<f32>(), case.expected);
    let (Some(forward), Some(backward)) = (Winograd::forward(&conv), Winograd::backward(&conv))
    else {
        panic!("{conv:?} is one of them")
    };
    let arch = arch();
    let weights = || conv.weights(&weight, None);
    let pairs = [
        [
            conv.direct_forward(arch, &x, weights(), Finish::NONE),
            forward.run(arch, &x, &weights(), Finish::NONE, 0),
        ],
        [
            conv.direct_backward(arch, &grad, &weight),
            conv.winograd_backward(backward, arch, &grad, &weight),
        ],
        [
            Weight::new::<f32>(&conv, arch).run(&x, &grad),
            forward.grad_weight(arch, &x, &grad, 0),
        ],
    ];
    for (pair, expected) in pairs.iter().zip(&expected) {
        let [direct, winograd] = pair.each_ref().map(|found| {
            let errors = found.iter().zip(expected);
            let squares = errors.map(|(&found, expected)| (f64::from(found) - expected).powi(2));
            (squares.sum::<f64>() / expected.len() as f64).sqrt()
        });
        assert!(winograd < 3. * direct, "{winograd} beside {direct}");
    }
}

/// It is chosen where it takes fewer multiplications, also beside a sum that leaves out what is padding.
#[test]
fn winograd_is_for_many_blocks_of_images_that_are_not_tiny() {
    let pays = |batch: usize, channels: usize, size: usize, taps: [usize; 4]| {
        let conv =
            axis(size, taps).map(|axis| convolution(batch, [channels, channels], [axis, axis]));
        conv.is_some_and(|conv| conv.winograd().is_some())
    };
    assert!(pays(1, 64, 56, [3, 1, 1, 1]));
    assert!(pays(16, 256, 4, [3, 1, 1, 1]));
    assert!(!pays(1, 512, 7, [3, 1, 1, 1]), "few blocks");
    assert!(!pays(64, 512, 2, [3, 1, 1, 1]), "much padding");
    assert!(!pays(16, 64, 16, [3, 2, 1, 1]), "a stride");
    assert!(!pays(16, 64, 16, [3, 1, 1, 2]), "a dilation");
    assert!(
        !pays(16, 20, 16, [3, 1, 1, 1]),
        "channels that don't fill vectors"
    );
    assert!(!pays(16, 64, 16, [5, 1, 1, 1]), "another kernel");
}
