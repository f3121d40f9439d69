//! Two-dimensional convolution.
//!
//! Channels lie last in memory (`[batch, y, x, channels]`), so that what a row of the kernel sees of a pixel's
//! neighbourhood is one run of the source, and no columns are gathered. `direct` has the result and the input's gradient,
//! which are the same sum with other taps (`sweep`); `weight` has the weight's gradient. Groups of a few channels would leave
//! most of a vector empty: for them `gather` works on planes.

use pulp::Arch;

use self::direct::Direct;
use self::pack::{Panel, Weights};
use self::weight::Weight;
use self::winograd::Winograd;
use super::columns::column_sums;
use super::fresh::new_chunks;
use super::{Axis, Real};

mod direct;
mod gather;
mod pack;
mod sweep;
#[cfg(test)]
mod tests;
mod tile;
mod weight;
mod winograd;

/// Output channels of a group at least, so that vectors are worth while.
const LEAST_CHANNELS: usize = 4;
/// Input channels up to which the input is padded in memory: all elements of a kernel's row make one run then.
const FEW_CHANNELS: usize = 8;

/// The sizes of a convolution; inputs are `[batch, groups · inputs, y.input, x.input]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conv2d {
    pub(crate) batch: usize,
    pub(crate) groups: usize,
    /// Input channels of one group.
    pub(crate) inputs: usize,
    /// Output channels of one group.
    pub(crate) outputs: usize,
    pub(crate) y: Axis,
    pub(crate) x: Axis,
}

/// What is done with every sum before it is stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finish<'a, T> {
    /// Added to it: a number for each output channel.
    pub(crate) bias: Option<&'a [T]>,
    /// What is not positive becomes 0.
    pub(crate) relu: bool,
}

impl<T> Finish<'_, T> {
    const NONE: Self = Finish {
        bias: None,
        relu: false,
    };
}

impl Conv2d {
    /// Whether inputs and results have their channels last; otherwise they are planes.
    pub(crate) fn channels_last(&self) -> bool {
        self.groups == 1 || self.outputs.min(self.inputs) >= LEAST_CHANNELS
    }

    /// `x ⋆ weight`, finished: `[batch, y.output, x.output, groups · outputs]`, or planes. `packed` is what [`pack`](Self::pack)
    /// made of the weight, if it was kept.
    pub(crate) fn forward<T: Real>(
        &self,
        x: &[T],
        weight: &[T],
        packed: Option<&[T]>,
        finish: Finish<'_, T>,
    ) -> Vec<T> {
        if !self.channels_last() {
            return self.planes_forward(x, weight, finish);
        }
        let weights = self.weights(weight, packed);
        if let Some(winograd) = self.winograd() {
            return winograd.run_with(Arch::new(), x, &weights, finish, self.cost());
        }
        match self.padded(x) {
            Some((conv, x)) => conv.direct_forward(Arch::new(), &x, weights, finish),
            None => self.direct_forward(Arch::new(), x, weights, finish),
        }
    }

    /// The weight in the order in which `forward` reads it; beside the sizes of the weight it depends on
    /// [`packing`](Self::packing) alone.
    pub(crate) fn pack<T: Real>(&self, weight: &[T]) -> Vec<T> {
        let (arch, weights) = (Arch::new(), self.weights(weight, None));
        if let Some(winograd) = self.winograd() {
            return winograd.pack(arch, &weights);
        }
        let panels = Panel::all::<T>(arch, self.groups, self.outputs);
        weights.panels(arch, &panels)
    }

    /// What [`pack`](Self::pack) depends on beside the weight.
    pub(crate) fn packing(&self) -> [usize; 2] {
        [self.groups, usize::from(self.winograd().is_some())]
    }

    /// The way with fewer multiplications, where it pays.
    fn winograd(&self) -> Option<Winograd> {
        Winograd::forward(self).filter(Winograd::pays)
    }

    /// The gradient of the input, in its order.
    pub(crate) fn grad_input<T: Real>(&self, grad: &[T], weight: &[T]) -> Vec<T> {
        if !self.channels_last() {
            return self.planes_grad_input(grad, weight);
        }
        match Winograd::backward(self).filter(Winograd::pays) {
            Some(winograd) => self.winograd_backward(winograd, Arch::new(), grad, weight),
            None => self.direct_backward(Arch::new(), grad, weight),
        }
    }

    /// The gradient of the weight, `[groups · outputs, inputs, y.kernel, x.kernel]`.
    pub(crate) fn grad_weight<T: Real>(&self, x: &[T], grad: &[T]) -> Vec<T> {
        if !self.channels_last() {
            return self.planes_grad_weight(x, grad);
        }
        if let Some(winograd) = self.winograd() {
            return winograd.grad_weight(Arch::new(), x, grad, self.cost());
        }
        match self.padded(x) {
            Some((conv, x)) => Weight::new::<T>(&conv, Arch::new()).run(&x, grad),
            None => Weight::new::<T>(self, Arch::new()).run(x, grad),
        }
    }

    /// The gradient of the bias.
    pub(crate) fn grad_bias<T: Real>(&self, grad: &[T]) -> Vec<T> {
        if !self.channels_last() {
            return self.planes_grad_bias(grad);
        }
        let channels = self.groups * self.outputs;
        let [sums, _] = column_sums(grad, grad, &vec![0.; channels], |g, _, _| [g, 0.]);
        sums.into_iter().map(T::from_f64).collect()
    }

    fn direct_forward<T: Real>(
        &self,
        arch: Arch,
        x: &[T],
        weights: Weights<'_, T>,
        finish: Finish<'_, T>,
    ) -> Vec<T> {
        Direct::forward(self, arch).run(x, weights, finish, self.cost())
    }

    /// The weights as the result needs them.
    fn weights<'a, T>(&self, weight: &'a [T], packed: Option<&'a [T]>) -> Weights<'a, T> {
        Weights {
            weights: weight,
            group: self.outputs * self.column(),
            to: self.column(),
            from: self.taps(),
            channels: self.inputs,
            taps: (0..self.taps()).collect(),
            packed,
        }
    }

    fn direct_backward<T: Real>(&self, arch: Arch, grad: &[T], weight: &[T]) -> Vec<T> {
        let direct = Direct::backward(self, arch);
        let weights = self.turned_weights(weight, direct.taps());
        direct.run(grad, weights, Finish::NONE, self.cost())
    }

    /// The weights as the gradient of the input needs them.
    fn turned_weights<'a, T>(&self, weight: &'a [T], taps: Vec<usize>) -> Weights<'a, T> {
        Weights {
            weights: weight,
            group: self.outputs * self.column(),
            to: self.taps(),
            from: self.column(),
            channels: self.outputs,
            taps,
            packed: None,
        }
    }

    fn winograd_backward<T: Real>(
        &self,
        winograd: Winograd,
        arch: Arch,
        grad: &[T],
        weight: &[T],
    ) -> Vec<T> {
        let weights = self.turned_weights(weight, (0..9).rev().collect());
        winograd.run_with(arch, grad, &weights, Finish::NONE, self.cost())
    }

    /// Where there are few input channels: the input with its padding in memory, and the convolution of that.
    fn padded<T: Real>(&self, x: &[T]) -> Option<(Self, Vec<T>)> {
        let within = |axis: &Axis| {
            let size = (axis.output - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1;
            Axis {
                input: size,
                padding: 0,
                ..*axis
            }
        };
        let conv = Conv2d {
            y: within(&self.y),
            x: within(&self.x),
            ..*self
        };
        let channels = self.groups * self.inputs;
        let is_inside =
            |axis: &Axis, within: &Axis| axis.padding == 0 && within.input <= axis.input;
        if x.is_empty()
            || channels > FEW_CHANNELS
            || (is_inside(&self.y, &conv.y) && is_inside(&self.x, &conv.x))
        {
            return None;
        }
        let (row, wide) = (self.x.input * channels, conv.x.input * channels);
        let before = self.x.padding * channels;
        let len = row.min(wide.saturating_sub(before));
        let size = conv.y.input * wide;
        let padded = new_chunks(T::zero(), self.batch * size, size, x.len(), |image, to| {
            let x = &x[image * self.y.input * row..][..self.y.input * row];
            let rows = to.chunks_exact_mut(wide).skip(self.y.padding);
            for (to, from) in rows.zip(x.chunks_exact(row)) {
                to[before..][..len].copy_from_slice(&from[..len]);
            }
        });
        Some((conv, padded))
    }

    fn input_pixels(&self) -> usize {
        self.y.input * self.x.input
    }

    fn output_pixels(&self) -> usize {
        self.y.output * self.x.output
    }

    fn taps(&self) -> usize {
        self.y.kernel * self.x.kernel
    }

    /// The length of a column: the weights of one output channel.
    fn column(&self) -> usize {
        self.inputs * self.taps()
    }

    /// Multiplications of a whole pass.
    fn cost(&self) -> usize {
        self.batch * self.groups * self.outputs * self.output_pixels() * self.column()
    }
}
