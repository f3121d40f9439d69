//! The calls of a plan as the tape sees them: what each takes, gives and keeps, and which are run again.

use std::collections::{HashMap, HashSet};

use crate::error::{Error, Result};
use crate::module::walk::{nodes, Node};
use crate::module::{Module, ModuleExt, Plan, PlanNode, PlanTensor, PlanValue, Size, State};
use crate::nn::kept_by_layer;
use crate::ops::keeps::{elements, Call, Keeps};
use crate::ops::{kept_by, BATCH_NORM};
use crate::trace::{Kind, RecordKind};

/// One call.
pub(super) struct Planned {
    pub(super) keeps: Keeps,
    pub(super) operands: Vec<Operand>,
    /// Bytes of the result.
    pub(super) result: usize,
    /// The number of its dimensions.
    pub(super) rank: usize,
    /// The trained parameters of the layer, each by its number with its bytes.
    pub(super) params: Vec<(usize, usize)>,
    pub(super) beside: usize,
    pub(super) forward: usize,
    pub(super) backward: usize,
    /// Whether its result needs a gradient.
    pub(super) recorded: bool,
    /// Whether a checkpoint that runs it again leaves its result out.
    pub(super) unread: bool,
}

/// A tensor that a call takes.
pub(super) struct Operand {
    pub(super) bytes: usize,
    pub(super) from: Source,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Source {
    /// The result of a call.
    Call(usize),
    /// A parameter that is trained.
    Param(usize),
    /// An input, a constant, a frozen parameter.
    Outside,
}

/// Calls in their order.
pub(super) enum Step {
    Call(usize),
    /// What a checkpoint runs again.
    Again(Vec<Step>),
}

pub(super) struct Program {
    pub(super) calls: Vec<Planned>,
    pub(super) steps: Vec<Step>,
    /// Bytes of the inputs.
    pub(super) inputs: usize,
}

impl Program {
    pub(super) fn new(plan: &Plan, model: &dyn Module) -> Result<Self> {
        let params = model.parameters();
        let float = params
            .first()
            .map_or(4, |param| param.dtype().size_in_bytes());
        let modules = nodes(model)
            .into_iter()
            .map(|node| (node.path.clone(), node));
        let mut reader = Reader {
            plan,
            float,
            modules: modules.collect(),
            places: HashMap::new(),
            calls: Vec::new(),
            joined: HashSet::new(),
        };
        let mut steps = Vec::new();
        for (at, node) in plan.nodes.iter().enumerate() {
            if node.kind != RecordKind::Call || reader.places.contains_key(&at) {
                continue;
            }
            if let Some(norm) = reader.relu_of(at, node) {
                let one = reader.joined.contains(&norm);
                let norm_call = &mut reader.calls[norm];
                (norm_call.keeps, norm_call.unread) = (BATCH_NORM, one);
                reader.places.insert(at, norm);
                continue;
            }
            let mut planned = reader.planned(node)?;
            let place = reader.calls.len();
            let pooled = reader.pooled_with(at, node)?;
            if let Some(&pool) = pooled.last() {
                planned.pooled(&reader, &plan.nodes[pool].output)?;
                reader
                    .places
                    .extend(pooled.into_iter().map(|at| (at, place)));
            }
            let blocks = match reader.joins(node) {
                Some(before) => {
                    let blocks = reader.checkpoints(before);
                    reader.joined.insert(place);
                    blocks
                }
                None => reader.checkpoints(node),
            };
            reader.places.insert(at, place);
            reader.calls.push(planned);
            push(&mut steps, &blocks, Step::Call(place));
        }
        let given = plan
            .nodes
            .first()
            .map_or(&[][..], |network| &network.inputs);
        let mut inputs = 0;
        for x in given.iter().flat_map(PlanValue::tensors) {
            inputs += reader.bytes(x)?;
        }
        Ok(Program {
            calls: reader.calls,
            steps: steps.into_iter().map(Grouped::into_step).collect(),
            inputs,
        })
    }
}

/// The nodes that made the tensors which a call takes.
pub(super) fn made_by(call: &PlanNode) -> Vec<usize> {
    let tensors = call.inputs.iter().flat_map(PlanValue::tensors);
    tensors.filter_map(|x| x.node).collect()
}

fn is_batch_norm(call: &PlanNode) -> bool {
    matches!(call.type_name, "BatchNorm1d" | "BatchNorm2d")
}

/// Steps while they are being grouped: a block knows the component that it is of.
enum Grouped {
    Step(Step),
    Block(usize, Vec<Grouped>),
}

impl Grouped {
    fn into_step(self) -> Step {
        match self {
            Grouped::Step(step) => step,
            Grouped::Block(_, steps) => {
                Step::Again(steps.into_iter().map(Grouped::into_step).collect())
            }
        }
    }
}

/// Adds a step within these blocks, the outermost first.
fn push(steps: &mut Vec<Grouped>, blocks: &[usize], step: Step) {
    let Some((block, rest)) = blocks.split_first() else {
        return steps.push(Grouped::Step(step));
    };
    match steps.last_mut() {
        Some(Grouped::Block(same, inner)) if same == block => push(inner, rest, step),
        _ => {
            let mut inner = Vec::new();
            push(&mut inner, rest, step);
            steps.push(Grouped::Block(*block, inner));
        }
    }
}

pub(super) struct Reader<'a> {
    pub(super) plan: &'a Plan,
    pub(super) float: usize,
    modules: HashMap<String, Node<'a>>,
    /// The places of calls by their nodes.
    places: HashMap<usize, usize>,
    calls: Vec<Planned>,
    /// The calls that are in the checkpoint of the call before.
    joined: HashSet<usize>,
}

impl Reader<'_> {
    fn planned(&self, node: &PlanNode) -> Result<Planned> {
        let layer = node.parent.filter(|_| self.plan.is_layer_call(node));
        let keeps = match layer {
            Some(component) => kept_by_layer(node.type_name, self.is_active(component)),
            None => kept_by(node.type_name).unwrap_or(Keeps::INPUT_AND_RESULT),
        };
        let tensors: Vec<&PlanTensor> = node.inputs.iter().flat_map(PlanValue::tensors).collect();
        let mut operands = Vec::new();
        let mut shapes = Vec::new();
        for x in tensors {
            let dims = self.dims(x)?;
            let from = match x.node.and_then(|at| self.places.get(&at)) {
                Some(&call) => Source::Call(call),
                None => self.param_like(node, &dims),
            };
            operands.push(Operand {
                bytes: self.bytes(x)?,
                from,
            });
            shapes.push(dims);
        }
        let result = self.dims(&node.output)?;
        let own = layer
            .map(|component| self.params(component))
            .unwrap_or_default();
        let dims: Vec<Vec<usize>> = own.iter().map(|(_, dims, _)| dims.clone()).collect();
        let call = Call {
            operands: &shapes,
            result: &result,
            params: &dims,
        };
        let params: Vec<(usize, usize)> = own
            .iter()
            .filter(|(_, _, trained)| *trained)
            .map(|(at, dims, _)| (*at, elements(dims) * self.float))
            .collect();
        let needs = |operand: &Operand| match operand.from {
            Source::Call(call) => self.calls[call].recorded,
            Source::Param(_) => true,
            Source::Outside => false,
        };
        let recorded = keeps.differentiable && (!params.is_empty() || operands.iter().any(needs));
        Ok(Planned {
            recorded,
            unread: false,
            result: self.bytes(&node.output)?,
            rank: result.len(),
            beside: (keeps.beside)(&call, self.float),
            forward: (keeps.forward)(&call, self.float),
            backward: (keeps.backward)(&call, self.float),
            params,
            operands,
            keeps,
        })
    }

    /// The batch norm that does this call, which is `relu`, in its own pass: it is the call before, of a layer that keeps its input
    /// anyway, and nothing else uses what it gives.
    fn relu_of(&self, at: usize, node: &PlanNode) -> Option<usize> {
        if !matches!(node.type_name, "relu" | "ReLU") || self.float < 4 {
            return None;
        }
        let [norm] = made_by(node)[..] else {
            return None;
        };
        let (place, called) = (*self.places.get(&norm)?, self.plan.nodes.get(norm)?);
        let component = called.parent.filter(|_| self.plan.is_layer_call(called))?;
        let state = self.module(component)?.module.state()?;
        let planned = &self.calls[place];
        let others = self.plan.nodes.iter().enumerate();
        let mut others = others.filter(|(i, other)| *i != at && other.kind == RecordKind::Call);
        let fits = is_batch_norm(called)
            && place + 1 == self.calls.len()
            && (state.active() || !planned.params.is_empty())
            && !state.has_hooks()
            && (!state.checkpointed() || self.joined.contains(&place))
            && !others.any(|(_, other)| made_by(other).contains(&norm));
        fits.then_some(place)
    }

    /// The call before, of a layer, if this one's batch norm is in its checkpoint: both are checkpoints, and it takes what that one gives.
    fn joins(&self, node: &PlanNode) -> Option<&PlanNode> {
        let alone = |node: &PlanNode| {
            let component = node.parent.filter(|_| self.plan.is_layer_call(node))?;
            let state = self.module(component)?.module.state()?;
            (state.checkpointed() && !state.has_hooks()).then_some(component)
        };
        let component = alone(node).filter(|_| is_batch_norm(node))?;
        let [before] = made_by(node)[..] else {
            return None;
        };
        let called = self.plan.nodes.get(before)?;
        let first = alone(called)?;
        let siblings = self.plan.nodes[first].parent == self.plan.nodes[component].parent;
        let next = self.places.get(&before) == Some(&self.calls.len().checked_sub(1)?);
        (siblings && next).then_some(called)
    }

    pub(super) fn module(&self, component: usize) -> Option<&Node<'_>> {
        self.modules.get(&self.plan.path(component))
    }

    fn is_active(&self, component: usize) -> bool {
        let state = self.module(component).and_then(|node| node.module.state());
        state.is_none_or(State::active)
    }

    /// The parameters of a component: node, dimensions and whether they are trained.
    pub(super) fn params(&self, component: usize) -> Vec<(usize, Vec<usize>, bool)> {
        let Some(module) = self.module(component) else {
            return Vec::new();
        };
        let own = self.plan.members(component);
        let own = own.filter(|(_, node)| node.kind == RecordKind::Parameter);
        let named = own.filter_map(|(at, node)| {
            let path = self.plan.path(at);
            let found = module.params.iter().find(|(name, _)| {
                *name == path || name.rsplit('.').next() == Some(node.name.as_str())
            });
            found.map(|(_, param)| (at, param.dims().to_vec(), param.trainable()))
        });
        named.collect()
    }

    /// A tensor that no call has made is a parameter if the component, or one that it is in, has one like it.
    fn param_like(&self, node: &PlanNode, dims: &[usize]) -> Source {
        let mut at = node.parent;
        while let Some(component) = at {
            let like = |(_, found, trained): &(usize, Vec<usize>, bool)| *trained && found == dims;
            if let Some((param, _, _)) = self.params(component).into_iter().find(like) {
                return Source::Param(param);
            }
            at = self.plan.nodes[component].parent;
        }
        Source::Outside
    }

    /// The checkpoints that a call is in, the outermost first.
    fn checkpoints(&self, node: &PlanNode) -> Vec<usize> {
        let mut found = Vec::new();
        let mut at = node.parent;
        while let Some(component) = at {
            // The network itself is nobody's to run again.
            let state = self.module(component).and_then(|node| node.module.state());
            if component > 0 && state.is_some_and(State::checkpointed) {
                found.push(component);
            }
            at = self.plan.nodes[component].parent;
        }
        found.reverse();
        found
    }

    pub(super) fn dims(&self, x: &PlanTensor) -> Result<Vec<usize>> {
        let sizes = x.dims.iter().flatten().map(|size| match size {
            Size::Known(n) => Ok(*n),
            Size::Free(name) => Err(Error::shape(
                "memory",
                format!("the size {name} is not known\n  help: pass the shapes of all inputs, with the batch"),
            )),
        });
        sizes.collect()
    }

    pub(super) fn bytes(&self, x: &PlanTensor) -> Result<usize> {
        let each = match x.kind {
            Kind::Int => 8,
            Kind::Bool => 1,
            Kind::Float | Kind::Any => self.float,
        };
        Ok(elements(&self.dims(x)?) * each)
    }
}
