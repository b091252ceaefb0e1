//! The command line.

use std::path::PathBuf;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
A day in a contact centre, routed by strowger.

Usage: cargo run --release -p strowger-day -- [OPTIONS]

  --seed N            seed of the made-up day (default 1)
  --calls FILE        recorded calls instead, .csv or .csv.gz (the bank trace of 1999)
  --date YYYY-MM-DD   which day of the recording (default: the one with the most calls)
  --out FILE          where the picture goes (default target/day.svg)
  --check N           check every invariant of the engine at every Nth call
  --help              this text";

/// The command line, read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Args {
    pub(crate) seed: u64,
    pub(crate) calls: Option<PathBuf>,
    pub(crate) date: Option<String>,
    pub(crate) out: PathBuf,
    pub(crate) check: Option<u64>,
    pub(crate) help: bool,
}

impl Args {
    /// Reads the arguments; an error is one line for the user.
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut args = Self {
            seed: 1,
            calls: None,
            date: None,
            out: PathBuf::from("target/day.svg"),
            check: None,
            help: false,
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--seed" => args.seed = number(&word, &value()?)?,
                "--calls" => args.calls = Some(value()?.into()),
                "--date" => args.date = Some(value()?),
                "--out" => args.out = value()?.into(),
                "--check" => args.check = Some(number(&word, &value()?)?.max(1)),
                "--help" | "-h" => args.help = true,
                _ => return Err(format!("{word} is not an option; --help lists them")),
            }
        }
        if args.date.is_some() && args.calls.is_none() {
            return Err("--date needs --calls: it picks a day of a recording".into());
        }
        Ok(args)
    }
}

fn number(option: &str, text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{option} needs a whole number, not {text:?}"))
}
