//! In which order a tensor's elements lie in memory: row by row, or, for images, with the channels last.
//!
//! The CPU kernels of images work on `[N, H, W, C]` in memory. Their results are views `[N, C, H, W]` of it, so that nobody
//! has to know; operations that treat all elements alike keep the order.

use candle_core::{Result, Tensor};

use super::strided::rows_of;

/// The order of a contiguous buffer's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The last dimension's are neighbours.
    Rows,
    /// Of `[N, C, H, W]`, the channels are neighbours.
    ChannelsLast,
}

impl Order {
    /// The order for an operation on these tensors together: channels last if one of them lies so, and all are of its shape.
    pub(crate) fn of(tensors: &[&Tensor]) -> Self {
        let alike = || {
            tensors
                .windows(2)
                .all(|pair| pair[0].dims() == pair[1].dims())
        };
        if tensors.iter().any(|x| is_channels_last(x)) && alike() {
            Order::ChannelsLast
        } else {
            Order::Rows
        }
    }

    /// The elements in this order: contiguous, `[N, H, W, C]` if the channels are last. Copied only where they lie otherwise.
    pub(crate) fn take(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Order::Rows => rows_of(x),
            Order::ChannelsLast => rows_of(&x.permute((0, 2, 3, 1))?),
        }
    }

    /// The opposite of [`take`](Self::take), which never copies.
    pub(crate) fn give(self, x: Tensor) -> Result<Tensor> {
        match self {
            Order::Rows => Ok(x),
            Order::ChannelsLast => x.permute((0, 3, 1, 2)),
        }
    }
}

/// `f` of two tensors in the order that is best for both; `f` treats all elements alike.
pub(crate) fn in_order<E: From<candle_core::Error>>(
    a: &Tensor,
    b: &Tensor,
    f: impl FnOnce(&Tensor, &Tensor) -> std::result::Result<Tensor, E>,
) -> std::result::Result<Tensor, E> {
    match Order::of(&[a, b]) {
        Order::Rows => f(a, b),
        order => Ok(order.give(f(&order.take(a)?, &order.take(b)?)?)?),
    }
}

/// Row-major elements.
pub(crate) fn row_major(x: &Tensor) -> Result<Tensor> {
    Order::Rows.take(x)
}

/// Whether the channels of `[N, C, H, W]` lie last, without gaps; not if they lie row by row just as well.
pub(crate) fn is_channels_last(x: &Tensor) -> bool {
    let ([n, c, h, w], &[sn, sc, sh, sw]) = (x.dims(), x.stride()) else {
        return false;
    };
    let fits = |size: usize, stride, expected| size == 1 || stride == expected;
    !x.is_contiguous()
        && x.device().is_cpu()
        && fits(*c, sc, 1)
        && fits(*w, sw, *c)
        && fits(*h, sh, c * w)
        && fits(*n, sn, c * w * h)
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};

    use super::*;

    fn image(shape: (usize, usize, usize, usize)) -> Result<Tensor> {
        let count = (shape.0 * shape.1 * shape.2 * shape.3) as f32;
        Tensor::arange(0f32, count, &Device::Cpu)?.reshape(shape)
    }

    fn elements(x: &Tensor) -> Result<Vec<f32>> {
        x.flatten_all()?.to_vec1()
    }

    #[test]
    fn taking_and_giving_leaves_the_elements() -> Result<()> {
        for shape in [
            (2, 3, 4, 5),
            (1, 17, 3, 6),
            (3, 1, 2, 2),
            (2, 5, 1, 1),
            (0, 2, 3, 3),
        ] {
            let x = image(shape)?;
            for dtype in [DType::F32, DType::F64, DType::BF16] {
                let x = x.to_dtype(dtype)?;
                let last = Order::ChannelsLast.give(Order::ChannelsLast.take(&x)?)?;
                let back = row_major(&last)?;
                assert!(back.is_contiguous() && last.permute((0, 2, 3, 1))?.is_contiguous());
                let wide = |x: &Tensor| elements(&x.to_dtype(DType::F32)?);
                assert_eq!(wide(&last)?, wide(&x)?);
                assert_eq!(wide(&back)?, wide(&x)?);
            }
        }
        Ok(())
    }

    #[test]
    fn channels_last_is_seen_from_the_strides() -> Result<()> {
        let last = |shape| Order::ChannelsLast.give(Order::ChannelsLast.take(&image(shape)?)?);
        assert!(is_channels_last(&last((2, 3, 4, 5))?));
        assert!(is_channels_last(&last((1, 3, 1, 5))?));
        assert!(!is_channels_last(&last((2, 1, 4, 5))?));
        assert!(!is_channels_last(&last((2, 3, 1, 1))?));
        assert!(!is_channels_last(&image((2, 3, 4, 5))?));
        assert!(!is_channels_last(&image((2, 3, 4, 5))?.transpose(2, 3)?));
        assert!(!is_channels_last(&last((2, 3, 4, 5))?.narrow(1, 0, 2)?));
        Ok(())
    }

    #[test]
    fn pairs_are_taken_in_one_order() -> Result<()> {
        let x = image((2, 3, 4, 5))?;
        let last = Order::ChannelsLast.give(Order::ChannelsLast.take(&x)?)?;
        let sum = in_order(&last, &x, Tensor::add)?;
        assert!(is_channels_last(&sum));
        assert_eq!(elements(&sum)?, elements(&(&x + &x)?)?);
        let spread = x
            .narrow(2, 0, 1)?
            .narrow(3, 0, 1)?
            .broadcast_as(x.shape())?;
        let sum = in_order(&spread, &last, Tensor::add)?;
        assert_eq!(elements(&sum)?, elements(&(&x + &spread)?)?);
        Ok(())
    }
}
