//! In which order a tensor's elements lie in memory: row by row, or, for images, with the channels or the batch last.
//!
//! The CPU kernels of images work on `[N, H, W, C]` in memory, or on `[C, H, W, N]` where the channels are few. Their results are views
//! `[N, C, H, W]` of it, so that nobody has to know; operations that treat all elements alike keep the order.

use candle_core::{Result, Tensor};

use super::strided::rows_of;

/// The order of a contiguous buffer's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The last dimension's are neighbours.
    Rows,
    /// Of `[N, C, H, W]`, the channels are neighbours.
    ChannelsLast,
    /// Of `[N, C, H, W]`, the images are neighbours.
    BatchLast,
}

impl Order {
    /// The order for an operation on these tensors together: that of the first whose channels or batch lie last, if all are of its
    /// shape.
    pub(crate) fn of(tensors: &[&Tensor]) -> Self {
        let alike = || {
            tensors
                .windows(2)
                .all(|pair| pair[0].dims() == pair[1].dims())
        };
        let order = tensors.iter().find_map(|x| last(x));
        order.filter(|_| alike()).unwrap_or(Order::Rows)
    }

    /// The elements in this order: contiguous, `[N, H, W, C]` if the channels are last, `[C, H, W, N]` if the batch is. Copied only where
    /// they lie otherwise.
    pub(crate) fn take(self, x: &Tensor) -> Result<Tensor> {
        match self.places() {
            None => rows_of(x),
            Some(places) => rows_of(&x.permute(places)?),
        }
    }

    /// The opposite of [`take`](Self::take), which never copies.
    pub(crate) fn give(self, x: Tensor) -> Result<Tensor> {
        match self {
            Order::Rows => Ok(x),
            Order::ChannelsLast => x.permute((0, 3, 1, 2)),
            Order::BatchLast => x.permute((3, 0, 1, 2)),
        }
    }

    /// The dimensions of `[N, C, H, W]` in this order of memory, if it isn't that.
    pub(crate) fn places(self) -> Option<[usize; 4]> {
        match self {
            Order::Rows => None,
            Order::ChannelsLast => Some([0, 2, 3, 1]),
            Order::BatchLast => Some([1, 2, 3, 0]),
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

/// What lies last of `[N, C, H, W]`, without gaps: the channels or the batch; nothing if the elements lie row by row just as well.
fn last(x: &Tensor) -> Option<Order> {
    let (dims, strides) = (x.dims(), x.stride());
    if dims.len() != 4 || x.is_contiguous() || !x.device().is_cpu() {
        return None;
    }
    let is_dense = |order: &Order| {
        let mut expected = 1;
        let places = order.places().unwrap_or([0, 1, 2, 3]);
        places.into_iter().rev().all(|dim| {
            let fits = dims[dim] == 1 || strides[dim] == expected;
            expected *= dims[dim];
            fits
        })
    };
    [Order::ChannelsLast, Order::BatchLast]
        .into_iter()
        .find(is_dense)
}

/// Whether channels or batch of `[N, C, H, W]` lie last, without gaps.
pub(crate) fn is_ordered(x: &Tensor) -> bool {
    last(x).is_some()
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

    fn ordered(shape: (usize, usize, usize, usize), order: Order) -> Result<Tensor> {
        order.give(order.take(&image(shape)?)?)
    }

    const LAST: [Order; 2] = [Order::ChannelsLast, Order::BatchLast];

    #[test]
    fn taking_and_giving_leaves_the_elements() -> Result<()> {
        for shape in [
            (2, 3, 4, 5),
            (1, 17, 3, 6),
            (17, 2, 3, 6),
            (3, 1, 2, 2),
            (2, 5, 1, 1),
            (0, 2, 3, 3),
        ] {
            let x = image(shape)?;
            for (order, dtype) in [DType::F32, DType::F64, DType::BF16]
                .into_iter()
                .flat_map(|dtype| LAST.map(|order| (order, dtype)))
            {
                let x = x.to_dtype(dtype)?;
                let last = order.give(order.take(&x)?)?;
                let back = row_major(&last)?;
                assert!(back.is_contiguous() && order.take(&last)?.is_contiguous());
                let wide = |x: &Tensor| elements(&x.to_dtype(DType::F32)?);
                assert_eq!(wide(&last)?, wide(&x)?);
                assert_eq!(wide(&back)?, wide(&x)?);
            }
        }
        Ok(())
    }

    #[test]
    fn the_order_is_seen_from_the_strides() -> Result<()> {
        for order in LAST {
            assert_eq!(last(&ordered((2, 3, 4, 5), order)?), Some(order));
            assert!(!is_ordered(&ordered((2, 3, 4, 5), order)?.narrow(3, 0, 2)?));
            assert!(!is_ordered(&ordered((1, 1, 4, 5), order)?));
        }
        assert!(is_ordered(&ordered((1, 3, 1, 5), Order::ChannelsLast)?));
        assert!(is_ordered(&ordered((3, 1, 1, 5), Order::BatchLast)?));
        assert!(is_ordered(&ordered((2, 3, 1, 1), Order::BatchLast)?));
        assert!(!is_ordered(&ordered((2, 1, 4, 5), Order::ChannelsLast)?));
        assert!(!is_ordered(&ordered((2, 3, 1, 1), Order::ChannelsLast)?));
        assert!(!is_ordered(&ordered((1, 3, 4, 5), Order::BatchLast)?));
        assert!(!is_ordered(&image((2, 3, 4, 5))?));
        assert!(!is_ordered(&image((2, 3, 4, 5))?.transpose(2, 3)?));
        Ok(())
    }

    #[test]
    fn pairs_are_taken_in_one_order() -> Result<()> {
        let x = image((2, 3, 4, 5))?;
        let spread = x
            .narrow(2, 0, 1)?
            .narrow(3, 0, 1)?
            .broadcast_as(x.shape())?;
        for order in LAST {
            let one = ordered((2, 3, 4, 5), order)?;
            for other in LAST.iter().map(|&other| ordered((2, 3, 4, 5), other)) {
                let sum = in_order(&one, &other?, Tensor::add)?;
                assert_eq!(last(&sum), Some(order));
                assert_eq!(elements(&sum)?, elements(&(&x + &x)?)?);
            }
            let sum = in_order(&x, &one, Tensor::add)?;
            assert_eq!(last(&sum), Some(order));
            assert_eq!(elements(&sum)?, elements(&(&x + &x)?)?);
            let sum = in_order(&spread, &one, Tensor::add)?;
            assert_eq!(elements(&sum)?, elements(&(&x + &spread)?)?);
        }
        Ok(())
    }
}
