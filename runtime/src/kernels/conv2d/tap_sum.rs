//! What the result of a convolution and the gradient of its input are alike: sums over the elements of the kernel.

use pulp::Arch;

use super::sweep::Sweep;
use super::Conv2d;

/// `to[n, d, p] = Σ weight · from[n, c, …]` over the elements of the kernel that pixel `p` sees and all channels `c` of the group;
/// `direct` and `batch` compute it, where the channels and where the batch lies last.
#[derive(Clone, Debug)]
pub(super) struct TapSum {
    pub(super) arch: Arch,
    pub(super) batch: usize,
    pub(super) groups: usize,
    /// Channels of one group in the source.
    pub(super) from: usize,
    /// Channels of one group in the destination.
    pub(super) to: usize,
    pub(super) y: Sweep,
    pub(super) x: Sweep,
}

impl TapSum {
    /// The result of `conv`.
    pub(super) fn forward(conv: &Conv2d, arch: Arch) -> Self {
        TapSum {
            arch,
            batch: conv.batch,
            groups: conv.groups,
            from: conv.inputs,
            to: conv.outputs,
            y: Sweep::forward(&conv.y),
            x: Sweep::forward(&conv.x),
        }
    }

    /// The gradient of its input.
    pub(super) fn backward(conv: &Conv2d, arch: Arch) -> Self {
        TapSum {
            from: conv.outputs,
            to: conv.inputs,
            y: Sweep::backward(&conv.y),
            x: Sweep::backward(&conv.x),
            ..Self::forward(conv, arch)
        }
    }

    /// The elements of the kernel in the order in which they are needed.
    pub(super) fn taps(&self) -> Vec<usize> {
        let (rows, columns) = (&self.y.order, &self.x.order);
        rows.iter()
            .flat_map(|row| {
                columns
                    .iter()
                    .map(move |column| row * columns.len() + column)
            })
            .collect()
    }

    /// Weights of one channel of the destination.
    pub(super) fn column(&self) -> usize {
        self.y.order.len() * self.x.order.len() * self.from
    }
}
