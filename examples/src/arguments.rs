//! The command line of the training examples.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::exit;

/// What an example takes on its command line.
#[derive(Debug, Default, PartialEq)]
pub struct Arguments {
    /// `--data DIR`: a directory with MNIST or Fashion-MNIST instead of the embedded cut.
    pub data: Option<PathBuf>,
    /// `--seed N`: repeats a run exactly.
    pub seed: u64,
    /// `--epochs N`, at least 1.
    pub epochs: Option<NonZeroUsize>,
    /// `--out FILE`: where the weights go.
    pub out: Option<PathBuf>,
}

const OPTIONS: &str = "\
options:
  --data DIR   train on MNIST or Fashion-MNIST in DIR (`scripts/fetch` brings them)
               instead of the 10,000 images in the program
  --seed N     repeat the run of this seed exactly (default: 0)
  --epochs N   how often all images are seen, at least 1
  --out FILE   where the weights are saved (default: a file of the example's name
               in the directory for temporary files)
  --help       print this";

impl Arguments {
    /// Reads the arguments after the program's name; none if help is asked for.
    ///
    /// # Errors
    /// A message for the user, if one is unknown, lacks its value or has a wrong one.
    pub fn parse(args: impl IntoIterator<Item = String>) -> Result<Option<Self>, String> {
        let mut found = Arguments::default();
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            if arg == "--help" || arg == "-h" {
                return Ok(None);
            }
            let mut value = || args.next().ok_or_else(|| format!("`{arg}` needs a value"));
            let wrong = |what, text: &str| format!("`{arg}` takes {what}, not `{text}`");
            match arg.as_str() {
                "--data" => found.data = Some(value()?.into()),
                "--seed" => {
                    let text = value()?;
                    let seed = text.parse();
                    found.seed = seed.map_err(|_| wrong("a whole number from 0", &text))?;
                }
                "--epochs" => {
                    let text = value()?;
                    let epochs = text.parse();
                    found.epochs = Some(epochs.map_err(|_| wrong("a whole number from 1", &text))?);
                }
                "--out" => found.out = Some(value()?.into()),
                _ => return Err(format!("unknown argument `{arg}`")),
            }
        }
        Ok(Some(found))
    }

    /// Reads the command line of the example `name`; for help, or on a mistake, prints what there is and ends the program.
    pub fn from_command_line(name: &str) -> Self {
        let usage = format!("usage: cargo run --release --example {name} -- [OPTIONS]");
        match Self::parse(std::env::args().skip(1)) {
            Ok(Some(found)) => found,
            Ok(None) => {
                println!("{usage}\n\n{OPTIONS}");
                exit(0)
            }
            Err(message) => {
                eprintln!("error: {message}\n\n{usage}\n\n{OPTIONS}");
                exit(2)
            }
        }
    }

    /// The number of epochs, `default` if none was given.
    pub fn epochs_or(&self, default: usize) -> usize {
        self.epochs.map_or(default, NonZeroUsize::get)
    }

    /// Where the weights go: by default a file of this name in the directory for temporary files.
    pub fn out_or(&self, name: &str) -> PathBuf {
        let default = || std::env::temp_dir().join(name);
        self.out.clone().unwrap_or_else(default)
    }

    /// Whether the images are pieces of clothing: those in the program, or those of a directory that says so in its name.
    pub fn fashion(&self) -> bool {
        self.data.as_ref().is_none_or(|dir| {
            let name = dir.file_name().unwrap_or_default().to_string_lossy();
            name.to_lowercase().contains("fashion")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Option<Arguments>, String> {
        Arguments::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn arguments_are_read() {
        let expected = Arguments {
            data: Some("sets/Fashion-MNIST".into()),
            seed: 7,
            epochs: NonZeroUsize::new(2),
            out: Some("a".into()),
        };
        assert!(expected.fashion());
        let line = "--data sets/Fashion-MNIST --seed 7 --epochs 2 --out a";
        assert_eq!(parse(line), Ok(Some(expected)));
        assert_eq!(parse("--seed 7 --help"), Ok(None));
        assert_eq!(parse(""), Ok(Some(Arguments::default())));
    }

    #[test]
    fn mistakes_say_which_argument() {
        let refused = |line: &str| parse(line).unwrap_err();
        assert_eq!(refused("--sede 3"), "unknown argument `--sede`");
        assert_eq!(refused("--seed"), "`--seed` needs a value");
        let text = "`--epochs` takes a whole number from 1, not `0`";
        assert_eq!(refused("--epochs 0"), text);
        let text = "`--seed` takes a whole number from 0, not `-1`";
        assert_eq!(refused("--seed -1"), text);
    }
}
