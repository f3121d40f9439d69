//! Results and gradients against PyTorch's, from files that `tests/parity/*.py` wrote.
//!
//! A family of operations has one script `tests/parity/<family>.py` and one file `tests/parity/data/<family>.safetensors`.
//! A case is a name `<op>.<variant>.<dtype>` and these tensors:
//!
//! | key | |
//! |---|---|
//! | `<case>/in0`, `in1`, … | the tensor arguments |
//! | `<case>/out0`, `out1`, … | the results |
//! | `<case>/upstream0`, … | what each result that has a gradient is multiplied by before all is summed and differentiated |
//! | `<case>/grad0`, `grad2`, … | the gradients of the inputs of that number; an input without one requires none |
//!
//! Other arguments are in the file's metadata, `<case>/<name>` → text: a number, `true`, a word, or numbers joined by commas.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::str::FromStr;

use candle_core::{Device, Tensor as Data};
use safetensors::SafeTensors;

use super::report::Report;
use super::{assert_close, tolerance};
use crate::error::{Error, Result};
use crate::ops::compute::plain_only;
use crate::tensor::{BackwardOptions, Param, Tensor};

/// The cases of one family.
pub struct Parity {
    family: String,
    cases: BTreeMap<String, HashMap<String, Data>>,
    metadata: HashMap<String, String>,
}

impl Parity {
    /// Reads `tests/parity/data/<family>.safetensors`.
    pub fn open(family: &str) -> Result<Self> {
        let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        path.extend([
            "..",
            "tests",
            "parity",
            "data",
            &format!("{family}.safetensors"),
        ]);
        let bytes = std::fs::read(&path).map_err(|source| Error::Io { path, source })?;
        let broken = |error| Error::op("parity", format!("{family}: {error}"));
        let (_, header) = SafeTensors::read_metadata(&bytes).map_err(broken)?;
        let mut cases: BTreeMap<_, HashMap<_, _>> = BTreeMap::new();
        for (key, tensor) in candle_core::safetensors::load_buffer(&bytes, &Device::Cpu)? {
            if let Some((case, role)) = key.split_once('/') {
                cases
                    .entry(case.to_owned())
                    .or_default()
                    .insert(role.to_owned(), tensor);
            }
        }
        Ok(Parity {
            family: family.to_owned(),
            cases,
            metadata: header.metadata().clone().unwrap_or_default(),
        })
    }

    /// Compares what `f` computes for every case, and the gradients, by CPU kernels and by plain Candle operations; all
    /// failures are reported together.
    ///
    /// `f` is given the operation (the case's name up to the first dot) and the case. An operation that it does not
    /// know it answers with [`Case::unknown`], which makes the test fail.
    pub fn run<T: Outputs>(&self, f: impl Fn(&str, &Case) -> Result<T>) -> Result<()> {
        let mut failures = Vec::new();
        let report = Report::default();
        for (name, tensors) in &self.cases {
            let op = name.split('.').next().unwrap_or(name);
            let check = || {
                let case = Case::new(name, tensors, &self.metadata, &report)?;
                case.compare(&f(op, &case)?.into_outputs())
            };
            if let Err(error) = check() {
                failures.push(format!("{name}: {}", first_line(&error)));
            } else if let Err(error) = plain_only::run(check) {
                failures.push(format!(
                    "{name} in plain operations: {}",
                    first_line(&error)
                ));
            }
        }
        if self.cases.is_empty() {
            failures.push("the file has no cases".into());
        }
        match failures.len() {
            0 => report.write(&self.family),
            n => Err(Error::op(
                "parity",
                format!(
                    "{} of {} failures:\n{}",
                    self.family,
                    n,
                    failures.join("\n")
                ),
            )),
        }
    }
}

/// The error without the back trace that Candle may add.
fn first_line(error: &Error) -> String {
    error
        .to_string()
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// One result, or several.
pub trait Outputs {
    /// As a list.
    fn into_outputs(self) -> Vec<Tensor>;
}

impl Outputs for Tensor {
    fn into_outputs(self) -> Vec<Tensor> {
        vec![self]
    }
}

impl Outputs for Vec<Tensor> {
    fn into_outputs(self) -> Vec<Tensor> {
        self
    }
}

/// One call of an operation in PyTorch.
pub struct Case<'a> {
    name: &'a str,
    tensors: &'a HashMap<String, Data>,
    metadata: &'a HashMap<String, String>,
    inputs: Vec<Param>,
    constants: Vec<Tensor>,
    report: &'a Report,
}

impl<'a> Case<'a> {
    fn new(
        name: &'a str,
        tensors: &'a HashMap<String, Data>,
        metadata: &'a HashMap<String, String>,
        report: &'a Report,
    ) -> Result<Self> {
        let mut case = Case {
            name,
            tensors,
            metadata,
            inputs: Vec::new(),
            constants: Vec::new(),
            report,
        };
        for i in 0.. {
            let Some(data) = tensors.get(&format!("in{i}")) else {
                break;
            };
            let input = Tensor::from(data);
            if input.dtype().is_float() {
                let param = Param::new(&input)?;
                param.set_requires_grad(tensors.contains_key(&format!("grad{i}")));
                case.inputs.push(param);
            } else {
                // Keeps the numbering; integers can't be parameters.
                case.inputs
                    .push(Param::new(Tensor::new(0f32, &Device::Cpu)?)?);
            }
            case.constants.push(input);
        }
        Ok(case)
    }

    /// The case's name.
    pub fn name(&self) -> &str {
        self.name
    }

    /// The number of tensor arguments.
    pub fn inputs(&self) -> usize {
        self.constants.len()
    }

    /// The tensor argument `i`; one whose gradient is compared is tracked.
    pub fn input(&self, i: usize) -> Result<&Tensor> {
        match self.constants.get(i) {
            Some(constant) if constant.dtype().is_float() => Ok(&self.inputs[i]),
            Some(constant) => Ok(constant),
            None => Err(Error::op("parity", format!("there is no input {i}"))),
        }
    }

    /// The argument `name`, if the case has it.
    pub fn option<T: FromStr>(&self, name: &str) -> Result<Option<T>> {
        let Some(text) = self.metadata.get(&format!("{}/{name}", self.name)) else {
            return Ok(None);
        };
        let invalid = |_| {
            Error::op(
                "parity",
                format!(
                    "argument {name} is {text:?}, a {}",
                    std::any::type_name::<T>()
                ),
            )
        };
        text.parse().map(Some).map_err(invalid)
    }

    /// The argument `name`.
    pub fn arg<T: FromStr>(&self, name: &str) -> Result<T> {
        self.option(name)?
            .ok_or_else(|| Error::op("parity", format!("there is no argument {name}")))
    }

    /// The argument `name`, numbers joined by commas.
    pub fn list<T: FromStr>(&self, name: &str) -> Result<Vec<T>> {
        let text: String = self.arg(name)?;
        let invalid = |_| {
            Error::op(
                "parity",
                format!("argument {name} is {text:?}, a list expected"),
            )
        };
        text.split(',')
            .filter(|part| !part.is_empty())
            .map(|part| part.trim().parse().map_err(invalid))
            .collect()
    }

    /// The answer for an operation that the test does not know.
    pub fn unknown<T>(&self) -> Result<T> {
        Err(Error::op("parity", "this case has no counterpart in Rust"))
    }

    fn compare(&self, outputs: &[Tensor]) -> Result<()> {
        let count = (0..)
            .take_while(|i| self.tensors.contains_key(&format!("out{i}")))
            .count();
        if outputs.len() != count {
            return Err(Error::op(
                "parity",
                format!("{} results, expected {count}", outputs.len()),
            ));
        }
        for (i, out) in outputs.iter().enumerate() {
            self.close(&format!("out{i}"), out.as_candle())?;
        }
        for (i, out) in outputs.iter().enumerate() {
            if let Some(upstream) = self.tensors.get(&format!("upstream{i}")) {
                // Later results may share the graph.
                out.backward_with(
                    BackwardOptions::default()
                        .gradient(Tensor::from(upstream))
                        .retain_graph(true),
                )?;
            }
        }
        for (i, param) in self.inputs.iter().enumerate() {
            if self.tensors.contains_key(&format!("grad{i}")) {
                let grad = param.grad().map_or_else(|| param.zeros_like(), Ok)?;
                self.close(&format!("grad{i}"), grad.as_candle())?;
            }
        }
        Ok(())
    }

    fn close(&self, key: &str, found: &Data) -> Result<()> {
        let expected = &self.tensors[key];
        if found.dtype() != expected.dtype() {
            let message = format!(
                "{key}: type {:?}, expected {:?}",
                found.dtype(),
                expected.dtype()
            );
            return Err(Error::op("parity", message));
        }
        let limit = self
            .option("tolerance")?
            .unwrap_or_else(|| tolerance(expected.dtype()));
        assert_close(key, found, expected, limit)?;
        self.report.note(self.name, found, expected)
    }
}
