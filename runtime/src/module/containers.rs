//! Modules inside `Vec`, `Option`, `Box` and `Arc`.

use std::sync::Arc;

use super::{Chain, Forward, Module, ModuleError, State, Visitor, VisitorMut};
use crate::{Error, Result, Tensor};

/// A list of modules, named `0`, `1`, … (`torch.nn.ModuleList`).
///
/// # Example
/// ```
/// use taper::module::ModuleExt;
/// # use taper::testing::Toy;
/// let layers = vec![Toy::linear(2, 3)?, Toy::linear(3, 1)?];
/// assert_eq!(layers.state_dict().names().collect::<Vec<_>>(), ["0.weight", "0.bias", "1.weight", "1.bias"]);
/// # Ok::<(), taper::Error>(())
/// ```
impl<M: Module> Module for Vec<M> {
    fn type_name(&self) -> &'static str {
        "ModuleList"
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        for (i, module) in self.iter().enumerate() {
            visitor.module(&i.to_string(), module);
        }
    }

    fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) -> Result<()> {
        for (i, module) in self.iter_mut().enumerate() {
            visitor.module(&i.to_string(), module)?;
        }
        Ok(())
    }
}

/// The module, or one without members, printed as `None()`. An owner shows it to its visitor only if it is there, so that
/// printing leaves it out as PyTorch does.
impl<M: Module> Module for Option<M> {
    fn type_name(&self) -> &'static str {
        self.as_ref().map_or("None", Module::type_name)
    }

    fn extra_repr(&self) -> String {
        self.as_ref().map(Module::extra_repr).unwrap_or_default()
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        if let Some(module) = self {
            module.visit(visitor);
        }
    }

    fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) -> Result<()> {
        match self {
            Some(module) => module.visit_mut(visitor),
            None => Ok(()),
        }
    }

    fn state(&self) -> Option<&State> {
        self.as_ref().and_then(Module::state)
    }
}

/// The module itself; `Box<dyn Module>` holds one of any type.
impl<M: Module + ?Sized> Module for Box<M> {
    fn type_name(&self) -> &'static str {
        (**self).type_name()
    }

    fn extra_repr(&self) -> String {
        (**self).extra_repr()
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        (**self).visit(visitor);
    }

    fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) -> Result<()> {
        (**self).visit_mut(visitor)
    }

    fn state(&self) -> Option<&State> {
        (**self).state()
    }
}

/// One module in several places: its parameters are listed once, and saved under each name.
///
/// What needs `&mut`, as moving to another type or device, is an error while there is a second handle.
impl<M: Module + ?Sized> Module for Arc<M> {
    fn type_name(&self) -> &'static str {
        (**self).type_name()
    }

    fn extra_repr(&self) -> String {
        (**self).extra_repr()
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        (**self).visit(visitor);
    }

    fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) -> Result<()> {
        let module = self.type_name();
        match Arc::get_mut(self) {
            Some(module) => module.visit_mut(visitor),
            None => Err(ModuleError::Shared { module }.into()),
        }
    }

    fn state(&self) -> Option<&State> {
        (**self).state()
    }
}

impl<M: Forward> Forward for Option<M> {
    /// Runs the module, if it was built.
    ///
    /// # Errors
    /// If it wasn't, because `forward` didn't reach it when the model was built.
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            Some(module) => module.forward(x),
            None => Err(Error::shape(
                "",
                "this optional layer was not built, because `forward` did not reach it with the settings of construction",
            )),
        }
    }
}

impl<M: Forward + Clone + 'static> Forward for Vec<M> {
    /// Runs the modules one after the other.
    ///
    /// # Errors
    /// As the modules.
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.run(0..self.len(), x)
    }
}
