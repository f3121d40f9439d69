//! Which arguments and shapes an initialiser takes.

use super::Init;
use crate::error::{Error, Result};

impl Init {
    /// An error unless the arguments are in range and the shape is one that the initialiser is for.
    pub(crate) fn check(&self, shape: &[usize]) -> Result<()> {
        let at = self.name();
        match *self {
            Init::Constant(_) | Init::Fn(_) => Ok(()),
            Init::Uniform { low, high } => check_bounds(at, ["low", "high"], low, high),
            Init::Normal { mean, std } => {
                check_finite(at, "mean", mean)?;
                check_std(at, std)
            }
            Init::TruncNormal(ref options) => options.check(),
            Init::Eye => check_matrix(at, shape),
            Init::Dirac { groups } => check_dirac(at, shape, groups),
            Init::XavierUniform { gain } | Init::XavierNormal { gain } => {
                if !(gain >= 0. && gain.is_finite()) {
                    return Err(Error::argument(at, "gain", gain, "a finite number ≥ 0"));
                }
                self.check_fans(shape)
            }
            Init::KaimingUniform(_) | Init::KaimingNormal(_) => self.check_fans(shape),
            Init::Orthogonal { gain } => {
                check_finite(at, "gain", gain)?;
                if shape.len() < 2 {
                    return Err(Error::argument(at, "shape", shape, "at least 2 dimensions"));
                }
                Ok(())
            }
            Init::Sparse { sparsity, std } => {
                if !(0. ..=1.).contains(&sparsity) {
                    return Err(Error::argument(
                        at,
                        "sparsity",
                        sparsity,
                        "a part from 0 to 1",
                    ));
                }
                check_std(at, std)?;
                check_matrix(at, shape)
            }
        }
    }

    /// PyTorch's name, for messages.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Init::Constant(_) => "constant",
            Init::Uniform { .. } => "uniform",
            Init::Normal { .. } => "normal",
            Init::TruncNormal(_) => super::trunc_normal::NAME,
            Init::Eye => "eye",
            Init::Dirac { .. } => "dirac",
            Init::XavierUniform { .. } => "xavier_uniform",
            Init::XavierNormal { .. } => "xavier_normal",
            Init::KaimingUniform(_) => "kaiming_uniform",
            Init::KaimingNormal(_) => "kaiming_normal",
            Init::Orthogonal { .. } => "orthogonal",
            Init::Sparse { .. } => "sparse",
            Init::Fn(_) => super::from_fn::NAME,
        }
    }
}

/// An error unless the two are finite and in order.
fn check_bounds(at: &str, names: [&'static str; 2], low: f64, high: f64) -> Result<()> {
    if low <= high && (high - low).is_finite() {
        return Ok(());
    }
    let expected = format!("at most `{}` = {high}, both finite", names[1]);
    Err(Error::argument(at, names[0], low, expected))
}

pub(super) fn check_finite(at: &str, name: &'static str, value: f64) -> Result<()> {
    if value.is_finite() {
        return Ok(());
    }
    Err(Error::argument(at, name, value, "a finite number"))
}

fn check_std(at: &str, std: f64) -> Result<()> {
    if std >= 0. && std.is_finite() {
        return Ok(());
    }
    Err(Error::argument(at, "std", std, "a finite number ≥ 0"))
}

fn check_matrix(at: &str, shape: &[usize]) -> Result<()> {
    if shape.len() == 2 {
        return Ok(());
    }
    Err(Error::argument(at, "shape", shape, "2 dimensions"))
}

fn check_dirac(at: &str, shape: &[usize], groups: usize) -> Result<()> {
    if !(3..=5).contains(&shape.len()) {
        let expected = "3 to 5 dimensions: the weights of a convolution";
        return Err(Error::argument(at, "shape", shape, expected));
    }
    if groups == 0 || !shape[0].is_multiple_of(groups) {
        let expected = format!("a divisor of the {} output channels", shape[0]);
        return Err(Error::argument(at, "groups", groups, expected));
    }
    Ok(())
}
