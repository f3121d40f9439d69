//! What a command line asks for: a number, and some of the workloads.

use std::io;

use crate::workloads::{Workload, WORKLOADS};
use crate::Page;

/// What a command line asks for.
#[derive(Debug)]
pub struct Asked {
    /// Rounds, or seconds.
    pub number: f64,
    /// In the order of the list.
    pub workloads: Vec<Workload>,
}

impl Asked {
    /// Reads `[NUMBER] [WORKLOAD…]`: without a number the `standard` one, without workloads all.
    ///
    /// # Errors
    /// If there is no such workload.
    pub fn read(args: impl Iterator<Item = String>, standard: f64) -> Result<Self, String> {
        let mut args = args.peekable();
        let number = args.peek().and_then(|arg| arg.parse().ok());
        if number.is_some() {
            args.next();
        }
        let names: Vec<String> = args.collect();
        let known = |name: &&String| WORKLOADS.iter().any(|workload| workload.name == **name);
        if let Some(name) = names.iter().find(|name| !known(name)) {
            let all: Vec<&str> = WORKLOADS.iter().map(|workload| workload.name).collect();
            return Err(format!("no workload {name:?}: {}", all.join(", ")));
        }
        let chosen = |workload: &&Workload| {
            names.is_empty() || names.iter().any(|name| name == workload.name)
        };
        Ok(Asked {
            number: number.unwrap_or(standard),
            workloads: WORKLOADS.iter().filter(chosen).copied().collect(),
        })
    }

    /// Writes the page where all workloads were asked for, and prints it.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn finish(&self, page: &Page, name: &str) -> io::Result<()> {
        if self.workloads.len() == WORKLOADS.len() {
            return page.write(name);
        }
        page.print();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &str) -> Result<Asked, String> {
        Asked::read(words.split_whitespace().map(str::to_owned), 5.)
    }

    #[test]
    fn command_lines_are_read() -> Result<(), String> {
        let all = asked("")?;
        assert_eq!((all.number, all.workloads.len()), (5., WORKLOADS.len()));
        let some = asked("2 mlp lstm")?;
        let names: Vec<&str> = some.workloads.iter().map(|one| one.name).collect();
        assert_eq!((some.number, names), (2., vec!["mlp", "lstm"]));
        Ok(())
    }

    #[test]
    fn unknown_workloads_are_named() {
        let error = asked("resnet").err().unwrap_or_default();
        assert!(error.starts_with("no workload \"resnet\": lenet, mlp"));
    }
}
