//! `Func` and `CandleModule`: closures and Candle's layers as layers.

use std::fmt;
use std::sync::Arc;

use candle_core::Var;
use candle_nn::VarMap;

use crate::module::{candle_module, Forward, Module, State, Visitor, VisitorMut};
use crate::ops::candle::foreign;
use crate::tensor::same_storage;
use crate::{Error, Param, Result, Tensor};

type Function = dyn Fn(&Tensor) -> Result<Tensor> + Send + Sync;

/// A function of tensors as a layer without parameters.
///
/// ```
/// use taper::prelude::*;
/// # fn main() -> taper::Result<()> {
/// let centred = Func::new(|x| x.sub(x.mean(())?));
/// let x = Tensor::new(&[1f32, 2., 3., 4., 5.], &Device::Cpu)?;
/// assert_eq!(centred.forward(&x)?.to_vec::<f32>()?, [-2., -1., 0., 1., 2.]);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Func {
    function: Arc<Function>,
    state: State,
}

impl Func {
    /// The function as a layer. Copies of it share the function.
    pub fn new(function: impl Fn(&Tensor) -> Result<Tensor> + Send + Sync + 'static) -> Self {
        Func {
            function: Arc::new(function),
            state: State::new(),
        }
    }
}

impl Module for Func {
    fn type_name(&self) -> &'static str {
        "Func"
    }

    fn state(&self) -> Option<&State> {
        Some(&self.state)
    }
}

impl Forward for Func {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        (self.function)(x)
    }
}

candle_module!([] Func);

impl fmt::Debug for Func {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Func")
    }
}

/// A layer of Candle's as a layer of taper's: gradients with respect to the input and to its variables are Candle's own.
///
/// It is told whether it is in training mode, and not frozen, by `candle_nn::ModuleT`'s `train` flag.
///
/// The variables become parameters that share Candle's storage, so that taper's optimizers train the layer. A clone is another
/// handle to the same layer.
///
/// ```
/// use taper::prelude::*;
/// use candle_nn::{VarBuilder, VarMap};
/// # fn main() -> taper::Result<()> {
/// let vars = VarMap::new();
/// let vb = VarBuilder::from_varmap(&vars, DType::F32, &Device::Cpu);
/// let fc = CandleModule::new(candle_nn::linear(3, 2, vb.pp("fc"))?).vars(&vars, "fc")?;
/// assert_eq!(fc.state_dict().names().collect::<Vec<_>>(), ["bias", "weight"]);
///
/// let x = Tensor::ones((4, 3), DType::F32, &Device::Cpu)?;
/// fc.forward(&x)?.sum(())?.backward()?;
/// let grad = fc.get_parameter("bias")?.grad().map(|g| g.to_vec::<f32>()).transpose()?;
/// assert_eq!(grad, Some(vec![4., 4.]));
/// # Ok(()) }
/// ```
pub struct CandleModule<M> {
    module: Arc<M>,
    params: Vec<(String, Var, Param)>,
    state: State,
}

impl<M: candle_nn::ModuleT + Send + Sync> CandleModule<M> {
    /// The layer, without parameters of its own.
    pub fn new(module: M) -> Self {
        CandleModule {
            module: Arc::new(module),
            params: Vec::new(),
            state: State::new(),
        }
    }

    /// States that the layer's variables are those of the map whose names begin with `prefix` and a dot, or all for "".
    ///
    /// # Errors
    /// If one is not of floats.
    pub fn vars(mut self, map: &VarMap, prefix: &str) -> Result<Self> {
        let vars = map.data().lock();
        let vars = vars.unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut params = Vec::new();
        for (name, var) in vars.iter() {
            let own = match prefix {
                "" => Some(name.as_str()),
                prefix => name
                    .strip_prefix(prefix)
                    .and_then(|rest| rest.strip_prefix('.')),
            };
            if let Some(own) = own {
                let param = Param::from_var(var)?;
                param.set_name(name.as_str());
                params.push((own.to_owned(), var.clone(), param));
            }
        }
        // The map has no order.
        params.sort_by(|a, b| a.0.cmp(&b.0));
        self.params = params;
        Ok(self)
    }

    /// Candle's layer.
    pub fn module(&self) -> &M {
        &self.module
    }
}

impl<M> Clone for CandleModule<M> {
    fn clone(&self) -> Self {
        let share =
            |(name, var, param): &(String, Var, Param)| (name.clone(), var.clone(), param.share());
        CandleModule {
            module: self.module.clone(),
            params: self.params.iter().map(share).collect(),
            state: self.state.clone(),
        }
    }
}

impl<M: candle_nn::ModuleT + Send + Sync> Module for CandleModule<M> {
    fn type_name(&self) -> &'static str {
        crate::module::short_type_name::<M>()
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        for (name, _, param) in &self.params {
            visitor.param(name, param);
        }
    }

    fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) -> Result<()> {
        let mut params = self.params.iter_mut();
        params.try_for_each(|(name, _, param)| visitor.param(name, param))
    }

    fn state(&self) -> Option<&State> {
        Some(&self.state)
    }
}

impl<M: candle_nn::ModuleT + Send + Sync> Forward for CandleModule<M> {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let active = self.state.active();
        let mut inputs = vec![(x, None)];
        for (name, var, param) in &self.params {
            if !same_storage(var, param.as_candle()) {
                let message = format!("`{name}` has moved, but Candle's layer can't follow");
                let help = "build the layer in the type and on the device where it is to run";
                return Err(Error::op("CandleModule", message).help(help));
            }
            inputs.push((&**param, Some(var)));
        }
        foreign("CandleModule", &inputs, |given| {
            Ok(self.module.forward_t(&given[0], active)?)
        })
    }
}

candle_module!([M: candle_nn::ModuleT + Send + Sync] CandleModule<M>);

impl<M> fmt::Debug for CandleModule<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.params.iter().map(|(name, ..)| name).collect();
        f.debug_struct("CandleModule")
            .field("params", &names)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::{Config, ModuleExt};
    use crate::nn::Linear;
    use crate::testing::randn;
    use crate::{DType, Device};
    use candle_nn::VarBuilder;

    #[test]
    fn a_candle_layer_trains_as_tapers_own() -> Result<()> {
        let vars = VarMap::new();
        let vb = VarBuilder::from_varmap(&vars, DType::F64, &Device::Cpu);
        let fc = CandleModule::new(candle_nn::linear(3, 2, vb)?).vars(&vars, "")?;
        let mut own = Linear::config(2).input([1, 3]).init(&Device::Cpu)?;
        own.to_dtype(DType::F64)?;
        own.load_state_dict(&fc.state_dict())?;
        for _ in 0..2 {
            let x = Param::new(randn([5, 3])?)?;
            let mut grads = Vec::new();
            for (module, forward) in [(&fc as &dyn Module, &fc as &dyn Forward), (&own, &own)] {
                forward.forward(&x)?.square()?.sum(())?.backward()?;
                let mut found = vec![x.grad()];
                x.zero_grad(true)?;
                for name in ["weight", "bias"] {
                    let param = module.get_parameter(name)?;
                    let step = param
                        .grad()
                        .map_or_else(|| param.zeros_like(), Ok)?
                        .mul(0.1)?;
                    param.set(param.sub(step)?)?;
                    found.push(param.grad());
                    param.zero_grad(true)?;
                }
                let values = found.into_iter().flatten().map(|g| g.to_vec::<f64>());
                grads.push(values.collect::<Result<Vec<_>>>()?.concat());
            }
            assert_eq!(grads[0].len(), 15 + 6 + 2);
            let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-12;
            assert!(grads[0].iter().zip(&grads[1]).all(close), "{grads:?}");
        }
        Ok(())
    }

    #[test]
    fn a_moved_layer_says_so() -> Result<()> {
        let vars = VarMap::new();
        let vb = VarBuilder::from_varmap(&vars, DType::F32, &Device::Cpu);
        let mut fc = CandleModule::new(candle_nn::linear(3, 2, vb)?).vars(&vars, "")?;
        fc.half()?;
        let error = fc.forward(&randn([1, 3])?).unwrap_err().to_string();
        assert!(error.contains("`bias` has moved"), "{error}");
        Ok(())
    }
}
