//! The margin losses' gradients, extremes, kinks and types.

use super::*;
use crate::loss::Reduction;
use crate::testing::{gradcheck, randn};
use crate::{DType, Device, Param, Result, Tensor};

const ALL: [Reduction; 3] = [Reduction::Mean, Reduction::Sum, Reduction::None];

fn labels(values: &[i64], shape: &[usize]) -> Result<Tensor> {
    Tensor::from_vec(values.to_vec(), shape, &Device::Cpu)
}

fn floats<const C: usize>(rows: &[[f64; C]]) -> Result<Tensor> {
    Tensor::from_vec(rows.concat(), [rows.len(), C], &Device::Cpu)
}

fn grad(param: &Param) -> Result<Vec<f64>> {
    param
        .grad()
        .map_or_else(|| Ok(Vec::new()), |grad| grad.to_vec())
}

#[test]
fn gradients_of_margin_ranking() -> Result<()> {
    let target = randn([4, 3])?.gt(0)?.to_dtype(DType::I64)?.mul(2)?.sub(1)?;
    for reduction in ALL {
        let loss = MarginRankingLoss::new_with(
            MarginRankingLossOptions::default()
                .margin(0.3)
                .reduction(reduction),
        );
        let f = |x: &[Tensor]| loss.forward(&x[0], &x[1], &x[2]);
        let pair = [randn([4, 3])?, randn([4, 3])?.mul(-0.7)?];
        gradcheck(f, &[pair[0].clone(), pair[1].clone(), target.clone()])?;
        gradcheck(f, &[pair[0].clone(), randn([4, 1])?, randn([1, 3])?])?;
        gradcheck(f, &[randn(())?, randn(())?.add(1.)?, randn(())?])?;
    }
    Ok(())
}

#[test]
fn gradients_of_cosine_embedding() -> Result<()> {
    for reduction in ALL {
        let loss = CosineEmbeddingLoss::new_with(
            CosineEmbeddingLossOptions::default()
                .margin(-0.5)
                .reduction(reduction),
        );
        let f = |x: &[Tensor]| loss.forward(&x[0], &x[1], &x[2]);
        let target = labels(&[1, -1, 0, -1], &[4])?;
        gradcheck(f, &[randn([4, 3])?, randn([4, 3])?.add(0.2)?, target])?;
        let target = labels(&[-1, 1], &[2])?;
        gradcheck(f, &[randn([2, 3])?, randn([1, 3])?.add(0.2)?, target])?;
        gradcheck(f, &[randn(3)?, randn(3)?.add(1.)?, labels(&[1], &[])?])?;
    }
    Ok(())
}

#[test]
fn gradients_of_triplets() -> Result<()> {
    let near = [randn([4, 3])?, randn([4, 3])?.mul(-0.4)?];
    let far = randn([3, 4])?.mul(0.9)?.t()?.add(0.1)?.contiguous()?;
    for reduction in ALL {
        let options = TripletMarginLossOptions::default().margin(2);
        let loss = TripletMarginLoss::new_with(options.reduction(reduction));
        let f = |x: &[Tensor]| loss.forward(&x[0], &x[1], &x[2]);
        gradcheck(f, &[near[0].clone(), near[1].clone(), far.clone()])?;
        gradcheck(f, &[randn(3)?, randn(3)?.mul(2.5)?, randn(3)?.neg()?])?;
        let options = TripletMarginWithDistanceLossOptions::default()
            .distance_function(|a, b| 1.0 - a.cosine_similarity(b)?)
            .margin(0.7)
            .swap(true);
        let loss = TripletMarginWithDistanceLoss::new_with(options.reduction(reduction));
        let f = |x: &[Tensor]| loss.forward(&x[0], &x[1], &x[2]);
        gradcheck(f, &[near[0].clone(), near[1].clone(), far.clone()])?;
    }
    for (swap, p) in [(true, 2.), (false, 1.), (true, 3.)] {
        let options = TripletMarginLossOptions::default().p(p).swap(swap);
        let f = |x: &[Tensor]| triplet_margin_loss_with(&x[0], &x[1], &x[2], options.clone());
        gradcheck(f, &[near[0].clone(), near[1].clone(), far.clone()])?;
    }
    let all = [randn([2, 2, 3])?, randn([1, 2, 3])?, randn([2, 1, 3])?];
    gradcheck(|x| triplet_margin_loss(&x[0], &x[1], &x[2]), &all)
}

#[test]
fn gradients_of_multi_margin() -> Result<()> {
    let weight = Tensor::new(&[0.5, 2., 1., 0.25], &Device::Cpu)?;
    for reduction in ALL {
        for p in [1, 2] {
            let options = MultiMarginLossOptions::default()
                .p(p)
                .margin(0.8)
                .reduction(reduction);
            for options in [options.clone(), options.weight(weight.clone())] {
                let f = |x: &[Tensor]| multi_margin_loss_with(&x[0], &x[1], options.clone());
                gradcheck(f, &[randn([3, 4])?, labels(&[0, 3, 2], &[3])?])?;
                gradcheck(f, &[randn(4)?, labels(&[2], &[])?])?;
            }
        }
    }
    Ok(())
}

#[test]
fn gradients_of_multilabel_margin() -> Result<()> {
    let target = labels(
        &[3, 0, -1, 1, 0, 1, 2, 3, -1, 0, 0, 0, 2, 2, -1, -1],
        &[4, 4],
    )?;
    for reduction in ALL {
        let options = MultilabelMarginLossOptions::default().reduction(reduction);
        let f = |x: &[Tensor]| multilabel_margin_loss_with(&x[0], &x[1], options.clone());
        gradcheck(f, &[randn([4, 4])?, target.clone()])?;
        gradcheck(f, &[randn(3)?, labels(&[1, 0, -1], &[3])?])?;
    }
    Ok(())
}

#[test]
fn gradients_of_multilabel_soft_margin() -> Result<()> {
    for reduction in ALL {
        let options = MultilabelSoftMarginLossOptions::default().reduction(reduction);
        let f = |x: &[Tensor]| {
            let options = match x.get(2) {
                Some(weight) => options.clone().weight(weight.clone()),
                None => options.clone(),
            };
            multilabel_soft_margin_loss_with(&x[0], &x[1], options)
        };
        let target = labels(&[1, 0, 0, 1, 1, 1], &[2, 3])?;
        gradcheck(f, &[randn([2, 3])?, target, randn(3)?])?;
        gradcheck(f, &[randn([2, 4, 3])?, randn([2, 4, 3])?.square()?])?;
        gradcheck(f, &[randn(3)?, labels(&[1, 0, 1], &[3])?])?;
        gradcheck(f, &[randn([2, 3])?, randn([2, 3])?, randn([2, 1])?])?;
    }
    Ok(())
}

#[test]
fn the_composed_triplet_loss_is_that_with_the_default_distance() -> Result<()> {
    let [a, p, n] = [
        randn([4, 3])?,
        randn([4, 3])?.neg()?,
        randn([4, 3])?.add(1.)?,
    ];
    assert_eq!(
        triplet_margin_loss(&a, &p, &n)?.item()?,
        triplet_margin_with_distance_loss(&a, &p, &n)?.item()?
    );
    Ok(())
}

#[test]
fn zeros_have_gradients() -> Result<()> {
    let x = Param::new(floats(&[[0., 0.], [0., 0.]])?)?;
    let y = Param::new(floats(&[[3., 4.], [0., 0.]])?)?;
    let options = CosineEmbeddingLossOptions::default().reduction("sum");
    let loss = cosine_embedding_loss_with(&x, &y, labels(&[1, -1], &[2])?, options)?;
    assert_eq!(loss.item()?, 1.);
    loss.backward()?;
    assert!(grad(&x)?.iter().chain(&grad(&y)?).all(|g| g.is_finite()));

    let x = Param::new(floats(&[[0., 0.]])?)?;
    let loss = triplet_margin_loss_with(&x, &x, &x, TripletMarginLossOptions::default().eps(0))?;
    assert_eq!(loss.item()?, 1.);
    loss.backward()?;
    assert_eq!(grad(&x)?, [0., 0.]);
    Ok(())
}

#[test]
fn a_class_listed_twice_counts_twice_and_what_follows_the_end_does_not() -> Result<()> {
    let x = Param::new(floats(&[[0., 1., 2., 3.]])?)?;
    let loss = multilabel_margin_loss(&x, labels(&[1, 1, 2, -1], &[1, 4])?)?;
    assert_eq!(loss.item()?, (0. + 3. + 0. + 3. + 0. + 2.) / 4.);
    loss.backward()?;
    assert_eq!(grad(&x)?, [0., -0.5, -0.25, 0.75]);
    x.zero_grad(true)?;
    let loss = multilabel_margin_loss(&x, labels(&[1, -1, 3, 3], &[1, 4])?)?;
    assert_eq!(loss.item()?, (0. + 2. + 3.) / 4.);
    loss.backward()?;
    assert_eq!(grad(&x)?, [0., -0.5, 0.25, 0.25]);
    Ok(())
}

#[test]
fn great_scores_neither_overflow_nor_vanish() -> Result<()> {
    for dtype in [DType::F16, DType::BF16, DType::F32, DType::F64] {
        let x = Param::new(floats(&[[1e4, -1e4, 1e4, -1e4]])?.to_dtype(dtype)?)?;
        let loss = multilabel_soft_margin_loss(&x, labels(&[1, 0, 0, 1], &[1, 4])?)?;
        assert_eq!(loss.dtype(), dtype);
        assert!((loss.item()? - 5e3).abs() < 20., "{dtype:?}");
        loss.backward()?;
        assert_eq!(grad(&x)?, [0., 0., 0.25, -0.25]);
        let loss = multi_margin_loss(&x, labels(&[0], &[1])?)?;
        assert_eq!(loss.item()?, 0.25, "{dtype:?}");
    }
    Ok(())
}

#[test]
fn small_losses_are_exact() -> Result<()> {
    let x = floats(&[[40., -40.]])?;
    let loss = multilabel_soft_margin_loss(&x, labels(&[1, 0], &[1, 2])?)?.item()?;
    assert!((loss / (-40f64).exp() - 1.).abs() < 1e-12, "{loss}");
    Ok(())
}

#[test]
fn a_nan_goes_on() -> Result<()> {
    let x = floats(&[[f64::NAN, 1., 2.]])?;
    let y = floats(&[[1., 2., 0.]])?;
    for class in 0..3 {
        assert!(multi_margin_loss(&x, labels(&[class], &[1])?)?
            .item()?
            .is_nan());
        let list = labels(&[class, -1, -1], &[1, 3])?;
        assert!(multilabel_margin_loss(&x, list)?.item()?.is_nan());
    }
    let ones = y.ones_like()?;
    assert!(margin_ranking_loss(&x, &y, &ones)?.item()?.is_nan());
    assert!(multilabel_soft_margin_loss(&x, &ones)?.item()?.is_nan());
    assert!(triplet_margin_loss(&x, &y, &ones)?.item()?.is_nan());
    for sign in [1, -1] {
        let target = labels(&[sign], &[1])?;
        assert!(cosine_embedding_loss(&x, &y, target)?.item()?.is_nan());
    }
    Ok(())
}

#[test]
fn targets_have_any_integer_type() -> Result<()> {
    let x = randn([2, 3])?;
    let classes = labels(&[2, 1], &[2])?;
    let (lists, present) = (
        labels(&[0, -1, 0, 1, 2, -1], &[2, 3])?,
        labels(&[1, 0, 1, 0, 0, 1], &[2, 3])?,
    );
    let one = multi_margin_loss(&x, &classes)?.item()?;
    let soft = multilabel_soft_margin_loss(&x, &present)?.item()?;
    for dtype in [DType::U8, DType::U32, DType::I16, DType::I32, DType::I64] {
        let of = |target: &Tensor| target.to_dtype(dtype);
        assert_eq!(multi_margin_loss(&x, of(&classes)?)?.item()?, one);
        assert_eq!(
            multilabel_soft_margin_loss(&x, of(&present)?)?.item()?,
            soft
        );
    }
    let many = multilabel_margin_loss(&x, &lists)?.item()?;
    let signs = labels(&[1, -1], &[2])?;
    let cosine = cosine_embedding_loss(&x, &x, &signs)?.item()?;
    for dtype in [DType::I16, DType::I32] {
        assert_eq!(
            multilabel_margin_loss(&x, lists.to_dtype(dtype)?)?.item()?,
            many
        );
        assert_eq!(
            cosine_embedding_loss(&x, &x, signs.to_dtype(dtype)?)?.item()?,
            cosine
        );
    }
    // An unsigned type has no −1: nothing is apart.
    let near = cosine_embedding_loss(&x, x.neg()?, labels(&[1, 0], &[2])?.to_dtype(DType::U8)?)?;
    assert!((near.item()? - 1.).abs() < 1e-12);
    Ok(())
}

#[test]
fn nothing_has_a_sum() -> Result<()> {
    let empty = Param::new(Tensor::zeros([0, 3], DType::F64, &Device::Cpu)?)?;
    let (none, no_lists) = (labels(&[], &[0])?, labels(&[], &[0, 3])?);
    let losses = [
        multi_margin_loss_with(
            &empty,
            &none,
            MultiMarginLossOptions::default().reduction("sum"),
        )?,
        multilabel_margin_loss_with(
            &empty,
            &no_lists,
            MultilabelMarginLossOptions::default().reduction("sum"),
        )?,
        multilabel_soft_margin_loss_with(
            &empty,
            &no_lists,
            MultilabelSoftMarginLossOptions::default().reduction("sum"),
        )?,
        margin_ranking_loss_with(
            &empty,
            &empty,
            &no_lists,
            MarginRankingLossOptions::default().reduction("sum"),
        )?,
        cosine_embedding_loss_with(
            &empty,
            &empty,
            &none,
            CosineEmbeddingLossOptions::default().reduction("sum"),
        )?,
        triplet_margin_loss_with(
            &empty,
            &empty,
            &empty,
            TripletMarginLossOptions::default().reduction("sum"),
        )?,
    ];
    for loss in losses {
        assert_eq!(loss.item()?, 0.);
        loss.backward()?;
    }
    Ok(())
}
