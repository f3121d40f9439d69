//! Models among Candle's: as its modules, from and to its variables, inside its graph.

use std::collections::{HashMap, HashSet};

use candle_core::backend::BackendStorage;
use candle_core::{
    CpuStorage, CudaStorage, CustomOp2, DType, Layout, MetalStorage, Shape, Storage, Tensor as Data,
};
use candle_nn::{ModuleT, VarMap};

use super::state::in_mode;
use super::walk::{nodes, slots, Slot};
use super::{Forward, Module};
use crate::tensor::{is_grad_enabled, BackwardOptions};
use crate::{Param, Result, Tensor};

/// A model as a `candle_nn::ModuleT` that heeds the `train` flag; [`Forward::as_candle`] makes it.
pub struct AsCandle<'m>(pub(super) &'m dyn Forward);

impl std::fmt::Debug for AsCandle<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("AsCandle")
            .field(&self.0.type_name())
            .finish()
    }
}

impl ModuleT for AsCandle<'_> {
    fn forward_t(&self, xs: &Data, train: bool) -> candle_core::Result<Data> {
        in_mode(train, || candle_forward(self.0, xs))
    }
}

/// Runs a model on a tensor of Candle's, as a part of Candle's graph.
///
/// Candle's backward pass through the result goes on in taper's: gradients are added to the parameters, as always, and those of
/// parameters that Candle holds as variables are in its `GradStore` too, as is that of the input.
///
/// # Errors
/// As the model's.
pub fn candle_forward(model: &dyn Forward, xs: &Data) -> candle_core::Result<Data> {
    joined(model, xs).map_err(candle_core::Error::wrap)
}

fn joined(model: &dyn Forward, xs: &Data) -> Result<Data> {
    let params = parameters(model);
    let needed = xs.track_op() || !params.is_empty();
    if !needed || !is_grad_enabled() {
        return Ok(model.forward_hooked(&Tensor::from(xs))?.into_candle());
    }
    // A leaf of its own takes the gradient that goes on upstream in Candle's graph.
    let (x, input) = if xs.track_op() && xs.dtype().is_float() {
        let (x, id) = Tensor::leaf(xs);
        (x, Some(id))
    } else {
        (Tensor::from(xs), None)
    };
    let y = model.forward_hooked(&x)?;
    if !y.requires_grad() {
        return Ok(y.into_candle());
    }
    let held = Held::of(&params);
    let packed = held.pack(xs)?;
    let call = Call { y, input, held };
    Ok(xs.apply_op2(&packed, call)?)
}

/// The trained parameters of a model, each once.
fn parameters(model: &dyn Module) -> Vec<&Param> {
    let mut seen = HashSet::new();
    let params = nodes(model).into_iter().flat_map(|node| node.params);
    let params = params.map(|(_, param)| param);
    params
        .filter(|param| param.trainable() && seen.insert(param.id()))
        .collect()
}

/// Parameters that Candle holds as variables. An operation of Candle's has three inputs at most, so they enter the graph as one
/// vector.
struct Held {
    ids: Vec<(u64, Shape, DType)>,
    vars: Vec<candle_core::Var>,
    dtype: DType,
}

impl Held {
    fn of(params: &[&Param]) -> Self {
        let mut held = Held {
            ids: Vec::new(),
            vars: Vec::new(),
            dtype: DType::F32,
        };
        for param in params {
            if let Some((var, id)) = param.candles() {
                held.ids.push((id, var.shape().clone(), var.dtype()));
                held.vars.push(var.clone());
            }
        }
        if let Some((_, _, dtype)) = held.ids.first() {
            // Parameters of several types meet in the widest.
            let mixed = held.ids.iter().any(|(_, _, other)| other != dtype);
            held.dtype = if mixed { DType::F64 } else { *dtype };
        }
        held
    }

    /// The variables as one vector of Candle's graph; without any, one number that makes the graph come here.
    fn pack(&self, like: &Data) -> Result<Data> {
        if self.vars.is_empty() {
            let anchor = candle_core::Var::zeros(1, self.dtype, like.device())?;
            return Ok(anchor.into_inner());
        }
        let flat = |var: &candle_core::Var| var.as_tensor().flatten_all()?.to_dtype(self.dtype);
        let flat = self.vars.iter().map(flat);
        Ok(Data::cat(
            &flat.collect::<candle_core::Result<Vec<_>>>()?,
            0,
        )?)
    }

    /// The gradients as one vector.
    fn gradients(&self, arrived: &HashMap<u64, Data>, packed: &Data) -> candle_core::Result<Data> {
        if self.ids.is_empty() {
            return packed.zeros_like();
        }
        let of = |(id, shape, dtype): &(u64, Shape, DType)| {
            let grad = match arrived.get(id) {
                Some(grad) => grad.clone(),
                None => Data::zeros(shape, *dtype, packed.device())?,
            };
            grad.flatten_all()?.to_dtype(self.dtype)
        };
        let grads = self.ids.iter().map(of);
        Data::cat(&grads.collect::<candle_core::Result<Vec<_>>>()?, 0)
    }
}

/// A call of a model in Candle's graph: its result has been computed, its backward pass is taper's.
struct Call {
    y: Tensor,
    /// The id of the input's leaf, if the input needs a gradient.
    input: Option<u64>,
    held: Held,
}

impl Call {
    fn copy<S: BackendStorage>(
        &self,
        of: impl Fn(&Storage) -> Option<&S>,
    ) -> candle_core::Result<(S, Shape)> {
        let mut y = self.y.as_candle().clone();
        // Candle reads the storage from its beginning.
        if !y.is_contiguous() || y.layout().start_offset() > 0 {
            y = y.force_contiguous()?;
        }
        let (storage, layout) = y.storage_and_layout();
        match of(&storage) {
            Some(own) => Ok((own.try_clone(layout)?, y.shape().clone())),
            None => candle_core::bail!(
                "the model's result is on another device than its input\n  help: `to_device` moves the model"
            ),
        }
    }
}

impl CustomOp2 for Call {
    fn name(&self) -> &'static str {
        "taper"
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        self.copy(|storage| match storage {
            Storage::Cpu(own) => Some(own),
            _ => None,
        })
    }

    fn cuda_fwd(
        &self,
        _: &CudaStorage,
        _: &Layout,
        _: &CudaStorage,
        _: &Layout,
    ) -> candle_core::Result<(CudaStorage, Shape)> {
        self.copy(|storage| match storage {
            Storage::Cuda(own) => Some(own),
            _ => None,
        })
    }

    fn metal_fwd(
        &self,
        _: &MetalStorage,
        _: &Layout,
        _: &MetalStorage,
        _: &Layout,
    ) -> candle_core::Result<(MetalStorage, Shape)> {
        self.copy(|storage| match storage {
            Storage::Metal(own) => Some(own),
            _ => None,
        })
    }

    fn bwd(
        &self,
        xs: &Data,
        packed: &Data,
        _: &Data,
        grad: &Data,
    ) -> candle_core::Result<(Option<Data>, Option<Data>)> {
        // Candle lets a backward pass be repeated.
        let options = BackwardOptions::default()
            .gradient(Tensor::from(grad))
            .retain_graph(true);
        let arrived = self
            .y
            .backward_watched(options)
            .map_err(candle_core::Error::wrap)?;
        let input = match self.input {
            Some(id) => Some(
                arrived
                    .get(&id)
                    .map_or_else(|| xs.zeros_like(), |grad| Ok(grad.clone()))?,
            ),
            None => None,
        };
        Ok((input, Some(self.held.gradients(&arrived, packed)?)))
    }
}

/// The parameters and buffers of a model as variables of Candle's.
pub(super) fn var_map(model: &dyn Module) -> VarMap {
    let map = VarMap::new();
    let vars = slots(model).into_iter().map(|(name, slot, _)| match slot {
        Slot::Param(param) => (name, param.to_var()),
        Slot::Buffer(buffer) => (name, buffer.to_var()),
    });
    let data = map.data().lock();
    let mut data = data.unwrap_or_else(std::sync::PoisonError::into_inner);
    data.extend(vars);
    drop(data);
    map
}

/// Makes types that are [`Forward`] modules of Candle's.
macro_rules! candle_module {
    ($([$($generics:tt)*] $ty:ty),+ $(,)?) => {$(
        impl<$($generics)*> ::candle_nn::Module for $ty {
            fn forward(&self, xs: &::candle_core::Tensor) -> ::candle_core::Result<::candle_core::Tensor> {
                $crate::module::candle_forward(self, xs)
            }
        }
    )+};
}

pub(crate) use candle_module;
