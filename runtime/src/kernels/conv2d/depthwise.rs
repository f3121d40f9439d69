//! Depthwise convolution: every channel has a kernel of its own. The channels lie last, so that vectors are filled by them.

use pulp::{Arch, Simd, WithSimd};

use super::direct::positive;
use super::{Conv2d, Finish, Real};
use crate::kernels::fresh::new_chunks;

/// Channels at least, so that vectors are worth while.
const LEAST: usize = 8;

/// Vectors of channels that are summed side by side, so that sums needn't wait for one another.
const WIDE: usize = 4;

/// For every place along an axis: elements of the kernel, and the places of the source that they meet.
type Meets = Vec<Vec<[usize; 2]>>;

impl Conv2d {
    pub(super) fn is_depthwise(&self) -> bool {
        self.groups >= LEAST && self.inputs == 1 && self.outputs == 1
    }

    /// `x ⋆ weight`, finished, as `[batch, y.output, x.output, groups]`.
    pub(super) fn depthwise_forward<T: Real>(
        &self,
        arch: Arch,
        x: &[T],
        weight: &[T],
        finish: Finish<'_, T>,
    ) -> Vec<T> {
        let [y_meets, x_meets] = self.meets();
        let source = (x, [self.y.input, self.x.input]);
        self.depthwise(arch, source, weight, [&y_meets, &x_meets], finish)
    }

    /// The gradient of the input, `[batch, y.input, x.input, groups]`.
    pub(super) fn depthwise_grad_input<T: Real>(
        &self,
        arch: Arch,
        grad: &[T],
        weight: &[T],
    ) -> Vec<T> {
        // The same sum, seen from the other side.
        let turned = |meets: Meets, input: usize| {
            let mut turned = vec![Vec::new(); input];
            for (output, meets) in meets.into_iter().enumerate() {
                for [tap, position] in meets {
                    turned[position].push([tap, output]);
                }
            }
            turned
        };
        let [y_meets, x_meets] = self.meets();
        let meets = [turned(y_meets, self.y.input), turned(x_meets, self.x.input)];
        let source = (grad, [self.y.output, self.x.output]);
        self.depthwise(arch, source, weight, [&meets[0], &meets[1]], Finish::NONE)
    }

    fn meets(&self) -> [Meets; 2] {
        [&self.y, &self.x].map(|axis| {
            let of = |output| {
                let seen = |tap| Some([tap, axis.position(output, tap)?]);
                (0..axis.kernel).filter_map(seen).collect()
            };
            (0..axis.output).map(of).collect()
        })
    }

    fn depthwise<T: Real>(
        &self,
        arch: Arch,
        source: (&[T], [usize; 2]),
        weight: &[T],
        [y, x]: [&Meets; 2],
        finish: Finish<'_, T>,
    ) -> Vec<T> {
        let (channels, taps) = (self.groups, self.taps());
        // The weights of an element of the kernel side by side.
        let weight: Vec<T> = (0..taps * channels)
            .map(|i| weight[i % channels * taps + i / channels])
            .collect();
        let row = x.len() * channels;
        let len = self.batch * y.len() * row;
        new_chunks(T::zero(), len, row, self.cost(), |i, out| {
            arch.dispatch(Row {
                image: i / y.len(),
                meets: (&y[i % y.len()], x),
                channels,
                kernel: self.x.kernel,
                source,
                weight: &weight,
                finish,
                out,
            });
        })
    }

    /// The gradient of the weight, `[groups, 1, y.kernel, x.kernel]`: that of every image, then their sum.
    pub(super) fn depthwise_grad_weight<T: Real>(&self, arch: Arch, x: &[T], grad: &[T]) -> Vec<T> {
        let (channels, taps) = (self.groups, self.taps());
        let [y_meets, x_meets] = self.meets();
        let size = taps * channels;
        let parts = new_chunks(
            T::zero(),
            self.batch * size,
            size,
            self.cost(),
            |image, sums| {
                arch.dispatch(Sums {
                    conv: self,
                    meets: [&y_meets, &x_meets],
                    x: &x[image * self.input_pixels() * channels..],
                    grad: &grad[image * self.output_pixels() * channels..],
                    sums,
                });
            },
        );
        let of = |i: usize| {
            let at = i % taps * channels + i / taps;
            let parts = (0..self.batch).map(|image| parts[image * size + at].to_f64());
            T::from_f64(parts.sum())
        };
        (0..size).map(of).collect()
    }
}

/// A row of pixels of the result.
struct Row<'a, T> {
    image: usize,
    /// What the row meets, and what each of its pixels.
    meets: (&'a [[usize; 2]], &'a Meets),
    channels: usize,
    /// Elements of a row of the kernel.
    kernel: usize,
    source: (&'a [T], [usize; 2]),
    weight: &'a [T],
    finish: Finish<'a, T>,
    out: &'a mut [T],
}

impl<T: Real> WithSimd for Row<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Row {
            image,
            meets: (y, x),
            channels,
            kernel,
            source: (source, [height, width]),
            weight,
            finish,
            out,
        } = self;
        let mut pairs = Vec::with_capacity(y.len() * kernel);
        for (x, out) in x.iter().zip(out.chunks_exact_mut(channels)) {
            pairs.clear();
            for &[ky, y] in y {
                let row = (image * height + y) * width;
                let of = |&[kx, x]: &[usize; 2]| [row + x, ky * kernel + kx];
                pairs.extend(x.iter().map(of));
            }
            if let Some(bias) = finish.bias {
                out.copy_from_slice(bias);
            }
            add_products(simd, &pairs, source, weight, out);
            if finish.relu {
                positive(out);
            }
        }
    }
}

/// Adds to every channel the products of two places each, in rows of all channels.
#[inline(always)]
fn add_products<S: Simd, T: Real>(simd: S, pairs: &[[usize; 2]], a: &[T], b: &[T], out: &mut [T]) {
    let channels = out.len();
    let mut first = 0;
    while first < channels {
        let out = &mut out[first..];
        let sums = [first, channels];
        first += if out.len() >= WIDE * T::lanes::<S>() {
            add_vectors::<S, T, WIDE>(simd, pairs, sums, a, b, out)
        } else if out.len() >= T::lanes::<S>() {
            add_vectors::<S, T, 1>(simd, pairs, sums, a, b, out)
        } else {
            for &[i, j] in pairs {
                out[0] += a[i * channels + first] * b[j * channels + first];
            }
            1
        };
    }
}

/// [`add_products`] of the channels in `N` vectors from the first one on; gives how many they are.
#[inline(always)]
fn add_vectors<S: Simd, T: Real, const N: usize>(
    simd: S,
    pairs: &[[usize; 2]],
    [first, channels]: [usize; 2],
    a: &[T],
    b: &[T],
    out: &mut [T],
) -> usize {
    let len = N * T::lanes::<S>();
    let out = T::vectors_mut::<S>(&mut out[..len]);
    let mut sums: [T::Vector<S>; N] = std::array::from_fn(|n| out[n]);
    for &[i, j] in pairs {
        let a = T::vectors::<S>(&a[i * channels + first..][..len]);
        let b = T::vectors::<S>(&b[j * channels + first..][..len]);
        for n in 0..N {
            sums[n] = T::mul_add(simd, a[n], b[n], sums[n]);
        }
    }
    out.copy_from_slice(&sums);
    len
}

/// The gradient of the weight from one image, for every element of the kernel all channels.
struct Sums<'a, T> {
    conv: &'a Conv2d,
    meets: [&'a Meets; 2],
    x: &'a [T],
    grad: &'a [T],
    sums: &'a mut [T],
}

impl<T: Real> WithSimd for Sums<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Sums {
            conv,
            meets: [y, x],
            x: inputs,
            grad,
            sums,
        } = self;
        let mut pairs = Vec::with_capacity(x.len());
        let mut row = vec![T::zero(); conv.groups];
        for (oy, y) in y.iter().enumerate() {
            for &[ky, iy] in y {
                let taps = sums.chunks_exact_mut(conv.groups);
                let taps = taps.skip(ky * conv.x.kernel).take(conv.x.kernel);
                for (kx, sums) in taps.enumerate() {
                    pairs.clear();
                    for (ox, x) in x.iter().enumerate() {
                        if let Some([_, ix]) = x.iter().find(|[tap, _]| *tap == kx) {
                            pairs.push([iy * conv.x.input + ix, oy * conv.x.output + ox]);
                        }
                    }
                    // Sums of sums lose less than one long one.
                    row.fill(T::zero());
                    add_products(simd, &pairs, inputs, grad, &mut row);
                    sums.iter_mut().zip(&row).for_each(|(sum, &x)| *sum += x);
                }
            }
        }
    }
}
