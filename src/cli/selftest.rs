//! `selftest` and `defects`: does the oracle find what it claims to find?

use std::fmt::Write as _;

use serde_json::json;

use super::{Exit, SelftestArgs, complain, files, print};
use crate::selftest::{self, Matrix, Options, kills_to_ndjson, minima_to_ndjson, minima_to_text, to_text};
use crate::service::{Defect, Otherwise, Variant};

pub(super) fn selftest(args: &SelftestArgs) -> Exit {
    let mut wanted = [&args.json, &args.kills].into_iter().flatten();
    if let Err(message) = wanted.try_for_each(|path| files::try_file(path)) {
        complain(&message);
        return Exit::Usage;
    }
    if args.minimum {
        return minimum(args);
    }
    let matrix = selftest::run(&options(args));
    print(&to_text(&matrix));
    let files = [(&args.json, to_json as fn(&Matrix) -> String), (&args.kills, kills_to_ndjson)];
    for (path, written) in files.iter().filter_map(|(path, text)| Some((path.as_ref()?, text(&matrix)))) {
        if let Err(message) = files::write(path, &written) {
            complain(&message);
            return Exit::Usage;
        }
    }
    if matrix.is_proof() { Exit::Success } else { Exit::Violations }
}

/// Looks for the shortest cases by search.
fn minimum(args: &SelftestArgs) -> Exit {
    let Options { defects, threads, .. } = options(args);
    let minima = selftest::minima(&defects, args.depth, threads);
    print(&minima_to_text(&minima));
    if let Some(path) = &args.kills
        && let Err(message) = files::write(path, &minima_to_ndjson(&minima))
    {
        complain(&message);
        return Exit::Usage;
    }
    Exit::Success
}

fn options(args: &SelftestArgs) -> Options {
    let all = Options::default();
    // Whoever names some wants no others.
    let (defects, variants) = match (&args.defect[..], &args.variant[..]) {
        ([], []) => (all.defects.clone(), all.variants.clone()),
        (defects, variants) => (defects.to_vec(), variants.to_vec()),
    };
    Options {
        defects,
        variants,
        seeds: args.seeds,
        cases: args.cases,
        max_calls: args.max_calls,
        sweep: !args.no_sweep,
        ..all
    }
}

fn to_json(matrix: &Matrix) -> String {
    format!("{:#}\n", json!({ "trials": matrix.trials }))
}

pub(super) fn defects() -> Exit {
    let mut text = String::new();
    for defect in Defect::named().chain(Defect::generated()) {
        let rules: Vec<_> = defect.breaks().iter().map(|rule| rule.as_str()).collect();
        let _ = writeln!(text, "{defect}: {}", defect.does());
        let _ = writeln!(text, "  breaks {}; {}", rules.join(", "), defect.seen());
    }
    for variant in Variant::all() {
        let Otherwise { does, permitted_by, differs, .. } = variant.otherwise();
        let rules: Vec<_> = differs.iter().map(|rule| rule.as_str()).collect();
        let differs = if rules.is_empty() { String::new() } else { format!("; differs by {}", rules.join(", ")) };
        let _ = writeln!(text, "variant {variant}: {does}");
        let _ = writeln!(text, "  permitted by {permitted_by}{differs}");
    }
    print(&text);
    Exit::Success
}
