//! The f32 values beside a half-precision parameter on the CPU, in place.

use candle_core::{DType, Tensor as Data};
use half::{bf16, f16};

use super::pieces::PIECE;
use super::slices::{with_slices_mut, Stored};
use crate::error::Result;
use crate::kernels::elementwise::Stored as Computed;
use crate::kernels::{for_each, values};
use crate::tensor::Param;

/// A type whose parameters have masters.
trait Half: Stored + Computed<Wide = f32> {}

impl<T: Stored + Computed<Wide = f32>> Half for T {}

/// Gives the master the parameter's own values where these are no longer the rounded ones: where they were set. `shared`:
/// by several threads.
pub(super) fn refresh(param: &Param, master: &Data, shared: bool) -> Result<()> {
    match param.dtype() {
        DType::BF16 => refresh_from::<bf16>(param, master, shared),
        _ => refresh_from::<f16>(param, master, shared),
    }
}

/// Sets the parameter to the rounded values of its master.
pub(super) fn round(master: &Data, param: &Param, shared: bool) -> Result<()> {
    match param.dtype() {
        DType::BF16 => round_to::<bf16>(master, param, shared),
        _ => round_to::<f16>(master, param, shared),
    }
}

fn refresh_from<H: Half>(param: &Param, master: &Data, shared: bool) -> Result<()> {
    let now = values(param.as_candle())?;
    with_slices_mut::<f32>(master, &[], &mut |slices| {
        let now = now.slice::<H>()?;
        for master in slices {
            each(shared, master, now, |master, now| {
                let now = now.widen();
                // Also where it is NaN.
                if H::narrow(*master).widen() != now {
                    *master = now;
                }
            });
        }
        Ok(())
    })
}

fn round_to<H: Half>(master: &Data, param: &Param, shared: bool) -> Result<()> {
    let master = values(master)?;
    param.update(|param| {
        with_slices_mut::<H>(param, &[], &mut |slices| {
            let master = master.slice::<f32>()?;
            for param in slices {
                each(shared, param, master, |param, &master| {
                    *param = H::narrow(master);
                });
            }
            Ok(())
        })
    })
}

/// `f` of each element of the one and its like of the other.
fn each<A: Send, B: Sync>(shared: bool, a: &mut [A], b: &[B], f: impl Fn(&mut A, &B) + Sync) {
    let cost = if shared { 4 * a.len() } else { 0 };
    for_each(a.chunks_mut(PIECE).zip(b.chunks(PIECE)), cost, |(a, b)| {
        a.iter_mut().zip(b).for_each(|(a, b)| f(a, b));
    });
}
