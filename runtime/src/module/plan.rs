//! The plan: what a trace with real numbers found out about a network, in owned form. Layers are built from it,
//! summaries and drawings read it.

use super::Config;
use crate::trace::{
    Args, Dim, Kind, List, Purpose, Record, RecordKind, Seen, TensorValue, Text, Tracer, Value,
};
use crate::{Error, Result};

/// A dimension in a plan: a number, or the form in which it depends on what the signature leaves free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Size {
    /// A number.
    Known(usize),
    /// A formula such as `B` or `(H - 1)/2 + 1`.
    Free(String),
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Size::Known(n) => write!(f, "{n}"),
            Size::Free(s) => f.write_str(s),
        }
    }
}

/// A tensor in a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanTensor {
    /// The dimensions; `None` if not even their number is known.
    pub dims: Option<Vec<Size>>,
    /// Kind of the elements.
    pub kind: Kind,
    /// The node that produced it.
    pub node: Option<usize>,
}

/// An argument in a plan.
#[derive(Clone, Debug, PartialEq)]
pub enum PlanValue {
    /// Left out, or not known to the trace.
    None,
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// A word.
    Str(&'static str),
    /// A list.
    List(Vec<PlanValue>),
    /// A tensor.
    Tensor(PlanTensor),
}

impl PlanValue {
    /// The tensors in it.
    pub(super) fn tensors(&self) -> Vec<&PlanTensor> {
        match self {
            PlanValue::Tensor(x) => vec![x],
            PlanValue::List(items) => items.iter().flat_map(PlanValue::tensors).collect(),
            _ => Vec::new(),
        }
    }
}

/// One node of a plan.
#[derive(Clone, Debug)]
pub struct PlanNode {
    /// What it is.
    pub kind: RecordKind,
    /// Index of the component that contains it.
    pub parent: Option<usize>,
    /// Its name within the parent; empty at the root.
    pub name: String,
    /// Hash of the field.
    pub field: u64,
    /// Type of the layer or name of the operation.
    pub type_name: &'static str,
    /// Arguments in the order of the layer's table.
    pub args: Vec<PlanValue>,
    /// The inputs of the first call.
    pub inputs: Vec<PlanValue>,
    /// The (first) output, or the parameter's shape.
    pub output: PlanTensor,
    /// Multiply-accumulates per call with known sizes.
    pub macs: Option<u64>,
}

/// All components, parameters and calls of a network, parents before children.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The nodes; the first is the network itself.
    pub nodes: Vec<PlanNode>,
    /// What each node contains, in order.
    members: Vec<Vec<usize>>,
}

impl Plan {
    /// Traces the layer of `config`, with the given input shapes, if any.
    pub(crate) fn trace<C: Config>(config: &C, inputs: &[Vec<usize>]) -> Result<Plan> {
        Plan::run(super::short_type_name::<C::Layer>(), inputs, |t, given| {
            let args = config.args(t);
            <C::Layer as super::Layer>::trace(t, &args, given);
        })
    }

    /// Runs a network over inputs of these shapes, as often as it takes to find room for all that it records.
    pub(crate) fn run(
        network: &'static str,
        inputs: &[Vec<usize>],
        trace: impl Fn(&mut Tracer<'_>, &Args),
    ) -> Result<Plan> {
        let mut room = 256;
        loop {
            let mut values = vec![Value::Any; room * 16];
            let mut seen = vec![Seen::EMPTY; (room * 4).next_power_of_two()];
            let mut records = vec![Record::EMPTY; room];
            let mut tracer = Box::new(Tracer::new(
                Purpose::Build,
                &mut values,
                &mut seen,
                &mut records,
            ));
            tracer.enter(0, "", None, false);
            let mut given = Args::new();
            for shape in inputs {
                let dims: Vec<Dim> = shape.iter().map(|&n| Dim::Known(n as i64)).collect();
                given.positional(Value::Tensor(TensorValue::floats(&dims).of_kind(Kind::Any)));
            }
            trace(&mut tracer, &given);
            if tracer.overflowed() {
                if room >= 1 << 20 {
                    return Err(Error::shape(network, "the network has too many layers"));
                }
                room *= 4;
                continue;
            }
            if tracer.issue_count() > 0 {
                return Err(Error::shape("", tracer.issue(0).text.as_str()));
            }
            return Ok(Plan::of(own(&mut tracer)));
        }
    }

    fn of(nodes: Vec<PlanNode>) -> Self {
        let mut members = vec![Vec::new(); nodes.len()];
        for (i, node) in nodes.iter().enumerate() {
            if let Some(parent) = node.parent {
                members[parent].push(i);
            }
        }
        Plan { nodes, members }
    }

    /// All nodes that node `parent` contains itself, in order.
    pub fn members(&self, parent: usize) -> impl Iterator<Item = (usize, &PlanNode)> {
        let members = self.members.get(parent).into_iter().flatten();
        members.map(|&i| (i, &self.nodes[i]))
    }

    /// The children of node `parent` that belong to `field`, in order.
    pub fn children(&self, parent: usize, field: u64) -> impl Iterator<Item = usize> + '_ {
        let components = self
            .members(parent)
            .filter(move |(_, n)| n.kind == RecordKind::Component && n.field == field);
        components.map(|(i, _)| i)
    }

    /// Dotted path of a node.
    pub fn path(&self, node: usize) -> String {
        let mut parts = Vec::new();
        let mut at = Some(node);
        while let Some(i) = at {
            let n = &self.nodes[i];
            if !n.name.is_empty() {
                parts.push(n.name.as_str());
            }
            at = n.parent;
        }
        parts.reverse();
        parts.join(".")
    }
}

fn own(t: &mut Tracer<'_>) -> Vec<PlanNode> {
    let records = t.records().to_vec();
    records
        .iter()
        .map(|r| {
            let mut name = Text::new();
            r.segment.write(&mut name);
            PlanNode {
                kind: r.kind,
                parent: (r.parent != u32::MAX).then_some(r.parent as usize),
                name: name.as_str().to_owned(),
                field: r.segment.field,
                type_name: r.type_name,
                args: own_list(t, r.bound),
                inputs: own_list(t, r.inputs),
                output: own_tensor(t, &r.output),
                macs: r.macs.known.then_some(r.macs.value),
            }
        })
        .collect()
}

fn own_list(t: &mut Tracer<'_>, list: Option<List>) -> Vec<PlanValue> {
    let Some(list) = list else { return Vec::new() };
    (0..list.len())
        .map(|i| {
            let v = t.item(list, i);
            own_value(t, v)
        })
        .collect()
}

fn own_value(t: &mut Tracer<'_>, v: Value) -> PlanValue {
    match v {
        Value::Dim(d) => t.algebra.known(d).map_or(PlanValue::None, PlanValue::Int),
        Value::Num(n) => PlanValue::Float(n),
        Value::Flag(c) => match t.algebra.decide(c) {
            crate::trace::Truth::Yes => PlanValue::Bool(true),
            crate::trace::Truth::No => PlanValue::Bool(false),
            crate::trace::Truth::Unknown => PlanValue::None,
        },
        Value::Str(s) => PlanValue::Str(s),
        Value::List(l) => PlanValue::List(own_list(t, Some(l))),
        Value::Tensor(x) => PlanValue::Tensor(own_tensor(t, &x)),
        _ => PlanValue::None,
    }
}

fn own_tensor(t: &mut Tracer<'_>, x: &TensorValue) -> PlanTensor {
    let size = |t: &mut Tracer<'_>, d: Dim| match t.algebra.known(d) {
        Some(n) if n >= 0 => Size::Known(n as usize),
        _ => {
            let mut text = Text::new();
            t.write_dim(d, &mut text);
            Size::Free(text.as_str().to_owned())
        }
    };
    PlanTensor {
        dims: x
            .ranked
            .then(|| (0..x.rank).map(|i| size(t, x.dims[i])).collect()),
        kind: x.kind,
        node: (x.node != TensorValue::NO_NODE).then_some(x.node as usize),
    }
}
