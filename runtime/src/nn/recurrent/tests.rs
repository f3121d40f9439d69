//! Recurrent layers: what they print, save and refuse, and what goes on between their layers.

use super::*;
use crate::module::{format_module, Call, Config, ModuleExt};
use crate::testing::randn;
use crate::{manual_seed, DType, Device};

fn built<C: Config>(config: C, input: &[usize]) -> Result<C::Layer> {
    config.input(input).init(&Device::Cpu)
}

fn refusal<C: Config>(config: C, input: &[usize]) -> String {
    match built(config, input) {
        Ok(_) => "built".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn it_prints_as_in_pytorch() -> Result<()> {
    let lstm = built(LSTM::config(4), &[2, 1, 3])?;
    assert_eq!(format_module(&lstm), "LSTM(3, 4)");
    let config = LSTM::config(4).num_layers(2).bias(false).batch_first(true);
    let config = config.dropout(0.5).bidirectional(true).proj_size(2);
    assert_eq!(
        format_module(&built(config, &[2, 1, 3])?),
        "LSTM(3, 4, proj_size=2, num_layers=2, bias=False, batch_first=True, dropout=0.5, bidirectional=True)"
    );
    let gru = built(GRU::config(4).num_layers(2).dropout(0.1), &[2, 1, 3])?;
    assert_eq!(format_module(&gru), "GRU(3, 4, num_layers=2, dropout=0.1)");
    let rnn = RNN::config(4).nonlinearity("relu").bidirectional(true);
    assert_eq!(
        format_module(&built(rnn, &[2, 1, 3])?),
        "RNN(3, 4, bidirectional=True)"
    );
    Ok(())
}

#[test]
fn its_state_dict_is_pytorchs() -> Result<()> {
    let config = LSTM::config(4)
        .num_layers(2)
        .bidirectional(true)
        .proj_size(2);
    let lstm = built(config, &[2, 1, 3])?;
    let dict = lstm.state_dict();
    let found: Vec<_> = dict
        .iter()
        .map(|(name, x)| (name.to_owned(), x.dims().to_vec()))
        .collect();
    let mut expected = Vec::new();
    for (layer, features) in [(0, 3), (1, 4)] {
        for suffix in ["", "_reverse"] {
            for (name, shape) in [
                ("weight_ih", vec![16, features]),
                ("weight_hh", vec![16, 2]),
                ("bias_ih", vec![16]),
                ("bias_hh", vec![16]),
                ("weight_hr", vec![2, 4]),
            ] {
                expected.push((format!("{name}_l{layer}{suffix}"), shape));
            }
        }
    }
    assert_eq!(found, expected);
    let bound = 1. / 4f32.sqrt();
    for (name, param) in lstm.named_parameters() {
        let values = param.to_vec::<f32>()?;
        assert!(values.iter().all(|x| x.abs() <= bound), "{name}");
        assert!(values.iter().any(|x| x.abs() > bound / 2.), "{name}");
    }
    assert_eq!(lstm.weights().len(), 4);
    let shapes = |layer: &dyn crate::module::Module| -> Vec<Vec<usize>> {
        let parameters = crate::module::walk::parameters(layer).into_iter();
        parameters.map(|(_, param)| param.dims().to_vec()).collect()
    };
    let gru = built(GRU::config(4), &[2, 1, 3])?;
    assert_eq!(shapes(&gru), [vec![12, 3], vec![12, 4], vec![12], vec![12]]);
    let rnn = built(RNN::config(4).bias(false), &[2, 1, 3])?;
    assert_eq!(shapes(&rnn), [vec![4, 3], vec![4, 4]]);
    Ok(())
}

#[test]
fn a_rule_says_what_was_expected_and_what_came() {
    for (text, expected) in [
        (
            refusal(LSTM::config(4), &[3]),
            "LSTM expects an input of shape [T, B, input_size] or [T, input_size], but its input has shape [3]",
        ),
        (
            refusal(LSTM::config(4).batch_first(true), &[1, 2, 3, 4]),
            "LSTM expects an input of shape [B, T, input_size] or [T, input_size], but its input has shape [1, 2, 3, 4]",
        ),
        (
            refusal(LSTM::config(4).input_size(5), &[2, 1, 3]),
            "LSTM expects 5 input features, but its input has shape [2, 1, 3]",
        ),
        (refusal(LSTM::config(0), &[2, 1, 3]), "LSTM: `hidden_size` must be at least 1, but is 0"),
        (
            refusal(LSTM::config(4).num_layers(0), &[2, 1, 3]),
            "LSTM: `num_layers` must be at least 1, but is 0",
        ),
        (
            refusal(LSTM::config(4).proj_size(4), &[2, 1, 3]),
            "LSTM: `proj_size` must be less than the `hidden_size` of 4, but is 4",
        ),
        (
            refusal(LSTM::config(4).dropout(1.5), &[2, 1, 3]),
            "LSTM: `dropout` is a probability, from 0 to 1",
        ),
        (
            refusal(GRU::config(4).num_layers(0), &[2, 1, 3]),
            "GRU: `num_layers` must be at least 1, but is 0",
        ),
        (
            refusal(RNN::config(4).nonlinearity("sigmoid"), &[2, 1, 3]),
            "RNN: `nonlinearity` is \"sigmoid\", but expected \"tanh\" or \"relu\"",
        ),
    ] {
        assert_eq!(text, expected);
    }
}

#[test]
fn a_call_says_what_was_expected_and_what_came() -> Result<()> {
    let lstm = built(LSTM::config(4).num_layers(2), &[2, 1, 3])?;
    let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu);
    let message = |x: &[usize], states: Option<[&[usize]; 2]>| -> Result<String> {
        let x = zeros(x)?;
        let result = match states {
            Some([h, c]) => lstm.forward_with(&x, (zeros(h)?, zeros(c)?)),
            None => lstm.forward(&x),
        };
        Ok(result
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default())
    };
    assert_eq!(
        message(&[5, 2, 4], None)?,
        "LSTM: expected an input [T, B, 3] or [T, 3], but it has shape [5, 2, 4]"
    );
    assert_eq!(
        message(&[0, 2, 3], None)?,
        "LSTM: expected at least one step, but the input has shape [0, 2, 3]"
    );
    assert_eq!(
        message(&[5, 2, 3], Some([&[2, 1, 4], &[2, 2, 4]]))?,
        "LSTM: expected a hidden state [2, 2, 4] for an input [5, 2, 3], but it has shape [2, 1, 4]"
    );
    assert_eq!(
        message(&[5, 3], Some([&[2, 4], &[1, 4]]))?,
        "LSTM: expected a cell state [2, 4] for an input [5, 3], but it has shape [1, 4]"
    );
    let gru = built(GRU::config(4), &[2, 1, 3])?;
    let error = gru.forward_with(zeros(&[5, 2, 3])?, zeros(&[2, 2, 4])?);
    assert_eq!(
        error.err().map(|error| error.to_string()).as_deref(),
        Some("GRU: expected a hidden state [1, 2, 4] for an input [5, 2, 3], but it has shape [2, 2, 4]")
    );
    let half = zeros(&[5, 2, 3])?.to_dtype(DType::BF16)?;
    let error = lstm.forward(half).err().map(|error| error.to_string());
    assert_eq!(
        error.as_deref(),
        Some("LSTM: the input is BF16, but the parameters or states are F32\n  help: convert the input with `to_dtype`")
    );
    Ok(())
}

#[test]
fn dropout_is_between_layers_in_training() -> Result<()> {
    manual_seed(0);
    let lstm = built(LSTM::config(8).num_layers(2).dropout(0.5), &[4, 3, 5])?;
    let x = randn([4, 3, 5])?.to_dtype(DType::F32)?;
    let output = || lstm.forward(&x)?.0.to_vec::<f32>();
    assert_ne!(output()?, output()?);
    lstm.eval();
    assert_eq!(output()?, output()?);
    Ok(())
}

#[test]
fn hooks_see_the_states() -> Result<()> {
    let lstm = built(LSTM::config(4), &[2, 1, 3])?;
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let shapes = seen.clone();
    lstm.register_forward_hook("", move |_, inputs, outputs| {
        let all = inputs.iter().chain(outputs).map(|x| x.dims().to_vec());
        if let Ok(mut shapes) = shapes.lock() {
            shapes.extend(all);
        }
        Ok(())
    })?;
    lstm.call((randn([2, 1, 3])?.to_dtype(DType::F32)?,))?;
    let seen = seen.lock().map(|seen| seen.clone()).unwrap_or_default();
    assert_eq!(
        seen,
        [vec![2, 1, 3], vec![2, 1, 4], vec![1, 1, 4], vec![1, 1, 4]]
    );
    Ok(())
}
