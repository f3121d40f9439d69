use super::*;
use crate::data::testing::Squares;
use crate::data::{random_split, TensorDataset};
use crate::Tensor;

/// The samples of one epoch, batch by batch.
fn epoch<D: Dataset, C: CollateFn<D, Batch = Tensor>>(
    loader: &DataLoader<D, C>,
) -> Result<Vec<Vec<i64>>> {
    loader.iter().map(|batch| batch?.to_vec1()).collect()
}

fn numbers(count: i64) -> Result<TensorDataset<Tensor>> {
    TensorDataset::new(Tensor::arange(0, count, &Device::Cpu)?)
}

#[test]
fn the_last_batch_is_smaller_or_dropped() -> Result<()> {
    let loader = DataLoader::new(numbers(7)?, 3)?;
    assert_eq!(loader.len(), 3);
    assert_eq!(epoch(&loader)?, [vec![0, 1, 2], vec![3, 4, 5], vec![6]]);
    let loader = loader.drop_last(true);
    assert_eq!(loader.len(), 2);
    assert_eq!(epoch(&loader)?, [[0, 1, 2], [3, 4, 5]]);
    Ok(())
}

#[test]
fn sizes_that_divide_or_exceed() -> Result<()> {
    assert_eq!(DataLoader::new(numbers(6)?, 3)?.len(), 2);
    assert_eq!(DataLoader::new(numbers(6)?, 3)?.drop_last(true).len(), 2);
    assert_eq!(epoch(&DataLoader::new(numbers(2)?, 100)?)?, [[0, 1]]);
    let none = DataLoader::new(numbers(2)?, 100)?.drop_last(true);
    assert!(none.is_empty() && none.iter().next().is_none());
    assert_eq!(epoch(&DataLoader::new(numbers(1)?, usize::MAX)?)?, [[0]]);
    Ok(())
}

#[test]
fn a_shuffled_epoch_has_every_sample_once() -> Result<()> {
    let loader = DataLoader::new(numbers(101)?, 8)?.shuffle(true).seed(1);
    let mut seen = epoch(&loader)?.concat();
    assert_ne!(seen, (0..101).collect::<Vec<_>>());
    seen.sort_unstable();
    assert_eq!(seen, (0..101).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn the_seed_decides_every_epoch() -> Result<()> {
    let loader =
        |seed| -> Result<_> { Ok(DataLoader::new(numbers(50)?, 8)?.shuffle(true).seed(seed)) };
    let (a, b, other) = (loader(1)?, loader(1)?, loader(2)?);
    let (first, second) = (epoch(&a)?, epoch(&a)?);
    assert_ne!(first, second);
    assert_eq!((&first, &second), (&epoch(&b)?, &epoch(&b)?));
    assert_ne!(first, epoch(&other)?);
    Ok(())
}

#[test]
fn without_a_seed_the_order_is_still_the_states() -> Result<()> {
    let a = DataLoader::new(numbers(50)?, 8)?.shuffle(true);
    let b = DataLoader::new(numbers(50)?, 8)?.shuffle(true);
    b.load_state(a.state());
    assert_eq!(epoch(&a)?, epoch(&b)?);
    Ok(())
}

#[test]
fn a_state_continues_an_epoch_and_those_after_it() -> Result<()> {
    let whole = DataLoader::new(numbers(20)?, 3)?.shuffle(true).seed(5);
    let expected = [epoch(&whole)?, epoch(&whole)?, epoch(&whole)?];
    for taken in 0..=whole.len() {
        let loader = DataLoader::new(numbers(20)?, 3)?.shuffle(true).seed(5);
        epoch(&loader)?;
        let mut second = loader.iter();
        for _ in 0..taken {
            second.next().transpose()?;
        }
        let state = loader.state();
        let resumed = DataLoader::new(numbers(20)?, 3)?.shuffle(true);
        resumed.load_state(state);
        assert_eq!(resumed.state(), state);
        if taken < whole.len() {
            assert_eq!(epoch(&resumed)?, expected[1][taken..], "{taken}");
        }
        assert_eq!(epoch(&resumed)?, expected[2], "{taken}");
    }
    Ok(())
}

#[test]
fn leaving_an_epoch_early_begins_a_new_one() -> Result<()> {
    let whole = DataLoader::new(numbers(20)?, 3)?.shuffle(true).seed(5);
    epoch(&whole)?;
    let left = DataLoader::new(numbers(20)?, 3)?.shuffle(true).seed(5);
    left.iter().next();
    assert_eq!(epoch(&left)?, epoch(&whole)?);
    Ok(())
}

#[test]
fn the_iterator_knows_its_length() -> Result<()> {
    let loader = DataLoader::new(numbers(7)?, 3)?;
    let mut batches = loader.iter();
    assert_eq!(batches.len(), 3);
    batches.next();
    assert_eq!(batches.len(), 2);
    Ok(())
}

#[test]
fn an_error_takes_its_batchs_place() -> Result<()> {
    let failing = Squares(5).map(|x| {
        if x == 4 {
            Err(Error::op("test", "four"))
        } else {
            Ok(x)
        }
    });
    let loader = DataLoader::new(failing, 2)?;
    let results: Vec<_> = loader.iter().map(|batch| batch.is_ok()).collect();
    assert_eq!(results, [true, false, true]);
    Ok(())
}

#[test]
fn a_failing_or_wrong_sampler_is_an_error() -> Result<()> {
    struct Failing;
    impl Sampler for Failing {
        fn order(&self, _: usize, _: &mut Generator) -> Result<Vec<usize>> {
            Err(Error::op("test", "no order"))
        }
    }
    struct Beyond;
    impl Sampler for Beyond {
        fn order(&self, dataset_len: usize, _: &mut Generator) -> Result<Vec<usize>> {
            Ok(vec![dataset_len])
        }
    }
    let loader = DataLoader::new(numbers(3)?, 2)?.sampler(Failing);
    let mut batches = loader.iter();
    assert_eq!(batches.len(), 1);
    assert!(batches.next().is_some_and(|batch| batch.is_err()));
    assert!(batches.next().is_none());
    assert!(epoch(&DataLoader::new(numbers(3)?, 2)?.sampler(Beyond)).is_err());
    Ok(())
}

#[test]
fn parts_of_a_split_are_loaded_alone() -> Result<()> {
    let [train, valid] = random_split(numbers(10)?, [7, 3], 0)?;
    let mut all = epoch(&DataLoader::new(train, 4)?.shuffle(true))?.concat();
    all.extend(epoch(&DataLoader::new(valid, 4)?)?.concat());
    all.sort_unstable();
    assert_eq!(all, (0..10).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn loaders_cross_threads() -> Result<()> {
    fn is_send_sync<T: Send + Sync>(_: &T) {}
    is_send_sync(&DataLoader::new(numbers(1)?, 1)?);
    Ok(())
}
