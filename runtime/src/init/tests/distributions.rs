//! Samples of fixed seeds against their distributions: the greatest distance of the distribution functions (Kolmogorov and
//! Smirnov), whose limits here are exceeded by one right sample in a thousand.

use super::*;

const SHAPE: [usize; 2] = [100, 200];

/// The sorted values, the greatest distance from `cdf`, and its limit.
fn distance(mut values: Vec<f64>, cdf: impl Fn(f64) -> f64) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    let gap = |(i, &x): (usize, &f64)| {
        let p = cdf(x);
        (p - i as f64 / n).abs().max((p - (i + 1) as f64 / n).abs())
    };
    let worst = values.iter().enumerate().map(gap).fold(0., f64::max);
    (worst, 1.95 / n.sqrt())
}

fn assert_distributed(what: &str, values: Vec<f64>, cdf: impl Fn(f64) -> f64) {
    let (worst, limit) = distance(values, cdf);
    assert!(worst < limit, "{what}: {worst} above {limit}");
}

/// The mean and the standard deviation.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    (mean, variance.sqrt())
}

/// The integral of the standard normal density, relative to its greatest value between the bounds, by Simpson's rule: also
/// far out, where an error function has no digits left.
fn mass(from: f64, to: f64, peak: f64) -> f64 {
    let steps = 100;
    let h = (to - from) / f64::from(steps);
    let density = |i: i32| ((peak * peak - (from + f64::from(i) * h).powi(2)) / 2.).exp();
    let weight = |i: i32| match i {
        0 => 1.,
        i if i == steps => 1.,
        i if i % 2 == 1 => 4.,
        _ => 2.,
    };
    (0..=steps).map(|i| weight(i) * density(i)).sum::<f64>() * h / 3.
}

fn normal_cdf(x: f64) -> f64 {
    let half = mass(0., x.abs().min(9.), 0.) / std::f64::consts::TAU.sqrt();
    0.5 + half.copysign(x)
}

#[test]
fn uniform_and_normal_values_are_distributed_so() -> Result<()> {
    let kaiming = || KaimingOptions::default().mode("fan_out");
    let fan_in: f64 = (2f64 / 200.).sqrt();
    for (init, bound_or_std) in [
        (Init::uniform(-1., 1.), 1.),
        (Init::xavier_uniform(2.), 2. * (6f64 / 300.).sqrt()),
        (Init::kaiming_uniform(kaiming()), (6f64 / 100.).sqrt()),
        (Init::normal(0., 3.), 3.),
        (Init::xavier_normal(0.5), 0.5 * (2f64 / 300.).sqrt()),
        (Init::kaiming_normal(KaimingOptions::default()), fan_in),
    ] {
        let values = drawn(&init, &SHAPE)?.to_vec::<f64>()?;
        let (mean, std) = moments(&values);
        let what = format!("{init:?}");
        let uniform = matches!(init.resolved(&SHAPE)?, Init::Uniform { .. });
        let expected = if uniform {
            bound_or_std / 3f64.sqrt()
        } else {
            bound_or_std
        };
        // Four standard errors of the mean, and of the deviation (of a normal one, which has the larger).
        let n = values.len() as f64;
        assert!(mean.abs() < 4. * expected / n.sqrt(), "{what}: mean {mean}");
        let off = (std / expected - 1.).abs();
        assert!(off < 4. / (2. * n).sqrt(), "{what}: {std}, not {expected}");
        if uniform {
            assert!(values.iter().all(|x| x.abs() <= bound_or_std), "{what}");
            assert_distributed(&what, values, |x| (x / bound_or_std + 1.) / 2.);
        } else {
            assert_distributed(&what, values, |x| normal_cdf(x / bound_or_std));
        }
    }
    Ok(())
}

#[test]
fn truncated_values_are_distributed_so_also_in_the_tails() -> Result<()> {
    let options = |mean: f64, std: f64, a: f64, b: f64| {
        TruncNormalOptions::default().mean(mean).std(std).a(a).b(b)
    };
    for options in [
        TruncNormalOptions::default(),
        TruncNormalOptions::default().std(0.02),
        options(1., 2., 0., 3.),
        options(-0.5, 1., -0.6, -0.3),
        options(0., 1., 0.5, 0.7),
        options(0., 1., 0.5, f64::INFINITY),
        options(3., 2., f64::NEG_INFINITY, 5.),
        options(0., 1., 5., 8.),
        options(0., 1., 30., 31.),
        options(10., 0.5, -9., 6.),
        options(0., 1., -2., f64::INFINITY),
    ] {
        let init = Init::trunc_normal(options.clone());
        let values = drawn(&init, &[100, 100])?.to_vec::<f64>()?;
        let inside = |x: &f64| options.a <= *x && *x <= options.b;
        assert!(values.iter().all(inside), "{options:?}");
        let standard = |x: f64| ((x - options.mean) / options.std).clamp(-40., 40.);
        let (low, high) = (standard(options.a), standard(options.b));
        let peak = 0f64.clamp(low, high);
        // What is farther from the peak has no weight.
        let (low, high) = (low.max(peak - 9.), high.min(peak + 9.));
        let whole = mass(low, high, peak);
        assert_distributed(&format!("{options:?}"), values, |x| {
            mass(low, standard(x).clamp(low, high), peak) / whole
        });
    }
    Ok(())
}

#[test]
fn bounds_hold_in_every_type_and_may_be_one_point() -> Result<()> {
    let mut generator = Generator::new(2);
    let narrow = TruncNormalOptions::default().a(0.5).b(0.5);
    for (options, dtype) in [
        (narrow.clone(), DType::F64),
        (narrow.mean(400.).std(1e-3), DType::F32),
        (
            TruncNormalOptions::default().std(1e-310).a(0.5).b(0.5),
            DType::F32,
        ),
    ] {
        let values =
            Init::trunc_normal(options).tensor(&[3], dtype, &Device::Cpu, &mut generator)?;
        assert_eq!(values.to_vec::<f64>()?, [0.5; 3]);
    }
    let wide = Init::trunc_normal(TruncNormalOptions::default().std(9.).a(-0.1).b(0.1));
    let values = wide.tensor(&SHAPE, DType::F32, &Device::Cpu, &mut generator)?;
    assert!(values.to_vec::<f32>()?.iter().all(|x| x.abs() <= 0.1));
    Ok(())
}

/// Orthogonal matrices of the plane: turned by every angle alike, half of them mirrored.
#[test]
fn orthogonal_matrices_are_uniform() -> Result<()> {
    let mut generator = Generator::new(4);
    let mut angles = Vec::new();
    let mut mirrored = 0;
    for _ in 0..10_000 {
        let q = super::super::orthogonal::draw(&[2, 2], 1., &mut generator)?;
        angles.push(q[1].atan2(q[0]));
        mirrored += usize::from(q[0] * q[3] - q[1] * q[2] < 0.);
    }
    assert_distributed("angles", angles, |x| x / std::f64::consts::TAU + 0.5);
    assert!((4800..5200).contains(&mirrored), "{mirrored} of 10000");
    Ok(())
}

#[test]
fn sparse_columns_have_their_zeros_in_random_rows() -> Result<()> {
    let [rows, columns] = SHAPE;
    for (sparsity, zeros) in [(0., 0), (0.001, 1), (0.3, 30), (0.305, 31), (1., 100)] {
        let values = drawn(&Init::sparse(sparsity, 0.1), &SHAPE)?.to_vec::<f64>()?;
        let mut in_row = vec![0; rows];
        for column in 0..columns {
            let zero = |row: &usize| values[row * columns + column] == 0.;
            let found: Vec<usize> = (0..rows).filter(zero).collect();
            assert_eq!(found.len(), zeros, "sparsity {sparsity}, column {column}");
            found.into_iter().for_each(|row| in_row[row] += 1);
        }
        if sparsity == 0.3 {
            // 200 columns, each with a row's zero with probability 0.3.
            assert!(in_row.iter().all(|n| (30..=90).contains(n)), "{in_row:?}");
            let others: Vec<f64> = values.into_iter().filter(|x| *x != 0.).collect();
            assert_distributed("others", others, |x| normal_cdf(x / 0.1));
        }
    }
    Ok(())
}
