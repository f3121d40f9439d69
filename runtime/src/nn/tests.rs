//! Layers against what PyTorch prints, saves and computes, and the messages of their rules.

use super::*;
use crate::module::{format_module, Config, Forward, Layer, ModuleExt};
use crate::testing::randn;
use crate::{manual_seed, DType, Device, Result, Tensor};

fn built<C: Config>(config: C, input: &[usize]) -> Result<C::Layer> {
    config.input(input).init(&Device::Cpu)
}

fn repr<C: Config>(config: C, input: &[usize]) -> String {
    match built(config, input) {
        Ok(layer) => format_module(&layer),
        Err(error) => error.to_string(),
    }
}

fn refusal<C: Config>(config: C, input: &[usize]) -> String {
    match built(config, input) {
        Ok(_) => "built".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn names<L: Layer>(layer: &L) -> Vec<String> {
    layer.state_dict().names().map(str::to_owned).collect()
}

#[test]
fn layers_print_as_in_pytorch() {
    let image: &[usize] = &[1, 2, 8, 8];
    for (text, expected) in [
        (repr(Linear::config(2), &[1, 3]), "Linear(in_features=3, out_features=2, bias=True)"),
        (
            repr(Conv2d::config(6, 3).padding(2), &[1, 1, 28, 28]),
            "Conv2d(1, 6, kernel_size=(3, 3), stride=(1, 1), padding=(2, 2))",
        ),
        (
            repr(
                Conv2d::config(6, (3, 5)).padding("same").groups(2).bias(false).dilation(2).padding_mode("reflect"),
                &[1, 2, 28, 28],
            ),
            "Conv2d(2, 6, kernel_size=(3, 5), stride=(1, 1), padding=same, dilation=(2, 2), groups=2, bias=False, padding_mode=reflect)",
        ),
        (
            repr(Conv2d::config(6, 3).padding("valid"), image),
            "Conv2d(2, 6, kernel_size=(3, 3), stride=(1, 1), padding=valid)",
        ),
        (
            repr(BatchNorm1d::config().affine(false).momentum(None), &[2, 6]),
            "BatchNorm1d(6, eps=1e-05, momentum=None, affine=False, bias=False, track_running_stats=True)",
        ),
        (
            repr(
                Embedding::config(10, 4).padding_idx(-1).max_norm(1.).norm_type(1.).scale_grad_by_freq(true),
                &[2],
            ),
            "Embedding(10, 4, padding_idx=9, max_norm=1.0, norm_type=1.0, scale_grad_by_freq=True)",
        ),
        (repr(Embedding::config(10, 4).sparse(true), &[2]), "Embedding(10, 4, sparse=True)"),
        (
            repr(LayerNorm::config(10), &[2, 10]),
            "LayerNorm((10,), eps=1e-05, elementwise_affine=True, bias=True)",
        ),
        (
            repr(LayerNorm::config([3, 4]).bias(false).eps(1e-12), &[2, 3, 4]),
            "LayerNorm((3, 4), eps=1e-12, elementwise_affine=True, bias=False)",
        ),
        (
            repr(MaxPool2d::config(2), image),
            "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)",
        ),
        (
            repr(MaxPool2d::config((3, 2)).stride((2, 1)).padding((0, 1)), image),
            "MaxPool2d(kernel_size=(3, 2), stride=(2, 1), padding=(0, 1), dilation=1, ceil_mode=False)",
        ),
        (
            repr(AvgPool2d::config(3).stride(2).padding(1), image),
            "AvgPool2d(kernel_size=3, stride=2, padding=1)",
        ),
        (repr(AdaptiveAvgPool2d::config((1, 1)), image), "AdaptiveAvgPool2d(output_size=(1, 1))"),
        (repr(AdaptiveAvgPool2d::config(1), image), "AdaptiveAvgPool2d(output_size=1)"),
        (repr(Flatten::config(), image), "Flatten(start_dim=1, end_dim=-1)"),
        (repr(Unflatten::config(1, [2, 3]), &[2, 6]), "Unflatten(dim=1, unflattened_size=(2, 3))"),
        (repr(Dropout::config().p(0.3), image), "Dropout(p=0.3, inplace=False)"),
        (repr(Identity::config(), image), "Identity()"),
        (repr(ReLU::config(), image), "ReLU()"),
        (repr(LeakyReLU::config().negative_slope(0.2), image), "LeakyReLU(negative_slope=0.2)"),
        (repr(PReLU::config(), image), "PReLU(num_parameters=1)"),
        (repr(ELU::config(), image), "ELU(alpha=1.0)"),
        (repr(GELU::config(), image), "GELU(approximate='none')"),
        (repr(SiLU::config(), image), "SiLU()"),
        (repr(Softplus::config(), image), "Softplus(beta=1.0, threshold=20.0)"),
        (repr(Sigmoid::config(), image), "Sigmoid()"),
        (repr(Tanh::config(), image), "Tanh()"),
        (repr(Softmax::config(-1), image), "Softmax(dim=-1)"),
        (repr(LogSoftmax::config(1), image), "LogSoftmax(dim=1)"),
        (repr(Embedding::config(10, 3), &[2]), "Embedding(10, 3)"),
        (
            repr(Embedding::config(10, 3).padding_idx(-1), &[2]),
            "Embedding(10, 3, padding_idx=9)",
        ),
    ] {
        assert_eq!(text, expected);
    }
}

#[test]
fn state_dicts_have_pytorchs_names() -> Result<()> {
    let image: &[usize] = &[2, 2, 8, 8];
    assert_eq!(
        names(&built(Linear::config(2), &[1, 3])?),
        ["weight", "bias"]
    );
    assert_eq!(
        names(&built(Conv2d::config(2, 3).bias(false), image)?),
        ["weight"]
    );
    let norm = built(BatchNorm2d::config(), image)?;
    let all = [
        "weight",
        "bias",
        "running_mean",
        "running_var",
        "num_batches_tracked",
    ];
    assert_eq!(names(&norm), all);
    let counter = norm.get_buffer("num_batches_tracked")?;
    assert_eq!((counter.dtype(), counter.dims()), (DType::I64, &[][..]));
    assert!(names(&built(
        BatchNorm2d::config()
            .affine(false)
            .track_running_stats(false),
        image
    )?)
    .is_empty());
    assert_eq!(
        names(&built(LayerNorm::config(8).bias(false), image)?),
        ["weight"]
    );
    assert_eq!(
        names(&built(PReLU::config().num_parameters(2), image)?),
        ["weight"]
    );
    Ok(())
}

#[test]
fn weights_start_as_in_pytorch() -> Result<()> {
    let conv = Conv2d::config(64, 3)
        .groups(2)
        .input([1, 16, 8, 8])
        .init_seeded(&Device::Cpu, 0)?;
    let bound = 1. / (8. * 9f64).sqrt();
    for (values, dims) in [
        (conv.weight.to_vec::<f64>()?, conv.weight.dims()),
        (
            conv.bias
                .as_ref()
                .map(|b| b.to_vec::<f64>())
                .transpose()?
                .unwrap_or_default(),
            &[64],
        ),
    ] {
        let most = values.iter().fold(0., |m: f64, x| m.max(x.abs()));
        assert!(most <= bound && most > 0.9 * bound, "{most} for {dims:?}");
    }
    assert_eq!(conv.weight.dims(), [64, 8, 3, 3]);
    Ok(())
}

#[test]
fn same_padding_keeps_the_size_for_even_kernels_too() -> Result<()> {
    for kernel in [(3, 3), (2, 4)] {
        let conv = built(
            Conv2d::config(3, kernel).padding("same").dilation((1, 2)),
            &[1, 2, 7, 9],
        )?;
        let x = randn([2, 2, 7, 9])?.to_dtype(DType::F32)?;
        assert_eq!(conv.forward(&x)?.dims(), [2, 3, 7, 9]);
    }
    let conv = built(
        Conv2d::config(3, 3).padding(1).padding_mode("circular"),
        &[1, 2, 7, 9],
    )?;
    let x = Tensor::ones((1, 2, 7, 9), DType::F32, &Device::Cpu)?;
    let y = conv.forward(&x)?.to_vec::<f32>()?;
    assert!(y.iter().all(|v| y.contains(v) && (v - y[0]).abs() < 1e-5
        || (v - y[63]).abs() < 1e-5
        || (v - y[126]).abs() < 1e-5));
    Ok(())
}

#[test]
fn batch_norm_uses_the_batch_in_training_and_its_running_statistics_otherwise() -> Result<()> {
    let norm = built(BatchNorm1d::config(), &[2, 3])?;
    let x = randn([16, 3])?.add(5.)?.to_dtype(DType::F32)?;
    let mean = |y: &Tensor| y.mean(())?.item();
    let running = |norm: &BatchNorm1d| norm.get_buffer("running_mean")?.to_vec::<f32>();
    assert!(mean(&norm.forward(&x)?)?.abs() < 1e-5);
    let before = running(&norm)?;
    assert!(before.iter().all(|m| (0.3..0.7).contains(m)), "{before:?}");
    norm.eval();
    assert!(mean(&norm.forward(&x)?)? > 3.);
    norm.train();
    norm.freeze(&"*".into())?;
    assert!(mean(&norm.forward(&x)?)? > 3.);
    assert_eq!(running(&norm)?, before);
    assert_eq!(norm.get_buffer("num_batches_tracked")?.item()?, 1.);
    Ok(())
}

#[test]
fn batch_norm_without_momentum_averages_all_batches() -> Result<()> {
    let norm = built(BatchNorm1d::config().momentum(None), &[2, 1])?;
    for mean in [1f32, 2., 6.] {
        norm.forward(&Tensor::new(&[[mean - 1.], [mean + 1.]], &Device::Cpu)?)?;
    }
    assert!((norm.get_buffer("running_mean")?.item()? - 3.).abs() < 1e-6);
    let plain = built(BatchNorm1d::config().track_running_stats(false), &[2, 1])?;
    plain.eval();
    let y = plain.forward(&Tensor::new(&[[4f32], [6.]], &Device::Cpu)?)?;
    assert!(y.mean(())?.item()?.abs() < 1e-6);
    Ok(())
}

#[test]
fn dropout_is_off_in_evaluation_and_where_frozen() -> Result<()> {
    manual_seed(0);
    let dropout = built(Dropout::config(), &[1])?;
    let x = Tensor::ones(1000, DType::F32, &Device::Cpu)?;
    let zeros =
        |y: Tensor| Ok::<_, crate::Error>(y.to_vec::<f32>()?.iter().filter(|&&v| v == 0.).count());
    assert!((400..600).contains(&zeros(dropout.forward(&x)?)?));
    dropout.eval();
    assert_eq!(zeros(dropout.forward(&x)?)?, 0);
    dropout.train();
    if let Some(state) = crate::module::Module::state(&dropout) {
        state.set_frozen(true);
    }
    assert_eq!(zeros(dropout.forward(&x)?)?, 0);
    Ok(())
}

#[test]
fn a_rule_says_what_was_expected_and_what_came() {
    for (text, expected) in [
        (
            refusal(Embedding::config(10, 3).padding_idx(10), &[2]),
            "Embedding: `padding_idx` is 10, but there are 10 embeddings",
        ),
        (
            refusal(Softmax::config(2), &[2, 3]),
            "Softmax: dimension 2 is out of range for shape [2, 3]",
        ),
        (refusal(Linear::config(2).in_features(4), &[1, 3]), "Linear expects 4 input features, but its input has shape [1, 3]"),
        (
            refusal(Conv2d::config(6, 3).in_channels(32), &[1, 48, 20, 20]),
            "Conv2d expects 32 input channels, but its input has shape [1, 48, 20, 20]",
        ),
        (refusal(Conv2d::config(6, 3), &[1, 48]), "Conv2d expects an input [N, C, H, W] or [C, H, W], but got [1, 48]"),
        (
            refusal(Conv2d::config(6, 5).padding(1), &[1, 1, 2, 2]),
            "Conv2d: a kernel of 5×5 is larger than its input [1, 1, 2, 2] with padding 1×1\n  help: use a smaller kernel or more padding, or reduce the size less often before",
        ),
        (refusal(Conv2d::config(6, 3).groups(3), &[1, 32, 9, 9]), "Conv2d: 32 input channels can't be divided into 3 groups"),
        (
            refusal(Conv2d::config(6, 3).padding("sane"), &[1, 1, 9, 9]),
            "Conv2d: `padding` is a size, a pair of sizes, \"same\" or \"valid\", but got \"sane\"",
        ),
        (
            refusal(Conv2d::config(6, 3).padding_mode("mirror"), &[1, 1, 9, 9]),
            "Conv2d: `padding_mode` is \"mirror\", but expected \"zeros\", \"reflect\", \"replicate\" or \"circular\"",
        ),
        (
            refusal(Conv2d::config(6, 3).padding("same").stride(2), &[1, 1, 9, 9]),
            "Conv2d: `padding = \"same\"` is for a stride of 1",
        ),
        (
            refusal(BatchNorm1d::config(), &[1, 6, 5, 5]),
            "BatchNorm1d expects an input [N, C] or [N, C, L], but got [1, 6, 5, 5]",
        ),
        (
            refusal(LayerNorm::config([4, 5]), &[2, 3, 5]),
            "LayerNorm normalises the last dimensions [4, 5], but its input has shape [2, 3, 5]",
        ),
        (
            refusal(MaxPool2d::config(2).padding(2), &[1, 1, 9, 9]),
            "MaxPool2d: `padding` must be at most half of the kernel's 2, but is 2",
        ),
        (refusal(Flatten::config().start_dim(4), &[2, 3]), "Flatten: dimension 4 is out of range for shape [2, 3]"),
        (refusal(Dropout::config().p(1.5), &[2]), "Dropout: `p` is a probability, from 0 to 1"),
        (refusal(GELU::config().approximate("erf"), &[2]), "GELU: `approximate` is \"erf\", but expected \"none\" or \"tanh\""),
        (
            refusal(PReLU::config().num_parameters(4), &[2, 3]),
            "PReLU: expected a weight of 1 or 3 elements for an input [2, 3], but got [4]",
        ),
    ] {
        assert_eq!(text, expected);
    }
}

#[test]
fn settings_go_through_json_and_back() -> Result<(), serde_json::Error> {
    let config = Conv2d::config(6, (3, 5))
        .padding("same")
        .padding_mode("reflect");
    let text = serde_json::to_string(&config)?;
    assert_eq!(serde_json::from_str::<Conv2dConfig>(&text)?, config);
    let config = MaxPool2d::config(2).stride((1, 2));
    let text = serde_json::to_string(&config)?;
    assert_eq!(serde_json::from_str::<MaxPool2dConfig>(&text)?, config);
    Ok(())
}
