//! The kernels on every set of instructions that this processor has, against sums that are written down as they are defined.

use super::*;
use crate::kernels::conv_windows;

fn axis(input: usize, [kernel, stride, padding, dilation]: [usize; 4]) -> Option<Axis> {
    let output = conv_windows(input + 2 * padding, kernel, stride, dilation)?;
    Some(Axis {
        input,
        output,
        kernel,
        stride,
        padding,
        dilation,
    })
}

/// Numbers between −1 and 1.
fn numbers(count: usize, seed: usize) -> Vec<f64> {
    (0..count)
        .map(|i| ((i * 7 + seed * 13) as f64 * 0.7311).sin())
        .collect()
}

/// The instruction sets that can be tested here.
fn arches() -> Vec<Arch> {
    let mut arches = vec![Arch::Scalar, Arch::new()];
    #[cfg(target_arch = "x86_64")]
    arches.extend(pulp::x86::V3::try_new().map(Arch::V3));
    arches
}

/// The result and the gradients of input and weight, by definition.
fn expected(conv: &Conv2d, x: &[f64], weight: &[f64], grad: &[f64]) -> [Vec<f64>; 3] {
    let (inputs, outputs) = (conv.groups * conv.inputs, conv.groups * conv.outputs);
    let mut out = vec![0.; grad.len()];
    let (mut dx, mut dw) = (vec![0.; x.len()], vec![0.; weight.len()]);
    for to in 0..out.len() {
        let (pixel, o) = (to / outputs, to % outputs);
        let (image, oy) = (
            pixel / conv.output_pixels(),
            pixel / conv.x.output % conv.y.output,
        );
        let ox = pixel % conv.x.output;
        for from in 0..conv.column() {
            let (c, tap) = (from / conv.taps(), from % conv.taps());
            let at = conv.y.position(oy, tap / conv.x.kernel);
            let Some((iy, ix)) = at.zip(conv.x.position(ox, tap % conv.x.kernel)) else {
                continue;
            };
            let pixel = (image * conv.y.input + iy) * conv.x.input + ix;
            let xi = pixel * inputs + o / conv.outputs * conv.inputs + c;
            let wi = o * conv.column() + from;
            out[to] += x[xi] * weight[wi];
            dx[xi] += grad[to] * weight[wi];
            dw[wi] += grad[to] * x[xi];
        }
    }
    [out, dx, dw]
}

fn assert_near<T: Real>(what: &str, found: &[T], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        let error = (found.to_f64() - expected).abs();
        assert!(error <= tolerance, "{what}: {found} is not {expected}");
    }
}

/// The numbers of a case, and what comes of them by definition: the result and the gradients of input and weight.
struct Case<T> {
    x: Vec<T>,
    weight: Vec<T>,
    grad: Vec<T>,
    expected: [Vec<f64>; 3],
}

impl<T: Real> Case<T> {
    fn of(conv: &Conv2d) -> Self {
        let (inputs, outputs) = (conv.groups * conv.inputs, conv.groups * conv.outputs);
        let x = numbers(conv.batch * inputs * conv.input_pixels(), 1);
        let weight = numbers(outputs * conv.column(), 2);
        let grad = numbers(conv.batch * outputs * conv.output_pixels(), 3);
        let expected = expected(conv, &x, &weight, &grad);
        let of = |values: Vec<f64>| values.into_iter().map(T::from_f64).collect();
        Case {
            x: of(x),
            weight: of(weight),
            grad: of(grad),
            expected,
        }
    }
}

fn check<T: Real>(conv: &Conv2d, tolerance: f64) {
    let Case {
        x,
        weight,
        grad,
        expected,
    } = Case::<T>::of(conv);
    let of = |values: &[f64]| values.iter().map(|&x| T::from_f64(x)).collect::<Vec<T>>();
    for arch in arches() {
        let panels = Panel::all::<T>(arch, conv.groups, conv.outputs);
        let packed = conv.weights(&weight, None).panels(arch, &panels);
        let kept = conv.weights(&weight, Some(&packed));
        let found = [
            conv.direct_forward(arch, &x, conv.weights(&weight, None), Finish::NONE),
            conv.direct_backward(arch, &grad, &weight),
            Weight::new::<T>(conv, arch).run(&x, &grad),
        ];
        assert!(found[0] == conv.direct_forward(arch, &x, kept, Finish::NONE));
        for (found, expected) in found.iter().zip(&expected) {
            assert_near(&format!("{conv:?} {arch:?}"), found, expected, tolerance);
        }
    }
    if conv.channels_last() {
        let bias = of(&numbers(conv.groups * conv.outputs, 4));
        let plus = expected[0].iter().zip(bias.iter().cycle());
        let plus: Vec<f64> = plus.map(|(out, bias)| out + bias.to_f64()).collect();
        for relu in [false, true] {
            let bias = Some(&bias[..]);
            let out = conv.forward(&x, &weight, None, Finish { bias, relu });
            let least = if relu { 0. } else { f64::NEG_INFINITY };
            let plus: Vec<f64> = plus.iter().map(|out| out.max(least)).collect();
            assert_near(&format!("{conv:?} with bias"), &out, &plus, tolerance);
        }
        let dw = conv.grad_weight(&x, &grad);
        assert_near(&format!("{conv:?} weight"), &dw, &expected[2], tolerance);
    }
}

/// What Winograd's algorithm gives, whether it pays or not.
fn check_winograd<T: Real>(conv: &Conv2d, tolerance: f64) {
    let Case {
        x,
        weight,
        grad,
        expected,
    } = Case::<T>::of(conv);
    let forms = (Winograd::forward(conv), Winograd::backward(conv));
    let (Some(forward), Some(backward)) = forms else {
        panic!("{conv:?} is one of them")
    };
    for arch in arches() {
        let what = format!("{conv:?} {arch:?}");
        let weights = conv.weights(&weight, None);
        let out = forward.run_with(arch, &x, &weights, Finish::NONE, usize::MAX);
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
        let finished = forward.run_with(arch, &x, &kept, finish, 0);
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
        let conv = Conv2d {
            batch,
            groups: 1,
            inputs,
            outputs,
            y,
            x,
        };
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
    let conv = Conv2d {
        batch: 2,
        groups: 1,
        inputs: 64,
        outputs: 32,
        y: axis,
        x: axis,
    };
    let Case {
        x,
        weight,
        grad,
        expected,
    } = Case::<f32>::of(&conv);
    let (Some(forward), Some(backward)) = (Winograd::forward(&conv), Winograd::backward(&conv))
    else {
        panic!("{conv:?} is one of them")
    };
    let arch = Arch::new();
    let weights = || conv.weights(&weight, None);
    let pairs = [
        [
            conv.direct_forward(arch, &x, weights(), Finish::NONE),
            forward.run_with(arch, &x, &weights(), Finish::NONE, 0),
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
        let conv = axis(size, taps).map(|axis| Conv2d {
            batch,
            groups: 1,
            inputs: channels,
            outputs: channels,
            y: axis,
            x: axis,
        });
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

#[test]
fn sums_by_definition() {
    let channels = [
        [1, 1, 1],
        [1, 3, 5],
        [1, 9, 17],
        [2, 4, 6],
        [3, 1, 2],
        [1, 2, 33],
        [1, 13, 8],
    ];
    let mut count = 0;
    for case in 0..360usize {
        let pick = |of: usize, shift: usize| (case / of + case * shift / 7) % of;
        let y = [1 + pick(4, 1), 1 + pick(3, 5), pick(3, 2), 1 + pick(2, 3)];
        let x = [1 + pick(4, 3), 1 + pick(3, 2), pick(3, 4), 1 + pick(2, 1)];
        let axes = axis(1 + pick(8, 3), y).zip(axis(1 + pick(9, 5), x));
        let Some((y, x)) = axes else { continue };
        let [groups, inputs, outputs] = channels[case % channels.len()];
        let conv = Conv2d {
            batch: 1 + case % 3,
            groups,
            inputs,
            outputs,
            y,
            x,
        };
        check::<f64>(&conv, 1e-12);
        check::<f32>(&conv, 2e-5);
        count += 1;
    }
    assert!(count > 150, "{count}");
}

/// More weights than activations, so that panels are the pieces of work; more sums than are made in parts; several blocks of pixels.
#[test]
fn large_sizes_are_cut() {
    for (batch, inputs, outputs, size, taps) in [
        (3, 70, 90, 3, [3, 1, 1, 1]),
        (2, 40, 200, 5, [3, 2, 1, 1]),
        (19, 5, 7, 21, [5, 1, 2, 1]),
    ] {
        let Some(axis) = axis(size, taps) else {
            continue;
        };
        let conv = Conv2d {
            batch,
            groups: 1,
            inputs,
            outputs,
            y: axis,
            x: axis,
        };
        check::<f64>(&conv, 1e-11);
        check::<f32>(&conv, 5e-3);
    }
}
