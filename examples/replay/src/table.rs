//! Reading tables, compressed or not.

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use flate2::read::GzDecoder;

/// Whether there is such a file, or one with `.gz` behind its name.
pub(crate) fn exists(path: &str) -> bool {
    Path::new(path).exists() || Path::new(&format!("{path}.gz")).exists()
}

/// Opens a file, or the one with `.gz` behind its name, and decompresses it if need be.
pub(crate) fn open(path: &str) -> Result<Box<dyn Read>, Box<dyn Error>> {
    let named = Path::new(path);
    let found = if named.exists() { path.to_owned() } else { format!("{path}.gz") };
    let file = File::open(&found).map_err(|error| format!("{path}: {error}"))?;
    let reader = BufReader::new(file);
    Ok(if found.ends_with(".gz") { Box::new(GzDecoder::new(reader)) } else { Box::new(reader) })
}

/// The rows of a table with a heading, each as its fields.
pub(crate) fn rows(path: &str) -> Result<Vec<csv::StringRecord>, Box<dyn Error>> {
    let mut reader = csv::Reader::from_reader(open(path)?);
    let rows: Result<Vec<_>, _> = reader.records().collect();
    rows.map_err(|error| format!("{path}: {error}").into())
}

/// The number in a field; nothing if it is empty.
pub(crate) fn number(row: &csv::StringRecord, field: usize) -> Result<Option<i64>, Box<dyn Error>> {
    match row.get(field) {
        None => Err(format!("no field {field} in {row:?}").into()),
        Some("") => Ok(None),
        Some(text) => match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(error) => Err(format!("field {field} of {row:?}: {error}").into()),
        },
    }
}

/// The number in a field that must not be empty.
pub(crate) fn need(row: &csv::StringRecord, field: usize) -> Result<i64, Box<dyn Error>> {
    number(row, field)?.ok_or_else(|| format!("field {field} of {row:?} is empty").into())
}
