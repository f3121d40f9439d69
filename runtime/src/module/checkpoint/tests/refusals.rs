//! What a checkpoint refuses, and how checkpoints are chosen.

use super::*;

#[test]
fn a_second_backward_is_an_error_unless_the_graph_is_kept() -> Result<()> {
    let (net, x) = (cnn()?, images()?);
    net.checkpoint(["a", "b"])?;
    let loss = net.forward(&x)?.sum(())?;
    loss.backward()?;
    assert!(matches!(loss.backward(), Err(Error::GraphFreed { .. })));

    let run = |checkpointed: bool| -> Result<Vec<f32>> {
        let net = cnn()?;
        net.eval();
        if checkpointed {
            net.checkpoint(["a", "b"])?;
        }
        let loss = net.forward(&x)?.sum(())?;
        for _ in 0..2 {
            loss.backward_with(BackwardOptions::default().retain_graph(true))?;
        }
        let grad = net.get_parameter("a.conv.weight")?.grad();
        grad.map_or_else(|| Err(Error::NoGradNeeded), |grad| grad.to_vec())
    };
    assert_eq!(run(false)?, run(true)?);
    Ok(())
}

#[test]
fn a_parameter_changed_in_between_is_found() -> Result<()> {
    let (net, x) = (cnn()?, images()?);
    net.checkpoint("a")?;
    // Trained, and frozen; a bias, which no gradient is computed from.
    for (frozen, name) in [
        (false, "conv.weight"),
        (false, "norm.bias"),
        (true, "conv.weight"),
    ] {
        if frozen {
            net.freeze(&"a.conv.*".into())?;
        }
        let loss = net.forward(&x)?.sum(())?;
        let param = net.get_parameter(&format!("a.{name}"))?;
        param.set(param.mul(2.)?)?;
        let error = loss.backward().unwrap_err();
        let Error::ChangedInPlace { op, owner, .. } = &error else {
            return Err(error);
        };
        assert_eq!(
            (*op, owner.as_str()),
            ("checkpoint", &*format!("parameter `{name}`"))
        );
    }
    Ok(())
}

#[test]
fn a_function_that_gives_something_else_is_an_error() -> Result<()> {
    let calls = AtomicUsize::new(0);
    let w = crate::Param::new(random([2, 3], 1)?)?;
    let f = move |x: Tensor| match calls.fetch_add(1, Ordering::Relaxed) {
        0 => x.mul(2.),
        _ => x.mul(2.)?.flatten(0),
    };
    let loss = checkpoint(f, (*w).clone())?.sum(())?;
    let error = loss.backward().unwrap_err().to_string();
    assert!(
        error.contains("run again, the function gave [6] of f32, but the first time [2, 3] of f32"),
        "{error}"
    );
    Ok(())
}

#[test]
fn segments() -> Result<()> {
    let (net, x) = (cnn()?, images()?);
    let plain = step(&net, || net.forward(&x))?;
    for segments in 1..=6 {
        let net = cnn()?;
        assert_eq!(
            step(&net, || checkpoint_sequential(&net, segments, &x))?,
            plain
        );
    }
    for segments in [0, 7] {
        let error = checkpoint_sequential(&net, segments, &x)
            .unwrap_err()
            .to_string();
        assert!(error.contains("a number from 1 to 6"), "{error}");
    }
    let list = || -> Result<Vec<Linear>> {
        (0..3)
            .map(|seed| {
                Linear::config(4)
                    .input([1, 4])
                    .init_seeded(&Device::Cpu, seed)
            })
            .collect()
    };
    let (x, lists) = (random([2, 4], 1)?, [list()?, list()?]);
    let plain = step(&lists[0], || lists[0].forward(&x))?;
    assert_eq!(
        step(&lists[1], || checkpoint_sequential(&lists[1], 3, &x))?,
        plain
    );
    Ok(())
}

#[test]
fn masks_select_the_outermost_modules() -> Result<()> {
    let net = cnn()?;
    let on = || -> Vec<String> {
        let modules = net.named_modules().into_iter();
        let on = modules.filter(|(_, m)| m.state().is_some_and(|state| state.checkpointed()));
        on.map(|(path, _)| path).collect()
    };
    net.checkpoint("b*")?;
    assert_eq!(on(), ["b"]);
    net.checkpoint(crate::module::Mask::of_type("Conv2d"))?;
    assert_eq!(on(), ["stem", "a.conv", "b", "b.0.conv", "b.1.conv"]);
    net.uncheckpoint("*")?;
    assert!(on().is_empty());
    let error = net.checkpoint("c").unwrap_err().to_string();
    assert!(
        error.starts_with("the mask `c` matches nothing in Sequential"),
        "{error}"
    );
    Ok(())
}
