//! The pages in Markdown: their links lead somewhere, and their tables are whole.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(page: &Path) -> String {
    fs::read_to_string(page).unwrap_or_else(|error| panic!("{}: {error}", page.display()))
}

/// All pages at the top of the repository and under `docs`.
fn pages() -> Vec<PathBuf> {
    let folders = [root(), root().join("docs")];
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).expect("a folder"));
    let files = files.map(|entry| entry.expect("an entry").path());
    let mut pages: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|ending| ending == "md")).collect();
    pages.sort();
    pages
}

/// The targets of all links that stay in the repository. Names of the crate are links for its
/// documentation, whose build checks them.
fn relative_links(page: &str) -> Vec<&str> {
    let targets = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let elsewhere = |target: &str| target.contains("::") || target.contains("://");
    targets.filter(|target| !elsewhere(target) && !target.starts_with('#')).collect()
}

#[test]
fn every_relative_link_leads_to_a_file() {
    let mut lost = Vec::new();
    for page in pages() {
        let text = read(&page);
        let links = relative_links(&text);
        if page.ends_with("COMPARE.md") {
            assert!(links.len() > 100, "only {} links", links.len());
        }
        for link in links {
            let file = page.with_file_name(link.split('#').next().unwrap_or_default());
            if !file.is_file() {
                lost.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(lost.is_empty(), "no such file: {lost:#?}");
}

#[test]
fn every_row_has_the_cells_of_its_head() {
    for page in pages() {
        let mut cells = None;
        for (number, line) in read(&page).lines().enumerate() {
            if line.starts_with('|') {
                let found = line.matches('|').count() - line.matches("\\|").count();
                let expected = *cells.get_or_insert(found);
                assert_eq!(found, expected, "{}:{}: {line}", page.display(), number + 1);
            } else {
                cells = None;
            }
        }
    }
}

#[test]
fn links_are_told_from_addresses() {
    let page = "| [yes](a/b.txt), [there](https://c.d/e) | [up](#part) and [too](f.md#g) |";
    assert_eq!(relative_links(page), ["a/b.txt", "f.md#g"]);
    assert!(relative_links("[`Fact`](crate::fact::Fact)").is_empty());
}
