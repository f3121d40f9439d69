//! A convolution, `relu` and max pool as one operation, in training too: where the batch lies last.

use candle_core::Tensor as Data;

use super::{check, grad_bias, in_memory, Conv2dOptions, Frame, Kept};
use crate::error::Result;
use crate::kernels::{output, values, MaxPooling, Order, Real};
use crate::ops::compute::{by_form, dense, record_optional_own, Form};
use crate::ops::Pair;
use crate::tensor::autocast::autocast_dtype;
use crate::tensor::Tensor;

impl Tensor {
    /// [`conv2d_with`](Self::conv2d_with), `relu` if wanted, and the maxima of windows of that size side by side, equal to these
    /// operations to the bit; nothing where they have to be operations of their own: in other types than f32 and f64, under autocast, and
    /// where the batch doesn't lie last.
    ///
    /// Neither the result of the convolution nor that of `relu` is made or kept. What no window sees is not computed: an infinite
    /// weight or input makes no NaN by a gradient of 0 there.
    pub(super) fn conv2d_pooled(
        &self,
        (weight, bias): (&Tensor, Option<&Tensor>),
        options: Conv2dOptions,
        (relu, Pair(height, width)): (bool, Pair),
    ) -> Result<Option<Tensor>> {
        let all = [Some(self), Some(weight), bias].into_iter().flatten();
        let plain = Form::of(self.as_candle()) == Form::Plain;
        let alike = all.into_iter().all(|x| x.dtype() == self.dtype());
        if self.rank() != 4 || plain || !alike || autocast_dtype().is_some() {
            return Ok(None);
        }
        let conv = check(self, weight, bias, options)?;
        let pooling = MaxPooling::new([height, width], relu);
        let fits = conv.y.output >= height && conv.x.output >= width;
        let Some(pooling) = pooling.filter(|_| fits && conv.order() == Order::BatchLast) else {
            return Ok(None);
        };
        let frame = Frame::of(self, &conv);
        let x = frame.take(self.as_candle())?;
        let bias_data = bias.map(|bias| dense(bias.as_candle())).transpose()?;
        let weight_data = dense(weight.as_candle())?;
        let kept = Kept::of(self, weight, (conv, frame));
        let (data, places) = by_form!(
            &x,
            forward(
                &kept,
                &pooling,
                &x,
                [Some(&weight_data), bias_data.as_ref()]
            ),
            return Ok(None)
        )?;
        let inputs = [Some(self), Some(weight), bias];
        let y = record_optional_own("conv2d", frame.give(data)?, inputs, move |grad, needs| {
            let grad = frame.take(grad.tensor())?;
            by_form!(
                &grad,
                gradients(&kept, &pooling, (&grad, &places), needs),
                Ok([None, None, None])
            )
        });
        Ok(Some(y))
    }
}

fn forward<T: Real>(
    kept: &Kept,
    pooling: &MaxPooling,
    x: &Data,
    weights: [Option<&Data>; 2],
) -> Result<(Data, Vec<u8>)> {
    let conv = &kept.conv;
    let x = values(x)?;
    let [weight, bias] = weights.map(|data| data.map(values).transpose());
    let (weight, bias) = (weight?, bias?);
    let [weight, bias] = [&weight, &bias].map(|values| {
        values
            .as_ref()
            .map(|values| values.slice::<T>())
            .transpose()
    });
    let (out, places) = pooling.forward(conv, x.slice()?, weight?.unwrap_or_default(), bias?);
    let [height, width] = pooling.sizes(conv);
    let shape = in_memory(conv.batch, [conv.outputs, height, width], kept.frame.order);
    Ok((output(out, shape)?, places))
}

/// The gradients of the input, the weight and the bias from that of the maxima, which were at these places.
fn gradients<T: Real>(
    kept: &Kept,
    pooling: &MaxPooling,
    (grad, places): (&Data, &[u8]),
    needs: [bool; 3],
) -> Result<[Option<Data>; 3]> {
    let [_, w, b] = needs;
    let (conv, seen) = (&kept.conv, pooling.seen(&kept.conv));
    // Sums of the bias alone depend on how the gradient is cut.
    let of = if w || !b { &seen } else { conv };
    let spread = pooling.backward::<T>(of, values(grad)?.slice()?, places);
    let len = spread.len();
    let grad = output(spread, len)?;
    if !w {
        let db = b.then(|| grad_bias(of, &grad)).transpose()?;
        return kept.shaped((None, db), of, &grad, needs);
    }
    let x = kept.frame.take(kept.x.get()?)?;
    let (dw, db) = {
        let (x, grad) = (values(&x)?, values(&grad)?);
        conv.grad_weight_seen::<T>(pooling, x.slice()?, grad.slice()?, b)
    };
    let whole = |values: Vec<T>| {
        let len = values.len();
        output(values, len)
    };
    let sums = (Some(whole(dw)?), db.map(whole).transpose()?);
    kept.shaped(sums, of, &grad, needs)
}
