//! What initialisers don't take, and what they say then.

use super::*;

fn refusal(init: Init, shape: &[usize]) -> String {
    match drawn(&init, shape) {
        Ok(_) => "no error".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn refusals_name_the_argument() {
    let kaiming = KaimingOptions::default;
    let trunc = TruncNormalOptions::default;
    for (text, expected) in [
        (
            refusal(Init::xavier_uniform(1.), &[10]),
            "xavier_uniform: `shape` is [10], but expected at least 2 dimensions, without which there are no fans",
        ),
        (
            refusal(Init::kaiming_normal(kaiming()), &[]),
            "kaiming_normal: `shape` is [], but expected at least 2 dimensions, without which there are no fans",
        ),
        (
            refusal(Init::xavier_normal(-1.), &[2, 2]),
            "xavier_normal: `gain` is -1.0, but expected a finite number ≥ 0",
        ),
        (
            refusal(Init::kaiming_uniform(kaiming().mode("fan_avg")), &[2, 2]),
            "kaiming_uniform: `mode` is \"fan_avg\", but expected \"fan_in\" or \"fan_out\"",
        ),
        (
            refusal(Init::kaiming_uniform(kaiming().nonlinearity("gelu")), &[2, 2]),
            "kaiming_uniform: `nonlinearity` is \"gelu\", but expected one of linear, conv1d, conv2d, conv3d, \
             conv_transpose1d, conv_transpose2d, conv_transpose3d, sigmoid, tanh, relu, leaky_relu, selu",
        ),
        (
            refusal(Init::kaiming_uniform(kaiming().a(f64::NAN)), &[2, 2]),
            "kaiming_uniform: `a` is NaN, but expected a finite slope",
        ),
        (
            refusal(Init::uniform(1., 0.), &[2]),
            "uniform: `low` is 1.0, but expected at most `high` = 0, both finite",
        ),
        (
            refusal(Init::normal(f64::INFINITY, 0.), &[2]),
            "normal: `mean` is inf, but expected a finite number",
        ),
        (
            refusal(Init::normal(0., -0.1), &[2]),
            "normal: `std` is -0.1, but expected a finite number ≥ 0",
        ),
        (
            refusal(Init::trunc_normal(trunc().a(3.)), &[2]),
            "trunc_normal: `a` is 3.0, but expected at most the upper bound `b` = 2",
        ),
        (
            refusal(Init::trunc_normal(trunc().a(f64::INFINITY).b(f64::INFINITY)), &[2]),
            "trunc_normal: `a` is inf, but expected at most the upper bound `b` = inf",
        ),
        (
            refusal(Init::trunc_normal(trunc().std(0.)), &[2]),
            "trunc_normal: `std` is 0.0, but expected a finite number > 0",
        ),
        (refusal(Init::eye(), &[2, 2, 2]), "eye: `shape` is [2, 2, 2], but expected 2 dimensions"),
        (
            refusal(Init::dirac(1), &[2, 2]),
            "dirac: `shape` is [2, 2], but expected 3 to 5 dimensions: the weights of a convolution",
        ),
        (
            refusal(Init::dirac(3), &[4, 2, 3]),
            "dirac: `groups` is 3, but expected a divisor of the 4 output channels",
        ),
        (
            refusal(Init::dirac(0), &[4, 2, 3]),
            "dirac: `groups` is 0, but expected a divisor of the 4 output channels",
        ),
        (
            refusal(Init::orthogonal(1.), &[4]),
            "orthogonal: `shape` is [4], but expected at least 2 dimensions",
        ),
        (
            refusal(Init::sparse(1.5, 0.01), &[2, 2]),
            "sparse: `sparsity` is 1.5, but expected a part from 0 to 1",
        ),
        (refusal(Init::sparse(0.5, 0.01), &[4]), "sparse: `shape` is [4], but expected 2 dimensions"),
        (
            refusal(Init::from_fn(|_, g| g.normal([3], 0., 1., DType::F32, &Device::Cpu)), &[2]),
            "Init::from_fn: expected values of shape [2], but the function gave [3]",
        ),
    ] {
        assert_eq!(text, expected);
    }
}

#[test]
fn gains_and_fans_name_themselves() {
    let text = |result: Result<f64>| result.map_or_else(|e| e.to_string(), |x| x.to_string());
    let unknown = text(calculate_gain("swish", None));
    assert!(
        unknown.starts_with(
            "calculate_gain: `nonlinearity` is \"swish\", but expected one of linear,"
        ),
        "{unknown}"
    );
    assert_eq!(
        text(calculate_gain("leaky_relu", f64::INFINITY)),
        "calculate_gain: `a` is inf, but expected a finite slope"
    );
    let fans = Fans::of(&[3]).map_or_else(|e| e.to_string(), |fans| format!("{fans:?}"));
    assert!(fans.starts_with("Fans::of: `shape` is [3]"), "{fans}");
}

#[test]
fn on_a_model_the_parameter_is_named_and_nothing_is_filled() -> Result<()> {
    let net = Toy::net()?;
    let text = |result: Result<()>| result.map_or_else(|e| e.to_string(), |()| "filled".to_owned());
    let before = net.state_dict().copied()?;
    assert_eq!(
        text(net.init_with("fc2.*", Init::xavier_uniform(1.))),
        "fc2.bias: xavier_uniform: `shape` is [10], but expected at least 2 dimensions, without which there are no fans"
    );
    assert_eq!(
        text(net.init_with("fc1.wieght", Init::ZEROS)),
        "the mask `fc1.wieght` matches nothing in Net\n  help: did you mean `fc1.weight`, `fc2.weight` or `fc1.bias`?"
    );
    assert_eq!(
        text(net.init_with("features.3", Init::ZEROS)),
        "the mask `features.3` matches nothing in Net"
    );
    for (name, tensor) in before.iter() {
        let now = net
            .state_dict()
            .get(name)
            .map(Tensor::to_vec::<f64>)
            .transpose()?;
        assert_eq!(now, Some(tensor.to_vec::<f64>()?), "{name}");
    }
    Ok(())
}
