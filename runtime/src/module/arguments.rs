//! The arguments of a layer that is being built.

use super::{Build, PlanValue};
use crate::nn::Size2d;
use crate::{Error, Result};

impl Build<'_, '_> {
    fn argument(&self, row: usize) -> &PlanValue {
        self.here().args.get(row).unwrap_or(&PlanValue::None)
    }

    fn refuse(&self, row: usize, wanted: &str) -> Error {
        Error::shape(
            self.path(),
            format!(
                "argument {row} of {} is not known at construction; expected {wanted}",
                self.here().type_name
            ),
        )
    }

    /// Argument `row` as a non-negative whole number.
    ///
    /// # Errors
    /// If it is something else.
    pub fn int(&self, row: usize) -> Result<usize> {
        as_usize(self.argument(row)).ok_or_else(|| self.refuse(row, "a whole number"))
    }

    /// Argument `row` as a whole number.
    ///
    /// # Errors
    /// If it is something else.
    pub fn signed(&self, row: usize) -> Result<i64> {
        match self.argument(row) {
            PlanValue::Int(n) => Ok(*n),
            _ => Err(self.refuse(row, "a whole number")),
        }
    }

    /// Argument `row` as a list of whole numbers; a single one is a list of one.
    ///
    /// # Errors
    /// If it is something else.
    pub fn signed_list(&self, row: usize) -> Result<Vec<i64>> {
        list(self.argument(row), |v| match v {
            PlanValue::Int(n) => Some(*n),
            _ => None,
        })
        .ok_or_else(|| self.refuse(row, "a list of whole numbers"))
    }

    /// Argument `row` as one size or two, as it was written.
    ///
    /// # Errors
    /// If it is something else.
    pub fn size2d(&self, row: usize) -> Result<Size2d> {
        let (height, width) = self.pair(row)?;
        Ok(match self.argument(row) {
            PlanValue::List(_) => Size2d::Each(height, width),
            _ => Size2d::Both(height),
        })
    }

    /// Argument `row` as a number.
    ///
    /// # Errors
    /// If it is something else.
    pub fn float(&self, row: usize) -> Result<f64> {
        match self.argument(row) {
            PlanValue::Float(x) => Ok(*x),
            PlanValue::Int(n) => Ok(*n as f64),
            _ => Err(self.refuse(row, "a number")),
        }
    }

    /// Argument `row` as a truth value.
    ///
    /// # Errors
    /// If it is something else.
    pub fn flag(&self, row: usize) -> Result<bool> {
        match self.argument(row) {
            PlanValue::Bool(b) => Ok(*b),
            _ => Err(self.refuse(row, "true or false")),
        }
    }

    /// Argument `row` as a pair; a single number stands for both.
    ///
    /// # Errors
    /// If it is something else.
    pub fn pair(&self, row: usize) -> Result<(usize, usize)> {
        self.ints(row)
            .ok()
            .and_then(|v| match v.as_slice() {
                [a] => Some((*a, *a)),
                [a, b] => Some((*a, *b)),
                _ => None,
            })
            .ok_or_else(|| self.refuse(row, "a whole number or a pair"))
    }

    /// Argument `row` as a list of whole numbers; a single one is a list of one.
    ///
    /// # Errors
    /// If it is something else.
    pub fn ints(&self, row: usize) -> Result<Vec<usize>> {
        let found = list(self.argument(row), as_usize);
        found.ok_or_else(|| self.refuse(row, "a list of whole numbers"))
    }

    /// Argument `row` as a word, if it is one.
    pub fn word(&self, row: usize) -> Option<&'static str> {
        match self.argument(row) {
            PlanValue::Str(s) => Some(s),
            _ => None,
        }
    }

    /// Whether argument `row` was left out.
    pub fn is_none(&self, row: usize) -> bool {
        matches!(self.argument(row), PlanValue::None)
    }
}

fn as_usize(v: &PlanValue) -> Option<usize> {
    match v {
        PlanValue::Int(n) => usize::try_from(*n).ok(),
        _ => None,
    }
}

/// The items of a list, or the one value.
fn list<T>(v: &PlanValue, item: impl Fn(&PlanValue) -> Option<T>) -> Option<Vec<T>> {
    match v {
        PlanValue::List(items) => items.iter().map(item).collect(),
        one => item(one).map(|n| vec![n]),
    }
}
