//! A data set for the tests of this module.

use super::dataset::check_index;
use super::{Dataset, Labelled};
use crate::Result;

/// The squares of the numbers below a bound.
#[derive(Debug, Clone)]
pub(super) struct Squares(pub(super) usize);

impl Dataset for Squares {
    type Item = i64;

    fn len(&self) -> usize {
        self.0
    }

    fn get(&self, index: usize) -> Result<i64> {
        check_index(index, self.0)?;
        Ok((index * index) as i64)
    }
}

impl Labelled for Squares {
    fn label(&self, index: usize) -> Result<i64> {
        Ok(self.get(index)? % 3)
    }
}
