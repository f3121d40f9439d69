//! The operations that are measured one by one, in taper. `python/operations.py` has the same list in PyTorch.

use std::cell::RefCell;
use std::rc::Rc;

use taper::loss::{cross_entropy, mse_loss};
use taper::ops::{
    AvgPool2dOptions, BatchNormOptions, Conv2dOptions, GeluOptions, MaxPool2dOptions,
};
use taper::prelude::*;
use taper::tensor::BackwardOptions;
use taper::{Buffer, Generator, Result};

/// Does something, and drops what comes of it.
type Work = Box<dyn Fn() -> Result<()>>;

/// Makes an operation ready.
pub type Make = fn() -> Result<Case>;

/// An operation, ready to be done.
pub struct Case {
    /// Does it without a graph.
    pub forward: Work,
    /// Does it, and computes the gradients of all its inputs, where there are any.
    pub gradient: Option<Work>,
}

/// The operations: a name, and what makes it ready.
pub const CASES: &[(&str, Make)] = &[
    ("conv2d 1→6, 3×3, 64×28×28", || {
        conv([64, 1, 28, 28], 6, 3, |o| o.padding(2))
    }),
    ("conv2d 3→64, 7×7, stride 2, 16×64×64", || {
        conv([16, 3, 64, 64], 64, 7, |o| o.stride(2).padding(3))
    }),
    ("conv2d 32→32, 5×5, 64×16×16", || {
        conv([64, 32, 16, 16], 32, 5, |o| o.padding(2))
    }),
    ("conv2d 64→64, 3×3, 16×16×16", || {
        conv([16, 64, 16, 16], 64, 3, |o| o.padding(1))
    }),
    ("conv2d 256→256, 3×3, 16×4×4", || {
        conv([16, 256, 4, 4], 256, 3, |o| o.padding(1))
    }),
    ("conv2d 64→128, 1×1, 16×32×32", || {
        conv([16, 64, 32, 32], 128, 1, |o| o)
    }),
    ("conv2d 64→128, 3×3, stride 2, 16×16×16", || {
        conv([16, 64, 16, 16], 128, 3, |o| o.stride(2).padding(1))
    }),
    ("conv2d 64→64, 3×3, depthwise, 16×32×32", || {
        conv([16, 64, 32, 32], 64, 3, |o| o.padding(1).groups(64))
    }),
    ("conv2d 32→32, 3×3, dilation 2, 16×32×32", || {
        conv([16, 32, 32, 32], 32, 3, |o| o.padding(2).dilation(2))
    }),
    ("linear 64×784→512", || linear(&[64, 784], 512)),
    ("linear 64×512→10", || linear(&[64, 512], 10)),
    ("linear 8×128×256→1024", || linear(&[8, 128, 256], 1024)),
    ("matmul 512×512×512", || {
        op([&[512, 512], &[512, 512]], |[a, b]| a.matmul(b))
    }),
    ("matmul 64×(128×32×128)", || {
        op([&[64, 128, 32], &[64, 32, 128]], |[a, b]| a.matmul(b))
    }),
    ("max_pool2d 2, 64×32×32×32", || {
        op([&[64, 32, 32, 32]], |[x]| x.max_pool2d(2))
    }),
    ("max_pool2d 3, stride 2, 16×64×32×32", || {
        let options = MaxPool2dOptions::default().stride(2).padding(1);
        op([&[16, 64, 32, 32]], move |[x]| {
            x.max_pool2d_with(3, options)
        })
    }),
    ("avg_pool2d 2, 64×32×32×32", || {
        op([&[64, 32, 32, 32]], |[x]| x.avg_pool2d(2))
    }),
    ("avg_pool2d 3, stride 2, 16×64×32×32", || {
        let options = AvgPool2dOptions::default().stride(2).padding(1);
        op([&[16, 64, 32, 32]], move |[x]| {
            x.avg_pool2d_with(3, options)
        })
    }),
    ("adaptive_avg_pool2d 1, 16×512×8×8", || {
        op([&[16, 512, 8, 8]], |[x]| x.adaptive_avg_pool2d(1))
    }),
    ("adaptive_avg_pool2d 3, 16×256×8×8", || {
        op([&[16, 256, 8, 8]], |[x]| x.adaptive_avg_pool2d(3))
    }),
    ("batch_norm 16×64×32×32", || {
        batch_norm(&[16, 64, 32, 32])
    }),
    ("batch_norm 64×120", || batch_norm(&[64, 120])),
    ("layer_norm 1024×256", || {
        op([&[1024, 256], &[256], &[256]], |[x, weight, bias]| {
            x.layer_norm(256, Some(weight), Some(bias))
        })
    }),
    ("softmax 64×128×128", || {
        op([&[64, 128, 128]], |[x]| x.softmax(-1))
    }),
    ("log_softmax 64×1000", || {
        op([&[64, 1000]], |[x]| x.log_softmax(-1))
    }),
    ("cross_entropy 64×10", || classes(64, 10)),
    ("cross_entropy 1024×1000", || classes(1024, 1000)),
    ("mse_loss 1024×256", || {
        op([&[1024, 256], &[1024, 256]], |[x, y]| mse_loss(x, y))
    }),
    ("gelu 1024×1024", || op([&[1024, 1024]], |[x]| x.gelu())),
    ("gelu tanh 1024×1024", || {
        op([&[1024, 1024]], |[x]| {
            x.gelu_with(GeluOptions::default().approximate("tanh"))
        })
    }),
    ("relu 64×32×32×32", || {
        op([&[64, 32, 32, 32]], |[x]| x.relu())
    }),
    ("sigmoid 1024×1024", || {
        op([&[1024, 1024]], |[x]| x.sigmoid())
    }),
    ("add 1024×1024", || {
        op([&[1024, 1024], &[1024, 1024]], |[x, y]| x.add(y))
    }),
    ("add 1024×1024 + 1024", || {
        op([&[1024, 1024], &[1024]], |[x, y]| x.add(y))
    }),
    ("sum 1024×1024", || op([&[1024, 1024]], |[x]| x.sum(()))),
    ("mean over pixels, 16×512×8×8", || {
        op([&[16, 512, 8, 8]], |[x]| x.mean([2, 3]))
    }),
    ("embedding 10000×256, 8×128", embedding),
    ("scaled_dot_product_attention 8×8×128×32", || {
        let shape: &[usize] = &[8, 8, 128, 32];
        op([shape; 3], |[q, k, v]| q.scaled_dot_product_attention(k, v))
    }),
    ("lstm 256, 64×32", || {
        layer(LstmLayer::config().init_seeded(&CPU, 0)?)
    }),
    ("gru 256, 64×32", || {
        layer(GruLayer::config().init_seeded(&CPU, 0)?)
    }),
    ("transpose, contiguous 1024×1024", || {
        op([&[1024, 1024]], |[x]| x.transpose(0, 1)?.contiguous())
    }),
    ("permute, contiguous 8×128×8×32", || {
        op([&[8, 128, 8, 32]], |[x]| {
            x.permute([0, 2, 1, 3])?.contiguous()
        })
    }),
    ("cat 2×(64×32×16×16)", || {
        op([&[64, 32, 16, 16], &[64, 32, 16, 16]], |xs| cat(xs, 1))
    }),
    ("dropout 1024×1024", || {
        op([&[1024, 1024]], |[x]| x.dropout())
    }),
    ("SGD step, 10×(256×256 + 256)", || {
        step(|params| Sgd::new(params, 1e-3))
    }),
    ("SGD with momentum step, 10×(256×256 + 256)", || {
        step(|params| Sgd::new(params, SgdOptions::default().momentum(0.9)))
    }),
    ("Adam step, 10×(256×256 + 256)", || {
        step(|params| Adam::new(params, 1e-3))
    }),
    ("AdamW step, 10×(256×256 + 256)", || {
        step(|params| AdamW::new(params, 1e-3))
    }),
];

const CPU: Device = Device::Cpu;

#[model([T, B, 256] -> [T, B, 256])]
struct LstmLayer {
    #[layer(256)]
    lstm: LSTM,
}

#[forward]
impl LstmLayer {
    fn forward(&self, x: Tensor) -> Tensor {
        let (y, _) = self.lstm(x);
        y
    }
}

#[model([T, B, 256] -> [T, B, 256])]
struct GruLayer {
    #[layer(256)]
    gru: GRU,
}

#[forward]
impl GruLayer {
    fn forward(&self, x: Tensor) -> Tensor {
        let (y, _) = self.gru(x);
        y
    }
}

fn normal(shape: &[usize]) -> Result<Tensor> {
    Generator::new(0).normal(shape, 0., 1., DType::F32, &CPU)
}

/// An operation on inputs that all have gradients.
fn op<const N: usize>(
    shapes: [&[usize]; N],
    f: impl Fn([&Tensor; N]) -> Result<Tensor> + 'static,
) -> Result<Case> {
    let params = shapes.map(|shape| normal(shape).and_then(Param::new));
    let params: Vec<Param> = params.into_iter().collect::<Result<_>>()?;
    let compute = move |params: &[Param]| f(std::array::from_fn(|i| &*params[i]));
    case(params, compute)
}

/// What is computed of parameters. The gradient starts from one of ones, and goes to slots that are empty.
fn case(params: Vec<Param>, f: impl Fn(&[Param]) -> Result<Tensor> + 'static) -> Result<Case> {
    let start = no_grad(|| f(&params))?.ones_like()?;
    let both = Rc::new((f, params));
    let forward = both.clone();
    Ok(Case {
        forward: Box::new(move || {
            let (f, params) = &*forward;
            no_grad(|| f(params)).map(drop)
        }),
        gradient: Some(Box::new(move || {
            let (f, params) = &*both;
            let options = BackwardOptions::default().gradient(start.clone());
            f(params)?.backward_with(options)?;
            params.iter().try_for_each(|param| param.zero_grad(true))
        })),
    })
}

fn conv(
    input: [usize; 4],
    channels: usize,
    kernel: usize,
    options: impl Fn(Conv2dOptions) -> Conv2dOptions,
) -> Result<Case> {
    let options = options(Conv2dOptions::default());
    let weight = [channels, input[1] / options.groups, kernel, kernel];
    op([&input, &weight, &[channels]], move |[x, weight, bias]| {
        x.conv2d_with(weight, Some(bias), options)
    })
}

fn linear(input: &[usize], features: usize) -> Result<Case> {
    let weight = [features, input[input.len() - 1]];
    op([input, &weight, &[features]], |[x, weight, bias]| {
        x.linear(weight, Some(bias))
    })
}

fn batch_norm(shape: &[usize]) -> Result<Case> {
    let channels = shape[1];
    let mean = Buffer::new(Tensor::zeros(channels, DType::F32, &CPU)?)?;
    let var = Buffer::new(Tensor::ones(channels, DType::F32, &CPU)?)?;
    let options = BatchNormOptions::default().training(true);
    op(
        [shape, &[channels], &[channels]],
        move |[x, weight, bias]| {
            x.batch_norm_with(Some(&mean), Some(&var), Some(weight), Some(bias), options)
        },
    )
}

fn classes(batch: usize, classes: usize) -> Result<Case> {
    let labels: Vec<i64> = (0..batch).map(|i| (i * 7 % classes) as i64).collect();
    let labels = Tensor::from_vec(labels, batch, &CPU)?;
    op([&[batch, classes]], move |[x]| cross_entropy(x, &labels))
}

fn embedding() -> Result<Case> {
    let indices: Vec<i64> = (0..8 * 128).map(|i| i * 37 % 10_000).collect();
    let indices = Tensor::from_vec(indices, (8, 128), &CPU)?;
    op([&[10_000, 256]], move |[weight]| indices.embedding(weight))
}

/// A layer on 64 steps of 32 inputs of 256 features, which have no gradient.
fn layer(net: impl Forward + ModuleExt + 'static) -> Result<Case> {
    let x = normal(&[64, 32, 256])?;
    let params = net.parameters().into_iter().map(Param::share).collect();
    case(params, move |_| net.forward(&x))
}

fn step<O: Optimizer + 'static>(make: impl Fn(Vec<Param>) -> Result<O>) -> Result<Case> {
    let mut params = Vec::new();
    for _ in 0..10 {
        for shape in [&[256, 256][..], &[256]] {
            let param = Param::new(normal(shape)?)?;
            param.set_grad(Some(normal(shape)?))?;
            params.push(param);
        }
    }
    let opt = RefCell::new(make(params)?);
    Ok(Case {
        forward: Box::new(move || opt.borrow_mut().step()),
        gradient: None,
    })
}
