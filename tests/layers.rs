//! The layers: a module imports only from rows above its own, and never from its own row. The table of rows is that in
//! the documentation of `src/lib.rs`. Inside a module, no files import each other in a circle.
//!
//! Imports are read from the source: every path that starts at the root of the crate or at `super`. Comments do not
//! count, nor do the unit tests at the end of a file or in a folder `tests`, which may look at anything.

#![expect(clippy::unwrap_used, reason = "sources that cannot be read fail the tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The head of the table.
const HEAD: &str = "//! | module | what it holds |\n//! |---|---|\n";

/// A row: its modules, and what they hold. A module of a module has a row of its own where it stands lower.
struct Row(Vec<String>, String);

/// The rows from above to below.
static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let root = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let (_, table) = root.split_once(HEAD).unwrap();
    table.lines().map_while(row).collect()
});

/// One line of the table; `None` after its end.
fn row(line: &str) -> Option<Row> {
    let (modules, why) = line.strip_prefix("//! | ")?.strip_suffix(" |")?.split_once(" | ")?;
    let modules = modules.split(", ").map(|name| name.trim_matches(['[', ']', '`']).to_owned());
    Some(Row(modules.collect(), why.to_owned()))
}

/// Modules by their place, and every import of each.
struct Source {
    module: Vec<String>,
    imports: BTreeSet<Vec<String>>,
}

impl Source {
    /// `None` if the file is the root, which only declares modules, or holds tests alone.
    fn read(root: &Path, path: &Path) -> Option<Self> {
        let module = module_of(path.strip_prefix(root).unwrap());
        let is_left_out = module == ["lib"] || module.iter().any(|name| name == "tests");
        (!is_left_out).then(|| Self::of(module, &fs::read_to_string(path).unwrap()))
    }

    fn of(module: Vec<String>, text: &str) -> Self {
        let imports = imports(&module, &without_comments_and_tests(text));
        Self { module, imports }
    }

    /// One line for each import that the table forbids.
    fn faults(&self) -> Vec<String> {
        let name = self.module.join("::");
        let Some((own, own_row)) = place(&self.module) else { return vec![format!("{name} stands in no row")] };
        let judged = self.imports.iter().filter_map(|import| {
            let target = import.join("::");
            match place(import) {
                None => Some(format!("{name} imports {target}, which stands in no row")),
                Some((theirs, row)) if theirs == own || row < own_row => None,
                Some((theirs, row)) if row == own_row => Some(format!("{name} imports {theirs} of its own row")),
                Some((theirs, _)) => Some(format!("{name} imports {theirs} of a row below")),
            }
        });
        judged.collect()
    }
}

/// The module of the table that a path lies in, and its row.
fn place(path: &[String]) -> Option<(&'static str, usize)> {
    let rows = ROWS.iter().enumerate();
    let rows = rows.flat_map(|(row, Row(modules, _))| modules.iter().map(move |it| (it.as_str(), row)));
    let is_prefix = |module: &str| module.split("::").zip(path).all(|(one, other)| one == other);
    rows.filter(|(module, _)| module.split("::").count() <= path.len() && is_prefix(module))
        .max_by_key(|(it, _)| it.len())
}

/// `model/world.rs` is `["model", "world"]`.
fn module_of(path: &Path) -> Vec<String> {
    path.with_extension("").iter().map(|name| name.to_string_lossy().into_owned()).collect()
}

fn without_comments_and_tests(text: &str) -> String {
    let (code, _) = text.split_once("#[cfg(test)]\nmod tests").unwrap_or((text, ""));
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Every path that a text takes from the crate's root, also by way of `super`.
fn imports(module: &[String], text: &str) -> BTreeSet<Vec<String>> {
    let mut imports = BTreeSet::new();
    for root in ["crate", "rotation_conformance"] {
        for tail in after(text, root) {
            imports.extend(paths(tail));
        }
    }
    // A chain of `super` is found at each of its links; only the whole chain, which begins before `::super`, counts.
    for tail in after(text, "super") {
        let levels = 1 + tail.split("super::").take_while(|before| before.is_empty()).count();
        let tail = tail.trim_start_matches("super::");
        let Some(parent) = module.len().checked_sub(levels) else { continue };
        imports.extend(paths(tail).into_iter().map(|path| [&module[..parent], &path].concat()));
    }
    imports
}

/// What follows each `root::` that begins a path.
fn after<'a>(text: &'a str, root: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(root).filter_map(move |(start, _)| {
        let begins = !text[..start].ends_with(|before: char| before.is_alphanumeric() || "_:".contains(before));
        text[start + root.len()..].strip_prefix("::").filter(|_| begins)
    })
}

/// The paths of a `use` tree: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(tree: &str) -> Vec<Vec<String>> {
    let tree = tree.trim_start();
    if let Some(group) = tree.strip_prefix('{') {
        return branches(group).into_iter().flat_map(paths).collect();
    }
    let end = tree.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(tree.len());
    let (name, rest) = tree.split_at(end);
    let tails = rest.strip_prefix("::").map_or_else(Vec::new, paths);
    let path = vec![name.to_owned()];
    if tails.is_empty() { vec![path] } else { tails.into_iter().map(|tail| [&path[..], &tail].concat()).collect() }
}

/// The branches of a group, up to the brace that closes it.
fn branches(group: &str) -> Vec<&str> {
    let mut branches = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (index, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                branches.push(group[start..index].trim());
                start = index + 1;
            }
            _ => {}
        }
        if character == '}' && start == index + 1 {
            break;
        }
    }
    branches.retain(|branch| !branch.is_empty());
    branches
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = paths.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|it| it == "rs")).collect()
}

/// Which files each file needs: those that it imports from and those of its own folder. A file of a folder may use what
/// stands in the file that the folder belongs to, which does not count.
fn needs(sources: &[Source]) -> BTreeMap<&[String], BTreeSet<&[String]>> {
    let files: BTreeSet<&[String]> = sources.iter().map(|source| &source.module[..]).collect();
    let file_of = |path: &[String]| (1..=path.len()).rev().find_map(|length| files.get(&path[..length]).copied());
    let of = |source: &Source| {
        let imported = source.imports.iter().filter_map(|path| file_of(path));
        let within = files.iter().copied().filter(|file| file.split_last().is_some_and(|(_, it)| it == source.module));
        imported.chain(within).filter(|file| !source.module.starts_with(file)).collect()
    };
    sources.iter().map(|source| (&source.module[..], of(source))).collect()
}

/// The files from which a way of imports leads back to themselves.
fn circles(sources: &[Source]) -> Vec<String> {
    let needs = needs(sources);
    let is_in_circle = |file: &&&[String]| {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&[String]> = vec![**file];
        while let Some(at) = next.pop() {
            next.extend(needs.get(at).into_iter().flatten().filter(|it| reached.insert(**it)));
        }
        reached.contains(**file)
    };
    needs.keys().filter(is_in_circle).map(|file| file.join("::")).collect()
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    files_in(&root).iter().filter_map(|path| Source::read(&root, path)).collect()
}

#[test]
fn modules_import_only_from_rows_above() {
    let sources = sources();
    assert!(sources.iter().map(|source| source.imports.len()).sum::<usize>() > 100, "imports are no longer found");
    let faults: Vec<_> = sources.iter().flat_map(Source::faults).collect();
    assert!(faults.is_empty(), "against the rows in src/lib.rs:\n  {}", faults.join("\n  "));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let circles = circles(&sources());
    assert!(circles.is_empty(), "a circle leads through each of\n  {}", circles.join("\n  "));
}

#[test]
fn a_circle_of_files_is_seen_also_by_way_of_a_folder() {
    let of = |files: &[(&str, &str)]| {
        let sources: Vec<_> = files.iter().map(|(file, text)| Source::of(module_of(Path::new(file)), text)).collect();
        circles(&sources)
    };
    let two = [("client/a.rs", "use super::b::B;"), ("client/b.rs", "use super::a::A;"), ("client.rs", "")];
    assert_eq!(of(&two), ["client::a", "client::b"]);
    let by_a_folder =
        [("m/a.rs", "use super::w::W;"), ("m/w.rs", ""), ("m/w/s.rs", "use crate::m::a::A;"), ("m.rs", "")];
    assert_eq!(of(&by_a_folder), ["m::a", "m::w", "m::w::s"]);
    let none =
        [("m/a.rs", "use super::w::W;"), ("m/w.rs", ""), ("m/w/s.rs", "use super::W;\nuse crate::m::M;"), ("m.rs", "")];
    assert_eq!(of(&none), [""; 0]);
}

fn faults(module: &str, text: &str) -> Vec<String> {
    Source::of(module_of(Path::new(module)), text).faults()
}

#[test]
fn an_import_from_above_is_accepted() {
    for (module, text) in [
        ("judge.rs", "use crate::model::World;\nuse crate::{rule::RuleId, verdict::{Status, Violation}};"),
        ("judge/slot.rs", "use super::blame::Score;\nuse super::super::model::World;"),
        ("service/http.rs", "use super::Service;\nuse crate::service::view;"),
        ("judge.rs", "// use crate::runner::Run;\n/// [`Run`](crate::runner::Run)"),
        ("judge.rs", "#[cfg(test)]\nmod tests {\n    use crate::runner::Run;\n}"),
        ("judge.rs", "mycrate::runner::run();\nserde::crate::runner();"),
        ("main.rs", "use rotation_conformance::{cli::run, client};"),
    ] {
        assert_eq!(faults(module, text), [""; 0], "{text}");
    }
}

#[test]
fn a_forbidden_import_is_named() {
    for (module, text, expected) in [
        ("judge.rs", "use crate::runner::Run;", "judge imports runner of a row below"),
        ("judge/slot.rs", "use crate::strategy;", "judge::slot imports strategy of its own row"),
        ("judge.rs", "fn f() { crate::client::get() }", "judge imports client of a row below"),
        ("judge/slot.rs", "use super::super::runner::Run;", "judge::slot imports runner of a row below"),
        ("wire.rs", "use crate::{model::{Answer, Body}, history::Call};", "wire imports history of its own row"),
        ("model.rs", "use crate::{\n    rule::RuleId,\n    wire,\n};", "model imports wire of a row below"),
        ("service/view.rs", "use super::http::serve;", "service::view imports service::http of a row below"),
        ("client.rs", "use crate::service::http;", "client imports service::http of its own row"),
        ("judge.rs", "use crate::Run;", "judge imports Run, which stands in no row"),
        ("helpers.rs", "", "helpers stands in no row"),
    ] {
        assert_eq!(faults(module, text), [expected], "{text}");
    }
}

/// The parts of a provenance.
const PROVENANCE: [&str; 4] = ["rule", "class", "call", "action"];

/// Lines of the model that read a part of a provenance: it tells whom a report speaks of, and decides nothing.
fn provenance_read(module: &str, text: &str) -> Vec<String> {
    let is_part = |tail: &str| {
        let name: String = tail.chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect();
        let is_call = tail[name.len()..].starts_with('(');
        PROVENANCE.contains(&name.as_str()) && !is_call
    };
    let begins = |before: &str| !before.ends_with(|it: char| it.is_alphanumeric() || it == '_');
    let reads = |line: &str| {
        let mut found = line.match_indices("by.");
        found.any(|(start, _)| begins(&line[..start]) && is_part(&line[start + "by.".len()..]))
    };
    let code = without_comments_and_tests(text);
    code.lines().filter(|line| reads(line)).map(|line| format!("{module}: {}", line.trim())).collect()
}

#[test]
fn nothing_in_the_model_is_decided_by_a_provenance() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = files_in(&root);
    // Where a cell changes hands, the class says who takes it over.
    let is_judged = |path: &&PathBuf| {
        let module = module_of(path.strip_prefix(&root).unwrap());
        module[0] == "model" && module != ["model", "world", "cell"] && !module.iter().any(|name| name == "tests")
    };
    let judged: Vec<_> = files.iter().filter(is_judged).collect();
    assert!(judged.len() > 20, "the model is no longer found");
    let found: Vec<_> = judged
        .iter()
        .flat_map(|path| provenance_read(&path.to_string_lossy(), &fs::read_to_string(path).unwrap()))
        .collect();
    assert!(found.is_empty(), "decided by a provenance:\n  {}", found.join("\n  "));
}

#[test]
fn a_decision_by_a_provenance_is_found() {
    for line in [
        "if cell.by.rule == RuleId::State018 {",
        "matches!(version.content.by.action, Some(Action::CreateSecret))",
        "by.class > Class::Contract",
        "fact.since = version.content.by.call;",
    ] {
        assert_eq!(provenance_read("m", line), [format!("m: {line}")]);
    }
    for line in ["// by.rule decides", "cell.by.fact(claim)", "put_by.rule()", "cell.holder.by = by;", "by.rules == 1"]
    {
        assert_eq!(provenance_read("m", line), [""; 0]);
    }
}

/// Places of the model where everything is opened, as after an answer that no rule permits.
fn opens_everything(text: &str) -> usize {
    without_comments_and_tests(text).matches(".opened()").count()
}

#[test]
fn what_a_rule_leaves_open_has_bounds_in_the_model() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in files_in(&root.join("model")) {
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(opens_everything(&text), 0, "{}: say what holds all the same (model::Bound)", path.display());
    }
    assert_eq!(opens_everything("fn f() { world.clone().opened() }"), 1);
}

#[test]
fn every_row_says_why_and_no_module_stands_twice() {
    let modules: Vec<_> = ROWS.iter().flat_map(|Row(modules, _)| modules).collect();
    assert!(modules.len() > 15, "the table is no longer read: {modules:?}");
    assert_eq!(modules.iter().collect::<BTreeSet<_>>().len(), modules.len());
    assert!(ROWS.iter().all(|Row(_, why)| !why.is_empty()));
}
