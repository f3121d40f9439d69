//! What a mask selects in a model, and freezing it.

use std::collections::HashSet;

use super::{Leaf, Mask};
use crate::module::names::nearest;
use crate::module::walk::{nodes, Node};
use crate::module::{Module, ModuleError};
use crate::trace::glob;
use crate::{Param, Result};

/// A module tree with what a mask selects in it.
struct Selection<'a> {
    nodes: Vec<Node<'a>>,
    /// Per node, whether each of its own parameters is selected.
    params: Vec<Vec<bool>>,
    /// Per node, whether it has no parameters, its submodules included, and is selected by itself.
    modules: Vec<bool>,
}

impl<'a> Selection<'a> {
    /// # Errors
    /// If the mask, or a pattern in it, matches nothing.
    fn new(root: &'a dyn Module, mask: &Mask) -> Result<Self> {
        let nodes = nodes(root);
        let select = |node: &Node<'_>| {
            let owner = node.module.type_name();
            let params = node.params.iter();
            params
                .map(|(name, _)| mask.selects_owned(name, owner))
                .collect()
        };
        let params: Vec<Vec<bool>> = nodes.iter().map(select).collect();
        let modules = nodes
            .iter()
            .enumerate()
            .map(|(at, node)| {
                !has_params(&nodes, at) && mask.selects_module(&node.path, node.module.type_name())
            })
            .collect();
        let selection = Selection {
            nodes,
            params,
            modules,
        };
        selection.check(root.type_name(), mask)?;
        Ok(selection)
    }

    fn check(&self, model: &'static str, mask: &Mask) -> Result<()> {
        let (mut unmatched, mut leaves) = (None, 0);
        mask.0.leaves(&mut |leaf| {
            leaves += 1;
            if unmatched.is_none() && !self.matches(leaf) {
                unmatched = Some(leaf);
            }
        });
        if let Some(leaf) = unmatched {
            return Err(ModuleError::EmptyMask {
                model,
                part: leaf.to_string(),
                nearest: self.nearest(leaf),
            }
            .into());
        }
        let selected = self.modules.iter().chain(self.params.iter().flatten());
        // `none()` is empty on purpose, `a & b` hardly ever.
        if leaves > 0 && !selected.into_iter().any(|&selected| selected) {
            return Err(ModuleError::EmptyMask {
                model,
                part: mask.to_string(),
                nearest: Vec::new(),
            }
            .into());
        }
        Ok(())
    }

    fn matches(&self, leaf: Leaf<'_>) -> bool {
        let mask = match leaf {
            Leaf::Pattern(pattern) => Mask::from(pattern),
            Leaf::Type(name) => return self.types().any(|found| found == name),
        };
        self.nodes.iter().enumerate().any(|(at, node)| {
            node.params.iter().any(|(name, _)| mask.selects(name))
                || (!has_params(&self.nodes, at) && mask.selects_module(&node.path, ""))
        })
    }

    fn types(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.nodes.iter().map(|node| node.module.type_name())
    }

    /// Masks close to one that matches nothing.
    fn nearest(&self, leaf: Leaf<'_>) -> Vec<String> {
        let pattern = match leaf {
            Leaf::Pattern(pattern) => pattern,
            Leaf::Type(name) => {
                let known: HashSet<&str> = self.types().collect();
                let mut known: Vec<&str> = known.into_iter().collect();
                known.sort_unstable();
                return nearest(name, known);
            }
        };
        let modules: Vec<String> = (0..self.nodes.len())
            .filter(|&at| has_params(&self.nodes, at) && at > 0)
            .map(|at| format!("{}.*", self.nodes[at].path))
            .collect();
        // A module's own path: what is meant is everything in it.
        let inside: Vec<String> = modules
            .iter()
            .filter(|module| glob(pattern, module.trim_end_matches(".*")))
            .cloned()
            .collect();
        if !inside.is_empty() {
            return inside.into_iter().take(1).collect();
        }
        let params = self.nodes.iter().flat_map(|node| &node.params);
        let names = modules.iter().map(String::as_str);
        nearest(pattern, names.chain(params.map(|(name, _)| name.as_str())))
    }

    /// Every parameter with whether it is selected.
    fn params(&self) -> impl Iterator<Item = (&'a Param, bool)> + '_ {
        let nodes = self.nodes.iter().zip(&self.params);
        nodes.flat_map(|(node, selected)| {
            let params = node.params.iter().map(|(_, param)| *param);
            params.zip(selected.iter().copied())
        })
    }

    /// Sets the modules' flags: with parameters, frozen is what has frozen ones only; without, what `frozen` says, if anything.
    fn set_modules(&self, frozen: impl Fn(bool) -> Option<bool>) {
        for (at, node) in self.nodes.iter().enumerate() {
            let Some(state) = node.module.state() else {
                continue;
            };
            let on = if has_params(&self.nodes, at) {
                let mut within = params_in(&self.nodes, at);
                Some(within.all(Param::frozen))
            } else {
                frozen(self.modules[at])
            };
            if let Some(on) = on {
                state.set_frozen(on);
            }
        }
    }
}

fn params_in<'n>(nodes: &'n [Node<'_>], at: usize) -> impl Iterator<Item = &'n Param> {
    let within = nodes[at..nodes[at].end].iter();
    within.flat_map(|node| node.params.iter().map(|(_, param)| *param))
}

fn has_params(nodes: &[Node<'_>], at: usize) -> bool {
    params_in(nodes, at).next().is_some()
}

fn set_frozen(param: &Param, frozen: bool) -> Result<()> {
    param.set_frozen(frozen);
    // A gradient left over from before would still be stepped with.
    if frozen {
        param.zero_grad(true)?;
    }
    Ok(())
}

pub(crate) fn freeze(root: &dyn Module, mask: &Mask) -> Result<()> {
    change(root, mask, true)
}

pub(crate) fn unfreeze(root: &dyn Module, mask: &Mask) -> Result<()> {
    change(root, mask, false)
}

fn change(root: &dyn Module, mask: &Mask, frozen: bool) -> Result<()> {
    let selection = Selection::new(root, mask)?;
    for (param, selected) in selection.params() {
        if selected {
            set_frozen(param, frozen)?;
        }
    }
    selection.set_modules(|selected| selected.then_some(frozen));
    Ok(())
}

pub(crate) fn train_only(root: &dyn Module, mask: &Mask) -> Result<()> {
    let selection = Selection::new(root, mask)?;
    let trained: HashSet<u64> = selected(&selection).map(Param::id).collect();
    for (param, _) in selection.params() {
        // By identity: a tied parameter is trained if any of its names is selected.
        set_frozen(param, !trained.contains(&param.id()))?;
    }
    selection.set_modules(|selected| Some(!selected));
    Ok(())
}

pub(crate) fn select<'a>(root: &'a dyn Module, mask: &Mask) -> Result<Vec<&'a Param>> {
    let selection = Selection::new(root, mask)?;
    let mut seen = HashSet::new();
    let once = selected(&selection).filter(|param| seen.insert(param.id()));
    Ok(once.collect())
}

fn selected<'a: 's, 's>(selection: &'s Selection<'a>) -> impl Iterator<Item = &'a Param> + 's {
    let params = selection.params();
    params
        .filter(|(_, selected)| *selected)
        .map(|(param, _)| param)
}
