//! The table of a model's layers, as `torchsummary` prints it.

use std::collections::HashSet;
use std::fmt;

use super::Size;

/// One call of a layer in a [`Summary`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryRow {
    /// The layer's path.
    pub path: String,
    /// Its type.
    pub type_name: String,
    /// The shapes of what it gives, with the batch.
    pub outputs: Vec<Vec<Size>>,
    /// The elements of its own parameters, those of submodules with rows of their own left out.
    pub params: usize,
    /// How many of them are trained.
    pub trainable: usize,
    /// Multiply-accumulates of the call, with the batch as in `outputs`.
    pub macs: u64,
}

/// The layers of a model in the order of their calls, with sizes and totals.
///
/// Prints as `torchsummary` does, with the trained parameters, the multiply-accumulates and the path as further columns;
/// [`torchsummary`](Self::torchsummary) is that text to the letter. A parameter counts once, however often its layer is called.
/// Sizes are what `torchsummary` takes them to be: every output is kept, and its gradient too.
///
/// # Example
/// ```
/// use taper::module::{Size, Summary, SummaryRow};
/// let row = |path: &str, type_name: &str, width, params, macs| SummaryRow {
///     path: path.into(),
///     type_name: type_name.into(),
///     outputs: vec![vec![Size::Known(64), Size::Known(width)]],
///     params,
///     trainable: params,
///     macs,
/// };
/// let rows = vec![row("fc1", "Linear", 512, 401_920, 64 * 784 * 512), row("act", "ReLU", 512, 0, 0)];
/// let summary = Summary::new(rows, vec![vec![Size::Known(64), Size::Known(784)]]);
/// assert_eq!(summary.torchsummary(), "\
/// ----------------------------------------------------------------
///         Layer (type)               Output Shape         Param #
/// ================================================================
///             Linear-1                  [64, 512]         401,920
///               ReLU-2                  [64, 512]               0
/// ================================================================
/// Total params: 401,920
/// Trainable params: 401,920
/// Non-trainable params: 0
/// ----------------------------------------------------------------
/// Input size (MB): 0.19
/// Forward/backward pass size (MB): 0.50
/// Params size (MB): 1.53
/// Estimated Total Size (MB): 2.22
/// ----------------------------------------------------------------
/// ");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The calls.
    pub rows: Vec<SummaryRow>,
    /// The shapes of the inputs, with the batch.
    pub inputs: Vec<Vec<Size>>,
    /// The elements of all parameters.
    pub params: usize,
    /// How many of them are trained.
    pub trainable: usize,
    /// Bytes per element, of parameters and activations alike. Default: 4.
    pub element_size: usize,
}

const MEGABYTE: f64 = (1 << 20) as f64;
/// The width of torchsummary's lines.
const WIDTH: usize = 64;

impl Summary {
    /// The summary of these calls; the totals count each path once. Where paths share parameters, set
    /// [`params`](Self::params) and [`trainable`](Self::trainable) after.
    pub fn new(rows: Vec<SummaryRow>, inputs: Vec<Vec<Size>>) -> Self {
        let mut seen = HashSet::new();
        let (mut params, mut trainable) = (0, 0);
        for row in rows.iter().filter(|row| seen.insert(row.path.as_str())) {
            params += row.params;
            trainable += row.trainable;
        }
        Summary {
            rows,
            inputs,
            params,
            trainable,
            element_size: 4,
        }
    }

    /// Multiply-accumulates of all calls.
    pub fn macs(&self) -> u64 {
        self.rows.iter().map(|row| row.macs).sum()
    }

    /// The inputs in bytes; a size that is not known counts as 1, here and below.
    pub fn input_bytes(&self) -> usize {
        self.inputs
            .iter()
            .map(|shape| elements(shape))
            .sum::<usize>()
            * self.element_size
    }

    /// Every output and its gradient, in bytes.
    pub fn activation_bytes(&self) -> usize {
        let outputs = self.rows.iter().flat_map(|row| &row.outputs);
        2 * outputs.map(|shape| elements(shape)).sum::<usize>() * self.element_size
    }

    /// The parameters in bytes.
    pub fn param_bytes(&self) -> usize {
        self.params * self.element_size
    }

    /// The text that Python's `torchsummary` prints; sizes that are not known are `-1`.
    pub fn torchsummary(&self) -> String {
        let mut lines = vec![columns("Layer (type)", "Output Shape", "Param #")];
        for (i, row) in self.rows.iter().enumerate() {
            let shape = shapes(&row.outputs, &|_| "-1".to_owned());
            lines.push(columns(
                &label(i, row),
                &shape,
                &thousands(row.params as u64),
            ));
        }
        self.render(lines, WIDTH, false)
    }

    /// The rows with all columns, the rightmost as wide as they need be.
    fn table(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "{} {:>15} {:>17}  Path",
            columns("Layer (type)", "Output Shape", "Param #"),
            "Trainable #",
            "Mult-Adds"
        )];
        for (i, row) in self.rows.iter().enumerate() {
            let shape = shapes(&row.outputs, &str::to_owned);
            let left = columns(&label(i, row), &shape, &thousands(row.params as u64));
            let trained = match (row.params, row.trainable) {
                (0, _) => "-".to_owned(),
                (_, 0) => "frozen".to_owned(),
                (_, trained) => thousands(trained as u64),
            };
            let macs = thousands(row.macs);
            lines.push(format!("{left} {trained:>15} {macs:>17}  {}", row.path));
        }
        lines
    }

    fn render(&self, mut lines: Vec<String>, width: usize, with_macs: bool) -> String {
        let (thin, thick) = ("-".repeat(width), "=".repeat(width));
        let frozen = self.params - self.trainable.min(self.params);
        let [input, activations, params] = [
            self.input_bytes(),
            self.activation_bytes(),
            self.param_bytes(),
        ]
        .map(megabytes);
        lines.insert(0, thin.clone());
        lines.insert(2, thick.clone());
        lines.push(thick);
        lines.push(format!("Total params: {}", thousands(self.params as u64)));
        let trainable = thousands(self.trainable as u64);
        lines.push(format!("Trainable params: {trainable}"));
        let frozen = thousands(frozen as u64);
        lines.push(format!("Non-trainable params: {frozen}"));
        if with_macs {
            lines.push(format!("Total mult-adds: {}", thousands(self.macs())));
        }
        lines.push(thin.clone());
        lines.push(format!("Input size (MB): {input:.2}"));
        lines.push(format!("Forward/backward pass size (MB): {activations:.2}"));
        lines.push(format!("Params size (MB): {params:.2}"));
        let total = input + activations + params;
        lines.push(format!("Estimated Total Size (MB): {total:.2}"));
        lines.push(thin);
        lines.join("\n") + "\n"
    }
}

/// The table with all columns; sizes that are not known are shown as formulas.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.table();
        let width = lines.iter().map(|line| line.chars().count()).max();
        let text = self.render(lines, width.unwrap_or(WIDTH).max(WIDTH), true);
        f.write_str(text.trim_end())
    }
}

/// The megabytes that `torchsummary` prints.
pub(super) fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / MEGABYTE
}

fn label(i: usize, row: &SummaryRow) -> String {
    format!("{}-{}", row.type_name, i + 1)
}

fn columns(label: &str, shape: &str, params: &str) -> String {
    format!("{label:>20}  {shape:>25} {params:>15}")
}

/// `[64, 10]`, or of several `[[64, 10], [64, 4]]`.
fn shapes(shapes: &[Vec<Size>], unknown: &dyn Fn(&str) -> String) -> String {
    let size = |size: &Size| match size {
        Size::Known(n) => n.to_string(),
        Size::Free(formula) => unknown(formula),
    };
    let shape = |dims: &Vec<Size>| {
        let dims: Vec<String> = dims.iter().map(size).collect();
        format!("[{}]", dims.join(", "))
    };
    match shapes {
        [one] => shape(one),
        several => {
            let several: Vec<String> = several.iter().map(shape).collect();
            format!("[{}]", several.join(", "))
        }
    }
}

fn elements(shape: &[Size]) -> usize {
    let known = shape.iter().map(|size| match size {
        Size::Known(n) => *n,
        Size::Free(_) => 1,
    });
    known.product()
}

/// `669,706`
fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quickstart(batch: Size) -> Summary {
        let known = Size::Known;
        let n: u64 = match batch {
            Size::Known(n) => n as u64,
            Size::Free(_) => 1,
        };
        let rows = [
            ("flatten", "Flatten", 784, 0, 0),
            ("stack.0", "Linear", 512, 401_920, 784 * 512),
            ("stack.1", "ReLU", 512, 0, 0),
            ("stack.2", "Linear", 512, 262_656, 512 * 512),
            ("stack.3", "ReLU", 512, 0, 0),
            ("stack.4", "Linear", 10, 5_130, 512 * 10),
            ("stack.5", "ReLU", 10, 0, 0),
        ];
        let row = |(path, type_name, width, params, macs): (&str, &str, usize, usize, u64)| {
            let trainable = if path == "stack.4" { params } else { 0 };
            SummaryRow {
                path: path.to_owned(),
                type_name: type_name.to_owned(),
                outputs: vec![vec![batch.clone(), known(width)]],
                params,
                trainable,
                macs: macs * n,
            }
        };
        let inputs = vec![vec![batch.clone(), known(1), known(28), known(28)]];
        Summary::new(rows.map(row).to_vec(), inputs)
    }

    /// `torchsummary.summary(net, (1, 28, 28), batch_size=64)` of version 1.5.1, all but the head frozen.
    const TORCHSUMMARY: &str = "\
----------------------------------------------------------------
        Layer (type)               Output Shape         Param #
================================================================
           Flatten-1                  [64, 784]               0
            Linear-2                  [64, 512]         401,920
              ReLU-3                  [64, 512]               0
            Linear-4                  [64, 512]         262,656
              ReLU-5                  [64, 512]               0
            Linear-6                   [64, 10]           5,130
              ReLU-7                   [64, 10]               0
================================================================
Total params: 669,706
Trainable params: 5,130
Non-trainable params: 664,576
----------------------------------------------------------------
Input size (MB): 0.19
Forward/backward pass size (MB): 1.39
Params size (MB): 2.55
Estimated Total Size (MB): 4.14
----------------------------------------------------------------
";

    #[test]
    fn the_quickstart_network_prints_as_torchsummary_prints_it() {
        assert_eq!(quickstart(Size::Known(64)).torchsummary(), TORCHSUMMARY);
    }

    #[test]
    fn the_whole_table_has_trained_parameters_macs_and_paths() {
        let summary = quickstart(Size::Free("B".to_owned()));
        let text = summary.to_string();
        let line = |i: usize| text.lines().nth(i).unwrap_or_default();
        assert_eq!(
            line(4),
            "            Linear-2                   [B, 512]         401,920          frozen           401,408  stack.0"
        );
        assert!(line(8).ends_with("5,130           5,130             5,120  stack.4"));
        assert!(text.contains("\nTotal mult-adds: 668,672\n"), "{text}");
        assert!(summary.torchsummary().contains("[-1, 512]"));
        assert!(summary
            .torchsummary()
            .contains("Forward/backward pass size (MB): 0.02"));
    }

    #[test]
    fn a_layer_called_twice_counts_once_and_several_outputs_show() {
        let mut summary = quickstart(Size::Known(64));
        summary.rows.push(summary.rows[1].clone());
        summary.rows[0].outputs.push(vec![Size::Known(2)]);
        let again = Summary::new(summary.rows, summary.inputs);
        assert_eq!(
            (again.params, again.macs()),
            (669_706, 64 * (668_672 + 784 * 512))
        );
        assert!(again.to_string().contains("[[64, 784], [2]]"));
    }
}
