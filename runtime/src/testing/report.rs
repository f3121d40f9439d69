//! What the parity tests measured, for the table in the documentation.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use candle_core::Tensor as Data;

use super::difference;
use crate::error::{Error, Result};

/// The directory that the measurements are written to, if it is set.
const DIRECTORY: &str = "TAPER_PARITY_REPORT";

/// The greatest difference of each operation and type, with the cases it was found among.
#[derive(Default)]
pub(super) struct Report {
    rows: RefCell<BTreeMap<(String, String), Row>>,
}

#[derive(Default)]
struct Row {
    cases: BTreeSet<String>,
    difference: f64,
}

impl Report {
    /// Adds one comparison of the case `<op>.<variant>.<dtype>`.
    pub(super) fn note(&self, case: &str, found: &Data, expected: &Data) -> Result<()> {
        if directory().is_none() {
            return Ok(());
        }
        let op = case.split('.').next().unwrap_or(case);
        let dtype = case.rsplit('.').next().unwrap_or(case);
        let mut rows = self.rows.borrow_mut();
        let row = rows.entry((op.to_owned(), dtype.to_owned())).or_default();
        row.cases.insert(case.to_owned());
        row.difference = row.difference.max(difference(found, expected)?);
        Ok(())
    }

    /// Writes `<family>.tsv`: a line per operation and type, with the number of cases and the difference.
    pub(super) fn write(&self, family: &str) -> Result<()> {
        let Some(directory) = directory() else {
            return Ok(());
        };
        let mut text = String::new();
        for ((op, dtype), row) in &*self.rows.borrow() {
            let _ = writeln!(
                text,
                "{op}\t{dtype}\t{}\t{:e}",
                row.cases.len(),
                row.difference
            );
        }
        let path = directory.join(format!("{family}.tsv"));
        let written =
            std::fs::create_dir_all(&directory).and_then(|()| std::fs::write(&path, text));
        written.map_err(|source| Error::Io { path, source })
    }
}

fn directory() -> Option<PathBuf> {
    std::env::var_os(DIRECTORY).map(PathBuf::from)
}
