//! What the positions of a destination see of a source, along one dimension: of the input for the result, and of the
//! result's gradient for the input's.

use std::ops::Range;

use crate::kernels::window::Window;
use crate::kernels::Axis;

/// One dimension of a sum over taps.
#[derive(Clone, Debug)]
pub(super) struct Sweep {
    /// The size of the source.
    pub(super) source: usize,
    /// For every position of the destination, what it sees: elements of `order`, and where in the source.
    pub(super) windows: Vec<Window>,
    /// The kernel's elements in the order in which every window sees neighbouring ones.
    pub(super) order: Vec<usize>,
    /// How far apart in the source neighbouring elements are.
    pub(super) step: usize,
}

/// Positions that see the same elements of the kernel.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub(super) taps: Range<usize>,
    pub(super) positions: Vec<usize>,
}

impl Sweep {
    /// The outputs over the input: position `o` sees with its element `t` the input at `o·stride + t·dilation − padding`.
    pub(super) fn forward(axis: &Axis) -> Self {
        Sweep {
            source: axis.input,
            windows: axis.windows(),
            order: (0..axis.kernel).collect(),
            step: axis.dilation,
        }
    }

    /// The inputs over the outputs: position `i` is seen by the output `o` with its element `t` if
    /// `i = o·stride + t·dilation − padding`.
    ///
    /// Those elements are every `stride / g`-th one, with `g` the divisor of stride and dilation; from the last to the first
    /// of them, the outputs ascend in steps of `dilation / g`.
    pub(super) fn backward(axis: &Axis) -> Self {
        let common = gcd(axis.stride, axis.dilation);
        let phases = axis.stride / common;
        let order: Vec<usize> = (0..phases.min(axis.kernel))
            .flat_map(|phase| (phase..axis.kernel).step_by(phases).rev())
            .collect();
        let output = |input: usize, tap: usize| {
            let offset = (input + axis.padding).checked_sub(tap * axis.dilation)?;
            let output = offset / axis.stride;
            (offset % axis.stride == 0 && output < axis.output).then_some(output)
        };
        let windows = (0..axis.input).map(|input| {
            let taps = order.iter().enumerate();
            Window::of(taps.filter_map(|(i, &tap)| Some((i, output(input, tap)?))))
        });
        Sweep {
            source: axis.output,
            windows: windows.collect(),
            step: axis.dilation / common,
            order,
        }
    }

    /// The positions, sorted by what they see.
    pub(super) fn classes(&self) -> Vec<Class> {
        let mut classes: Vec<Class> = Vec::new();
        for (position, window) in self.windows.iter().enumerate() {
            match classes.iter_mut().find(|class| class.taps == window.taps) {
                Some(class) => class.positions.push(position),
                None => classes.push(Class {
                    taps: window.taps.clone(),
                    positions: vec![position],
                }),
            }
        }
        classes
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 {
        a
    } else {
        gcd(b, a % b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes() -> impl Iterator<Item = Axis> {
        (0..4 * 4 * 3 * 3usize).flat_map(|case| {
            let (kernel, stride) = (1 + case % 4, 1 + case / 4 % 4);
            let (padding, dilation) = (case / 16 % 3, 1 + case / 48);
            (1..9).filter_map(move |input| {
                let padded: usize = input + 2 * padding;
                let span = dilation * (kernel - 1) + 1;
                Some(Axis {
                    input,
                    output: padded.checked_sub(span)? / stride + 1,
                    kernel,
                    stride,
                    padding,
                    dilation,
                })
            })
        })
    }

    /// All triples (destination, kernel element, source) that a sweep goes through.
    fn triples(sweep: &Sweep) -> Vec<[usize; 3]> {
        let mut all = Vec::new();
        for (position, window) in sweep.windows.iter().enumerate() {
            for (i, tap) in window.taps.clone().enumerate() {
                all.push([position, sweep.order[tap], window.start + i * sweep.step]);
            }
        }
        all.sort();
        all
    }

    #[test]
    fn both_directions_see_the_same_pairs() {
        for axis in axes() {
            let mut pairs = Vec::new();
            for output in 0..axis.output {
                for tap in 0..axis.kernel {
                    if let Some(input) = axis.position(output, tap) {
                        pairs.push([output, tap, input]);
                    }
                }
            }
            assert_eq!(triples(&Sweep::forward(&axis)), pairs, "{axis:?}");
            pairs.iter_mut().for_each(|pair| pair.reverse());
            pairs.sort();
            assert_eq!(triples(&Sweep::backward(&axis)), pairs, "{axis:?}");
        }
    }

    #[test]
    fn positions_are_sorted_by_what_they_see() {
        let axis = Axis {
            input: 6,
            output: 6,
            kernel: 3,
            stride: 1,
            padding: 1,
            dilation: 1,
        };
        let classes = Sweep::forward(&axis).classes();
        let found: Vec<_> = classes
            .iter()
            .map(|class| (class.taps.clone(), class.positions.clone()))
            .collect();
        let expected = [(1..3, vec![0]), (0..3, vec![1, 2, 3, 4]), (0..2, vec![5])];
        assert_eq!(found, expected);
    }
}
