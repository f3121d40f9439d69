//! Steps of many parameters at once: as if each had an optimizer of its own, whatever the number of threads.

use std::sync::mpsc::channel;
use std::sync::LazyLock;
use std::time::Duration;

use candle_core::{DType, Shape, Tensor as Data};

use super::*;
use crate::tensor::{Generator, SparseGrad};
use crate::{Device, Error};

/// Runs `f` with this many threads.
fn with_threads<T: Send>(threads: usize, f: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("threads can be started").install(f)
}

/// Values of their own for every seed, quickly: where they start in a row of random ones depends on it.
fn normal(shape: &[usize], seed: u64, dtype: DType) -> Result<Tensor> {
    static ROW: LazyLock<Vec<f64>> = LazyLock::new(|| {
        let row = Generator::new(1).normal([ROOM], 0., 1., DType::F64, &Device::Cpu);
        row.and_then(|row| row.to_vec()).expect("there is room")
    });
    const ROOM: usize = 200_000;
    let count: usize = shape.iter().product();
    let start = seed as usize * 7919 % (ROOM / 2);
    let values = ROW[start..start + count].to_vec();
    Tensor::from_vec(values, shape, &Device::Cpu)?.to_dtype(dtype)
}

/// Tiny ones and others, in all types: together worth several threads; one is large beside the rest, several are middling.
fn shapes() -> Vec<(Vec<usize>, DType)> {
    let types = [DType::F32, DType::F64, DType::BF16, DType::F16];
    let mut shapes = vec![
        (vec![], DType::F32),
        (vec![0, 3], DType::F32),
        (vec![300, 301], DType::F32),
        (vec![33_000], DType::BF16),
        (vec![40_001], DType::F64),
        (vec![200, 201], DType::F32),
    ];
    shapes.extend((0..60).map(|i| (vec![i % 7, 1 + i * 11], types[i % 4])));
    shapes
}

fn params(shapes: &[(Vec<usize>, DType)]) -> Result<Vec<Param>> {
    let mut numbered = (0..).zip(shapes);
    let new =
        |(seed, (shape, dtype)): (u64, &(Vec<usize>, _))| Param::new(normal(shape, seed, *dtype)?);
    numbered.by_ref().map(new).collect()
}

/// Other gradients in each step; some parameters have none in some steps.
fn set_grads(params: &[Param], step: u64) -> Result<()> {
    for (i, param) in (0..).zip(params) {
        let grad = match (i + step) % 11 {
            0 => None,
            _ => Some(normal(param.dims(), 1000 * step + i, param.dtype())?),
        };
        param.set_grad(grad)?;
    }
    Ok(())
}

/// All bits of values and state.
fn bits(params: &[Param], states: Vec<OptimizerState>) -> Result<Vec<Vec<u64>>> {
    let values = params.iter().map(|param| Tensor::from(param).detach());
    let kept = states
        .into_iter()
        .flat_map(|state| state.state.into_values());
    let all = values.chain(kept.flat_map(|tensors| tensors.into_values()));
    all.map(|tensor| {
        let values = tensor.to_vec::<f64>()?;
        Ok(values.iter().map(|value| value.to_bits()).collect())
    })
    .collect()
}

const STEPS: u64 = 4;

fn together<R: UpdateRule>(options: &R, shapes: &[(Vec<usize>, DType)]) -> Result<Vec<Vec<u64>>> {
    let params = params(shapes)?;
    let mut opt = FirstOrder::<R>::new(&params, options.clone())?;
    for step in 0..STEPS {
        set_grads(&params, step)?;
        opt.step()?;
    }
    bits(&params, vec![opt.state_dict()?])
}

fn one_by_one<R: UpdateRule>(options: &R, shapes: &[(Vec<usize>, DType)]) -> Result<Vec<Vec<u64>>> {
    let params = params(shapes)?;
    let own = |param| FirstOrder::<R>::new([param], options.clone());
    let mut opts = params.iter().map(own).collect::<Result<Vec<_>>>()?;
    for step in 0..STEPS {
        set_grads(&params, step)?;
        opts.iter_mut().try_for_each(Optimizer::step)?;
    }
    let states = opts.iter().map(Optimizer::state_dict);
    bits(&params, states.collect::<Result<_>>()?)
}

fn agrees<R: UpdateRule>(options: R) -> Result<()> {
    let shapes = shapes();
    let expected = with_threads(1, || one_by_one(&options, &shapes))?;
    for threads in [1, 2, 3, 8] {
        let found = with_threads(threads, || together(&options, &shapes))?;
        assert!(found == expected, "{options:?} with {threads} threads");
    }
    Ok(())
}

#[test]
fn all_together_are_each_by_itself() -> Result<()> {
    agrees(SgdOptions::from(0.1).momentum(0.9).weight_decay(0.1))?;
    agrees(AdamOptions::from(0.1).amsgrad(true))
}

#[test]
fn rules_with_numbers_of_their_own_are_each_by_itself_too() -> Result<()> {
    agrees(NAdamOptions::from(0.1))?;
    agrees(AdafactorOptions::from(0.1))
}

/// Whoever steps many parameters may have the stack of a thread as it is started.
#[test]
fn thousands_of_parameters_fit_a_small_stack() -> Result<()> {
    let shapes: Vec<_> = (0..5000).map(|i| (vec![1 + i % 60], DType::F32)).collect();
    let options = AdamOptions::from(0.1);
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let run = move || -> Result<()> {
        let expected = one_by_one(&options, &shapes)?;
        assert!(together(&options, &shapes)? == expected);
        Ok(())
    };
    let done = thread
        .spawn(move || with_threads(2, run))
        .expect("a thread can be started");
    done.join().expect("no overflow")
}

#[test]
fn gradients_may_lie_in_one_storage() -> Result<()> {
    let step = |threads, whole: bool| -> Result<Vec<Vec<u64>>> {
        let params = params(&vec![(vec![300, 100], DType::F32); 8])?;
        let grad = normal(&[300, 100], 9, DType::F32)?;
        for param in &params {
            param.set_grad(Some(grad.clone()))?;
        }
        match whole {
            true => with_threads(threads, || Adam::new(&params, 0.1)?.step())?,
            false => params
                .iter()
                .try_for_each(|param| Adam::new([param], 0.1)?.step())?,
        }
        bits(&params, Vec::new())
    };
    let expected = step(1, false)?;
    for threads in [1, 2, 8] {
        assert!(step(threads, true)? == expected, "{threads} threads");
    }
    Ok(())
}

/// Each is the gradient of the next: the steps are taken in their order, and nobody waits for a lock that it has itself.
#[test]
fn a_gradient_that_is_another_parameter_is_read_in_the_order_of_the_steps() -> Result<()> {
    let step = |threads| -> Result<Vec<Vec<u64>>> {
        let params = params(&vec![(vec![300, 100], DType::F32); 8])?;
        for (i, param) in params.iter().enumerate() {
            param.set_grad(Some(params[(i + 1) % 8].detach()))?;
        }
        with_threads(threads, || Sgd::new(&params, 0.1)?.step())?;
        bits(&params, Vec::new())
    };
    let expected = step(1)?;
    for threads in [2, 8] {
        assert!(step(threads)? == expected, "{threads} threads");
    }
    Ok(())
}

/// Parameters on one variable of Candle's: the steps of all count.
#[test]
fn parameters_on_one_storage_are_stepped_in_their_order() -> Result<()> {
    let step = |threads| -> Result<Vec<Vec<u64>>> {
        let var = candle_core::Var::from_tensor(normal(&[300, 100], 1, DType::F32)?.as_candle())?;
        let params = (0..8).map(|_| Param::from_var(&var));
        let params = params.collect::<Result<Vec<_>>>()?;
        set_grads(&params, 1)?;
        let options = SgdOptions::from(0.1).weight_decay(0.5);
        with_threads(threads, || Sgd::new(&params, options)?.step())?;
        bits(&params, Vec::new())
    };
    assert!(step(2)? == step(1)?);
    Ok(())
}

#[test]
fn sparse_gradients_stand_beside_dense_ones() -> Result<()> {
    let step = |threads, whole: bool| -> Result<Vec<Vec<u64>>> {
        let params = params(&vec![(vec![300, 100], DType::F32); 8])?;
        set_grads(&params, 1)?;
        let rows = Tensor::new(&[7u32, 299], &Device::Cpu)?;
        params[3].set_sparse_grad(SparseGrad::new(
            rows,
            normal(&[2, 100], 4, DType::F32)?,
            [300, 100],
        )?)?;
        let options = AdagradOptions::from(0.1);
        match whole {
            true => with_threads(threads, || Adagrad::new(&params, options)?.step())?,
            false => params
                .iter()
                .try_for_each(|param| Adagrad::new([param], options.clone())?.step())?,
        }
        bits(&params, Vec::new())
    };
    assert!(step(2, true)? == step(1, false)?);
    Ok(())
}

/// A thread that reads several parameters at once meets a step without either waiting for ever.
#[test]
fn a_step_holds_one_parameter_at_a_time() -> Result<()> {
    let params = params(&vec![(vec![300, 100], DType::F32); 8])?;
    set_grads(&params, 1)?;
    let before = bits(&params, Vec::new())?;
    let (held, others) = params.split_first().expect("there are eight");
    let (done, finished) = channel();
    std::thread::scope(|scope| -> Result<()> {
        let reading = held.as_candle().storage_and_layout();
        scope.spawn(|| with_threads(2, || Adam::new(&params, 0.1)?.step()));
        scope.spawn(|| {
            while (1..8)
                .any(|i| bits(&params[i..=i], Vec::new()).is_ok_and(|now| now[0] == before[i]))
            {
                std::thread::yield_now();
            }
            done.send(()).expect("somebody waits");
        });
        let others_are_done = finished.recv_timeout(Duration::from_secs(100));
        drop(reading);
        assert!(others_are_done.is_ok(), "{} parameters", others.len());
        Ok(())
    })?;
    assert!(bits(&params[..1], Vec::new())? != before[..1]);
    Ok(())
}

/// The macro is for public optimizers.
#[allow(unreachable_pub)]
mod matrices {
    crate::optim::hyperparameters! {
        /// Fails for vectors.
        pub struct MatricesOptions {
            /// The rate.
            lr: f64 = 1.,
        }
    }
}
use matrices::MatricesOptions;

impl UpdateRule for MatricesOptions {
    const NAME: &'static str = "Matrices";
    const COUNTS_STEPS: bool = true;
    const SLOTS: &'static [&'static str] = &["sum"];

    fn initial(&self, _: &str) -> f64 {
        0.5
    }

    fn slot_shape(_: &str, _: &Shape) -> Shape {
        Shape::from(())
    }

    fn tensors(&self, _: Moment<'_>, param: &Data, _: &Data, state: &mut [Data]) -> Result<Data> {
        if let (1, [sum]) = (param.rank(), state) {
            return Err(Error::op(
                Self::NAME,
                format!("{:?} with {sum}", param.dims()),
            ));
        }
        Ok((param + 1.)?)
    }
}

#[test]
fn one_that_fails_keeps_no_other_from_its_step() -> Result<()> {
    let shapes = [vec![1, 1], vec![2], vec![3], vec![1, 2]].map(|shape| (shape, DType::F32));
    let params = params(&shapes)?;
    params
        .iter()
        .try_for_each(|param| param.set(param.zeros_like()?))?;
    let mut opt = FirstOrder::<MatricesOptions>::new(&params, 1.)?;
    for steps in [1f32, 2.] {
        for param in &params {
            param.set_grad(Some(param.ones_like()?))?;
        }
        let error = opt
            .step()
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(error.starts_with("Matrices: [2] with [0.5000]"), "{error}");
        let values = params.iter().map(|param| param.to_vec::<f32>());
        let expected = [vec![steps], vec![0.; 2], vec![0.; 3], vec![steps; 2]];
        assert_eq!(values.collect::<Result<Vec<_>>>()?, expected);
        let state = opt.state_dict()?.state;
        let counts = state.values().map(|kept| kept["step"].item());
        assert_eq!(
            counts.collect::<Result<Vec<_>>>()?,
            [steps, 0., 0., steps].map(f64::from)
        );
    }
    assert_eq!(opt.steps(), Some(0));
    Ok(())
}
