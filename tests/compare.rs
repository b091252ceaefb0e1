//! The pages that lead to scenarios: their links lead somewhere, and their tables are whole.

use std::fs;
use std::path::PathBuf;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    read("COMPARE.md")
}

fn read(page: &str) -> String {
    fs::read_to_string(root().join(page)).expect("the page")
}

/// The targets of all links that stay in the repository.
fn relative_links(page: &str) -> Vec<&str> {
    let targets = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://") && !target.starts_with('#')).collect()
}

#[test]
fn every_relative_link_leads_to_a_file() {
    let page = page();
    let links = relative_links(&page);
    assert!(links.len() > 100, "only {} links", links.len());
    let architecture = read("ARCHITECTURE.md");
    let links = links.into_iter().chain(relative_links(&architecture));
    let file = |link: &str| link.split('#').next().unwrap_or_default().to_owned();
    let lost: Vec<_> = links.filter(|link| !root().join(file(link)).is_file()).collect();
    assert!(lost.is_empty(), "no such file: {lost:?}");
}

#[test]
fn every_row_has_the_cells_of_its_head() {
    let mut cells = None;
    let pages = page() + "\n" + &read("ARCHITECTURE.md");
    for (number, line) in pages.lines().enumerate() {
        if line.starts_with('|') {
            let found = line.matches('|').count();
            let expected = *cells.get_or_insert(found);
            assert_eq!(found, expected, "line {}: {line}", number + 1);
        } else {
            cells = None;
        }
    }
}

#[test]
fn links_are_told_from_addresses() {
    let page = "| [yes](a/b.txt), [there](https://c.d/e) | [up](#part) and [too](f.md#g) |";
    assert_eq!(relative_links(page), ["a/b.txt", "f.md#g"]);
}
