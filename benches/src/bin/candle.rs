//! One workload in one process, in plain Candle: what `workload.rs` is for taper. Where Candle has no gradient, or no layer, the next
//! best that it can do is taken, as the comments say.

use std::error::Error;

use candle_core::backprop::GradStore;
use candle_core::{DType, Device, Result, Tensor, Var, D};
use candle_nn::loss::{cross_entropy, mse};
use candle_nn::ops::{layer_norm_slow, softmax};
use candle_nn::rnn::RNN;
use candle_nn::{
    batch_norm, conv2d, conv2d_no_bias, linear, lstm, AdamW, Conv2dConfig, Init, Module, ModuleT,
    Optimizer, ParamsAdamW, VarBuilder, VarMap, SGD,
};
use taper_benches::process::{arguments, lacks, measure};

/// A network: its input, and whether it is trained.
type Net = Box<dyn Fn(&Tensor, bool) -> Result<Tensor>>;

type Step = Box<dyn FnMut() -> Result<()>>;

const CPU: Device = Device::Cpu;

fn main() -> std::result::Result<(), Box<dyn Error>> {
    let (name, seconds) = arguments()?;
    if name == "encoder-bf16" {
        lacks("Candle has no autocast");
        return Ok(());
    }
    let mut step = workload(&name)?.ok_or_else(|| format!("there is no workload {name:?}"))?;
    measure(seconds, |_| Ok(step()?))
}

fn workload(name: &str) -> Result<Option<Step>> {
    let map = VarMap::new();
    let vb = VarBuilder::from_varmap(&map, DType::F32, &CPU);
    let sgd = || SGD::new(map.all_vars(), 1e-3);
    Ok(Some(match name {
        "lenet" => classify(lenet(vb)?, adam(&map)?, &[64, 1, 28, 28], 10)?,
        "mlp" => classify(mlp(vb)?, sgd()?, &[64, 784], 10)?,
        "cifar" => classify(cifar(vb)?, sgd()?, &[64, 3, 32, 32], 10)?,
        "resnet18" => {
            let net = resnet18(vb)?;
            classify(
                net,
                Momentum::new(map.all_vars(), 1e-3)?,
                &[16, 3, 64, 64],
                1000,
            )?
        }
        "resnet18-inference" => {
            drop(resnet18(vb)?);
            let net = resnet18(detached(&map)?)?;
            let x = normal(&[1, 3, 224, 224])?;
            Box::new(move || net(&x, false).map(drop))
        }
        "encoder" => {
            let net = encoder(vb)?;
            let mut opt = AdamW::new(map.all_vars(), ParamsAdamW::default())?;
            let (x, target) = (normal(&[8, 128, 256])?, normal(&[8, 128, 256])?);
            Box::new(move || opt.backward_step(&mse(&net(&x, true)?, &target)?))
        }
        "lstm" => classify(recurrent(vb)?, adam(&map)?, &[32, 64, 256], 10)?,
        _ => return Ok(None),
    }))
}

fn normal(shape: &[usize]) -> Result<Tensor> {
    Tensor::randn(0f32, 1f32, shape, &CPU)
}

fn classify(
    net: Net,
    mut opt: impl Optimizer + 'static,
    shape: &[usize],
    classes: usize,
) -> Result<Step> {
    let x = normal(shape)?;
    let labels: Vec<i64> = (0..shape[0]).map(|i| (i * 7 % classes) as i64).collect();
    let labels = Tensor::from_vec(labels, shape[0], &CPU)?;
    Ok(Box::new(move || {
        opt.backward_step(&cross_entropy(&net(&x, true)?, &labels)?)
    }))
}

/// The same weights, as tensors that leave no graph behind.
fn detached(map: &VarMap) -> Result<VarBuilder<'static>> {
    let map = map.data().lock();
    let map = map.map_err(|error| candle_core::Error::Msg(error.to_string()))?;
    let tensors = map
        .iter()
        .map(|(name, var)| (name.clone(), var.as_detached_tensor()));
    Ok(VarBuilder::from_tensors(
        tensors.collect(),
        DType::F32,
        &CPU,
    ))
}

/// Candle's Adam is its AdamW without the decay.
fn adam(map: &VarMap) -> Result<AdamW> {
    let params = ParamsAdamW {
        weight_decay: 0.,
        ..Default::default()
    };
    AdamW::new(map.all_vars(), params)
}

/// SGD with a momentum of 0.9, which Candle's has not.
struct Momentum {
    vars: Vec<(Var, Option<Tensor>)>,
    lr: f64,
}

impl Optimizer for Momentum {
    type Config = f64;

    fn new(vars: Vec<Var>, lr: f64) -> Result<Self> {
        let vars = vars.into_iter().map(|var| (var, None)).collect();
        Ok(Momentum { vars, lr })
    }

    fn step(&mut self, grads: &GradStore) -> Result<()> {
        for (var, velocity) in &mut self.vars {
            if let Some(grad) = grads.get(var) {
                let next = match velocity.take() {
                    Some(velocity) => ((velocity * 0.9)? + grad)?,
                    None => grad.clone(),
                };
                var.set(&var.sub(&(&next * self.lr)?)?)?;
                *velocity = Some(next);
            }
        }
        Ok(())
    }

    fn learning_rate(&self) -> f64 {
        self.lr
    }

    fn set_learning_rate(&mut self, lr: f64) {
        self.lr = lr;
    }
}

fn conv(stride: usize, padding: usize) -> Conv2dConfig {
    Conv2dConfig {
        stride,
        padding,
        ..Default::default()
    }
}

fn lenet(vb: VarBuilder) -> Result<Net> {
    let conv1 = conv2d(1, 6, 3, conv(1, 2), vb.pp("conv1"))?;
    let conv2 = conv2d(6, 16, 5, conv(1, 0), vb.pp("conv2"))?;
    let (fc1, bn1) = (
        linear(400, 120, vb.pp("fc1"))?,
        batch_norm(120, 1e-5, vb.pp("bn1"))?,
    );
    let (fc2, bn2) = (
        linear(120, 84, vb.pp("fc2"))?,
        batch_norm(84, 1e-5, vb.pp("bn2"))?,
    );
    let fc3 = linear(84, 10, vb.pp("fc3"))?;
    Ok(Box::new(move |x, train| {
        let x = conv1.forward(x)?.relu()?.max_pool2d(2)?;
        let x = conv2.forward(&x)?.relu()?.max_pool2d(2)?.flatten_from(1)?;
        let x = bn1.forward_t(&fc1.forward(&x)?, train)?.relu()?;
        let x = bn2.forward_t(&fc2.forward(&x)?, train)?.relu()?;
        fc3.forward(&x)
    }))
}

fn mlp(vb: VarBuilder) -> Result<Net> {
    let (fc1, fc2, fc3) = (
        linear(784, 512, vb.pp("fc1"))?,
        linear(512, 512, vb.pp("fc2"))?,
        linear(512, 10, vb.pp("fc3"))?,
    );
    Ok(Box::new(move |x, _| {
        let x = fc1.forward(x)?.relu()?;
        let x = fc2.forward(&x)?.relu()?;
        fc3.forward(&x)
    }))
}

fn cifar(vb: VarBuilder) -> Result<Net> {
    let mut convs = Vec::new();
    for (i, (from, to)) in [(3, 32), (32, 32), (32, 64)].into_iter().enumerate() {
        convs.push(conv2d(from, to, 5, conv(1, 2), vb.pp(format!("conv{i}")))?);
    }
    let (fc1, fc2) = (
        linear(1024, 64, vb.pp("fc1"))?,
        linear(64, 10, vb.pp("fc2"))?,
    );
    Ok(Box::new(move |x, _| {
        let mut x = x.clone();
        for conv in &convs {
            x = conv.forward(&x)?.max_pool2d(2)?;
        }
        fc2.forward(&fc1.forward(&x.flatten_from(1)?)?)
    }))
}

/// A convolution without bias and what normalises its output.
fn conv_bn(from: usize, to: usize, kernel: usize, stride: usize, vb: VarBuilder) -> Result<Net> {
    let conv = conv2d_no_bias(from, to, kernel, conv(stride, kernel / 2), vb.pp("conv"))?;
    let bn = batch_norm(to, 1e-5, vb.pp("bn"))?;
    Ok(Box::new(move |x, train| {
        bn.forward_t(&conv.forward(x)?, train)
    }))
}

fn basic_block(from: usize, to: usize, stride: usize, vb: VarBuilder) -> Result<Net> {
    let first = conv_bn(from, to, 3, stride, vb.pp("first"))?;
    let second = conv_bn(to, to, 3, 1, vb.pp("second"))?;
    let downsample = match stride != 1 || from != to {
        true => Some(conv_bn(from, to, 1, stride, vb.pp("downsample"))?),
        false => None,
    };
    Ok(Box::new(move |x, train| {
        let y = second(&first(x, train)?.relu()?, train)?;
        match &downsample {
            Some(downsample) => (y + downsample(x, train)?)?.relu(),
            None => (y + x)?.relu(),
        }
    }))
}

fn resnet18(vb: VarBuilder) -> Result<Net> {
    let stem = conv_bn(3, 64, 7, 2, vb.pp("stem"))?;
    let mut blocks = Vec::new();
    let mut from = 64;
    for (i, to) in [64, 64, 128, 128, 256, 256, 512, 512]
        .into_iter()
        .enumerate()
    {
        let stride = if to == from { 1 } else { 2 };
        blocks.push(basic_block(from, to, stride, vb.pp(format!("block{i}")))?);
        from = to;
    }
    let fc = linear(512, 1000, vb.pp("fc"))?;
    Ok(Box::new(move |x, train| {
        let mut x = overlapping_max_pool(&stem(x, train)?.relu()?)?;
        for block in &blocks {
            x = block(&x, train)?;
        }
        fc.forward(&x.mean((2, 3))?)
    }))
}

/// The maximum of windows of 3×3, two apart, with a border of one, of values that aren't negative and an even number of them. Candle's
/// own has a gradient for windows that don't overlap only; this one is of halves, and of halves beside them.
fn overlapping_max_pool(x: &Tensor) -> Result<Tensor> {
    let mut x = x.clone();
    for dim in [2, 3] {
        let half = x.dim(dim)? / 2;
        let padded = x.pad_with_zeros(dim, 1, 1)?;
        let mut split = padded.dims().to_vec();
        split.splice(dim..=dim, [half + 1, 2]);
        let pairs = padded.reshape(split)?;
        let (even, odd) = (pairs.narrow(dim + 1, 0, 1)?, pairs.narrow(dim + 1, 1, 1)?);
        let (first, third) = (even.narrow(dim, 0, half)?, even.narrow(dim, 1, half)?);
        let second = odd.narrow(dim, 0, half)?;
        x = first.maximum(&second)?.maximum(&third)?.squeeze(dim + 1)?;
    }
    Ok(x)
}

/// Layer norm with the formula written out: Candle's own operation has no gradient.
fn layer_norm(vb: VarBuilder) -> Result<Net> {
    let weight = vb.get_with_hints(256, "weight", Init::Const(1.))?;
    let bias = vb.get_with_hints(256, "bias", Init::Const(0.))?;
    Ok(Box::new(move |x, _| {
        layer_norm_slow(x, &weight, &bias, 1e-5)
    }))
}

fn encoder_layer(vb: VarBuilder) -> Result<Net> {
    let (norm1, norm2) = (layer_norm(vb.pp("norm1"))?, layer_norm(vb.pp("norm2"))?);
    let qkv = linear(256, 3 * 256, vb.pp("qkv"))?;
    let out = linear(256, 256, vb.pp("out"))?;
    let linear1 = linear(256, 1024, vb.pp("linear1"))?;
    let linear2 = linear(1024, 256, vb.pp("linear2"))?;
    Ok(Box::new(move |x, train| {
        let (b, t, d) = x.dims3()?;
        let qkv = qkv
            .forward(&norm1(x, train)?)?
            .reshape((b, t, 3, 8, d / 8))?;
        let part = |i| {
            qkv.narrow(2, i, 1)?
                .squeeze(2)?
                .transpose(1, 2)?
                .contiguous()
        };
        let (q, k, v) = (part(0)?, part(1)?, part(2)?);
        let scores = (q.matmul(&k.t()?)? / f64::sqrt(d as f64 / 8.))?;
        let y = softmax(&scores, D::Minus1)?.matmul(&v)?;
        let x = (out.forward(&y.transpose(1, 2)?.reshape((b, t, d))?)? + x)?;
        // Candle's `gelu` is the one with tanh.
        let y = linear1.forward(&norm2(&x, train)?)?.gelu()?;
        linear2.forward(&y)? + x
    }))
}

fn encoder(vb: VarBuilder) -> Result<Net> {
    let layers: Vec<Net> = (0..4)
        .map(|i| encoder_layer(vb.pp(i)))
        .collect::<Result<_>>()?;
    Ok(Box::new(move |x, train| {
        layers
            .iter()
            .try_fold(x.clone(), |x, layer| layer(&x, train))
    }))
}

fn recurrent(vb: VarBuilder) -> Result<Net> {
    let first = lstm(256, 256, Default::default(), vb.pp("first"))?;
    let second = lstm(256, 256, Default::default(), vb.pp("second"))?;
    let head = linear(256, 10, vb.pp("head"))?;
    Ok(Box::new(move |x, _| {
        let between = first.states_to_tensor(&first.seq(x)?)?;
        let states = second.seq(&between)?;
        match states.last() {
            Some(last) => head.forward(last.h()),
            None => candle_core::bail!("a sequence of no steps has no last state"),
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a network of variables.
    type Make = fn(VarBuilder) -> Result<Net>;

    #[test]
    fn networks_have_the_parameters_that_they_should() -> Result<()> {
        let networks: [(Make, usize); 6] = [
            (lenet, 62_018),
            (mlp, 669_706),
            (cifar, 145_578),
            (resnet18, 11_689_512),
            (encoder, 3_159_040),
            (recurrent, 1_055_242),
        ];
        for (make, expected) in networks {
            let map = VarMap::new();
            drop(make(VarBuilder::from_varmap(&map, DType::F32, &CPU))?);
            let map = map.data().lock();
            let map = map.map_err(|error| candle_core::Error::Msg(error.to_string()))?;
            let trained = map.iter().filter(|(name, _)| !name.contains("running"));
            let count: usize = trained.map(|(_, var)| var.elem_count()).sum();
            assert_eq!(count, expected);
        }
        Ok(())
    }

    #[test]
    fn pools_what_overlaps_as_candle_does() -> Result<()> {
        let x = normal(&[2, 3, 8, 6])?.relu()?;
        let padded = x.pad_with_zeros(2, 1, 1)?.pad_with_zeros(3, 1, 1)?;
        let expected = padded.max_pool2d_with_stride(3, 2)?.flatten_all()?;
        let pooled = overlapping_max_pool(&x)?;
        assert_eq!(pooled.dims(), [2, 3, 4, 3]);
        let pooled = pooled.flatten_all()?;
        assert_eq!(pooled.to_vec1::<f32>()?, expected.to_vec1::<f32>()?);
        Ok(())
    }
}
