//! Forward hooks on models of the language.

use std::sync::{Arc, Mutex};

use taper::prelude::*;
use taper::{Error, Result};

#[model(([B, 4], [B, 4]) -> ([B, 2], [B, 4]))]
struct Pair {
    #[layer(2)]
    fc: Linear,
}

#[forward]
impl Pair {
    fn forward(&self, x: Tensor, y: Option<Tensor>, twice: bool) -> (Tensor, Tensor) {
        let z = match y {
            Some(y) => x + y,
            None => x,
        };
        let out = self.fc(&z);
        if twice {
            (out * 2.0, z)
        } else {
            (out, z)
        }
    }
}

#[model([B, 4] -> [B, 2])]
struct Outer {
    pair: Pair,
}

#[forward]
impl Outer {
    fn forward(&self, x: Tensor) -> Tensor {
        let (y, _) = self.pair(&x, Some(x.clone()), true);
        y
    }
}

/// Path, shapes of the inputs, shapes of the outputs.
type Seen = (String, Vec<Vec<usize>>, Vec<Vec<usize>>);
type Log = Arc<Mutex<Vec<Seen>>>;

fn log_into(
    log: &Log,
) -> impl Fn(&str, &[Tensor], &[Tensor]) -> Result<()> + Send + Sync + 'static {
    let log = log.clone();
    let shapes = |xs: &[Tensor]| xs.iter().map(|x| x.dims().to_vec()).collect();
    move |path, inputs, outputs| {
        let mut log = log.lock().map_err(|_| Error::NoGradNeeded)?;
        log.push((path.to_owned(), shapes(inputs), shapes(outputs)));
        Ok(())
    }
}

fn taken(log: &Log) -> Vec<Seen> {
    log.lock()
        .map(|mut log| std::mem::take(&mut *log))
        .unwrap_or_default()
}

#[test]
fn models_of_several_inputs_and_outputs_call_their_hooks_once() -> Result<()> {
    let net = Outer::init(&Device::Cpu)?;
    let log = Log::default();
    let handles =
        ["", "pair", "pair.fc"].map(|path| net.register_forward_hook(path, log_into(&log)));
    let x = Tensor::zeros((3, 4), DType::F32, &Device::Cpu)?;
    net.forward(&x)?;
    let (wide, narrow) = (vec![3, 4], vec![3, 2]);
    let expected = [
        (
            "pair.fc".to_owned(),
            vec![wide.clone()],
            vec![narrow.clone()],
        ),
        (
            "pair".to_owned(),
            vec![wide.clone(); 2],
            vec![narrow.clone(), wide.clone()],
        ),
        (String::new(), vec![wide.clone()], vec![narrow.clone()]),
    ];
    assert_eq!(taken(&log), expected);

    // Called by itself, and without its optional input.
    net.pair.forward(&x, None, false)?;
    let expected = [
        expected[0].clone(),
        ("pair".to_owned(), vec![wide.clone()], vec![narrow, wide]),
    ];
    assert_eq!(taken(&log), expected);

    for handle in handles {
        handle?.remove();
    }
    net.forward(&x)?;
    assert_eq!(taken(&log), []);
    assert_eq!(Arc::strong_count(&log), 1);
    assert!(net
        .modules()
        .iter()
        .filter_map(|m| m.state())
        .all(|s| !s.has_hooks()));
    Ok(())
}

#[test]
fn a_sequence_is_a_module_with_hooks_too() -> Result<()> {
    let x = Tensor::zeros((3, 4), DType::F32, &Device::Cpu)?;
    let log = Log::default();
    let literal = sequential! { <[B, 4] -> [B, 2]> Linear(2), ReLU }.init(&Device::Cpu)?;
    literal.register_forward_hook("", log_into(&log))?;
    literal.forward(&x)?;
    let built = Sequential::config()
        .add("fc", Linear::config(2))
        .input([1, 4])
        .init(&Device::Cpu)?;
    built.register_forward_hook("", log_into(&log))?;
    built.forward(&x)?;
    let one = (String::new(), vec![vec![3, 4]], vec![vec![3, 2]]);
    assert_eq!(taken(&log), [one.clone(), one]);
    Ok(())
}

#[test]
fn what_a_hook_refuses_fails_the_call() -> Result<()> {
    let net = Outer::init(&Device::Cpu)?;
    let x = Tensor::zeros((3, 4), DType::F32, &Device::Cpu)?;
    let refusing =
        net.register_forward_hook("pair", |_, _, _| Err(Error::op("hook", "refused")))?;
    let error = net
        .forward(&x)
        .err()
        .map(|e| e.to_string())
        .unwrap_or_default();
    assert!(error.contains("hook: refused"), "{error}");
    refusing.remove();
    net.forward(&x)?;
    // A hook that lives longer than the model is removed without harm.
    let late = Outer::init(&Device::Cpu)?.register_forward_hook("", |_, _, _| Ok(()))?;
    late.remove();
    Ok(())
}

#[model([B, 4] -> [B, 4])]
struct Chosen {
    branches: dict!(narrow: Linear(4), relu: ReLU),
    #[param(list = [[4], [4]], init = ones())]
    scales: ParamList,
    #[layer(4)]
    fc: Linear,
}

#[forward]
impl Chosen {
    fn forward(&self, x: Tensor, branch: ChosenBranches) -> Tensor {
        let mut x = self.branches[branch](x);
        for scale in &self.scales {
            x = x * scale;
        }
        self.fc(x)
    }
}

#[test]
fn the_chosen_entry_of_a_dict_calls_its_hooks() -> Result<()> {
    let net = Chosen::init(&Device::Cpu)?;
    let log = Log::default();
    for path in ["branches.narrow", "branches.relu"] {
        net.register_forward_hook(path, log_into(&log))?;
    }
    let x = Tensor::ones((1, 4), DType::F32, &Device::Cpu)?;
    for (branch, path) in [
        (ChosenBranches::Relu, "branches.relu"),
        (ChosenBranches::Narrow, "branches.narrow"),
    ] {
        net.forward(&x, branch)?;
        let shape = vec![vec![1, 4]];
        assert_eq!(taken(&log), [(path.to_owned(), shape.clone(), shape)]);
    }
    Ok(())
}

#[test]
fn containers_that_are_never_called_refuse_hooks() -> Result<()> {
    let net = Chosen::init(&Device::Cpu)?;
    let refused = |path: &str| {
        let result = net.register_forward_hook(path, |_, _, _| Ok(()));
        result.err().map(|e| e.to_string())
    };
    let dict = "`branches` is a ModuleDict, which is never called itself\n  \
                help: register the hook on `branches.relu` or `branches.narrow`";
    assert_eq!(refused("branches").as_deref(), Some(dict));
    let list = refused("scales").unwrap_or_default();
    let said = "`scales` is a ParameterList, which is never called itself\n  help: register the hook on `fc`";
    assert!(list.starts_with(said), "{list}");
    assert_eq!(refused("fc"), None);
    Ok(())
}
