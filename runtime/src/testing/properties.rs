//! Kernels on random sizes, settings and layouts: values and gradients must be those of the plain forms in f64.
//!
//! Every input is a view of a larger parameter: it begins anywhere in memory, has gaps, and may lie in reverse order. The cases are the
//! same in every run; `PROPTEST_RNG_SEED` and `PROPTEST_CASES` give others, and more.

use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestCaseError};

use super::{assert_close, randn, tolerance};
use crate::ops::compute::plain_only;
use crate::ops::recurrent::{RecurrentInputs, Unit};
use crate::ops::{
    cat, AvgPool2dOptions, BatchNormOptions, Conv2dOptions, MaxPool2dOptions, SumOptions,
};
use crate::tensor::BackwardOptions;
use crate::{DType, Device, Generator, Param, Result, Tensor};

fn config(cases: u32) -> ProptestConfig {
    let standard = ProptestConfig::default();
    ProptestConfig {
        cases: match std::env::var_os("PROPTEST_CASES") {
            Some(_) => standard.cases,
            None => cases,
        },
        rng_seed: match standard.rng_seed {
            RngSeed::Random => RngSeed::Fixed(1),
            fixed => fixed,
        },
        failure_persistence: None,
        ..standard
    }
}

/// How an input lies in the memory of its parameter.
#[derive(Clone, Copy, Debug)]
struct Layout {
    /// Elements of each dimension that lie before the input's.
    before: usize,
    /// And after them.
    after: usize,
    /// The last dimension is the outermost in memory.
    reversed: bool,
}

fn layout() -> impl Strategy<Value = Layout> {
    let gap = prop_oneof![2 => Just(0usize), 1 => 1..4usize];
    (gap.clone(), gap, any::<bool>()).prop_map(|(before, after, reversed)| Layout {
        before,
        after,
        reversed,
    })
}

impl Layout {
    /// A parameter that a view of `dims` fits in; the `i`th has other values than the others.
    fn param(self, i: usize, dims: &[usize], dtype: DType) -> Result<Param> {
        let mut whole: Vec<_> = dims.iter().map(|n| self.before + n + self.after).collect();
        if self.reversed {
            whole.reverse();
        }
        let values = Generator::new(i as u64).normal(whole, 0., 1., DType::F64, &Device::Cpu)?;
        Param::new(values.to_dtype(dtype)?)
    }

    fn view(self, param: &Param, dims: &[usize]) -> Result<Tensor> {
        let mut view = Tensor::from(param);
        if self.reversed {
            let order: Vec<_> = (0..dims.len() as i64).rev().collect();
            view = view.permute(&order[..])?;
        }
        for (dim, &n) in dims.iter().enumerate() {
            view = view.narrow(dim as i64, self.before, n)?;
        }
        Ok(view)
    }
}

type Input = (Vec<usize>, Layout);

fn input(dims: impl Strategy<Value = Vec<usize>>) -> impl Strategy<Value = Input> {
    (dims, layout())
}

fn of<const N: usize>(dims: [usize; N]) -> impl Strategy<Value = Input> {
    input(Just(dims.to_vec()))
}

/// The results of `f` and the gradients of its inputs, in f64.
fn run(
    f: &impl Fn(&[Tensor]) -> Result<Tensor>,
    inputs: &[Input],
    dtype: DType,
) -> Result<Vec<Tensor>> {
    let params = inputs.iter().enumerate();
    let params = params.map(|(i, (dims, layout))| layout.param(i, dims, dtype));
    let params = params.collect::<Result<Vec<_>>>()?;
    let views = params.iter().zip(inputs);
    let views = views.map(|(param, (dims, layout))| layout.view(param, dims));
    let y = f(&views.collect::<Result<Vec<_>>>()?)?;
    let upstream = randn(y.shape())?.to_dtype(dtype)?;
    y.backward_with(BackwardOptions::default().gradient(upstream))?;
    let grads = params.iter().filter_map(Param::grad);
    let all = std::iter::once(y.detach()).chain(grads);
    all.map(|x| x.to_dtype(DType::F64)).collect()
}

/// The kernels in f32 and f64 against the plain form in f64.
fn agree(
    f: impl Fn(&[Tensor]) -> Result<Tensor>,
    inputs: &[Input],
) -> std::result::Result<(), TestCaseError> {
    let check = || -> Result<()> {
        let plain = plain_only::run(|| run(&f, inputs, DType::F64))?;
        for dtype in [DType::F32, DType::F64] {
            let found = run(&f, inputs, dtype)?;
            assert_eq!(found.len(), plain.len());
            for (i, (found, plain)) in found.iter().zip(&plain).enumerate() {
                let what = format!("{dtype:?}, value {i}");
                let (found, plain) = (with_one(found)?, with_one(plain)?);
                assert_close(&what, &found, &plain, tolerance(dtype))?;
            }
        }
        Ok(())
    };
    check().map_err(|error| TestCaseError::fail(error.to_string()))
}

/// Two functions of which not a bit of the values and gradients differs.
fn alike(
    f: impl Fn(&[Tensor]) -> Result<Tensor>,
    g: impl Fn(&[Tensor]) -> Result<Tensor>,
    inputs: &[Input],
) -> std::result::Result<(), TestCaseError> {
    let bits = |all: Vec<Tensor>| -> Result<Vec<Vec<u64>>> {
        let bits = |x: Tensor| Ok(x.to_vec::<f64>()?.into_iter().map(f64::to_bits).collect());
        all.into_iter().map(bits).collect()
    };
    for dtype in [DType::F32, DType::F64] {
        let found = run(&f, inputs, dtype).and_then(bits);
        let expected = run(&g, inputs, dtype).and_then(bits);
        let [found, expected] = [found, expected]
            .map(|bits| bits.map_err(|error| TestCaseError::fail(error.to_string())));
        prop_assert!(found? == expected?, "{dtype:?}");
    }
    Ok(())
}

/// The elements and a 1: what would be 0 but for rounding is then compared with the size of the inputs.
fn with_one(x: &Tensor) -> Result<candle_core::Tensor> {
    let one = Tensor::ones(1, DType::F64, &Device::Cpu)?;
    Ok(cat(&[x.flatten(0)?, one], 0)?.into_candle())
}

/// Up to four sizes, 1 among them often.
fn shape(rank: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(prop_oneof![1 => Just(1usize), 4 => 1..9usize], rank)
}

/// A shape, and one that broadcasts to it.
fn broadcast() -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    (
        shape(1..=4),
        prop::collection::vec(any::<bool>(), 4),
        0..3usize,
    )
        .prop_map(|(long, ones, missing)| {
            let short = long.iter().zip(&ones);
            let short = short.map(|(&n, &one)| if one { 1 } else { n });
            let short = short.skip(missing.min(long.len() - 1)).collect();
            (long, short)
        })
}

prop_compose! {
    /// The kernel, stride, padding and dilation of one dimension, and a size that at least one window fits in.
    fn axis()(kernel in 1..5usize, stride in 1..4usize, padding in 0..3usize, dilation in 1..3usize, more in 0..9usize)
        -> [usize; 5] {
        let reach = (kernel - 1) * dilation + 1;
        let least = reach.saturating_sub(2 * padding).max(1);
        [kernel, stride, padding, dilation, least + more]
    }
}

prop_compose! {
    fn convolution()(
        [ky, sy, py, dy, h] in axis(),
        [kx, sx, px, dx, w] in axis(),
        (batch, groups, inputs, outputs) in prop_oneof![
            (1..4usize, Just(1usize), 1..20usize, 1..36usize),
            (1..4usize, 2..4usize, 1..4usize, 1..4usize),
            (1..4usize, 1..20usize, Just(1usize), Just(1usize)),
            // The batch lies last.
            (12..40usize, Just(1usize), 1..9usize, 1..17usize),
        ],
    )(
        x in of([batch, groups * inputs, h, w]),
        weight in of([groups * outputs, inputs, ky, kx]),
        bias in of([groups * outputs]),
        options in Just(
            Conv2dOptions::default()
                .stride((sy, sx))
                .padding((py, px))
                .dilation((dy, dx))
                .groups(groups),
        ),
    ) -> ([Input; 3], Conv2dOptions) {
        ([x, weight, bias], options)
    }
}

/// The orders in memory of images: as they come, with the channels last, with the batch last.
const PLACES: [[i64; 4]; 3] = [[0, 1, 2, 3], [0, 2, 3, 1], [1, 2, 3, 0]];

/// The same images in that order of memory.
fn placed(x: &Tensor, places: [i64; 4]) -> Result<Tensor> {
    if places == PLACES[0] {
        return Ok(x.clone());
    }
    let mut back = [0; 4];
    for (i, &place) in places.iter().enumerate() {
        back[place as usize] = i as i64;
    }
    x.permute(places)?.contiguous()?.permute(back)
}

proptest! {
    #![proptest_config(config(96))]

    #[test]
    fn conv2d((inputs, options) in convolution()) {
        agree(|x| x[0].conv2d_with(&x[1], Some(&x[2]), options), &inputs)?;
        agree(|x| x[0].conv2d_with(&x[1], None, options), &inputs[..2])?;
    }

    #[test]
    fn matmul(
        (a, b) in (broadcast(), 1..40usize, 1..40usize, 1..40usize, any::<bool>()).prop_flat_map(
            |((long, short), m, n, k, swap)| {
                let (long, short) = if swap { (short, long) } else { (long, short) };
                let with = |batch: &[usize], matrix: [usize; 2]| [&batch[..batch.len().min(2)], &matrix].concat();
                (input(Just(with(&long[long.len().saturating_sub(2)..], [m, k]))),
                 input(Just(with(&short[short.len().saturating_sub(2)..], [k, n]))))
            },
        ),
    ) {
        agree(|x| x[0].matmul(&x[1]), &[a, b])?;
    }

    #[test]
    fn linear(
        inputs in (shape(0..=2), 1..70usize, 1..70usize).prop_flat_map(|(mut dims, features, outputs)| {
            dims.push(features);
            (input(Just(dims)), of([outputs, features]), of([outputs]))
        }),
    ) {
        let (x, weight, bias) = inputs;
        agree(|x| x[0].linear(&x[1], Some(&x[2])), &[x, weight, bias])?;
    }

    #[test]
    fn pools(
        [ky, sy, py, dy, h] in axis(),
        [kx, sx, px, dx, w] in axis(),
        (n, c, layout) in (prop_oneof![3 => 1..3usize, 1 => 3..20usize], 1..20usize, layout()),
        (ceil, include) in any::<(bool, bool)>(),
        places in prop::sample::select(&PLACES[..]),
    ) {
        let (padding, stride) = ((py.min(ky / 2), px.min(kx / 2)), (sy, sx));
        let (h, w) = (h + 2 * py, w + 2 * px);
        let x = [(vec![n, c, h, w], layout)];
        let max = MaxPool2dOptions::default().stride(stride).padding(padding).dilation((dy, dx)).ceil_mode(ceil);
        agree(|x| placed(&x[0], places)?.max_pool2d_with((ky, kx), max), &x)?;
        let avg = AvgPool2dOptions::default().stride(stride).padding(padding).ceil_mode(ceil).count_include_pad(include);
        agree(|x| placed(&x[0], places)?.avg_pool2d_with((ky, kx), avg), &x)?;
        agree(|x| placed(&x[0], places)?.adaptive_avg_pool2d((ky, kx)), &x)?;
    }

    #[test]
    fn norms(
        (x, weight, bias) in (2..5usize, 1..20usize, 2..6usize, 2..20usize)
            .prop_flat_map(|(n, c, h, w)| (of([n, c, h, w]), of([c]), of([c]))),
        (y, scale, shift) in (shape(1..=2), 8..40usize).prop_flat_map(|(mut dims, width)| {
            dims.push(width);
            (input(Just(dims)), of([width]), of([width]))
        }),
        places in prop::sample::select(&PLACES[..]),
    ) {
        let batch = BatchNormOptions::default().training(true);
        let inputs = [x, weight, bias];
        let norm = |x: &[Tensor]| {
            placed(&x[0], places)?.batch_norm_with(None, None, Some(&x[1]), Some(&x[2]), batch)
        };
        agree(norm, &inputs)?;
        let two = |x: &[Tensor]| norm(x)?.relu();
        let one = |x: &[Tensor]| {
            let affine = (Some(&x[1]), Some(&x[2]));
            match placed(&x[0], places)?.batch_norm_relu([None, None], affine, batch, false)? {
                Some(y) => Ok(y),
                None => two(x),
            }
        };
        alike(one, two, &inputs)?;
        let width = scale.0[0];
        agree(|x| x[0].layer_norm(width, Some(&x[1]), Some(&x[2])), &[y, scale, shift])?;
    }

    #[test]
    fn softmaxes(x in input(shape(1..=4)), dim in 0..4usize) {
        let dim = (dim % x.0.len()) as i64;
        let x = [x];
        agree(|x| x[0].softmax(dim), &x)?;
        agree(|x| x[0].log_softmax(dim), &x)?;
        agree(|x| x[0].logsumexp(dim), &x)?;
    }

    #[test]
    fn elementwise(x in input(shape(0..=4))) {
        let x = [x];
        for f in [Tensor::relu, Tensor::gelu, Tensor::sigmoid, Tensor::tanh, Tensor::silu, Tensor::exp, Tensor::square] {
            agree(|x| f(&x[0]), &x)?;
        }
    }

    #[test]
    fn pairs(
        (a, b) in broadcast().prop_flat_map(|(a, b)| (input(Just(a)), input(Just(b)))),
        swap in any::<bool>(),
    ) {
        let x = if swap { [b, a] } else { [a, b] };
        agree(|x| x[0].add(&x[1]), &x)?;
        agree(|x| x[0].mul(&x[1]), &x)?;
        agree(|x| x[0].sub(&x[1])?.maximum(&x[1]), &x)?;
    }

    /// Operations on images in different orders of memory: each result is in one, and what reads it needn't know which.
    #[test]
    fn images(
        (a, b) in prop::array::uniform4(1..6usize).prop_flat_map(|dims| (of(dims), of(dims))),
        (one, other) in (prop::sample::select(&PLACES[..]), prop::sample::select(&PLACES[..])),
        dims in prop::sample::subsequence(vec![0i64, 1, 2, 3], 1..=4),
    ) {
        let both = |x: &[Tensor]| -> Result<[Tensor; 2]> { Ok([placed(&x[0], one)?, placed(&x[1], other)?]) };
        let x = [a, b];
        let product = |x: &[Tensor]| {
            let [a, b] = both(x)?;
            a.relu()?.mul(&b)?.add(&a)
        };
        agree(product, &x)?;
        agree(|x| product(x)?.flatten(1), &x)?;
        agree(|x| product(x)?.flatten(0), &x)?;
        agree(|x| product(x)?.sum(&dims[..]), &x)?;
        agree(|x| cat(&both(x)?, 1)?.narrow(1, 0, 1)?.sigmoid(), &x)?;
        let weight = randn([3, x[0].0[1..].iter().product()])?;
        agree(|x| product(x)?.flatten(1)?.linear(weight.to_dtype(x[0].dtype())?, None), &x)?;
    }

    #[test]
    fn sums(x in input(shape(1..=4)), dims in prop::collection::vec(any::<bool>(), 4), keepdim in any::<bool>()) {
        let rank = x.0.len();
        let mut dims: Vec<_> = (0..rank as i64).filter(|&dim| dims[dim as usize]).collect();
        if dims.is_empty() {
            dims.push(0);
        }
        let first = dims[0];
        let x = [x];
        agree(|x| x[0].sum_with(&dims[..], SumOptions::default().keepdim(keepdim)), &x)?;
        agree(|x| x[0].mean(&dims[..]), &x)?;
        agree(|x| x[0].var(first), &[(x[0].0.iter().map(|n| n + 1).collect(), x[0].1)])?;
        agree(|x| x[0].amax(&dims[..]), &x)?;
        agree(|x| x[0].cumsum(first), &x)?;
    }

    #[test]
    fn attention(
        (q, k, v) in (1..3usize, 1..4usize, 1..40usize, 1..40usize, 1..20usize, 1..20usize).prop_flat_map(
            |(batch, heads, l, s, e, ev)| {
                (of([batch, heads, l, e]), of([batch, heads, s, e]), of([batch, heads, s, ev]))
            },
        ),
    ) {
        agree(|x| x[0].scaled_dot_product_attention(&x[1], &x[2]), &[q, k, v])?;
    }

    #[test]
    fn recurrent(
        unit in prop_oneof![Just(Unit::Lstm), Just(Unit::Gru), Just(Unit::Tanh)],
        (time, batch, features, hidden) in (1..5usize, 1..6usize, 1..20usize, 1..20usize),
        layouts in prop::array::uniform3(layout()),
        reverse in any::<bool>(),
    ) {
        let rows = hidden * match unit {
            Unit::Lstm => 4,
            Unit::Gru => 3,
            Unit::Tanh | Unit::Relu => 1,
        };
        let dims = [vec![time, batch, features], vec![rows, features], vec![rows, hidden]];
        let inputs: Vec<_> = dims.into_iter().zip(layouts).collect();
        let run = |x: &[Tensor]| {
            let inputs = RecurrentInputs {
                x: &x[0],
                weight_ih: &x[1],
                // States of random weights would be chaotic.
                weight_hh: &x[2].mul(0.3)?,
                bias: None,
                weight_hr: None,
                hidden: None,
                cells: None,
            };
            let results = inputs.run(unit, reverse)?;
            let flat = results.iter().map(|x| x.flatten(0)).collect::<Result<Vec<_>>>()?;
            cat(&flat, 0)
        };
        agree(run, &inputs)?;
    }
}
