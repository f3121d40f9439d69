//! Row-sparse gradients in a parameter's slot.

use super::{grad, param};
use crate::ops::EmbeddingOptions;
use crate::tensor::{BackwardOptions, Param, SparseGrad, Tensor};
use crate::{DType, Device, Result};

fn ids(rows: &[u32]) -> Result<Tensor> {
    Tensor::new(rows, &Device::Cpu)
}

/// A sum over rows of the table, read sparsely.
fn read(table: &Param, rows: &[u32]) -> Result<Tensor> {
    let options = EmbeddingOptions::default().sparse(true);
    ids(rows)?.embedding_with(table, options)?.sum(())
}

fn table() -> Result<Param> {
    Param::new(Tensor::zeros([4, 2], DType::F32, &Device::Cpu)?)
}

fn rows(table: &Param) -> Option<Vec<usize>> {
    table.sparse_grad().map(|grad| grad.indices().to_vec())
}

#[test]
fn sparse_and_sparse_stay_sparse() -> Result<()> {
    let table = table()?;
    read(&table, &[3, 1])?
        .add(read(&table, &[1])?)?
        .backward()?;
    assert_eq!(rows(&table), Some(vec![1, 3]));
    read(&table, &[0, 3])?.backward()?;
    assert_eq!(rows(&table), Some(vec![0, 1, 3]));
    assert_eq!(grad(&table)?, [1., 1., 2., 2., 0., 0., 2., 2.]);
    let values = table.sparse_grad().map(|grad| grad.values());
    assert_eq!(values.map(|v| v.dims().to_vec()), Some(vec![3, 2]));
    Ok(())
}

#[test]
fn sparse_and_dense_become_dense() -> Result<()> {
    let expected = [1., 1., 1., 1., 1., 1., 2., 2.];
    let one_pass = table()?;
    let (sparse, dense) = (read(&one_pass, &[3])?, one_pass.sum(())?);
    dense.add(&sparse)?.backward()?;
    assert_eq!(
        (rows(&one_pass), grad(&one_pass)?),
        (None, expected.to_vec())
    );

    let sparse_first = table()?;
    read(&sparse_first, &[3])?.backward()?;
    sparse_first.sum(())?.backward()?;
    assert_eq!(
        (rows(&sparse_first), grad(&sparse_first)?),
        (None, expected.to_vec())
    );

    let dense_first = table()?;
    dense_first.sum(())?.backward()?;
    let given_out = dense_first.grad();
    read(&dense_first, &[3])?.backward()?;
    assert_eq!(
        (rows(&dense_first), grad(&dense_first)?),
        (None, expected.to_vec())
    );
    let before = given_out.map(|grad| grad.to_vec::<f32>()).transpose()?;
    assert_eq!(before, Some(vec![1.; 8]));
    Ok(())
}

#[test]
fn zeroed_it_holds_no_row() -> Result<()> {
    let table = table()?;
    read(&table, &[2, 2])?.backward()?;
    table.zero_grad(false)?;
    assert_eq!((rows(&table), grad(&table)?), (Some(vec![]), vec![0.; 8]));
    read(&table, &[1])?.backward()?;
    assert_eq!(rows(&table), Some(vec![1]));
    table.zero_grad(true)?;
    assert!(table.grad().is_none() && table.sparse_grad().is_none());
    Ok(())
}

#[test]
fn hooks_see_the_dense_form_and_may_replace_it() -> Result<()> {
    let table = table()?;
    let watch = table.register_hook(|grad| {
        assert_eq!(grad.to_vec::<f32>()?, [0., 0., 0., 0., 1., 1., 0., 0.]);
        Ok(None)
    });
    read(&table, &[2])?.backward()?;
    assert_eq!(rows(&table), Some(vec![2]));
    watch.remove();
    table.register_hook(|grad| Ok(Some(grad.mul(3.)?)));
    table.zero_grad(true)?;
    read(&table, &[2])?.backward()?;
    assert_eq!((rows(&table), grad(&table)?[4]), (None, 3.));
    Ok(())
}

#[test]
fn it_moves_with_its_parameter_and_reads_as_a_dense_one() -> Result<()> {
    let mut table = table()?;
    read(&table, &[2])?.backward()?;
    table.to_dtype(DType::F64)?;
    let values = table.sparse_grad().map(|grad| grad.dtype());
    assert_eq!(values, Some(DType::F64));
    let sum = table.with_grad(|grad| grad.map(|grad| Tensor::from(grad).sum(())));
    assert_eq!(
        sum.transpose()?.map(|sum| sum.item()).transpose()?,
        Some(2.)
    );
    Ok(())
}

#[test]
fn a_retained_graph_gives_it_again_and_half_types_add_up() -> Result<()> {
    let table = Param::new(Tensor::zeros([3, 1], DType::BF16, &Device::Cpu)?)?;
    let options = EmbeddingOptions::default().sparse(true);
    let many = Tensor::zeros(1000, DType::U32, &Device::Cpu)?;
    let y = many.embedding_with(&table, options)?;
    let upstream = BackwardOptions::default().gradient(y.ones_like()?);
    y.backward_with(upstream.clone().retain_graph(true))?;
    assert_eq!(
        table.grad().map(|g| g.to_vec::<f32>()).transpose()?,
        Some(vec![1000., 0., 0.])
    );
    y.backward_with(upstream)?;
    assert_eq!(
        table.grad().map(|g| g.to_vec::<f32>()).transpose()?,
        Some(vec![2000., 0., 0.])
    );
    assert!(y
        .backward_with(BackwardOptions::default().gradient(y.ones_like()?))
        .is_err());
    Ok(())
}

#[test]
fn a_frozen_table_gets_none() -> Result<()> {
    let table = table()?;
    let y = read(&table, &[1])?;
    table.set_frozen(true);
    let other = param(&[1.])?;
    y.add(other.sum(())?)?.backward()?;
    assert!(table.grad().is_none() && other.grad().is_some());
    Ok(())
}

#[test]
fn refusals_say_what_was_expected() -> Result<()> {
    let values = Tensor::zeros([2, 3], DType::F32, &Device::Cpu)?;
    let text = |result: Result<SparseGrad>| result.err().map(|e| e.to_string()).unwrap_or_default();
    assert_eq!(
        text(SparseGrad::new(ids(&[0, 4])?, &values, [4, 3])),
        "SparseGrad: index 4 is out of range: the shape [4, 3] has 4 rows"
    );
    assert_eq!(
        text(SparseGrad::new(ids(&[0])?, &values, [4, 3])),
        "SparseGrad: expected values [1, 3] of floats, but got [2, 3] of F32"
    );
    assert_eq!(
        text(SparseGrad::new(&values, &values, [4, 3])),
        "SparseGrad: expected a list of integers as indices, but got [2, 3] of F32"
    );
    assert_eq!(
        text(SparseGrad::new(ids(&[0])?, &values, ())),
        "SparseGrad: `shape` is [], but expected a shape with at least one dimension"
    );
    let grad = SparseGrad::new(ids(&[0, 1])?, &values, [4, 3])?;
    assert_eq!(
        text(grad.with_values(ids(&[0, 1])?)),
        "SparseGrad: expected values [2, 3] of floats, but got [2] of U32"
    );
    let error = table()?.set_sparse_grad(grad).err().map(|e| e.to_string());
    assert_eq!(
        error.as_deref(),
        Some("gradient of a parameter without a name: expected shape [4, 2] of F32, but it has shape [4, 3] of F32")
    );
    Ok(())
}
