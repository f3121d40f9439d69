//! Modules: the tree of layers, their parameters and buffers under PyTorch's names.

mod arguments;
mod build;
mod candle;
mod checkpoint;
mod containers;
mod convert;
mod display;
mod door;
mod error;
mod ext;
mod fuse;
mod graph;
mod groups;
mod handed;
mod hole;
mod hook;
mod init;
mod inspect;
mod layer;
mod load;
mod mask;
mod memory;
pub(crate) mod names;
mod no_settings;
mod plan;
pub(crate) mod python;
mod row;
pub(crate) mod state;
mod state_dict;
mod summary;
#[cfg(test)]
mod tests;
pub(crate) mod walk;

pub use build::{Build, Source};
pub(crate) use candle::candle_module;
pub use candle::{candle_forward, AsCandle};
#[doc(hidden)]
pub use checkpoint::{call, not_kept};
pub use checkpoint::{checkpoint, checkpoint_sequential, Chain};
pub use display::format_module;
#[doc(hidden)]
pub use display::write_module;
pub use door::{door, enter, leave};
pub use error::ModuleError;
pub use ext::ModuleExt;
#[doc(hidden)]
pub use fuse::{after, after_then_relu, call_layer, in_sequence, then_relu, Step};
pub use graph::{Graph, GraphEdge, GraphNode, NodeKind};
pub use groups::{
    BufferDict, BufferGroup, BufferList, BuildGroup, ParamDict, ParamGroup, ParamList,
};
#[doc(hidden)]
pub use handed::{Argument, Handed};
#[doc(hidden)]
pub use hole::{Hole, Refused};
pub use hook::HookHandle;
#[doc(hidden)]
pub use hook::{NoTensors, Outputs};
pub use inspect::Inspect;
pub use layer::{
    Call, CallAt, Config, Forward, Layer, Part, Rule, TraceFn, Traced, Untraced, WithInputs,
};
pub use load::{LoadOptions, LoadReport, Mismatch};
pub use mask::{Mask, MaskRow, MaskTable};
pub use memory::Memory;
pub use no_settings::NoSettings;
#[doc(hidden)]
pub use no_settings::WithoutSettings;
pub use plan::{Plan, PlanNode, PlanTensor, PlanValue, Size};
#[doc(hidden)]
pub use row::Row;
pub use state::State;
pub use state_dict::StateDict;
pub use summary::{Summary, SummaryRow};
#[doc(hidden)]
pub use walk::{visit_all, visit_all_mut};

use crate::ops::Following;
use crate::{Buffer, Param, Result};

/// Anything that owns parameters, buffers or other modules.
///
/// Object safe; the methods that users call (`parameters`, `state_dict`, `train`…) come with
/// [`ModuleExt`], for every module.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layer",
    label = "neither a layer of taper nor a struct with `#[model]`"
)]
pub trait Module: Send + Sync {
    /// The type's name, as PyTorch prints it. By default that is the last word of the path that Rust prints.
    fn type_name(&self) -> &'static str {
        short_type_name::<Self>()
    }

    /// What PyTorch prints between the parentheses: `in_features=784, out_features=256, bias=True`.
    fn extra_repr(&self) -> String {
        String::new()
    }

    /// Shows the own parameters, buffers and submodules to `visitor`, in the order of declaration. Not recursive.
    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        let _ = visitor;
    }

    /// Like [`Module::visit`], for changing them.
    ///
    /// # Errors
    /// The visitor's own.
    fn visit_mut(&mut self, visitor: &mut dyn VisitorMut) -> Result<()> {
        let _ = visitor;
        Ok(())
    }

    /// Training mode, freezing and hooks of this module; `None` for containers that have none of their own.
    fn state(&self) -> Option<&State> {
        None
    }

    /// What this module does that the one before it can do in its place; nothing if it has hooks.
    #[doc(hidden)]
    fn follows(&self) -> Option<Following<'_>> {
        None
    }

    /// The hyperparameter whose name has this hash, if it is a size: a dimension in the signature of a method.
    #[doc(hidden)]
    fn size_setting(&self, name: u64) -> Option<usize> {
        let _ = name;
        None
    }
}

/// Sees the direct members of a module.
pub trait Visitor<'a> {
    /// A parameter.
    fn param(&mut self, name: &str, param: &'a Param);
    /// A buffer.
    fn buffer(&mut self, name: &str, buffer: &'a Buffer);
    /// A submodule.
    fn module(&mut self, name: &str, module: &'a dyn Module);
}

/// Changes the direct members of a module.
pub trait VisitorMut {
    /// A parameter.
    ///
    /// # Errors
    /// The visitor's own.
    fn param(&mut self, name: &str, param: &mut Param) -> Result<()>;
    /// A buffer.
    ///
    /// # Errors
    /// The visitor's own.
    fn buffer(&mut self, name: &str, buffer: &mut Buffer) -> Result<()>;
    /// A submodule.
    ///
    /// # Errors
    /// The visitor's own.
    fn module(&mut self, name: &str, module: &mut dyn Module) -> Result<()>;
}

/// The last segment of a type's path.
pub(crate) fn short_type_name<T: ?Sized>() -> &'static str {
    let full = std::any::type_name::<T>();
    full.rsplit("::").next().unwrap_or(full)
}
