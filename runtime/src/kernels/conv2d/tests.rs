//! The kernels on every set of instructions that this processor has, against sums that are written down as they are defined.

use super::*;
use crate::kernels::capability::available;
use crate::kernels::conv_windows;

pub(super) fn axis(input: usize, [kernel, stride, padding, dilation]: [usize; 4]) -> Option<Axis> {
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

/// A convolution of one group.
pub(super) fn convolution(
    batch: usize,
    [inputs, outputs]: [usize; 2],
    [y, x]: [Axis; 2],
) -> Conv2d {
    Conv2d {
        batch,
        groups: 1,
        inputs,
        outputs,
        y,
        x,
    }
}

/// Numbers between −1 and 1.
pub(super) fn numbers(count: usize, seed: usize) -> Vec<f64> {
    (0..count)
        .map(|i| ((i * 7 + seed * 13) as f64 * 0.7311).sin())
        .collect()
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

/// From channels last to batch last.
fn turned(values: &[f64], conv: &Conv2d, channels: usize) -> Vec<f64> {
    let size = values.len() / (conv.batch * channels).max(1);
    let of = |channel, pixel| {
        (0..conv.batch).map(move |image| values[(image * size + pixel) * channels + channel])
    };
    let channels = (0..channels).flat_map(|channel| (0..size).map(move |pixel| (channel, pixel)));
    channels
        .flat_map(|(channel, pixel)| of(channel, pixel))
        .collect()
}

/// The kernels of a batch that lies last, of any size.
fn check_batch_last<T: Real>(conv: &Conv2d, case: &Case, tolerance: f64) {
    let Case {
        x,
        weight,
        grad,
        expected,
    } = case;
    let (inputs, outputs) = (conv.inputs, conv.outputs);
    let [out, dx, dw] = expected;
    let sums: Vec<f64> = (0..outputs)
        .map(|o| grad[o..].iter().step_by(outputs).sum())
        .collect();
    let expected = [
        turned(out, conv, outputs),
        turned(dx, conv, inputs),
        dw.clone(),
        sums,
    ];
    let x: Vec<T> = of(&turned(x, conv, inputs));
    let (weight, grad): (Vec<T>, Vec<T>) = (of(weight), of(&turned(grad, conv, outputs)));
    for arch in available() {
        let (dw, db) = conv.batch_grad_weight(arch, (&x, &grad), true, conv);
        let found = [
            conv.batch_forward(arch, &x, &weight, Finish::NONE),
            conv.batch_backward(arch, &grad, &weight),
            dw.clone(),
            db,
        ];
        for (found, expected) in found.iter().zip(&expected) {
            let what = format!("{conv:?} {arch:?}, batch last");
            assert_near(&what, found, expected, tolerance);
        }
        let (alone, none) = conv.batch_grad_weight(arch, (&x, &grad), false, conv);
        assert!(none.is_empty());
        assert_near("weight alone", &alone, &expected[2], tolerance);
        let bias: Vec<T> = of(&numbers(outputs, 4));
        let finish = Finish {
            bias: Some(&bias[..]),
            relu: true,
        };
        let size = expected[0].len() / outputs;
        let plus = expected[0].iter().enumerate();
        let plus = plus.map(|(i, out)| (out + bias[i / size].to_f64()).max(0.));
        let plus: Vec<f64> = plus.collect();
        let found = conv.batch_forward(arch, &x, &weight, finish);
        assert_near("with bias, batch last", &found, &plus, tolerance);
        for relu in [false, true] {
            let finish = Finish { relu, ..finish };
            let whole = conv.batch_forward(arch, &x, &weight, finish);
            for kernel in [[2, 2], [1, 3], [3, 1]] {
                check_pooled(conv, (kernel, relu), &whole, |pooling| {
                    pooling.forward_with(arch, conv, &x, &weight, finish.bias)
                });
            }
        }
    }
}

/// The maxima of windows of the `whole` result, and their gradients.
fn check_pooled<T: Real>(
    conv: &Conv2d,
    (kernel, relu): ([usize; 2], bool),
    whole: &[T],
    run: impl FnOnce(&MaxPooling) -> (Vec<T>, Vec<u8>),
) {
    let Some(pooling) = MaxPooling::new(kernel, relu) else {
        return;
    };
    let [height, width] = pooling.sizes(conv);
    if height * width == 0 {
        return;
    }
    let ([ky, kx], n) = (kernel, conv.batch);
    let (mut best, mut spread) = (Vec::new(), vec![T::zero(); whole.len()]);
    for window in 0..conv.outputs * height * width {
        let (row, x) = (window / width, window % width * kx);
        let y = row / height * conv.y.output + row % height * ky;
        for image in 0..n {
            let taps = (0..ky * kx).map(|tap| (y + tap / kx) * conv.x.output + x + tap % kx);
            let mut taps = taps.map(|pixel| pixel * n + image);
            let first = taps.next().unwrap_or(0);
            let at = taps.fold(
                first,
                |at, next| if whole[next] > whole[at] { next } else { at },
            );
            best.push(whole[at]);
            if !relu || whole[at] > T::zero() {
                spread[at] = whole[at];
            }
        }
    }
    let what = format!("{conv:?}, pooled by {kernel:?}, relu: {relu}");
    let (found, places) = run(&pooling);
    assert!(found == best, "{what}");
    assert!(pooling.backward(conv, &best, &places) == spread, "{what}");
    let seen = pooling.seen(conv);
    let of_seen = pooling.backward(&seen, &best, &places);
    let rows = whole.len() / (conv.x.output * n);
    let kept = (0..rows).filter(|row| row % conv.y.output < seen.y.output);
    let kept = kept.flat_map(|row| &spread[row * conv.x.output * n..][..seen.x.output * n]);
    assert!(of_seen.iter().eq(kept), "{what}");
}

pub(super) fn assert_near<T: Real>(what: &str, found: &[T], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (found, expected) in found.iter().zip(expected) {
        let error = (found.to_f64() - expected).abs();
        assert!(error <= tolerance, "{what}: {found} is not {expected}");
    }
}

/// The numbers of a case, and what comes of them by definition: the result and the gradients of input and weight.
pub(super) struct Case {
    x: Vec<f64>,
    weight: Vec<f64>,
    grad: Vec<f64>,
    pub(super) expected: [Vec<f64>; 3],
}

impl Case {
    pub(super) fn of(conv: &Conv2d) -> Self {
        let (inputs, outputs) = (conv.groups * conv.inputs, conv.groups * conv.outputs);
        let x = numbers(conv.batch * inputs * conv.input_pixels(), 1);
        let weight = numbers(outputs * conv.column(), 2);
        let grad = numbers(conv.batch * outputs * conv.output_pixels(), 3);
        let expected = expected(conv, &x, &weight, &grad);
        Case {
            x,
            weight,
            grad,
            expected,
        }
    }

    /// Input, weight and the result's gradient.
    pub(super) fn numbers<T: Real>(&self) -> [Vec<T>; 3] {
        [&self.x, &self.weight, &self.grad].map(|values| of(values))
    }
}

pub(super) fn of<T: Real>(values: &[f64]) -> Vec<T> {
    values.iter().map(|&x| T::from_f64(x)).collect()
}

fn check<T: Real>(conv: &Conv2d, tolerance: f64) {
    let case = Case::of(conv);
    if conv.groups == 1 {
        check_batch_last::<T>(conv, &case, tolerance);
    }
    let [x, weight, grad] = case.numbers::<T>();
    let expected = case.expected;
    for arch in available() {
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
    if conv.is_depthwise() {
        for arch in available() {
            let found = [
                conv.depthwise_forward(arch, &x, &weight, Finish::NONE),
                conv.depthwise_grad_input(arch, &grad, &weight),
                conv.depthwise_grad_weight(arch, &x, &grad),
            ];
            for (found, expected) in found.iter().zip(&expected) {
                assert_near(
                    &format!("{conv:?} {arch:?}, depthwise"),
                    found,
                    expected,
                    tolerance,
                );
            }
        }
    }
    if conv.order() == Order::ChannelsLast {
        let bias: Vec<T> = of(&numbers(conv.groups * conv.outputs, 4));
        let plus = expected[0].iter().zip(bias.iter().cycle());
        let plus: Vec<f64> = plus.map(|(out, bias)| out + bias.to_f64()).collect();
        for relu in [false, true] {
            let bias = Some(&bias[..]);
            let out = conv.forward(&x, &weight, None, Finish { bias, relu });
            let least = if relu { 0. } else { f64::NEG_INFINITY };
            let plus: Vec<f64> = plus.iter().map(|out| out.max(least)).collect();
            assert_near(&format!("{conv:?} with bias"), &out, &plus, tolerance);
        }
        let (dw, _) = conv.grad_weight(&x, &grad, false);
        assert_near(&format!("{conv:?} weight"), &dw, &expected[2], tolerance);
    }
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
        [37, 1, 1],
        [9, 1, 1],
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
        let conv = convolution(batch, [inputs, outputs], [axis, axis]);
        check::<f64>(&conv, 1e-11);
        check::<f32>(&conv, 5e-3);
    }
}

/// Vectors of images that are full, and some that are not; all sizes of tiles.
#[test]
fn batches_that_lie_last() {
    for (case, (batch, inputs, outputs)) in [
        (16, 1, 6),
        (37, 2, 1),
        (19, 6, 16),
        (8, 3, 2),
        (33, 1, 3),
        (12, 5, 4),
        (5, 7, 11),
        (64, 4, 5),
    ]
    .into_iter()
    .enumerate()
    {
        // Numbers are slow to add up under an interpreter.
        let (batch, most) = if cfg!(miri) {
            (batch.min(17), 1)
        } else {
            (batch, 4)
        };
        let taps = [[3, 1, 1, 1], [2, 2, 0, 1], [1, 1, 0, 1], [3, 3, 2, 2]];
        for taps in taps.into_iter().cycle().skip(case).take(most) {
            let Some((y, x)) = axis(6, taps).zip(axis(7, [2, taps[1], 1, 1])) else {
                continue;
            };
            let conv = convolution(batch, [inputs, outputs], [y, x]);
            check::<f64>(&conv, 1e-12);
            check::<f32>(&conv, 2e-4);
        }
    }
}
