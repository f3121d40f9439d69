//! Dimensions by number.

use crate::trace::{Cond, Dim, Kind, TensorValue, Text, Tracer, Truth, Value, MAX_RANK};

/// One dimension of a tensor, as an argument names it.
#[derive(Clone, Copy)]
pub(crate) enum Axis {
    /// At this position.
    At(usize),
    /// Known at run time.
    Unknown,
}

/// Several dimensions of a tensor, as an argument names them.
#[derive(Clone, Copy)]
pub(crate) struct Axes {
    /// Whether all of them, and the tensor's rank, are known.
    pub(crate) known: bool,
    /// Whether they were left out: all dimensions.
    pub(crate) all: bool,
    /// Their number, where that is known.
    pub(crate) count: usize,
    /// Their positions in the order written.
    pub(crate) order: [usize; MAX_RANK],
    /// Which of the tensor's dimensions are among them.
    pub(crate) chosen: [bool; MAX_RANK],
}

impl Tracer<'_> {
    /// The dimension that `v` names.
    pub(crate) const fn axis(
        &mut self,
        op: &'static str,
        x: &TensorValue,
        v: Value,
    ) -> Option<Axis> {
        self.axis_among(op, x, v, x.rank)
    }

    /// The place that `v` names for a new dimension.
    pub(crate) const fn axis_inserted(
        &mut self,
        op: &'static str,
        x: &TensorValue,
        v: Value,
    ) -> Option<Axis> {
        self.axis_among(op, x, v, x.rank + 1)
    }

    /// The dimension that `v` names where a tensor without dimensions has one to be named, as in PyTorch.
    pub(crate) const fn axis_or_one(
        &mut self,
        op: &'static str,
        x: &TensorValue,
        v: Value,
    ) -> Option<Axis> {
        let count = if x.rank == 0 { 1 } else { x.rank };
        self.axis_among(op, x, v, count)
    }

    const fn axis_among(
        &mut self,
        op: &'static str,
        x: &TensorValue,
        v: Value,
        count: usize,
    ) -> Option<Axis> {
        let Some(dim) = self.known_i64(v) else {
            return Some(Axis::Unknown);
        };
        if !x.ranked {
            return Some(Axis::Unknown);
        }
        let at = if dim < 0 { dim + count as i64 } else { dim };
        if at >= 0 && at < count as i64 {
            return Some(Axis::At(at as usize));
        }
        let mut m = Text::new();
        m.push(op);
        m.push(": dimension ");
        m.push_int(dim);
        m.push(" is out of range for shape ");
        self.write_shape(x, &mut m);
        self.error(&m);
        None
    }

    /// The dimensions that `v` names: all for nothing, one, or a list.
    pub(crate) const fn axes(
        &mut self,
        op: &'static str,
        x: &TensorValue,
        v: Value,
    ) -> Option<Axes> {
        self.axes_among(op, x, v, x.rank)
    }

    /// The dimensions that `v` names where a tensor without dimensions has one to be named, as in PyTorch.
    pub(crate) const fn axes_or_one(
        &mut self,
        op: &'static str,
        x: &TensorValue,
        v: Value,
    ) -> Option<Axes> {
        let count = if x.rank == 0 { 1 } else { x.rank };
        self.axes_among(op, x, v, count)
    }

    const fn axes_among(
        &mut self,
        op: &'static str,
        x: &TensorValue,
        v: Value,
        among: usize,
    ) -> Option<Axes> {
        let mut axes = Axes {
            known: x.ranked,
            all: matches!(v, Value::Unit),
            count: 0,
            order: [0; MAX_RANK],
            chosen: [false; MAX_RANK],
        };
        match v {
            Value::Unit => {
                while axes.count < x.rank {
                    axes.order[axes.count] = axes.count;
                    axes.chosen[axes.count] = true;
                    axes.count += 1;
                }
            }
            Value::List(list) => {
                let mut i = 0;
                while i < list.len() {
                    let item = self.item(list, i);
                    if !self.add_axis(op, x, item, among, &mut axes) {
                        return None;
                    }
                    i += 1;
                }
            }
            Value::Dim(_) => {
                if !self.add_axis(op, x, v, among, &mut axes) {
                    return None;
                }
            }
            _ => axes.known = false,
        }
        Some(axes)
    }

    const fn add_axis(
        &mut self,
        op: &'static str,
        x: &TensorValue,
        v: Value,
        among: usize,
        axes: &mut Axes,
    ) -> bool {
        let at = match self.axis_among(op, x, v, among) {
            Some(Axis::At(at)) => at,
            Some(Axis::Unknown) => {
                axes.known = false;
                axes.count += 1;
                return true;
            }
            None => return false,
        };
        if axes.chosen[at] {
            let mut m = Text::new();
            m.push(op);
            m.push(": dimension ");
            m.push_int(at as i64);
            m.push(" is listed twice");
            self.error(&m);
            return false;
        }
        axes.chosen[at] = true;
        if axes.count < MAX_RANK {
            axes.order[axes.count] = at;
        }
        axes.count += 1;
        true
    }

    /// The shape of `x` without the given dimensions, or with them as 1 where they are kept.
    pub(crate) const fn reduced(
        &mut self,
        x: &TensorValue,
        axes: &Axes,
        keepdim: Cond,
        kind: Kind,
    ) -> TensorValue {
        let keep = match self.algebra.decide(keepdim) {
            Truth::Yes => true,
            Truth::No => false,
            Truth::Unknown => return TensorValue::unranked(kind),
        };
        if axes.all && !keep {
            return TensorValue::scalar(kind);
        }
        if !x.ranked || (!axes.known && (axes.count == 0 || axes.count > x.rank)) {
            return TensorValue::unranked(kind);
        }
        let mut out = TensorValue::scalar(kind);
        if !axes.known {
            out.dims = [Dim::Unknown; MAX_RANK];
            out.rank = if keep { x.rank } else { x.rank - axes.count };
            return out;
        }
        let mut i = 0;
        while i < x.rank {
            if !axes.chosen[i] || keep {
                out.dims[out.rank] = if axes.chosen[i] {
                    Dim::Known(1)
                } else {
                    x.dims[i]
                };
                out.rank += 1;
            }
            i += 1;
        }
        out
    }
}
