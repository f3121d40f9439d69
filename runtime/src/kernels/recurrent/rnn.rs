//! The plain recurrent network: the one gate is the new hidden state.

use super::{Cell, Exponential, Float, Step, StepBack};

/// By tanh, or by the greater of a number and 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rnn {
    pub(crate) relu: bool,
}

impl Cell for Rnn {
    const GATES: usize = 1;
    const KEEPS: bool = false;
    const HANDS_ON: bool = false;
    const APART: bool = false;

    #[inline(always)]
    fn forward<T: Exponential>(&self, step: Step<'_, T>) {
        if self.relu {
            // A NaN stays one.
            let relu = |x: T| if x < T::zero() { T::zero() } else { x };
            step.gates.iter_mut().for_each(|x| *x = relu(*x));
        } else {
            step.gates.iter_mut().for_each(|x| *x = Float::tanh(*x));
        }
        step.hidden.copy_from_slice(step.gates);
    }

    #[inline(always)]
    fn backward<T: Exponential>(&self, step: StepBack<'_, T>) {
        let values = step.gates.iter().zip(step.hidden.iter());
        let slopes = step.slopes.iter_mut().zip(values);
        if self.relu {
            for (slope, (&y, &grad)) in slopes {
                *slope = if y > T::zero() { grad } else { T::zero() };
            }
        } else {
            for (slope, (&y, &grad)) in slopes {
                *slope = grad * (T::one() - y * y);
            }
        }
    }
}
