//! Means of weights where PyTorch's values (`tests/parity_averaging.rs`) don't tell.

use super::*;
use crate::module::{Config, Mask, ModuleExt};
use crate::nn::{BatchNorm1d, Dropout, Linear, Sequential};
use crate::testing::Toy;
use crate::{Device, Error, Param};

fn linear() -> Result<Linear> {
    Linear::config(2).input([1, 3]).init(&Device::Cpu)
}

fn set(model: &impl Module, value: f64) -> Result<()> {
    let mut params = model.parameters().into_iter();
    params.try_for_each(|param| {
        param.set(Tensor::full(
            param.shape(),
            value,
            param.dtype(),
            param.device(),
        )?)
    })
}

fn first(model: &impl Module) -> Result<f64> {
    model.parameters()[0]
        .as_candle()
        .flatten_all()?
        .get(0)
        .map(Tensor::from)?
        .item()
}

fn text<T>(result: Result<T>) -> String {
    result.map_or_else(|error| error.to_string(), |_| "no error".to_owned())
}

#[test]
fn the_mean_is_a_copy_and_resumes_from_its_state() -> Result<()> {
    let net = linear()?;
    let mean = AveragedModel::new(&net, Averaging::Equal)?;
    for value in [1., 2., 6.] {
        set(&net, value)?;
        mean.update_parameters(&net)?;
    }
    assert_eq!(
        (first(&mean)?, first(&net)?, mean.n_averaged()?),
        (3., 6., 3)
    );

    let resumed = AveragedModel::new(&net, Averaging::Equal)?;
    resumed.load_state_dict(&mean.state_dict())?;
    set(&net, 7.)?;
    resumed.update_parameters(&net)?;
    assert_eq!((first(&resumed)?, resumed.n_averaged()?), (4., 4));
    assert_eq!(first(&resumed.into_module())?, 4.);
    Ok(())
}

#[test]
fn the_mean_may_have_another_type() -> Result<()> {
    let mut net = linear()?;
    net.to_dtype(DType::BF16)?;
    let mut mean = AveragedModel::new(&net, Averaging::ema(0.999))?;
    mean.to_dtype(DType::F32)?;
    let mut half = AveragedModel::new(&net, Averaging::ema(0.5))?;
    for value in [1., 2.] {
        set(&net, value)?;
        mean.update_parameters(&net)?;
        half.update_parameters(&net)?;
    }
    // In bf16 the step from 1 is lost.
    assert!((first(&mean)? - 1.001).abs() < 1e-6);
    assert_eq!(
        (first(&half)?, half.module().weight.dtype()),
        (1.5, DType::BF16)
    );
    half.half()?;
    half.update_parameters(&net)?;
    assert_eq!(first(&half)?, 1.75);
    Ok(())
}

#[test]
fn a_tied_parameter_moves_once_and_a_frozen_one_too() -> Result<()> {
    let tied = Param::new(Tensor::new(&[0f64], &Device::Cpu)?)?;
    let tie = |param: &Param| Tied(param.share(), param.share());
    let net = tie(&tied);
    let mean = AveragedModel::new(&net, Averaging::ema(0.5))?;
    for value in [0., 4.] {
        tied.set(Tensor::new(&[value], &Device::Cpu)?)?;
        net.freeze(&Mask::all())?;
        mean.update_parameters(&net)?;
    }
    assert_eq!(first(&mean)?, 2.);
    assert!(mean.module().0.same(&mean.module().1));
    // The mean of a model and itself.
    mean.update_parameters(mean.module())?;
    assert_eq!(first(&mean)?, 2.);
    Ok(())
}

/// One parameter under two names, also in clones.
struct Tied(Param, Param);

impl Clone for Tied {
    fn clone(&self) -> Self {
        let param = self.0.clone();
        Tied(param.share(), param)
    }
}

impl Module for Tied {
    fn type_name(&self) -> &'static str {
        "Tied"
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        visitor.param("a", &self.0);
        visitor.param("b", &self.1);
    }
}

#[test]
fn a_model_of_another_shape_is_refused_whole() -> Result<()> {
    assert_eq!(
        text(AveragedModel::new(&linear()?, Averaging::ema(1.1))),
        "AveragedModel: `decay` is 1.1, but expected a number from 0 to 1"
    );
    assert!(
        text(AveragedModel::new(&linear()?, Averaging::ema(f64::NAN))).contains("`decay` is NaN")
    );
    let mean = AveragedModel::new(&linear()?, Averaging::Equal)?;
    let before = first(&mean)?;
    let wide = Linear::config(2).input([1, 4]).init(&Device::Cpu)?;
    assert_eq!(
        text(mean.update_parameters(&wide)),
        "update_parameters: `weight` has shape [2, 4], but its mean has [2, 3]"
    );
    let bare = Linear::config(2)
        .bias(false)
        .input([1, 3])
        .init(&Device::Cpu)?;
    assert_eq!(
        text(mean.update_parameters(&bare)),
        "Linear has no parameter or buffer `bias`\n  help: did you mean `weight`?"
    );
    let small = AveragedModel::new(&bare, Averaging::Equal)?;
    assert_eq!(
        text(small.update_parameters(&linear()?)),
        "update_parameters: the model has 2 parameters and buffers, but its mean 1\n  help: make the `AveragedModel` anew \
         when the model has grown"
    );
    let broken = Averaging::from_fn(|_, _, _| Tensor::new(&[1f32], &Device::Cpu));
    let broken = AveragedModel::new(&linear()?, broken)?;
    broken.update_parameters(&linear()?)?;
    assert!(text(broken.update_parameters(&linear()?)).contains("has shape [2, 3]"));
    assert_eq!((first(&mean)?, mean.n_averaged()?), (before, 0));
    Ok(())
}

fn normalized(momentum: Option<f64>) -> Result<Sequential> {
    let net = Sequential::config()
        .push(BatchNorm1d::config().momentum(momentum))
        .push(Dropout::config().p(0.5));
    net.input([4, 1]).init(&Device::Cpu)
}

fn batches() -> Result<[Tensor; 2]> {
    Ok([
        Tensor::new(&[[1f64], [3.]], &Device::Cpu)?.to_dtype(DType::F32)?,
        Tensor::new(&[[4f64], [8.]], &Device::Cpu)?.to_dtype(DType::F32)?,
    ])
}

fn statistic(net: &impl Module, name: &str) -> Result<f64> {
    let buffers = net.named_buffers();
    let found = buffers.iter().find(|(path, _)| path.ends_with(name));
    found.map_or(Err(Error::op("statistic", "none")), |(_, buffer)| {
        buffer.item()
    })
}

#[test]
fn statistics_are_means_whatever_the_mode_and_the_momentum() -> Result<()> {
    for momentum in [Some(0.1), Some(1.), None] {
        let net = normalized(momentum)?;
        net.eval();
        net.forward(&batches()?[0])?;
        let labelled = batches()?.map(|x| Ok((x, "label")));
        update_bn(labelled, &net)?;
        assert_eq!(statistic(&net, "running_mean")?, 4.);
        assert_eq!(statistic(&net, "running_var")?, 5.);
        assert_eq!(statistic(&net, "num_batches_tracked")?, 2.);
        let evaluating = net
            .modules()
            .into_iter()
            .filter_map(|module| module.state());
        assert!(evaluating.into_iter().all(|state| !state.training()));
        // The momentum is the layer's own again.
        net.train();
        net.forward(&batches()?[0])?;
        let weight = momentum.unwrap_or(1. / 3.);
        let expected = 4. + weight * (2. - 4.);
        assert!(
            (statistic(&net, "running_mean")? - expected).abs() < 1e-6,
            "{momentum:?}"
        );
    }
    Ok(())
}

#[test]
fn frozen_statistics_stay_and_nothing_is_recorded() -> Result<()> {
    let net = normalized(Some(0.1))?;
    net.forward(&batches()?[1])?;
    let before = statistic(&net, "running_mean")?;
    net.freeze(&Mask::of_type("BatchNorm1d"))?;
    let mut runs = 0;
    update_bn_with(batches()?, &net, |_, _| {
        runs += 1;
        Ok(())
    })?;
    assert_eq!((statistic(&net, "running_mean")?, runs), (before, 0));
    net.unfreeze(&Mask::all())?;
    update_bn_with(batches()?, &net, |net, batch| {
        assert!(!net.forward(&batch)?.requires_grad());
        Ok(())
    })?;
    assert_eq!(statistic(&net, "running_mean")?, 4.);
    Ok(())
}

#[test]
fn without_batches_nothing_is_reset_and_an_error_ends_the_mode() -> Result<()> {
    let net = normalized(Some(0.5))?;
    net.forward(&batches()?[0])?;
    let none: [Tensor; 0] = [];
    assert_eq!(
        text(update_bn(none, &net)),
        "update_bn: `batches` is [], but expected at least one batch"
    );
    assert_eq!(statistic(&net, "running_mean")?, 1.);
    let failing = [
        Ok(batches()?[0].clone()),
        Err(Error::op("load", "no such file")),
    ];
    assert_eq!(text(update_bn(failing, &net)), "load: no such file");
    net.eval();
    net.forward(&batches()?[1])?;
    assert_eq!(statistic(&net, "running_mean")?, 2.);
    net.train();
    net.forward(&batches()?[1])?;
    assert_eq!(statistic(&net, "running_mean")?, 4.);
    // Without statistics there is nothing to do, batches or not.
    let plain = Toy::linear(2, 2)?;
    let none: [Tensor; 0] = [];
    update_bn_with(none, &plain, |_, _| Ok(()))
}
