//! The table: each figure beside its goal.

use std::io::Write;

/// What a figure has to be.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    AtMost(f64),
    AtLeast(f64),
    /// Nothing: it is there to compare with.
    None,
}

/// Prints a line. Whoever stopped reading has seen enough.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Figures as they are found.
#[derive(Default)]
pub(crate) struct Table {
    short: usize,
}

impl Table {
    /// Prints what stands in which column.
    pub(crate) fn head() {
        let (what, found, unit, bound, made_of) = ("figure", "found", "", "goal", "made of");
        say(&format!("{what:<60} {found:>12} {unit:<6} {bound:<18} {made_of}"));
    }

    /// Prints a figure, what it was made of, and whether it is good enough.
    pub(crate) fn row(&mut self, what: &str, found: f64, unit: &str, goal: Goal, made_of: &str) {
        let (bound, good) = match goal {
            Goal::AtMost(most) => (format!("at most {}", number(most)), found <= most),
            Goal::AtLeast(least) => (format!("at least {}", number(least)), found >= least),
            Goal::None => (String::new(), true),
        };
        self.short += usize::from(!good);
        let verdict = if good { "" } else { "  <- falls short" };
        let found = number(found);
        say(&format!("{what:<60} {found:>12} {unit:<6} {bound:<18} {made_of}{verdict}"));
    }

    /// How many fall short.
    pub(crate) const fn short(&self) -> usize {
        self.short
    }
}

fn number(n: f64) -> String {
    let digits = if n >= 100.0 {
        0
    } else if n >= 10.0 {
        1
    } else {
        2
    };
    let plain = format!("{n:.digits$}");
    let (whole, rest) = plain.split_once('.').map_or((plain.as_str(), None), |(a, b)| (a, Some(b)));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let rest = rest.filter(|rest| rest.bytes().any(|digit| digit != b'0'));
    match rest {
        Some(rest) => format!("{grouped}.{rest}"),
        None => grouped,
    }
}
