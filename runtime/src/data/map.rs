//! Data sets of what a function makes of another's samples.

use super::{Dataset, Labelled};
use crate::Result;

/// A data set's samples with a function applied; made by [`Dataset::map`].
#[derive(Debug, Clone)]
pub struct Map<D, F> {
    dataset: D,
    f: F,
}

/// A data set's samples with a function applied to the input; made by [`Dataset::transform`].
#[derive(Debug, Clone)]
pub struct Transform<D, F> {
    dataset: D,
    f: F,
}

/// A data set's samples with a function applied to the target; made by [`Dataset::target_transform`].
#[derive(Debug, Clone)]
pub struct TargetTransform<D, F> {
    dataset: D,
    f: F,
}

impl<D, F> Map<D, F> {
    pub(super) fn new(dataset: D, f: F) -> Self {
        Map { dataset, f }
    }
}

impl<D, F> Transform<D, F> {
    pub(super) fn new(dataset: D, f: F) -> Self {
        Transform { dataset, f }
    }
}

impl<D, F> TargetTransform<D, F> {
    pub(super) fn new(dataset: D, f: F) -> Self {
        TargetTransform { dataset, f }
    }
}

impl<D, F, T> Dataset for Map<D, F>
where
    D: Dataset,
    F: Fn(D::Item) -> Result<T>,
{
    type Item = T;

    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn get(&self, index: usize) -> Result<T> {
        (self.f)(self.dataset.get(index)?)
    }
}

impl<D, F, X, Y, T> Dataset for Transform<D, F>
where
    D: Dataset<Item = (X, Y)>,
    F: Fn(X) -> Result<T>,
{
    type Item = (T, Y);

    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn get(&self, index: usize) -> Result<(T, Y)> {
        let (input, target) = self.dataset.get(index)?;
        Ok(((self.f)(input)?, target))
    }
}

impl<D, F, X, Y, T> Labelled for Transform<D, F>
where
    D: Labelled<Item = (X, Y)>,
    F: Fn(X) -> Result<T>,
{
    fn label(&self, index: usize) -> Result<i64> {
        self.dataset.label(index)
    }
}

impl<D, F, X, Y, T> Dataset for TargetTransform<D, F>
where
    D: Dataset<Item = (X, Y)>,
    F: Fn(Y) -> Result<T>,
{
    type Item = (X, T);

    fn len(&self) -> usize {
        self.dataset.len()
    }

    fn get(&self, index: usize) -> Result<(X, T)> {
        let (input, target) = self.dataset.get(index)?;
        Ok((input, (self.f)(target)?))
    }
}
