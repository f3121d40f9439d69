//! The one walk over a module tree that everything else is built on.

use std::collections::HashSet;

use super::{Module, Visitor, VisitorMut};
use crate::{Buffer, Param, Result, Tensor};

/// The direct members of one module, under their own names.
#[derive(Default)]
pub(crate) struct Members<'a> {
    pub(crate) params: Vec<(String, &'a Param)>,
    pub(crate) buffers: Vec<(String, &'a Buffer)>,
    pub(crate) modules: Vec<(String, &'a dyn Module)>,
}

impl<'a> Members<'a> {
    pub(crate) fn of(module: &'a dyn Module) -> Self {
        let mut members = Members::default();
        module.visit(&mut members);
        members
    }
}

impl<'a> Visitor<'a> for Members<'a> {
    fn param(&mut self, name: &str, param: &'a Param) {
        self.params.push((name.to_owned(), param));
    }

    fn buffer(&mut self, name: &str, buffer: &'a Buffer) {
        self.buffers.push((name.to_owned(), buffer));
    }

    fn module(&mut self, name: &str, module: &'a dyn Module) {
        self.modules.push((name.to_owned(), module));
    }
}

/// Shows modules to a visitor, under their names, between which are spaces.
pub fn visit_all<'a>(visitor: &mut dyn Visitor<'a>, names: &str, modules: &[&'a dyn Module]) {
    for (name, module) in names.split(' ').zip(modules) {
        visitor.module(name, *module);
    }
}

/// Shows modules that are changed to a visitor, under their names, between which are spaces.
///
/// # Errors
/// The visitor's own.
pub fn visit_all_mut(
    visitor: &mut dyn VisitorMut,
    names: &str,
    modules: &mut [&mut dyn Module],
) -> Result<()> {
    let mut modules = names.split(' ').zip(modules);
    modules.try_for_each(|(name, module)| visitor.module(name, *module))
}

/// A module in its tree, with its own parameters and buffers under full names.
pub(crate) struct Node<'a> {
    pub(crate) path: String,
    pub(crate) module: &'a dyn Module,
    pub(crate) params: Vec<(String, &'a Param)>,
    pub(crate) buffers: Vec<(String, &'a Buffer)>,
    /// The nodes from this one up to here, exclusive, are the module and all that is in it.
    pub(crate) end: usize,
}

/// Every module of the tree, each before its submodules: PyTorch's order.
pub(crate) fn nodes(root: &dyn Module) -> Vec<Node<'_>> {
    let mut nodes = Vec::new();
    push(root, String::new(), &mut nodes);
    nodes
}

fn push<'a>(module: &'a dyn Module, path: String, nodes: &mut Vec<Node<'a>>) {
    let members = Members::of(module);
    let children: Vec<_> = members
        .modules
        .into_iter()
        .map(|(name, child)| (join(&path, &name), child))
        .collect();
    let at = nodes.len();
    nodes.push(Node {
        params: full_names(&path, members.params),
        buffers: full_names(&path, members.buffers),
        path,
        module,
        end: at + 1,
    });
    for (path, child) in children {
        push(child, path, nodes);
    }
    nodes[at].end = nodes.len();
}

/// The parameters, each once, under its first path.
pub(crate) fn parameters(root: &dyn Module) -> Vec<(String, &Param)> {
    let mut seen = HashSet::new();
    let params = nodes(root).into_iter().flat_map(|node| node.params);
    params
        .filter(|(_, param)| seen.insert(param.id()))
        .collect()
}

/// The modules, each once, under its first path.
pub(crate) fn modules(root: &dyn Module) -> Vec<(String, &dyn Module)> {
    let mut seen = HashSet::new();
    let mut modules = Vec::new();
    for node in nodes(root) {
        // The state is what identifies a module: one behind two `Arc`s is one. The type's name tells a wrapper that
        // lends its layer's state from the layer.
        let identity = node.module.state().map(std::ptr::from_ref);
        if identity.is_none_or(|state| seen.insert((state, node.module.type_name()))) {
            modules.push((node.path, node.module));
        }
    }
    modules
}

/// Sets training or evaluation mode of every module in the tree.
pub(crate) fn set_training(root: &dyn Module, on: bool) {
    let nodes = nodes(root);
    for state in nodes.iter().filter_map(|node| node.module.state()) {
        state.set_training(on);
    }
}

fn full_names<T>(path: &str, members: Vec<(String, T)>) -> Vec<(String, T)> {
    members
        .into_iter()
        .map(|(name, member)| (join(path, &name), member))
        .collect()
}

/// The path of a member: `layer1` and `conv1` are `layer1.conv1`.
pub(crate) fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// A tensor that a state dict holds.
#[derive(Clone, Copy)]
pub(crate) enum Slot<'a> {
    Param(&'a Param),
    Buffer(&'a Buffer),
}

impl<'a> Slot<'a> {
    pub(crate) fn tensor(self) -> &'a Tensor {
        match self {
            Slot::Param(param) => param,
            Slot::Buffer(buffer) => buffer,
        }
    }

    pub(crate) fn set(self, value: &Tensor) -> crate::Result<()> {
        match self {
            Slot::Param(param) => param.set(value),
            Slot::Buffer(buffer) => buffer.set(value),
        }
    }

    pub(crate) fn update<T>(
        self,
        change: impl FnOnce(&candle_core::Tensor) -> crate::Result<T>,
    ) -> crate::Result<T> {
        match self {
            Slot::Param(param) => param.update(change),
            Slot::Buffer(buffer) => buffer.update(change),
        }
    }
}

/// What a state dict holds, in its order, with the type of the module that owns it: of each module the own parameters, the
/// own buffers that are persistent, then the submodules.
pub(crate) fn slots(root: &dyn Module) -> Vec<(String, Slot<'_>, &'static str)> {
    let mut slots = Vec::new();
    for node in nodes(root) {
        let owner = node.module.type_name();
        let params = node.params.into_iter();
        slots.extend(params.map(|(name, param)| (name, Slot::Param(param), owner)));
        let buffers = node.buffers.into_iter();
        let buffers = buffers.filter(|(_, buffer)| buffer.is_persistent());
        slots.extend(buffers.map(|(name, buffer)| (name, Slot::Buffer(buffer), owner)));
    }
    slots
}
