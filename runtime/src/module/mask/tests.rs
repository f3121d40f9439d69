use super::*;
use crate::module::ModuleExt;
use crate::testing::Toy;
use crate::Result;

fn frozen_params(net: &Toy) -> Vec<String> {
    let params = net.named_parameters().into_iter();
    let frozen = params.filter(|(_, param)| param.frozen());
    frozen.map(|(name, _)| name).collect()
}

fn frozen_modules(net: &Toy) -> Vec<String> {
    let modules = net.named_modules().into_iter();
    let frozen = modules.filter(|(_, module)| module.state().is_some_and(|state| state.frozen()));
    frozen.map(|(name, _)| name).collect()
}

#[test]
fn freezing_adds_and_unfreezing_takes() -> Result<()> {
    let net = Toy::net()?;
    net.freeze(&"features.*".into())?;
    let features = [
        "features",
        "features.0",
        "features.1",
        "features.2",
        "features.3",
    ];
    assert_eq!(frozen_modules(&net), features);
    net.freeze(&"fc1.weight".into())?;
    assert_eq!(frozen_params(&net).len(), 4);
    assert_eq!(frozen_modules(&net), features); // half of fc1 is not fc1
    net.freeze(&"fc1.bias".into())?;
    assert!(frozen_modules(&net).contains(&"fc1".to_owned()));
    net.unfreeze(&"features.1.bias".into())?;
    let left = ["features.0", "features.2", "features.3", "fc1"];
    assert_eq!(frozen_modules(&net), left);
    net.unfreeze(&"*".into())?;
    assert!(frozen_modules(&net).is_empty() && frozen_params(&net).is_empty());
    Ok(())
}

#[test]
fn train_only_sets_exactly() -> Result<()> {
    let net = Toy::net()?.with("dropout", Toy::new("Dropout"));
    net.freeze(&"fc2.*".into())?;
    net.train_only(&Mask::new(["fc2.*", "features.3.*"]))?;
    assert_eq!(net.trainable_parameters().len(), 2);
    let frozen = frozen_modules(&net);
    for (path, expected) in [
        ("", false),
        ("features", true),
        ("features.3", false), // by its path: it has no parameters
        ("fc2", false),
        ("dropout", true),
    ] {
        assert_eq!(frozen.contains(&path.to_owned()), expected, "{path}");
    }
    net.train_only(&Mask::none())?;
    assert!(net.trainable_parameters().is_empty());
    net.train_only(&Mask::all())?;
    assert!(frozen_modules(&net).is_empty());
    Ok(())
}

#[test]
fn freezing_drops_the_gradient() -> Result<()> {
    let net = Toy::linear(1, 1)?;
    let bias = net.get_parameter("bias")?;
    bias.add(0.0)?.backward()?;
    net.freeze(&"bias".into())?;
    assert!(bias.grad().is_none());
    Ok(())
}

#[test]
fn types_select_their_own_parameters_and_layers_without_any() -> Result<()> {
    let net = Toy::net()?;
    let mask = Mask::of_type("BatchNorm2d") | Mask::of_type("Dropout");
    net.freeze(&mask)?;
    assert_eq!(
        frozen_params(&net),
        ["features.1.weight", "features.1.bias"]
    );
    assert_eq!(frozen_modules(&net), ["features.1", "features.3"]);
    Ok(())
}

#[test]
fn what_matches_nothing_is_an_error_with_the_nearest_names() -> Result<()> {
    let net = Toy::net()?;
    let message = |mask: Mask| net.freeze(&mask).unwrap_err().to_string();
    let typo = message(Mask::new(["features.*", "fcl.*"]));
    assert!(typo.contains("`fcl.*` matches nothing in Net"), "{typo}");
    assert!(typo.contains("did you mean `fc1.*`"), "{typo}");
    let module = message(Mask::new("features"));
    assert!(module.ends_with("did you mean `features.*`?"), "{module}");
    let kind = message(Mask::of_type("BatchNorm1d"));
    assert!(kind.contains("did you mean `BatchNorm2d`"), "{kind}");
    let empty = message(Mask::new("fc1.*") & "fc2.*");
    assert_eq!(empty, "the mask `(fc1.* & fc2.*)` matches nothing in Net");
    assert!(frozen_params(&net).is_empty());
    Ok(())
}

#[test]
fn masks_are_saved_and_print() {
    let mask = (Mask::new(["a.*", "b"]) | Mask::of_type("Linear")) & !Mask::new("*.bias");
    assert_eq!(mask.to_string(), "((a.*, b | type Linear) & !(*.bias))");
    let json = serde_json::to_string(&mask).unwrap();
    let expected = r#"{"and":[{"or":[{"names":["a.*","b"]},{"type":"Linear"}]},{"not":{"names":["*.bias"]}}]}"#;
    assert_eq!(json, expected);
    assert_eq!(serde_json::from_str::<Mask>(&json).unwrap(), mask);
    const FIXED: Mask = Mask::from_static(&["a"]);
    assert_eq!(FIXED, Mask::new("a"));
    assert_eq!(serde_json::to_string(&Mask::all()).unwrap(), r#""all""#);
}
