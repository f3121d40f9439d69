//! Data sets of what a function makes of another's samples.

use super::{Dataset, Labelled};
use crate::Result;

/// A data set's samples with a function applied; made by [`Dataset::map`].
///
/// ```
/// use taper::data::{Dataset, TensorDataset};
/// use taper::{Device, Tensor};
///
/// let numbers = TensorDataset::new(Tensor::arange(0f32, 3., &Device::Cpu)?)?;
/// let doubled = numbers.map(|x| x.mul(2.));
/// assert_eq!(doubled.get(2)?.item()?, 4.);
/// # Ok::<(), taper::Error>(())
/// ```
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testing::Squares;
    use crate::data::{ConcatDataset, Subset};
    use crate::Error;

    fn pairs(count: usize) -> impl Dataset<Item = (i64, i64)> {
        Squares(count).map(|x| Ok((x, x)))
    }

    #[test]
    fn each_function_sees_its_own_half() -> Result<()> {
        let both = pairs(4)
            .transform(|x| Ok(x + 1))
            .target_transform(|y| Ok(y.to_string()));
        assert_eq!(both.get(3)?, (10, "9".to_string()));
        assert_eq!(both.len(), 4);
        Ok(())
    }

    #[test]
    fn errors_of_functions_pass() {
        let failing = pairs(4).transform(|_| Err::<i64, _>(Error::op("test", "no")));
        assert!(failing
            .get(0)
            .is_err_and(|error| error.to_string() == "test: no"));
    }

    /// Classes that are known without the sample.
    struct Classes;

    impl Dataset for Classes {
        type Item = (i64, i64);

        fn len(&self) -> usize {
            6
        }

        fn get(&self, _: usize) -> Result<(i64, i64)> {
            Err(Error::op("test", "a class was asked for, not a sample"))
        }
    }

    impl Labelled for Classes {
        fn label(&self, index: usize) -> Result<i64> {
            Ok((index % 3) as i64)
        }
    }

    #[test]
    fn classes_are_counted_without_making_samples() -> Result<()> {
        let augmented = Classes.transform(|x| Ok(x as f64));
        let some = Subset::new(&augmented, [0, 1, 3])?;
        assert_eq!(some.class_counts()?, [(0, 2), (1, 1)].into());
        let all = ConcatDataset::new([some.clone(), some]);
        assert_eq!(all.class_counts()?, [(0, 4), (1, 2)].into());
        Ok(())
    }
}
