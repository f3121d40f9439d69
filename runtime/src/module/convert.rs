//! Moving a whole model to another type or device.

use std::collections::HashMap;

use super::walk::nodes;
use super::{Module, VisitorMut};
use crate::{Buffer, DType, Device, Param, Result, Tensor};

/// Where to: what is `None` stays. Only float tensors change their type.
#[derive(Clone, Copy)]
pub(crate) struct Target<'d> {
    pub(crate) dtype: Option<DType>,
    pub(crate) device: Option<&'d Device>,
}

impl Target<'_> {
    fn dtype_for(&self, tensor: &Tensor) -> Option<DType> {
        let dtype = self.dtype.filter(|dtype| *dtype != tensor.dtype());
        dtype.filter(|_| tensor.dtype().is_float())
    }

    fn moves(&self, tensor: &Tensor) -> bool {
        let device = self.device;
        device.is_some_and(|device| !tensor.device().same_device(device))
            || self.dtype_for(tensor).is_some()
    }

    /// Whether anything in the module has to change; what does not need it is not touched, so that it may be shared.
    fn concerns(&self, module: &dyn Module) -> bool {
        nodes(module).iter().any(|node| {
            let params = node.params.iter().map(|(_, param)| &***param);
            let buffers = node.buffers.iter().map(|(_, buffer)| &***buffer);
            params.chain(buffers).any(|tensor| self.moves(tensor))
        })
    }
}

pub(crate) fn convert(module: &mut dyn Module, target: Target<'_>) -> Result<()> {
    if target.concerns(module) {
        let done = HashMap::new();
        module.visit_mut(&mut Converter { target, done })?;
    }
    Ok(())
}

struct Converter<'d> {
    target: Target<'d>,
    /// Parameters by identity: a second handle to one that has moved joins it, so that tied weights stay tied.
    done: HashMap<u64, Param>,
}

impl VisitorMut for Converter<'_> {
    fn param(&mut self, name: &str, param: &mut Param) -> Result<()> {
        if let Some(done) = self.done.get(&param.id()) {
            *param = done.share();
            return Ok(());
        }
        if !self.target.moves(param) {
            return Ok(());
        }
        let target = self.target;
        if let Some(device) = target.device {
            param.to_device(device).map_err(|e| e.context(name))?;
        }
        if let Some(dtype) = target.dtype_for(param) {
            param.to_dtype(dtype).map_err(|e| e.context(name))?;
        }
        self.done.insert(param.id(), param.share());
        Ok(())
    }

    fn buffer(&mut self, name: &str, buffer: &mut Buffer) -> Result<()> {
        let target = self.target;
        if let Some(device) = target.device {
            buffer.to_device(device).map_err(|e| e.context(name))?;
        }
        if let Some(dtype) = target.dtype_for(buffer) {
            buffer.to_dtype(dtype).map_err(|e| e.context(name))?;
        }
        Ok(())
    }

    fn module(&mut self, name: &str, module: &mut dyn Module) -> Result<()> {
        if !self.target.concerns(module) {
            return Ok(());
        }
        module.visit_mut(self).map_err(|e| e.context(name))
    }
}
