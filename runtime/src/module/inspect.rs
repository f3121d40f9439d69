//! What the trace tells about a built model: its summary and its graph.

use super::graph::{Graph, GraphEdge, GraphNode, NodeKind};
use super::summary::{Summary, SummaryRow};
use super::{Config, Memory, Module, ModuleExt, Plan, PlanNode, PlanTensor, PlanValue, Size};
use crate::trace::RecordKind;
use crate::Result;
use std::collections::HashMap;

/// A model that knows the settings it was built with, so that its trace can be run again.
///
/// Implemented by `#[model]` and `sequential!`.
pub trait Inspect: Module + Sized {
    /// Its configuration.
    type Config: Config<Layer = Self>;

    /// The settings that it was built with.
    fn settings(&self) -> Self::Config;

    /// The layers in the order of their calls with output shapes, parameters, what of them is trained, and
    /// multiply-accumulates, printed as `torchsummary` does. Sizes that the signature leaves free are `-1`; the
    /// multiply-accumulates count one sample.
    ///
    /// # Errors
    /// If the signature leaves open what layers must know: see [`Inspect::summary_with`].
    ///
    /// ```
    /// use taper::prelude::*;
    /// let net = sequential! { <[B, 784] -> [B, 10]> Linear(256), Linear(10) }.init(&Device::Cpu)?;
    /// assert_eq!(net.summary()?.params, 203_530);
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn summary(&self) -> Result<Summary> {
        self.summary_with(&[])
    }

    /// As [`Inspect::summary`], for inputs of these shapes, the batch included.
    ///
    /// # Errors
    /// If the shapes don't fit.
    fn summary_with(&self, inputs: &[Vec<usize>]) -> Result<Summary> {
        let plan = self.settings().plan(inputs)?;
        Ok(plan.summary(self))
    }

    /// What a step of training takes of memory with inputs of these shapes, the batch included.
    ///
    /// # Errors
    /// If the shapes don't fit, or leave sizes open.
    ///
    /// ```
    /// use taper::prelude::*;
    /// let net = sequential! { <[B, 784] -> [B, 10]> Linear(256), Tanh, Linear(10) }.init(&Device::Cpu)?;
    /// let all = net.memory(&[vec![64, 784]])?;
    /// net.freeze(&"0.*".into())?;
    /// assert!(net.memory(&[vec![64, 784]])?.peak < all.peak);
    /// # Ok::<(), taper::Error>(())
    /// ```
    fn memory(&self, inputs: &[Vec<usize>]) -> Result<Memory> {
        self.settings().plan(inputs)?.memory(self)
    }

    /// The calls of layers and operations, and what flows between them.
    ///
    /// # Errors
    /// As [`Inspect::summary`].
    fn graph(&self) -> Result<Graph> {
        self.graph_with(&[])
    }

    /// As [`Inspect::graph`], for inputs of these shapes.
    ///
    /// # Errors
    /// If the shapes don't fit.
    fn graph_with(&self, inputs: &[Vec<usize>]) -> Result<Graph> {
        Ok(self.settings().plan(inputs)?.graph(self.type_name()))
    }
}

impl Plan {
    /// Whether a node is the call of a layer, as opposed to an operation.
    pub(super) fn is_layer_call(&self, node: &PlanNode) -> bool {
        let parent = node.parent.map(|p| &self.nodes[p]);
        node.kind == RecordKind::Call && parent.is_some_and(|p| p.type_name == node.type_name)
    }

    fn summary(&self, model: &dyn Module) -> Summary {
        let elements: HashMap<String, (usize, bool)> = model
            .named_parameters()
            .into_iter()
            .map(|(name, p)| (name, (p.elem_count(), p.trainable())))
            .collect();
        let mut rows = Vec::new();
        for call in self.nodes.iter().filter(|n| self.is_layer_call(n)) {
            let Some(parent) = call.parent else { continue };
            let path = self.path(parent);
            let own = self
                .members(parent)
                .filter(|(_, n)| n.kind == RecordKind::Parameter);
            let counts = own.filter_map(|(_, n)| elements.get(&format!("{path}.{}", n.name)));
            let (params, trainable) = counts.fold((0, 0), |(all, trained), &(n, trains)| {
                (all + n, trained + if trains { n } else { 0 })
            });
            rows.push(SummaryRow {
                path,
                type_name: call.type_name.to_owned(),
                outputs: vec![sizes(&call.output)],
                params,
                trainable,
                macs: self.nodes[parent].macs.unwrap_or(0),
            });
        }
        let mut summary = Summary::new(rows, self.inputs());
        summary.params = model.num_parameters();
        summary.trainable = model.num_trainable_parameters();
        summary
    }

    /// The shapes of the network's own inputs.
    fn inputs(&self) -> Vec<Vec<Size>> {
        let inputs = self
            .nodes
            .first()
            .map(|n| n.inputs.as_slice())
            .unwrap_or_default();
        inputs
            .iter()
            .filter_map(|v| match v {
                PlanValue::Tensor(x) => Some(sizes(x)),
                _ => None,
            })
            .collect()
    }

    fn graph(&self, name: &str) -> Graph {
        let mut graph = Graph {
            name: name.to_owned(),
            ..Graph::default()
        };
        graph.nodes.push(GraphNode {
            kind: NodeKind::Input,
            label: "input".into(),
            group: String::new(),
        });
        let mut place = HashMap::new();
        let mut consumed = vec![false; self.nodes.len()];
        for (i, call) in self
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, n)| n.kind == RecordKind::Call)
        {
            let to = graph.nodes.len();
            graph.nodes.push(self.graph_node(call));
            place.insert(i, to);
            for x in call.inputs.iter().flat_map(PlanValue::tensors) {
                let from = x.node.and_then(|n| place.get(&n).copied()).unwrap_or(0);
                if let Some(n) = x.node {
                    consumed[n] = true;
                }
                graph.edges.push(GraphEdge {
                    from,
                    to,
                    label: shape_text(x),
                });
            }
        }
        let end = graph.nodes.len();
        graph.nodes.push(GraphNode {
            kind: NodeKind::Output,
            label: "output".into(),
            group: String::new(),
        });
        let mut last: Vec<_> = place.iter().filter(|(i, _)| !consumed[**i]).collect();
        last.sort();
        for (i, from) in last {
            graph.edges.push(GraphEdge {
                from: *from,
                to: end,
                label: shape_text(&self.nodes[*i].output),
            });
        }
        graph
    }

    fn graph_node(&self, call: &PlanNode) -> GraphNode {
        let parent = call.parent.unwrap_or(0);
        if !self.is_layer_call(call) {
            let (label, group) = (call.type_name.to_owned(), self.path(parent));
            return GraphNode {
                kind: NodeKind::Operation,
                label,
                group,
            };
        }
        let group = self.nodes[parent]
            .parent
            .map(|p| self.path(p))
            .unwrap_or_default();
        let label = format!("{}\n{}", self.nodes[parent].name, call.type_name);
        GraphNode {
            kind: NodeKind::Layer,
            label,
            group,
        }
    }
}

fn sizes(x: &PlanTensor) -> Vec<Size> {
    x.dims.clone().unwrap_or_default()
}

fn shape_text(x: &PlanTensor) -> String {
    let dims: Vec<String> = sizes(x).iter().map(Size::to_string).collect();
    format!("[{}]", dims.join(", "))
}
