//! One pass over the values of a parameter, cut into pieces where several threads may share it.

use super::rule::{Moment, UpdateRule};
use super::slices::Real;
use crate::kernels::{work_on, Work};

/// Elements per piece of work, at most.
pub(super) const PIECE: usize = 1 << 15;

/// How many operations the update of so many elements is worth, with so many numbers kept for each.
pub(super) fn cost(elements: usize, slots: usize) -> usize {
    elements.saturating_mul(4 * (slots + 1))
}

/// The rule's update of slices.
pub(super) struct Pass<'a, R> {
    pub(super) rule: &'a R,
    pub(super) moment: Moment<'a>,
}

/// A part of a parameter, of its gradient and of what is kept for it.
type Piece<'a, T, S> = (&'a mut [T], &'a [T], S);

impl<'t, R: UpdateRule, T: Real, S: AsMut<[&'t mut [T]]>> Work<Piece<'_, T, S>> for Pass<'_, R> {
    #[inline(always)]
    fn run(&self, (param, grad, mut state): Piece<'_, T, S>) {
        self.rule.slices(self.moment, param, grad, state.as_mut());
    }
}

impl<R: UpdateRule> Pass<'_, R> {
    /// The update of all elements by this thread.
    pub(super) fn whole<T: Real>(&self, param: &mut [T], grad: &[T], state: &mut [&mut [T]]) {
        work_on(std::iter::once((param, grad, state)), 0, self);
    }

    /// The same, by several threads if there are many elements and the rule treats them alike.
    pub(super) fn in_pieces<T: Real>(&self, param: &mut [T], grad: &[T], state: &mut [&mut [T]]) {
        if !R::PIECEWISE || param.len() <= PIECE {
            return self.whole(param, grad, state);
        }
        let cost = cost(param.len(), state.len());
        // Of about one size, so that threads end together.
        let size = param.len().div_ceil(param.len().div_ceil(PIECE));
        let mut slots: Vec<_> = state.iter_mut().map(|slot| slot.chunks_mut(size)).collect();
        let values = param.chunks_mut(size).zip(grad.chunks(size));
        let pieces: Vec<Piece<'_, T, Vec<_>>> = values
            .map(|(param, grad)| {
                (
                    param,
                    grad,
                    slots.iter_mut().flat_map(Iterator::next).collect(),
                )
            })
            .collect();
        work_on(pieces.into_iter(), cost, self);
    }
}
