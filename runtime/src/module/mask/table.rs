//! What a mask selects, as a table.

use std::fmt;

use super::Mask;
use crate::module::walk::nodes;
use crate::module::Module;

/// The parameters of a model and whether a mask selects them, by [`Mask::table`]; prints as a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskTable {
    /// One row per name.
    pub rows: Vec<MaskRow>,
}

/// A parameter in a [`MaskTable`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskRow {
    /// Its path.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Whether the mask selects it.
    pub selected: bool,
}

impl Mask {
    /// What the mask selects in `model`.
    ///
    /// # Example
    /// ```
    /// use taper::module::Mask;
    /// # use taper::testing::Toy;
    /// # let net = Toy::linear(2, 3)?;
    /// let table = Mask::new("bias").table(&net).to_string();
    /// assert_eq!(table, "\
    /// name    shape   selected
    /// weight  [3, 2]  no
    /// bias    [3]     yes
    /// 3 of 9 elements are selected");
    /// # Ok::<(), taper::Error>(())
    /// ```
    pub fn table(&self, model: &dyn Module) -> MaskTable {
        let mut rows = Vec::new();
        for node in nodes(model) {
            let owner = node.module.type_name();
            rows.extend(node.params.into_iter().map(|(name, param)| MaskRow {
                selected: self.selects_owned(&name, owner),
                shape: param.dims().to_vec(),
                name,
            }));
        }
        MaskTable { rows }
    }
}

impl MaskTable {
    fn elements(&self, count: impl Fn(&MaskRow) -> bool) -> usize {
        let rows = self.rows.iter().filter(|row| count(row));
        rows.map(|row| row.shape.iter().product::<usize>()).sum()
    }
}

impl fmt::Display for MaskTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shapes: Vec<String> = self
            .rows
            .iter()
            .map(|row| format!("{:?}", row.shape))
            .collect();
        let width = |texts: &mut dyn Iterator<Item = usize>, title: &str| {
            texts.chain([title.len()]).max().unwrap_or_default()
        };
        let name = width(
            &mut self.rows.iter().map(|row| row.name.chars().count()),
            "name",
        );
        let shape = width(&mut shapes.iter().map(String::len), "shape");
        writeln!(f, "{:name$}  {:shape$}  selected", "name", "shape")?;
        for (row, dims) in self.rows.iter().zip(&shapes) {
            let selected = if row.selected { "yes" } else { "no" };
            writeln!(f, "{:name$}  {dims:shape$}  {selected}", row.name)?;
        }
        let (selected, all) = (self.elements(|row| row.selected), self.elements(|_| true));
        write!(f, "{selected} of {all} elements are selected")
    }
}
