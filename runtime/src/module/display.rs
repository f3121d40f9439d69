//! Printing a module as PyTorch prints it.

use std::fmt;

use super::walk::Members;
use super::Module;

/// The tree of a module, as `print(model)` shows it in PyTorch.
///
/// A line per layer with its [`extra_repr`](Module::extra_repr), submodules indented by two; equal neighbours in a module list are
/// one entry, `(0-2): 3 x Linear(…)`. No newline at the end.
///
/// # Example
/// ```
/// use taper::module::format_module;
/// # use taper::testing::Toy;
/// # let net = Toy::new("MLP")
/// #     .with("hidden", Toy::linear(784, 256)?)
/// #     .with("act", Toy::new("ReLU"))
/// #     .with("output", Toy::linear(256, 10)?);
/// assert_eq!(format_module(&net), "\
/// MLP(
///   (hidden): Linear(in_features=784, out_features=256, bias=True)
///   (act): ReLU()
///   (output): Linear(in_features=256, out_features=10, bias=True)
/// )");
/// # Ok::<(), taper::Error>(())
/// ```
pub fn format_module(module: &dyn Module) -> String {
    let extra = module.extra_repr();
    let children: Vec<(String, String)> = Members::of(module)
        .modules
        .into_iter()
        .map(|(name, child)| (name, format_module(child)))
        .collect();
    let name = module.type_name();
    if name == "ModuleList" {
        return tree(name, folded(&children));
    }
    if children.is_empty() && !extra.contains('\n') {
        return format!("{name}({extra})");
    }
    let extra = extra.split('\n').filter(|_| !extra.is_empty());
    let extra = extra.map(str::to_owned);
    let children = children.iter().map(|(name, text)| entry(name, text));
    tree(name, extra.chain(children).collect())
}

/// Writes the tree of a module, for `Display` and `Debug`.
///
/// # Errors
/// Those of the formatter.
#[doc(hidden)]
pub fn write_module(module: &dyn Module, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(&format_module(module))
}

fn tree(name: &str, entries: Vec<String>) -> String {
    if entries.is_empty() {
        return format!("{name}()");
    }
    format!("{name}(\n  {}\n)", entries.join("\n  "))
}

fn entry(key: &str, text: &str) -> String {
    format!("({key}): {}", indented(text))
}

/// Entries of a module list, runs of equal ones as one.
fn folded(children: &[(String, String)]) -> Vec<String> {
    let mut entries = Vec::new();
    let mut first = 0;
    for run in children.chunk_by(|a, b| a.1 == b.1) {
        let last = first + run.len() - 1;
        let text = &run[0].1;
        entries.push(if run.len() == 1 {
            entry(&first.to_string(), text)
        } else {
            entry(
                &format!("{first}-{last}"),
                &format!("{} x {text}", run.len()),
            )
        });
        first = last + 1;
    }
    entries
}

/// All lines but the first moved in by two, blank ones emptied.
fn indented(text: &str) -> String {
    let mut lines = text.split('\n');
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        out.push('\n');
        if !line.trim().is_empty() {
            out.push_str("  ");
            out.push_str(line);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Toy;
    use crate::Result;

    /// Printed by PyTorch for the same tree.
    const EXPECTED: &str = "\
Outer(
  scale=2
  mode='sum'
  (stack): Sequential(
    (0): Linear(in_features=4, out_features=8, bias=True)
    (1): Sequential(
      (0): ReLU()
      (1): Dropout(p=0.5, inplace=False)
    )
  )
  (blocks): ModuleList(
    (0): ReLU()
    (1-3): 3 x Sequential(
      (0): Linear(in_features=4, out_features=4, bias=True)
      (1): ReLU()
    )
    (4): ReLU()
  )
  (pair): ModuleList(
    (0-1): 2 x ReLU()
  )
  (none): ModuleList()
  (lines): Lines(
    first

    second
  )
  (one): One(
    p=1
    (relu): ReLU()
  )
  (empty): Sequential()
)";

    #[test]
    fn nested_containers_and_extra_lines_print_as_in_pytorch() -> Result<()> {
        let relu = || Toy::new("ReLU");
        let block = || -> Result<Toy> { Ok(Toy::sequential([Toy::linear(4, 4)?, relu()])) };
        let dropout = Toy::new("Dropout").extra("p=0.5, inplace=False");
        let stack = [Toy::linear(4, 8)?, Toy::sequential([relu(), dropout])];
        let blocks = [relu(), block()?, block()?, block()?, relu()];
        let net = Toy::new("Outer")
            .extra("scale=2\nmode='sum'")
            .with("stack", Toy::sequential(stack))
            .with("blocks", Toy::numbered("ModuleList", blocks))
            .with("pair", Toy::numbered("ModuleList", [relu(), relu()]))
            .with("none", Toy::new("ModuleList"))
            .with("lines", Toy::new("Lines").extra("first\n\nsecond"))
            .with("one", Toy::new("One").extra("p=1").with("relu", relu()))
            .with("empty", Toy::new("Sequential"));
        assert_eq!(format_module(&net), EXPECTED);
        Ok(())
    }
}
