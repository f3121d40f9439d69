//! Two-dimensional convolution.
//!
//! Channels lie last in memory (`[batch, y, x, channels]`), so that what a row of the kernel sees of a pixel's
//! neighbourhood is one run of the source, and no columns are gathered. `direct` has the result and the input's gradient,
//! which are the same sum with other taps (`sweep`); `weight` has the weight's gradient. A few channels would leave
//! most of a vector empty: then the batch lies last (`[channels, y, x, batch]`), if it is large enough, for `batch` and
//! `batch_weight`, which do the same. Where every channel is a group, `depthwise` has all three; for other groups of a few channels
//! `gather` works on planes.

use pulp::Arch;

pub(crate) use self::batch_pool::MaxPooling;
use self::batch_weight::batch_weight;
use self::pack::{Panel, Weights};
use self::tap_sum::TapSum;
use self::weight::Weight;
use self::winograd::Winograd;
use super::capability::arch;
use super::columns::column_sums;
use super::fresh::new_chunks;
use super::real::sum;
use super::{Axis, Order, Real};

mod batch;
mod batch_pool;
mod batch_weight;
mod depthwise;
mod direct;
mod gather;
mod pack;
mod sweep;
mod tap_sum;
#[cfg(test)]
mod tests;
mod tile;
mod weight;
mod winograd;

/// Output channels of a group at least, so that vectors are worth while.
const LEAST_CHANNELS: usize = 4;
/// Input channels up to which the input is padded in memory: all elements of a kernel's row make one run then.
const FEW_CHANNELS: usize = 8;
/// Channels up to which the batch lies last. On AVX2, batch 64, this takes the following part of the time of channels last for the result,
/// the input's and the weight's gradient together: 1 → 6 channels 0.2, 3 → 16 0.6, 6 → 16 with 5 × 5 elements 0.85, 8 → 8 0.8, 16 → 16 1.0,
/// 16 → 32 1.1; pools and what else works on a few channels take less too.
const BATCH_CHANNELS: usize = 16;
/// Images that fill the widest vector.
const BATCH: usize = 16;

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

/// Whether the batch lies last where a convolution of one group has so many images and so many channels of input and result.
pub(crate) fn batch_lies_last(batch: usize, channels: [usize; 2]) -> bool {
    let few = |channels| (1..=BATCH_CHANNELS).contains(&channels);
    // Of the vectors, three quarters are filled at least.
    let vectors = batch.next_multiple_of(BATCH);
    channels.into_iter().all(few) && batch > 0 && vectors <= batch + batch / 3
}

impl Conv2d {
    /// How inputs and results lie in memory.
    pub(crate) fn order(&self) -> Order {
        if self.groups == 1 && batch_lies_last(self.batch, [self.inputs, self.outputs]) {
            Order::BatchLast
        } else if self.groups == 1
            || self.outputs.min(self.inputs) >= LEAST_CHANNELS
            || self.is_depthwise()
        {
            Order::ChannelsLast
        } else {
            Order::Rows
        }
    }

    /// `x ⋆ weight`, finished, in the [order](Self::order) of the input: `[batch, y.output, x.output, groups · outputs]` if the channels
    /// are last. `packed` is what [`pack`](Self::pack) made of the weight, if it was kept.
    pub(crate) fn forward<T: Real>(
        &self,
        x: &[T],
        weight: &[T],
        packed: Option<&[T]>,
        finish: Finish<'_, T>,
    ) -> Vec<T> {
        match self.order() {
            Order::Rows => self.planes_forward(x, weight, finish),
            Order::BatchLast => self.batch_forward(arch(), x, weight, finish),
            Order::ChannelsLast if self.is_depthwise() => {
                self.depthwise_forward(arch(), x, weight, finish)
            }
            Order::ChannelsLast => {
                let weights = self.weights(weight, packed);
                if let Some(winograd) = self.winograd() {
                    return winograd.run(arch(), x, &weights, finish, self.cost());
                }
                match self.padded(x) {
                    Some((conv, x)) => conv.direct_forward(arch(), &x, weights, finish),
                    None => self.direct_forward(arch(), x, weights, finish),
                }
            }
        }
    }

    /// The weight in the order in which `forward` reads it where the channels are last; beside the sizes of the weight it depends on
    /// [`packing`](Self::packing) alone.
    pub(crate) fn pack<T: Real>(&self, weight: &[T]) -> Vec<T> {
        let (arch, weights) = (arch(), self.weights(weight, None));
        if let Some(winograd) = self.winograd() {
            return winograd.pack(arch, &weights);
        }
        let panels = Panel::all::<T>(arch, self.groups, self.outputs);
        weights.panels(arch, &panels)
    }

    /// What [`pack`](Self::pack) depends on beside the weight.
    pub(crate) fn packing(&self) -> [usize; 3] {
        let forms = [self.packs(), self.winograd().is_some()];
        [self.groups, usize::from(forms[0]), usize::from(forms[1])]
    }

    /// Whether `forward` reads a weight that was [packed](Self::pack).
    pub(crate) fn packs(&self) -> bool {
        self.order() == Order::ChannelsLast && !self.is_depthwise()
    }

    /// The way with fewer multiplications, where it pays.
    fn winograd(&self) -> Option<Winograd> {
        Winograd::forward(self).filter(|winograd| self.packs() && winograd.pays())
    }

    /// The gradient of the input, in its order.
    pub(crate) fn grad_input<T: Real>(&self, grad: &[T], weight: &[T]) -> Vec<T> {
        match self.order() {
            Order::Rows => self.planes_grad_input(grad, weight),
            Order::ChannelsLast if self.is_depthwise() => {
                self.depthwise_grad_input(arch(), grad, weight)
            }
            Order::ChannelsLast => match Winograd::backward(self).filter(Winograd::pays) {
                Some(winograd) => self.winograd_backward(winograd, arch(), grad, weight),
                None => self.direct_backward(arch(), grad, weight),
            },
            Order::BatchLast => self.batch_backward(arch(), grad, weight),
        }
    }

    /// The gradient of the weight, `[groups · outputs, inputs, y.kernel, x.kernel]`, and that of the bias if it is wanted.
    pub(crate) fn grad_weight<T: Real>(
        &self,
        x: &[T],
        grad: &[T],
        bias: bool,
    ) -> (Vec<T>, Option<Vec<T>>) {
        let arch = arch();
        let weight = match self.order() {
            Order::BatchLast => {
                let (weight, sums) = self.batch_grad_weight(arch, (x, grad), bias, self);
                return (weight, bias.then_some(sums));
            }
            Order::Rows => self.planes_grad_weight(x, grad),
            Order::ChannelsLast if self.is_depthwise() => self.depthwise_grad_weight(arch, x, grad),
            Order::ChannelsLast => self.grad_weight_channels_last(arch, x, grad),
        };
        (weight, bias.then(|| self.grad_bias(grad)))
    }

    /// The gradient of the bias.
    pub(crate) fn grad_bias<T: Real>(&self, grad: &[T]) -> Vec<T> {
        let channels = self.groups * self.outputs;
        match self.order() {
            Order::Rows => self.planes_grad_bias(grad),
            Order::ChannelsLast => {
                let [sums, _] = column_sums(grad, grad, &vec![0.; channels], |g, _, _| [g, 0.]);
                sums.into_iter().map(T::from_f64).collect()
            }
            Order::BatchLast => {
                let size = self.output_pixels() * self.batch;
                new_chunks(T::zero(), channels, 1, grad.len(), |channel, db| {
                    db[0] = T::from_f64(sum(&grad[channel * size..][..size], |g| g));
                })
            }
        }
    }

    fn grad_weight_channels_last<T: Real>(&self, arch: Arch, x: &[T], grad: &[T]) -> Vec<T> {
        if let Some(winograd) = self.winograd() {
            return winograd.grad_weight(arch, x, grad, self.cost());
        }
        match self.padded(x) {
            Some((conv, x)) => Weight::new::<T>(&conv, arch).run(&x, grad),
            None => Weight::new::<T>(self, arch).run(x, grad),
        }
    }

    fn batch_forward<T: Real>(
        &self,
        arch: Arch,
        x: &[T],
        weight: &[T],
        finish: Finish<'_, T>,
    ) -> Vec<T> {
        let weights = self.weights(weight, None);
        TapSum::forward(self, arch).with_batch_last(x, &weights, finish, self.cost())
    }

    fn batch_backward<T: Real>(&self, arch: Arch, grad: &[T], weight: &[T]) -> Vec<T> {
        let sum = TapSum::backward(self, arch);
        let weights = self.turned_weights(weight, sum.taps());
        sum.with_batch_last(grad, &weights, Finish::NONE, self.cost())
    }

    /// `seen` has the sizes of `grad`: beyond them it is zero.
    fn batch_grad_weight<T: Real>(
        &self,
        arch: Arch,
        (x, grad): (&[T], &[T]),
        bias: bool,
        seen: &Conv2d,
    ) -> (Vec<T>, Vec<T>) {
        if x.is_empty() {
            let weight = vec![T::zero(); self.outputs * self.column()];
            let bias = bias.then(|| seen.grad_bias(grad));
            return (weight, bias.unwrap_or_default());
        }
        let grad = (grad, [seen.y.output, seen.x.output]);
        match self.with_padding(x, [self.inputs, self.batch]) {
            Some((conv, x)) => batch_weight(&conv, arch, &x, grad, bias),
            None => batch_weight(self, arch, x, grad, bias),
        }
    }

    fn direct_forward<T: Real>(
        &self,
        arch: Arch,
        x: &[T],
        weights: Weights<'_, T>,
        finish: Finish<'_, T>,
    ) -> Vec<T> {
        TapSum::forward(self, arch).with_channels_last(x, weights, finish, self.cost())
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
        let sum = TapSum::backward(self, arch);
        let weights = self.turned_weights(weight, sum.taps());
        sum.with_channels_last(grad, weights, Finish::NONE, self.cost())
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
        winograd.run(arch, grad, &weights, Finish::NONE, self.cost())
    }

    /// Where there are few input channels: the input with its padding in memory, and the convolution of that.
    fn padded<T: Real>(&self, x: &[T]) -> Option<(Self, Vec<T>)> {
        let channels = self.groups * self.inputs;
        if channels > FEW_CHANNELS {
            return None;
        }
        self.with_padding(x, [self.batch, channels])
    }

    /// The input, `[images, y.input, x.input, width]`, with its padding in memory, and the convolution of that; nothing if all windows lie
    /// inside of it as it is.
    fn with_padding<T: Real>(
        &self,
        x: &[T],
        [images, width]: [usize; 2],
    ) -> Option<(Self, Vec<T>)> {
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
        let is_inside =
            |axis: &Axis, within: &Axis| axis.padding == 0 && within.input <= axis.input;
        if x.is_empty() || (is_inside(&self.y, &conv.y) && is_inside(&self.x, &conv.x)) {
            return None;
        }
        let (row, wide) = (self.x.input * width, conv.x.input * width);
        let before = self.x.padding * width;
        let len = row.min(wide.saturating_sub(before));
        let size = conv.y.input * wide;
        let padded = new_chunks(T::zero(), images * size, size, x.len(), |image, to| {
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
