//! Convolutions that do what follows them, `relu` and a pool, in their own pass.

use super::program::{made_by, Planned, Reader};
use crate::error::Result;
use crate::kernels::batch_lies_last;
use crate::module::{PlanNode, PlanTensor, PlanValue};
use crate::ops::keeps::elements;
use crate::ops::Following;
use crate::trace::RecordKind;

impl Planned {
    /// A convolution that a pool follows in the same pass: the pool's result is there alone, and where in its windows the maxima were. The
    /// way back needs the gradient of what the convolution gives.
    pub(super) fn pooled(&mut self, reader: &Reader<'_>, output: &PlanTensor) -> Result<()> {
        self.backward += self.result;
        self.result = reader.bytes(output)?;
        self.beside += elements(&reader.dims(output)?);
        Ok(())
    }
}

impl Reader<'_> {
    /// The calls that a convolution does in its own pass: `relu`, if it follows, and a pool. Nothing else uses what it gives.
    pub(super) fn pooled_with(&self, at: usize, node: &PlanNode) -> Result<Vec<usize>> {
        let none = Ok(Vec::new());
        let layer = |node: &PlanNode| {
            let component = node.parent.filter(|_| self.plan.is_layer_call(node))?;
            Some((component, self.module(component)?.module))
        };
        let Some((component, module)) = layer(node).filter(|_| node.type_name == "Conv2d") else {
            return none;
        };
        let state = module.state();
        if self.float < 4 || state.is_none_or(|state| state.has_hooks() || state.checkpointed()) {
            return none;
        }
        let weight = self.params(component).into_iter().map(|(_, dims, _)| dims);
        let weight = weight.into_iter().find(|dims| dims.len() == 4);
        let input = node.inputs.iter().flat_map(PlanValue::tensors).next();
        let input = input.map(|x| self.dims(x)).transpose()?;
        let (Some([n, channels, ..]), Some([out, inputs, ..])) =
            (input.as_deref(), weight.as_deref())
        else {
            return none;
        };
        if channels != inputs || !batch_lies_last(*n, [*inputs, *out]) {
            return none;
        }
        let parent = |component: usize| self.plan.nodes[component].parent;
        // Elsewhere `relu` keeps them apart.
        let in_sequence = parent(component)
            .is_some_and(|parent| self.plan.nodes[parent].type_name == "Sequential");
        let calls = self.plan.nodes.iter().enumerate().skip(at + 1);
        let calls = calls.filter(|(_, node)| node.kind == RecordKind::Call);
        let users = |at: usize| {
            let all = self.plan.nodes.iter();
            let all = all.filter(|node| node.kind == RecordKind::Call);
            all.filter(|node| made_by(node).contains(&at)).count()
        };
        let (mut last, mut found) = (at, Vec::new());
        for (next, node) in calls {
            let Some((own, module)) = layer(node) else {
                return none;
            };
            let siblings = parent(own) == parent(component);
            let follows = module.follows().filter(|_| siblings && users(last) == 1);
            let Some(follows) = follows.filter(|_| made_by(node)[..] == [last]) else {
                return none;
            };
            found.push(next);
            last = next;
            match follows {
                Following { pool: Some(_), .. } => return Ok(found),
                relu if relu.is_relu() && found.len() == 1 && in_sequence => {}
                _ => return none,
            }
        }
        none
    }
}
