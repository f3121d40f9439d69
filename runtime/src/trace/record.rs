//! Records: what the trace notes down of a network when it is constructed, summarised or drawn.

use super::{Bound, List, Segment, Tally, TensorValue, Tracer, Value};

/// What a record stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordKind {
    /// A layer or model; `bound` holds its arguments.
    Component,
    /// One call of a layer or operation: a node of the graph.
    Call,
    /// A parameter of the parent.
    Parameter,
    /// A buffer of the parent.
    Buffer,
}

/// One entry; parents come before their children.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    /// What it is.
    pub kind: RecordKind,
    /// Record of the component that contains it; `u32::MAX` at the root.
    pub parent: u32,
    /// Its name within the parent.
    pub segment: Segment,
    /// Type of the layer, or name of the operation.
    pub type_name: &'static str,
    /// Arguments bound against the layer's table, in its order.
    pub bound: Option<List>,
    /// The inputs, tensors and others.
    pub inputs: Option<List>,
    /// The first output's shape, or the shape of the parameter.
    pub output: TensorValue,
    /// Multiply-accumulates.
    pub macs: Tally,
}

impl Record {
    /// A record to fill.
    pub const EMPTY: Record = Record {
        kind: RecordKind::Component,
        parent: u32::MAX,
        segment: Segment::EMPTY,
        type_name: "",
        bound: None,
        inputs: None,
        output: TensorValue::unranked(super::Kind::Any),
        macs: Tally::ZERO,
    };
}

impl Tracer<'_> {
    /// Adds a record; its index. Past the end only the need for more room is noted.
    pub(super) const fn record(&mut self, r: Record) -> u32 {
        if self.recorded >= self.records.len() {
            self.overflow = true;
            return u32::MAX;
        }
        self.records[self.recorded] = r;
        self.recorded += 1;
        (self.recorded - 1) as u32
    }

    /// Notes the type, arguments and inputs of the component entered last, the first time it is called.
    pub const fn describe(
        &mut self,
        type_name: &'static str,
        bound: Option<&Bound>,
        inputs: &super::Args,
    ) {
        if !self.recording || self.path_len == 0 {
            return;
        }
        let at = self.path[self.path_len - 1].record as usize;
        if at >= self.records.len() || self.records[at].inputs.is_some() {
            return;
        }
        let bound = match bound {
            Some(b) => {
                let (values, len) = (b.values, b.len);
                self.keep(&values, len)
            }
            None => None,
        };
        let inputs = self.keep_args(inputs);
        let r = &mut self.records[at];
        r.type_name = type_name;
        r.bound = bound;
        r.inputs = inputs;
    }

    const fn keep_args(&mut self, args: &super::Args) -> Option<List> {
        let mut items = [Value::Any; super::MAX_ARGS];
        let mut i = 0;
        while i < args.len() {
            items[i] = args.value(i);
            i += 1;
        }
        self.keep(&items, i)
    }

    const fn keep(&mut self, values: &[Value], len: usize) -> Option<List> {
        let (head, _) = values.split_at(len);
        match self.list(head) {
            Value::List(l) => Some(l),
            _ => None,
        }
    }

    /// Notes one call of a layer or operation, and ties its result, or its results, to it.
    pub const fn called(
        &mut self,
        name: &'static str,
        inputs: &super::Args,
        result: Value,
    ) -> Value {
        if !self.recording {
            return result;
        }
        let Some(out) = self.first_tensor(result) else {
            return result;
        };
        let parent = if self.path_len == 0 {
            u32::MAX
        } else {
            self.path[self.path_len - 1].record
        };
        let inputs = self.keep_args(inputs);
        let r = Record {
            kind: RecordKind::Call,
            parent,
            type_name: name,
            inputs,
            output: out,
            ..Record::EMPTY
        };
        let node = self.record(r);
        self.tie(result, node)
    }

    /// The first tensor among results.
    const fn first_tensor(&self, result: Value) -> Option<TensorValue> {
        match result {
            Value::Tensor(x) => Some(x),
            Value::List(list) if !list.is_empty() => self.first_tensor(self.item(list, 0)),
            _ => None,
        }
    }

    /// The results as those of a record; what is in lists is changed in place.
    const fn tie(&mut self, result: Value, node: u32) -> Value {
        match result {
            Value::Tensor(mut x) => {
                x.node = node;
                Value::Tensor(x)
            }
            Value::List(list) => {
                let mut i = 0;
                while i < list.len() {
                    let item = self.item(list, i);
                    self.values[list.start as usize + i] = self.tie(item, node);
                    i += 1;
                }
                result
            }
            other => other,
        }
    }

    /// Notes the inputs that the signature made up, for a network that is traced on its own.
    pub const fn received(&mut self, inputs: &super::Args) {
        if !self.recording || self.path_len == 0 {
            return;
        }
        let at = self.path[self.path_len - 1].record as usize;
        let empty = at < self.records.len()
            && match self.records[at].inputs {
                Some(list) => list.is_empty(),
                None => true,
            };
        if !empty {
            return;
        }
        self.records[at].inputs = self.keep_args(inputs);
    }

    /// The records made so far.
    pub fn records(&self) -> &[Record] {
        &self.records[..self.recorded.min(self.records.len())]
    }
}
