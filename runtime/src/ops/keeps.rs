//! What operations keep for their gradients: the part of each that the plan of memory reads. It stands beside the operation's
//! shape rule in `rules.rs`; what needs a word more, in the operation's own file.

use super::unary::{Keep, Unary};

/// A call of an operation or layer, as far as sizes matter.
pub(crate) struct Call<'a> {
    /// The dimensions of the operands that are tensors.
    pub(crate) operands: &'a [Vec<usize>],
    pub(crate) result: &'a [usize],
    /// The dimensions of the layer's own parameters.
    pub(crate) params: &'a [Vec<usize>],
}

/// The number of elements of a tensor.
pub(crate) fn elements(dims: &[usize]) -> usize {
    dims.iter().product()
}

impl Call<'_> {
    /// The elements of an operand; of a layer's weight, where that operand is one.
    pub(crate) fn operand(&self, at: usize) -> usize {
        let params = self.params.iter().map(Vec::as_slice);
        let all = self.operands.iter().map(Vec::as_slice).chain(params);
        all.map(elements).nth(at).unwrap_or(0)
    }

    pub(crate) fn result(&self) -> usize {
        elements(self.result)
    }
}

/// Bytes that a call needs beside its operands and its result, with `float` bytes per element.
pub(crate) type Bytes = fn(call: &Call<'_>, float: usize) -> usize;

/// Where the values of a result, or of an operand's gradient, are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Storage {
    /// In memory of their own.
    Own,
    /// In the first operand's memory.
    View,
    /// In the first operand's memory if that is in row-major order, else in memory of their own.
    Ordered,
}

/// Where an operation puts its operands' gradients, if they are neither the incoming one nor parts of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gradients {
    /// Anywhere, so that a sum of them needs a buffer of its own.
    Anywhere,
    /// In buffers that nobody else holds, in which sums are made.
    Own,
    /// In such buffers; the first operand's in that of the incoming gradient if nobody else holds it.
    InPlace,
}

/// How the elements of a result lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// As the first operand's where that has its channels last, else row by row.
    Follows,
    Rows,
    ChannelsLast,
    /// Some other way.
    Other,
}

/// What an operation keeps from the forward to the backward pass, and what it works with.
#[derive(Clone, Copy)]
pub(crate) struct Keeps {
    pub(crate) storage: Storage,
    pub(crate) order: Order,
    /// Whether it has a gradient.
    pub(crate) differentiable: bool,
    /// Operands that are kept, each with those whose gradient it is for.
    pub(crate) operands: &'static [(usize, &'static [usize])],
    /// The operands for whose gradient the result is kept.
    pub(crate) result: &'static [usize],
    /// Operands whose gradient is the incoming one, where it is of their size.
    pub(crate) passes: &'static [usize],
    /// Whether the operands' gradients are parts of the incoming one.
    pub(crate) cuts: bool,
    pub(crate) gradients: Gradients,
    /// What is kept beside: indices, masks, sums.
    pub(crate) beside: Bytes,
    /// What the forward pass works with.
    pub(crate) forward: Bytes,
    /// What the backward pass works with.
    pub(crate) backward: Bytes,
}

fn none(_: &Call<'_>, _: usize) -> usize {
    0
}

/// Whoever needs a gradient.
pub(crate) const ALL: &[usize] = &[0, 1, 2, 3, 4, 5, 6, 7];

impl Keeps {
    /// A result of its own, of whose computation nothing is kept.
    pub(crate) const NOTHING: Keeps = Keeps {
        storage: Storage::Own,
        order: Order::Follows,
        differentiable: true,
        operands: &[],
        result: &[],
        passes: &[],
        cuts: false,
        gradients: Gradients::Anywhere,
        beside: none,
        forward: none,
        backward: none,
    };
    /// The same, with gradients in buffers of their own.
    pub(crate) const OWN: Keeps = Keeps {
        gradients: Gradients::Own,
        ..Keeps::NOTHING
    };
    /// Indices, comparisons, constants.
    pub(crate) const NO_GRADIENT: Keeps = Keeps {
        differentiable: false,
        ..Keeps::NOTHING
    };
    /// The first operand.
    pub(crate) const INPUT: Keeps = Keeps::of(&[(0, ALL)]);
    pub(crate) const RESULT: Keeps = Keeps {
        result: ALL,
        ..Keeps::NOTHING
    };
    pub(crate) const INPUT_AND_RESULT: Keeps = Keeps {
        result: ALL,
        ..Keeps::INPUT
    };
    /// Of two operands, each for the other's gradient; a number is kept by itself.
    pub(crate) const EACH_OTHER: Keeps = Keeps::of(&[(0, &[1]), (1, &[0])]);
    pub(crate) const BOTH: Keeps = Keeps::of(&[(0, ALL), (1, ALL)]);
    /// A sum, whose gradient is each summand's.
    pub(crate) const SUM: Keeps = Keeps {
        passes: &[0, 1],
        ..Keeps::NOTHING
    };
    /// The same elements in other places, without a copy.
    pub(crate) const TURNED: Keeps = Keeps {
        storage: Storage::View,
        order: Order::Other,
        passes: &[0],
        ..Keeps::NOTHING
    };
    /// The same elements in another shape, copied only if they are out of order.
    pub(crate) const SHAPED: Keeps = Keeps {
        storage: Storage::Ordered,
        passes: &[0],
        ..Keeps::NOTHING
    };
    /// The very tensor.
    pub(crate) const SAME: Keeps = Keeps {
        storage: Storage::View,
        passes: &[0],
        ..Keeps::NOTHING
    };
    /// The very tensor, where gradients stop.
    pub(crate) const DETACHED: Keeps = Keeps {
        differentiable: false,
        ..Keeps::SAME
    };
    /// Some of the elements, without a copy; the gradient has zeros at the others.
    pub(crate) const PART: Keeps = Keeps {
        storage: Storage::View,
        order: Order::Other,
        ..Keeps::NOTHING
    };
    /// Several tensors in one, whose gradient is cut up.
    pub(crate) const JOINED: Keeps = Keeps {
        cuts: true,
        ..Keeps::NOTHING
    };

    pub(crate) const fn of(operands: &'static [(usize, &'static [usize])]) -> Keeps {
        Keeps {
            operands,
            ..Keeps::NOTHING
        }
    }

    /// Of an element-wise function, what it says itself.
    pub(crate) const fn unary<U: Unary>() -> Keeps {
        match U::KEEP {
            Keep::Nothing => Keeps::NOTHING,
            Keep::Input => Keeps::INPUT,
            Keep::Output => Keeps::RESULT,
        }
    }
}
