//! Each operation beside PyTorch's, its result alone and with the gradients of all its inputs.
//!
//! `cargo run --release -p taper-benches --bin operations -- [ROUNDS]`. A process measures all operations of one framework; the
//! frameworks take turns.

use std::env;
use std::error::Error;
use std::process::Command;

use taper_benches::cases::CASES;
use taper_benches::{least, median, python, root, time, Page, Times};

/// Rounds of both frameworks.
const ROUNDS: usize = 5;

/// Seconds that an operation is done for, in either way.
const SECONDS: &str = "0.1";

/// What makes the program measure in its own process: `--measure SECONDS`.
const MEASURE: &str = "--measure";

/// What an operation takes in one process: its result, and that with the gradients where it has any.
type Both = (Times, Option<Times>);

/// The operations of a framework, by name, in each round.
type Rounds = Vec<Vec<(String, Both)>>;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    if let [word, seconds] = args.as_slice() {
        if word == MEASURE {
            return measure(seconds.parse()?);
        }
    }
    let rounds: usize = args.first().map_or(Ok(ROUNDS), |arg| arg.parse())?;
    let (mut taper, mut torch) = (Rounds::new(), Rounds::new());
    for round in 0..rounds.max(1) {
        eprintln!("round {}", round + 1);
        taper.push(run(
            Command::new(env::current_exe()?).args([MEASURE, SECONDS])
        )?);
        if let Some(python) = python() {
            let script = root().join("benches/python/operations.py");
            torch.push(run(Command::new(python).arg(script).arg(SECONDS))?);
        }
    }
    report(&taper, &torch)
}

/// Prints a line of each operation.
fn measure(seconds: f64) -> Result<(), Box<dyn Error>> {
    for (name, make) in CASES {
        let case = make()?;
        let both = [Some(&case.forward), case.gradient.as_ref()];
        let mut line = (*name).to_owned();
        for work in both.into_iter().flatten() {
            let Times { median, least } = time(seconds, work)?;
            line += &format!("\t{median}\t{least}");
        }
        println!("{line}");
    }
    Ok(())
}

/// The lines that a process prints.
fn run(command: &mut Command) -> Result<Vec<(String, Both)>, Box<dyn Error>> {
    let output = command.env("RAYON_NUM_THREADS", "2").output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let times: Option<Vec<_>> = text.lines().map(parse).collect();
    Ok(times.ok_or("a line isn't understood")?)
}

fn parse(line: &str) -> Option<(String, Both)> {
    let mut parts = line.split('\t');
    let name = parts.next()?.to_owned();
    let numbers: Option<Vec<f64>> = parts.map(|part| part.parse().ok()).collect();
    let times = |median, least| Times { median, least };
    match *numbers? {
        [median, least] => Some((name, (times(median, least), None))),
        [a, b, c, d] => Some((name, (times(a, b), Some(times(c, d))))),
        _ => None,
    }
}

/// An operation in both frameworks: medians over the rounds, in milliseconds, and how much faster taper is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Beside {
    taper: f64,
    torch: Option<f64>,
    /// The median of the rounds' ratios.
    ratio: Option<f64>,
    /// The ratio of the least times of all rounds.
    minima: Option<f64>,
}

/// The two of one operation in all rounds; `None` where it has no such time.
fn beside(
    taper: &Rounds,
    torch: &Rounds,
    at: usize,
    get: fn(Both) -> Option<Times>,
) -> Option<Beside> {
    let of = |rounds: &Rounds| -> Option<Vec<Times>> {
        rounds.iter().map(|round| get(round.get(at)?.1)).collect()
    };
    let all = |times: &[Times], get: fn(&Times) -> f64| times.iter().map(get).collect::<Vec<_>>();
    let medians = |times: &[Times]| median(&all(times, |times| times.median));
    let minima = |times: &[Times]| least(&all(times, |times| times.least));
    let own = of(taper)?;
    let other = of(torch).filter(|times| !times.is_empty());
    let ratios = other.as_ref().map(|other| {
        let pairs = other.iter().zip(&own);
        let ratios = pairs.map(|(other, own)| other.median / own.median);
        median(&ratios.collect::<Vec<_>>())
    });
    Some(Beside {
        taper: medians(&own),
        torch: other.as_deref().map(medians),
        ratio: ratios,
        minima: other.as_deref().map(|other| minima(other) / minima(&own)),
    })
}

/// The names of what each process measured: the same of all.
fn names<'a>(taper: &'a Rounds, torch: &'a Rounds) -> Result<Vec<&'a str>, String> {
    let mut lists = taper.iter().chain(torch).map(|round| -> Vec<&str> {
        let names = round.iter().map(|(name, _)| name.as_str());
        names.collect()
    });
    let first = lists.next().unwrap_or_default();
    match lists.find(|other| *other != first) {
        Some(other) => {
            let only = |a: &[&str], b: &[&str]| {
                let only = a.iter().filter(|name| !b.contains(name));
                only.copied().collect::<Vec<_>>().join("; ")
            };
            let (here, there) = (only(&first, &other), only(&other, &first));
            Err(format!(
                "the lists differ: one has {here}, another has {there}"
            ))
        }
        None => Ok(first),
    }
}

fn report(taper: &Rounds, torch: &Rounds) -> Result<(), Box<dyn Error>> {
    let names = names(taper, torch)?;
    let mut rows: Vec<(&str, Beside, Option<Beside>)> = Vec::new();
    for (at, name) in names.into_iter().enumerate() {
        let forward = beside(taper, torch, at, |times| Some(times.0)).unwrap_or_default();
        rows.push((name, forward, beside(taper, torch, at, |times| times.1)));
    }
    let slower = |row: &(&str, Beside, Option<Beside>)| {
        let gradient = row.2.and_then(|gradient| gradient.ratio);
        let both = [row.1.ratio, gradient].into_iter().flatten();
        both.fold(f64::INFINITY, f64::min)
    };
    rows.sort_by(|a, b| slower(a).total_cmp(&slower(b)));
    let behind = rows.iter().filter(|row| slower(row) < 1.).count();
    let mut page = Page::new(
        "Operations, beside PyTorch",
        "cargo run --release -p taper-benches --bin operations",
    );
    page.paragraph(&format!(
        "Two threads each, in turn, {} rounds of processes that do each operation for {SECONDS} s without a graph, and as \
         long with the gradients of all its inputs. f32; images come row-major, as PyTorch's eager mode has them, so that taper's \
         convolutions put the channels last first: inside of a network they are there already. Medians over the rounds of \
         each process's median; taper is faster by the median of the rounds' ratios, or by that of the least times of all rounds.",
        taper.len()
    ));
    if torch.is_empty() {
        page.paragraph("PyTorch was not found: see `benches/README.md`.");
    } else {
        page.paragraph(&format!(
            "Those come first at which taper is slowest beside PyTorch: at {behind} of {} it is slower, in one way or both.",
            rows.len()
        ));
    }
    page.table(
        &[
            "operation",
            "taper, µs",
            "PyTorch, µs",
            "faster by",
            "by minima",
            "with gradient: taper, µs",
            "PyTorch, µs",
            "faster by",
            "by minima",
        ],
        &rows.iter().map(row).collect::<Vec<_>>(),
    );
    page.write("operations")?;
    Ok(())
}

fn row((name, forward, gradient): &(&str, Beside, Option<Beside>)) -> Vec<String> {
    let mut row = vec![(*name).to_owned()];
    for beside in [Some(*forward), *gradient] {
        let number = |value: Option<f64>, scale: f64, digits: usize| {
            value.map_or_else(String::new, |value| format!("{:.digits$}", value * scale))
        };
        row.push(number(beside.map(|beside| beside.taper), 1e3, 1));
        row.push(number(beside.and_then(|beside| beside.torch), 1e3, 1));
        row.push(number(beside.and_then(|beside| beside.ratio), 1., 2));
        row.push(number(beside.and_then(|beside| beside.minima), 1., 2));
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(median: f64) -> Times {
        Times {
            median,
            least: median / 2.,
        }
    }

    fn rounds(medians: &[f64]) -> Rounds {
        let round = |median: &f64| vec![("relu".to_owned(), (times(*median), None))];
        medians.iter().map(round).collect()
    }

    #[test]
    fn lines_are_read() {
        let relu = ("relu 2×2".to_owned(), (times(1.5), Some(times(2.))));
        assert_eq!(parse("relu 2×2\t1.5\t0.75\t2\t1"), Some(relu));
        let step = ("step".to_owned(), (times(1.), None));
        assert_eq!(parse("step\t1\t0.5"), Some(step));
        assert_eq!(parse("relu"), None);
        assert_eq!(parse("relu\t1\tfast"), None);
    }

    #[test]
    fn ratios_are_of_the_same_round() {
        let (taper, torch) = (rounds(&[1., 2., 4.]), rounds(&[3., 2., 8.]));
        let both = beside(&taper, &torch, 0, |times| Some(times.0));
        let expected = Beside {
            taper: 2.,
            torch: Some(3.),
            ratio: Some(2.),
            minima: Some(2.),
        };
        assert_eq!(both, Some(expected));
        assert_eq!(beside(&taper, &torch, 0, |times| times.1), None);
        let alone = beside(&taper, &Rounds::new(), 0, |times| Some(times.0));
        assert_eq!(alone.map(|beside| beside.ratio), Some(None));
    }

    #[test]
    fn lists_must_be_the_same() {
        let own = rounds(&[1.]);
        assert_eq!(names(&own, &own), Ok(vec!["relu"]));
        assert!(names(&own, &vec![Vec::new()]).is_err());
        let other = vec![vec![("gelu".to_owned(), (times(1.), None))]];
        let differ = "the lists differ: one has relu, another has gelu";
        assert_eq!(names(&own, &other), Err(differ.to_owned()));
    }

    #[test]
    fn pytorch_has_the_same_list() -> std::io::Result<()> {
        let script = std::fs::read_to_string(root().join("benches/python/operations.py"))?;
        let entries = script
            .lines()
            .filter_map(|line| line.strip_prefix("    \""));
        let listed: Vec<&str> = entries
            .filter_map(|line| Some(line.split_once("\": ")?.0))
            .collect();
        let own: Vec<&str> = CASES.iter().map(|(name, _)| *name).collect();
        assert_eq!(listed, own);
        Ok(())
    }
}
