use rotation_conformance::{
    model::Functions,
    rule::{Checkable, RULES},
    runner::{Options, Run},
    service::{Config, Service},
};
use std::sync::{Arc, atomic::AtomicBool};
#[tokio::main]
async fn main() {
    let cases: u64 = std::env::args().nth(1).map_or(2000, |t| t.parse().unwrap());
    let service = Arc::new(Service::new(Config::default()));
    let f = service.register_function("f");
    let functions = Functions { accepted: vec![f], missing: vec![service.function_arn("missing").as_str().into()] };
    let t = std::time::Instant::now();
    let r = Run::new(
        service.clone(),
        Options { seed: 1, cases, jobs: 1, max_calls: 10_000_000, prefix: "rc-0".into(), functions, shrink_calls: 300 },
        Arc::new(AtomicBool::new(false)),
    )
    .run()
    .await;
    println!(
        "{:?} cases {} {:?} left {} secrets {}",
        r.calls,
        r.cases,
        t.elapsed(),
        r.left.len(),
        service.secret_count()
    );
    for f in &r.findings {
        println!(
            "{} {} since {} exp {} obs {} also {:?}\n   {}",
            f.violation.rule,
            f.status.as_str(),
            f.violation.since,
            f.violation.expected,
            f.violation.observed,
            f.violation.also,
            f.violation.fingerprint
        );
        for s in &f.case.steps {
            println!("     {}", serde_json::to_string(s).unwrap());
        }
        for e in &f.violation.excluded {
            println!("       world {} / {} / {:?}", e.world, e.outcome, e.unmet);
        }
    }
    let mut missing = vec![];
    for rule in &RULES {
        if r.exercise.checked(rule.id) == 0
            && !rule.derived
            && matches!(rule.checkable, Checkable::Yes | Checkable::Arn)
        {
            missing.push(format!("{}({} armed {})", rule.name, rule.level.as_str(), r.exercise.armed(rule.id)));
        }
    }
    println!("not checked: {missing:?}");
    for rule in &RULES {
        for reading in r.exercise.readings(rule.id) {
            println!("reading {} {}", rule.name, reading);
        }
    }
}
