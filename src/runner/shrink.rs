//! Shrinking and confirming: the shortest case that was seen to show a violation, replayed on fresh secrets.

mod candidate;
mod clear;
mod index;
mod need;
mod neighbour;
mod other;
mod reduce;
mod route;
mod trying;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::contradicted::Contradicted;
use super::execution::{Extent, Sighting, Trace};
use super::suspect::{Suspect, up_to};
use super::{Examined, Finding, PutOff, REPLAYS, Run, unshrunk};
use crate::endpoint::Endpoint;
use crate::model::Text;
use crate::rule::{Class, Kind, RuleId};
use crate::strategy::{Atlas, Case, State};
use crate::verdict::{Demand, Fingerprint, Status, Violation};
use index::{End, Index};
use need::{Filter, Need};
use neighbour::{named_outright, neighbours};
use reduce::{
    ends, filled_at_once, merged, naming_a_function, of_one_secret, plainer, renumbered, simpler, with_a_fresh_token,
    without,
};
use route::Scene;

/// About how many calls are spent on the cases of one length that demand the same by the model, and twice as many on the
/// shortest.
const SPENT_ON_A_LENGTH: u64 = 10;
/// About how many calls are spent on cases with one request less and another in place of one that is left.
const SPENT_ON_NEIGHBOURS: u64 = 80;

/// Where one finding is examined.
pub(super) struct Lab<'a, E> {
    run: &'a Run<E>,
    atlas: &'a Atlas,
    number: usize,
    executions: u64,
    spent: u64,
    /// Calls at most.
    budget: u64,
    /// `Observed` where the violation shows only if everything is read after every call.
    extent: Extent,
    /// Whether nothing may go wrong in a candidate before the violation, so that a person sees that alone.
    must_be_clean: bool,
    /// Whether the candidate that was tried last shows the violation, and another before it.
    was_unclean: bool,
    /// What the last call of a candidate must bring by the model.
    need: Need,
    /// The rule that an earlier call of the case violates already.
    after: Option<RuleId>,
    /// The same of the candidate that showed the violation last.
    cause: Option<RuleId>,
    /// A rule that an earlier call of a candidate must violate too.
    must_follow: Option<RuleId>,
    /// The cases that did not show what is looked for.
    tried: BTreeSet<String>,
    /// What the last case that did has shown.
    shown: Option<Sighting>,
    clean: u64,
    left: Vec<Text>,
    contradicted: Contradicted,
    /// The violations that have leads of their own.
    leads: Arc<BTreeSet<Fingerprint>>,
    /// What turned out to be one of these.
    put_off: Option<PutOff>,
}

/// The case that shows a violation so far, as short as a few guesses have made it.
struct Guessed {
    case: Case,
    /// Whether no case is shorter by the model.
    is_least: bool,
}

impl<'a, E: Endpoint + 'static> Lab<'a, E> {
    pub(super) fn new(run: &'a Run<E>, atlas: &'a Atlas, number: usize) -> Self {
        Self {
            run,
            atlas,
            number,
            executions: 0,
            spent: 0,
            budget: 0,
            extent: Extent::Whole,
            must_be_clean: false,
            was_unclean: false,
            need: Need::Nothing,
            after: None,
            cause: None,
            must_follow: None,
            tried: BTreeSet::new(),
            shown: None,
            clean: 0,
            left: Vec::new(),
            contradicted: Contradicted::default(),
            leads: Arc::default(),
            put_off: None,
        }
    }

    /// The same, where these violations have leads of their own: what turns out to be one of them is put off.
    pub(super) fn beside(self, leads: Arc<BTreeSet<Fingerprint>>) -> Self {
        Self { leads, ..self }
    }

    /// What came of it all.
    pub(super) fn examined(self, findings: Vec<Finding>) -> Examined {
        let Self { spent, clean, left, contradicted, put_off, .. } = self;
        Examined { findings, put_off, spent, clean, left, contradicted }
    }

    /// Shrinks a suspect, finds who is to blame, and replays it; `None` if it is put off.
    pub(super) async fn finding(&mut self, mut suspect: Suspect) -> Option<Finding> {
        let other = suspect.other.take();
        let again = Suspect { cause: None, state: None, is_clean: false, ..suspect.clone() };
        let finding = self.examine(suspect).await?;
        match other {
            Some(case) if finding.replays.0 == 0 && !self.is_spent() => self.examine(Suspect { case, ..again }).await,
            _ => Some(finding),
        }
    }

    async fn examine(&mut self, suspect: Suspect) -> Option<Finding> {
        let as_it_was_found = suspect.clone();
        let mut violation = suspect.violation;
        let is_difference = violation.class == Class::Fidelity;
        self.budget = self.run.options.shrink_calls / if is_difference { 4 } else { 1 };
        self.extent = if suspect.is_observed { Extent::Observed } else { Extent::Whole };
        self.must_be_clean = suspect.is_clean;
        self.cause = None;
        let mut culprit = suspect.cause;
        let mut guessed = self.guess(suspect.case, (suspect.cause, suspect.state), &violation).await;
        if let Some((owner, extent)) = self.lead_to_blame(&guessed, &violation).await {
            if self.leads.contains(&owner.violation.fingerprint) {
                self.contradicted.moved(violation.rule, owner.violation.rule);
                self.put_off = Some(PutOff { suspect: as_it_was_found, owner: owner.violation.fingerprint });
                return None;
            }
            (guessed, culprit) = (self.blame(&guessed.case, &owner, extent).await, owner.cause);
            violation = owner.violation;
        }
        let mut case = self.cut(guessed, &violation.fingerprint).await;
        if let Some(shown) = self.shown.take() {
            // The same may weigh more where less came before.
            (violation, culprit) = (shown.violation, shown.cause);
        }
        (case, violation) = self.blamed(case, violation, culprit).await;
        if violation.rule != as_it_was_found.violation.rule {
            self.contradicted.moved(as_it_was_found.violation.rule, violation.rule);
        }
        let calls_to_shrink = std::mem::take(&mut self.spent);
        let confirmed = self.confirm(&case, &violation.fingerprint).await;
        let early = suspect.early.as_ref().map_or(0, |early| early.calls);
        let calls_to_confirm = early + std::mem::take(&mut self.spent);
        let Some((hits, last)) = confirmed else {
            return Some(Finding { calls_to_shrink, calls_to_confirm, ..unshrunk(as_it_was_found) });
        };
        let mut steps = Vec::new();
        if let Some(trace) = last {
            self.after = trace.first_before(&violation.fingerprint).or(self.after);
            if let Some(shown) = trace.sighting(&violation.fingerprint) {
                // A read beside the case may show it before its last call does, which may have come to show nothing.
                case = up_to(&case, shown);
                violation = shown.violation.clone();
            }
            steps = trace.evidence(&violation.fingerprint);
        }
        let finding = Finding {
            status: status(&violation, hits),
            violation,
            case,
            is_observed: self.extent == Extent::Observed,
            after: self.after,
            steps,
            calls_to_find: suspect.calls,
            calls_to_shrink,
            calls_to_confirm,
            replays: (hits, REPLAYS),
        };
        Some(self.cleared(finding).await)
    }

    /// Blames another rule, with a case of its own, where the one at hand cannot be it.
    async fn blamed(&mut self, mut case: Case, mut violation: Violation, culprit: Option<usize>) -> (Case, Violation) {
        if self.run.is_over() {
            return (case, violation);
        }
        if let Some((fewer, shown)) = self.without_its_culprit(&case, culprit, &violation).await {
            self.allow_more();
            case = self.shrink(fewer, (shown.cause, shown.state), &shown.violation).await;
            violation = shown.violation;
        }
        if let Some((plain, other)) = self.of_a_plainer_request(&case, &violation).await {
            case = self.shrink(plain, (None, None), &other).await;
            violation = other;
        }
        if let Some((earlier, extent)) = self.first_to_blame(&case, &violation).await {
            let guessed = self.blame(&case, &earlier, extent).await;
            case = self.cut(guessed, &earlier.violation.fingerprint).await;
            violation = earlier.violation;
        }
        (case, violation)
    }

    /// Goes on with an earlier violation of a case.
    async fn blame(&mut self, case: &Case, earlier: &Sighting, extent: Extent) -> Guessed {
        self.extent = extent;
        self.must_be_clean = false;
        self.cause = None;
        self.allow_more();
        self.guess(up_to(case, earlier), (earlier.cause, earlier.state), &earlier.violation).await
    }

    /// Another violation than the one that was shrunk is worth a quarter of the calls again.
    fn allow_more(&mut self) {
        self.budget = self.budget.max(self.spent + self.run.options.shrink_calls / 4);
    }

    /// The case without the call that is blamed for having changed what it need not, and what its end shows then: where
    /// that is the same, the call has nothing to do with it.
    async fn without_its_culprit(
        &mut self,
        case: &Case,
        culprit: Option<usize>,
        known: &Violation,
    ) -> Option<(Case, Sighting)> {
        let last = case.steps.len().checked_sub(1)?;
        let culprit = culprit.filter(|culprit| *culprit < last && known.is_of_state)?;
        if known.class == Class::Contract && !known.fingerprint.demanded().is_some_and(Demand::is_to_stay) {
            return None;
        }
        let fewer = without(case, culprit, culprit + 1);
        let trace = self.execute(&fewer, self.extent.clone()).await;
        let is_same = |seen: &&Sighting| {
            let violation = &seen.violation;
            seen.step + 1 == last && violation.class <= known.class && violation.observed == known.observed
        };
        let shown = trace.sightings.iter().filter(is_same).find(|seen| seen.violation.is_of_state)?.clone();
        Some((fewer, shown))
    }

    /// The same case with its last request written plainly, and the rule of another violation that the same answer to
    /// it shows: how the request was written has nothing to do with that.
    async fn of_a_plainer_request(&mut self, case: &Case, known: &Violation) -> Option<(Case, Violation)> {
        let last = case.steps.len().checked_sub(1)?;
        for plain in plainer(&case.steps[last]) {
            let mut candidate = case.clone();
            candidate.steps[last] = plain;
            let trace = self.execute(&candidate, self.extent.clone()).await;
            let is_alike = |seen: &&Sighting| {
                seen.step == last && seen.read.is_none() && seen.violation.observed == known.observed
            };
            if let Some(seen) = trace.sightings.iter().find(is_alike)
                && seen.violation.class <= known.class
            {
                self.cause = trace.first_before(&seen.violation.fingerprint);
                return Some((candidate, seen.violation.clone()));
            }
        }
        None
    }

    /// Shortens a case as long as the violation is still seen.
    ///
    /// `cause` is the step that is to blame, if not the last one, and the state that it met.
    async fn shrink(&mut self, best: Case, cause: (Option<usize>, Option<State>), wanted: &Violation) -> Case {
        let guessed = self.guess(best, cause, wanted).await;
        self.cut(guessed, &wanted.fingerprint).await
    }

    /// Tries the shortest cases that demand the same by the model, then the shortest ways to the same state.
    async fn guess(
        &mut self,
        best: Case,
        (culprit, state): (Option<usize>, Option<State>),
        wanted: &Violation,
    ) -> Guessed {
        self.need = Need::of(&best, wanted, self.run.menu()).await;
        self.tried.clear();
        self.shown = None;
        if is_least_of_missing(&best, &wanted.fingerprint) {
            return Guessed { case: best, is_least: true };
        }
        let wanted = &wanted.fingerprint;
        let last = best.steps.len().saturating_sub(1);
        let scene = Scene::of(self.atlas, &best, culprit.unwrap_or(last), state);
        let (mut shortest, is_least) = self.by_the_model(best, scene.as_ref(), wanted).await;
        if !is_least {
            let on_the_shortest_way = scene.as_ref().map(Scene::on_the_shortest_way).unwrap_or_default();
            let mut first: Vec<Case> = ends(&shortest).into_iter().collect();
            first.extend(on_the_shortest_way.into_iter().chain(of_one_secret(&shortest)));
            first.extend(scene.iter().flat_map(Scene::with_what_matters));
            shortest = self.shorter(shortest, first, wanted).await;
        }
        Guessed { case: shortest, is_least }
    }

    /// Deletes ever smaller windows of calls, and writes those that stay more simply.
    async fn cut(&mut self, guessed: Guessed, wanted: &Fingerprint) -> Case {
        let Guessed { case: mut best, is_least } = guessed;
        if is_least_of_missing(&best, wanted) {
            return best;
        }
        if !is_least {
            best = self.without_windows(best, wanted).await;
            best = self.with_a_function_of_its_own(best, wanted).await;
            let other = merged(&best).into_iter().chain(filled_at_once(&best)).collect();
            best = self.shorter(best, other, wanted).await;
            best = self.with_another_request(best, wanted).await;
        }
        let simplified = self.simplify(best.clone(), wanted).await;
        if simplified != best && !is_least {
            // What a call does that is written otherwise may need fewer calls before it.
            best = self.without_windows(simplified, wanted).await;
        } else {
            best = simplified;
        }
        if let Some(fresh) = with_a_fresh_token(&best)
            && !self.is_spent()
            && self.shows(&fresh, wanted).await
        {
            best = self.renumber(fresh, wanted).await;
        }
        self.settle_extent(&best, wanted).await;
        best
    }

    /// What is to blame for the violation at hand, asked where there is much to cut yet: that takes a few calls per
    /// request, and cutting a case that shows something else takes more.
    async fn lead_to_blame(&mut self, guessed: &Guessed, known: &Violation) -> Option<(Sighting, Extent)> {
        if guessed.is_least || self.leads.is_empty() || self.is_spent() {
            return None;
        }
        let after = self.after;
        let owner = self.first_to_blame(&guessed.case, known).await;
        if owner.is_none() {
            self.after = after;
        }
        owner
    }

    /// The shortest of these candidates that shows the violation, if any is shorter than the best.
    async fn shorter(&mut self, mut best: Case, candidates: Vec<Case>, wanted: &Fingerprint) -> Case {
        for candidate in candidates {
            if self.is_spent() {
                break;
            }
            if candidate.steps.len() < best.steps.len() && self.shows(&candidate, wanted).await {
                best = candidate;
            }
        }
        best
    }

    /// The shortest case that demands the same by the model and shows the violation; and whether no case is shorter by
    /// the model.
    async fn by_the_model(&mut self, best: Case, scene: Option<&Scene<'_>>, wanted: &Fingerprint) -> (Case, bool) {
        let Some(demanded) = wanted.demanded() else { return (best, false) };
        let ends = Index::shared(self.run.menu()).ends(demanded);
        let (Some(scene), Some(least)) = (scene, ends.first().map(End::length)) else { return (best, false) };
        for length in least..best.steps.len() {
            let limit = self.spent + if length == least { 2 * SPENT_ON_A_LENGTH } else { SPENT_ON_A_LENGTH };
            for candidate in scene.demanding(demanded, ends, length) {
                if self.is_spent() || self.spent >= limit {
                    break;
                }
                let is_shown = self.shows(&candidate, wanted).await;
                if is_shown || (length == least && self.shows_by_itself(&candidate, wanted).await) {
                    return (candidate, length == least);
                }
            }
        }
        let is_least = best.steps.len() <= least;
        (best, is_least)
    }

    /// What was seen with reads after every call alone may show without, when other requests stand there now.
    async fn settle_extent(&mut self, best: &Case, wanted: &Fingerprint) {
        if self.extent == Extent::Observed {
            let trace = self.execute(best, Extent::Until(wanted.clone())).await;
            if trace.sighting(wanted).is_some() {
                self.extent = Extent::Whole;
            }
        }
    }

    /// A rotation that names its function needs no earlier one that stored it.
    async fn with_a_function_of_its_own(&mut self, best: Case, wanted: &Fingerprint) -> Case {
        let Some(candidate) = naming_a_function(&best) else { return best };
        if self.is_spent() || !self.shows(&candidate, wanted).await {
            return best;
        }
        let shorter = self.without_windows(candidate, wanted).await;
        if shorter.steps.len() < best.steps.len() { shorter } else { best }
    }

    /// With another request in place of one, a second one may be needless. What may be a consequence of another violation
    /// stays one that can be seen to be.
    async fn with_another_request(&mut self, mut best: Case, wanted: &Fingerprint) -> Case {
        let limit = self.spent + SPENT_ON_NEIGHBOURS;
        self.must_follow = self.cause;
        let atlas = self.atlas;
        let around = |best: &Case| {
            let outright = named_outright(atlas, best).into_iter();
            outright.chain(neighbours(atlas, best, Filter::of(wanted)))
        };
        let mut candidates = around(&best);
        while self.spent < limit
            && !self.is_spent()
            && let Some(candidate) = candidates.next()
        {
            if self.shows(&candidate, wanted).await {
                candidates = around(&candidate);
                best = candidate;
            }
        }
        self.must_follow = None;
        best
    }

    async fn without_windows(&mut self, mut best: Case, wanted: &Fingerprint) -> Case {
        let mut window = best.steps.len().div_ceil(2);
        while window >= 1 {
            let mut end = best.steps.len().saturating_sub(1);
            let mut is_shorter = false;
            while end > 0 {
                let start = end.saturating_sub(window);
                let candidate = without(&best, start, end);
                end = start;
                if self.shows(&candidate, wanted).await {
                    best = candidate;
                    is_shorter = true;
                }
                if self.is_spent() {
                    return best;
                }
            }
            if !is_shorter || window > 1 {
                window /= 2;
            }
        }
        best
    }

    /// Tries simpler forms of each request.
    async fn simplify(&mut self, best: Case, wanted: &Fingerprint) -> Case {
        let best = self.renumber(best, wanted).await;
        let best = self.simplify_each(best, wanted).await;
        self.renumber(best, wanted).await
    }

    async fn renumber(&mut self, best: Case, wanted: &Fingerprint) -> Case {
        let renumbered = renumbered(&best);
        match renumbered != best && self.shows(&renumbered, wanted).await {
            true => renumbered,
            false => best,
        }
    }

    async fn simplify_each(&mut self, mut best: Case, wanted: &Fingerprint) -> Case {
        for index in 0..best.steps.len() {
            let mut failed = 0;
            while let Some(simpler) = simpler(&best.steps[index]).into_iter().nth(failed) {
                if self.is_spent() {
                    return best;
                }
                let mut candidate = best.clone();
                candidate.steps[index] = simpler;
                match self.shows(&candidate, wanted).await {
                    true => best = candidate,
                    false => failed += 1,
                }
            }
        }
        best
    }

    /// Where the violation is not seen if everything is read, and adopted, after every call, an earlier call is to
    /// blame: the first violation of the state, or a read before.
    async fn blamed_with_reads(&mut self, case: &Case, known: &Violation) -> Option<Sighting> {
        // The answer to a repetition tells labels, which are of the state.
        let shows_state = matches!(known.rule.rule().kind, Kind::NothingChanges { answer_shows_state: true });
        let is_of_state = known.is_of_state || shows_state;
        if self.extent == Extent::Observed || (known.class == Class::Fidelity && !is_of_state) {
            return None;
        }
        let trace = self.execute(case, Extent::Observed).await;
        if trace.sighting(&known.fingerprint).is_some() {
            self.after = trace.first_before(&known.fingerprint);
            return None;
        }
        // What only differs may have left a state too in which the rest is as it must be.
        let of_state = |class| trace.sightings.iter().find(move |seen| seen.is_of_state(class));
        // Or a read was wrong, from which the state was learned.
        let is_earlier_read = |seen: &&Sighting| {
            let is_read = case.steps[seen.step].operation.is_read() && seen.read.is_none();
            is_read && seen.step + 1 < case.steps.len() && seen.violation.class <= known.class
        };
        let earlier = || trace.sightings.iter().find(is_earlier_read);
        of_state(known.class).or_else(|| of_state(Class::Fidelity)).or_else(earlier).cloned()
    }

    /// What is to blame in place of a violation, and whether it shows only if everything is read after every call.
    async fn first_to_blame(&mut self, case: &Case, known: &Violation) -> Option<(Sighting, Extent)> {
        let first = self.blamed_with_reads(case, known).await?;
        self.need = Need::Nothing;
        let fingerprint = &first.violation.fingerprint;
        let alone = self.execute(&up_to(case, &first), Extent::Until(fingerprint.clone())).await;
        let is_plain = alone.sighting(fingerprint).is_some();
        Some((first, if is_plain { Extent::Whole } else { Extent::Observed }))
    }

    /// Replays a finding once more; tells whether that was done to its end, with an endpoint that answers.
    pub(super) async fn replay_again(&mut self, finding: &mut Finding) -> bool {
        if self.run.is_over() {
            return false;
        }
        self.extent = if finding.is_observed { Extent::Observed } else { Extent::Whole };
        let trace = self.replay(&finding.case).await;
        let is_seen = trace.sighting(&finding.violation.fingerprint).is_some();
        if trace.died.is_some() || (!is_seen && self.is_stopped()) {
            return false;
        }
        let (hits, replays) = finding.replays;
        finding.replays = (hits + u32::from(is_seen), replays + 1);
        finding.calls_to_confirm += std::mem::take(&mut self.spent);
        if !is_seen {
            finding.status = Status::Intermittent;
        }
        true
    }

    /// Replays a case: how many replays showed the violation, and the last that did. `None` if the run was over before
    /// they were done.
    async fn confirm(&mut self, case: &Case, wanted: &Fingerprint) -> Option<(u32, Option<Trace>)> {
        let mut hits = 0;
        let mut last: Option<Trace> = None;
        for _ in 0..REPLAYS {
            if self.run.is_over() {
                return None;
            }
            let trace = self.replay(case).await;
            let is_seen = trace.sighting(wanted).is_some();
            if !is_seen && self.is_stopped() {
                return None;
            }
            hits += u32::from(is_seen);
            if is_seen || last.is_none() {
                last = Some(trace);
            }
        }
        Some((hits, last))
    }

    /// Whether the run was told to stop, so that a case which is under way ends before its end.
    fn is_stopped(&self) -> bool {
        self.run.stop.is_set()
    }
}

/// Whether a case cannot be shorter or plainer: of an operation that is not there, any request shows it.
fn is_least_of_missing(case: &Case, wanted: &Fingerprint) -> bool {
    case.steps.len() == 1 && wanted.missing().is_some()
}

/// What a violation is that so many replays have shown.
fn status(violation: &Violation, hits: u32) -> Status {
    match hits {
        REPLAYS if violation.fails(false) => Status::Fail,
        REPLAYS => Status::Differs,
        _ => Status::Intermittent,
    }
}
