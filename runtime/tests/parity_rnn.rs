//! Recurrent layers against PyTorch's, from the same state dicts; the cases are made by `tests/parity/rnn.py`.

use taper::module::StateDict;
use taper::prelude::*;
use taper::tensor::BackwardOptions;
use taper::testing::{Case, Parity};
use taper::Result;

/// Runs a layer whose results and states are `states` + 1 and `states` tensors. `forward` is given the layer, the input and the
/// first states, of which there may be none.
fn run<C: Config>(
    config: C,
    case: &Case,
    states: usize,
    forward: impl Fn(&C::Layer, &Tensor, &[Param]) -> Result<Vec<Tensor>>,
) -> Result<Vec<Tensor>> {
    let x = Param::new(case.input(0)?)?;
    let mut layer = config.input(x.dims()).init(&Device::Cpu)?;
    layer.to_dtype(x.dtype())?;
    let names: Vec<String> = layer.state_dict().names().map(str::to_owned).collect();
    let values = case.inputs() - names.len();
    let given = names.into_iter().enumerate();
    let given = given.map(|(i, name)| Ok((name, case.input(values + i)?.detach())));
    layer.load_state_dict(&given.collect::<Result<StateDict>>()?)?;
    let upstream = values - 1 - states;
    let first = (1..upstream).map(|i| Param::new(case.input(i)?));
    let first = first.collect::<Result<Vec<_>>>()?;

    let results = forward(&layer, &x, &first)?;
    for (i, result) in results.iter().enumerate() {
        let options = BackwardOptions::default().retain_graph(true);
        result.backward_with(options.gradient(case.input(upstream + i)?.detach()))?;
    }
    let mut outputs: Vec<_> = results.iter().map(Tensor::detach).collect();
    let own = layer.parameters();
    for param in std::iter::once(&x).chain(&first).chain(own) {
        outputs.push(param.grad().map_or_else(|| param.zeros_like(), Ok)?);
    }
    Ok(outputs)
}

fn lstm(config: LSTMConfig, case: &Case) -> Result<Vec<Tensor>> {
    run(config, case, 2, |lstm, x, first| {
        let (y, (h, c)) = match first {
            [h, c] => lstm.forward_with(x, (h, c))?,
            _ => lstm.forward(x)?,
        };
        Ok(vec![y, h, c])
    })
}

fn plain<C: Config>(
    config: C,
    case: &Case,
    forward: impl Fn(&C::Layer, &Tensor, &[Param]) -> Result<(Tensor, Tensor)>,
) -> Result<Vec<Tensor>> {
    run(config, case, 1, |layer, x, first| {
        let (y, h) = forward(layer, x, first)?;
        Ok(vec![y, h])
    })
}

fn gru(config: GRUConfig, case: &Case) -> Result<Vec<Tensor>> {
    plain(config, case, |gru, x, first| match first {
        [h] => gru.forward_with(x, h),
        _ => gru.forward(x),
    })
}

fn elman(config: RNNConfig, case: &Case) -> Result<Vec<Tensor>> {
    plain(config, case, |rnn, x, first| match first {
        [h] => rnn.forward_with(x, h),
        _ => rnn.forward(x),
    })
}

#[test]
fn rnn() -> Result<()> {
    Parity::open("rnn")?.run(|layer, case| {
        let variant = case.name().split('.').nth(1).unwrap_or_default();
        match (layer, variant) {
            ("lstm", "one" | "state" | "one_step") => lstm(LSTM::config(4), case),
            ("lstm", "unbatched" | "bidirectional") => {
                lstm(LSTM::config(4).bidirectional(true), case)
            }
            ("lstm", "batch_first") => lstm(LSTM::config(5).batch_first(true), case),
            ("lstm", "without_bias") => lstm(LSTM::config(4).bias(false), case),
            ("lstm", "layers") => lstm(LSTM::config(4).num_layers(3), case),
            ("lstm", "projection") => lstm(LSTM::config(5).proj_size(2), case),
            ("lstm", "all") => {
                let config = LSTM::config(6).num_layers(2).batch_first(true);
                lstm(config.bidirectional(true).proj_size(3), case)
            }
            ("lstm", "wide") => lstm(LSTM::config(17), case),
            ("gru", "one" | "state") => gru(GRU::config(4), case),
            ("gru", "without_bias") => gru(GRU::config(4).bias(false), case),
            ("gru", "all") => {
                let config = GRU::config(6).num_layers(2).batch_first(true);
                gru(config.bidirectional(true), case)
            }
            ("gru", "wide") => gru(GRU::config(17), case),
            ("rnn", "one" | "state") => elman(RNN::config(4), case),
            ("rnn", "relu") => elman(RNN::config(4).nonlinearity("relu").bias(false), case),
            ("rnn", "all") => {
                let config = RNN::config(6).num_layers(2).batch_first(true);
                elman(config.bidirectional(true).nonlinearity("relu"), case)
            }
            ("rnn", "wide") => elman(RNN::config(17), case),
            _ => case.unknown(),
        }
    })
}
