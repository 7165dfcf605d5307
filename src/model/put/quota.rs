//! Quotas on labels and versions: the limits are documented, the refusals hardly are.

use crate::model::lenient::refuse_or;
use crate::model::outcome::{Outcome, Reason, Setting};
use crate::model::world::{LabelCell, World};
use crate::model::{ErrorType, Label};
use crate::rule::RuleId;

/// How many labels a secret may have over all its versions (ROT-STATE-021).
const LABEL_QUOTA: usize = 20;
/// From how many versions on LimitExceededException is good, and versions without labels may go (ROT-STATE-022).
pub(crate) const VERSION_QUOTA: usize = 100;

/// A change that stores a version under these labels.
pub(crate) fn within_quotas(world: &World, named: &[Label], usual: Outcome, setting: &Setting<'_>) -> Vec<Outcome> {
    let mut outcomes = within_label_quota(world, named, usual, setting);
    let count = world.secret.as_ref().map_or(0, |secret| secret.versions.len());
    if outcomes.len() == 1 && count + 1 >= VERSION_QUOTA {
        outcomes.push(limit_exceeded());
    }
    outcomes
}

/// A change that attaches these labels: refused or not, as far as the documents go (ROT-STATE-021).
///
/// Whether the labels of AWS count is open, so that between the two counts either answer is good.
pub(crate) fn within_label_quota(
    world: &World,
    named: &[Label],
    usual: Outcome,
    setting: &Setting<'_>,
) -> Vec<Outcome> {
    let Some(secret) = &world.secret else { return vec![usual] };
    let is_new = |label: &&Label| secret.holder(label).flatten().is_none();
    let is_surely_new = |label: &&Label| matches!(label, Label::Custom(_)) && secret.holder(label) == Some(None);
    let is_custom = |cell: &&LabelCell| matches!(cell.label, Label::Custom(_));
    let is_attached = |cell: &&LabelCell| cell.holder.get().is_some_and(Option::is_some);
    let may_be_attached = |cell: &&LabelCell| cell.holder.is_open() || cell.holder.value.is_some();
    let surely = secret.labels.iter().filter(is_custom).filter(is_attached).count();
    let at_most = secret.labels.iter().filter(may_be_attached).count();
    let [new, surely_new] = [named.iter().filter(is_new).count(), named.iter().filter(is_surely_new).count()];
    if surely_new > 0 && surely + surely_new > LABEL_QUOTA {
        let reason = Reason::typed(RuleId::State021, ErrorType::LimitExceededException).fidelity();
        return refuse_or(&[reason], world, setting, || vec![usual]);
    }
    match new > 0 && at_most + new > LABEL_QUOTA {
        true => vec![usual, limit_exceeded()],
        false => vec![usual],
    }
}

fn limit_exceeded() -> Outcome {
    Outcome::unjudged_refusal(ErrorType::LimitExceededException, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Functions;
    use crate::model::world::{Cell, Content, Origin, Version};

    const AWS: [Label; 3] = [Label::Current, Label::Pending, Label::Previous];

    fn custom(numbers: std::ops::Range<usize>) -> Vec<Label> {
        numbers.map(|number| Label::Custom(format!("label-{number}").into())).collect()
    }

    /// A secret with these labels on one version, and no others.
    fn labelled(labels: &[Label]) -> World {
        let mut world = World::adopted("db".into());
        let secret = world.secret.as_mut().expect("an adopted secret is there");
        secret.unnamed.bind(());
        for label in &AWS {
            secret.set_label(label, Cell::known(None, None), Origin::Unknown);
        }
        for label in labels {
            secret.set_label(label, Cell::known(Some("v1".into()), None), Origin::Unknown);
        }
        world
    }

    fn answers(outcomes: &[Outcome]) -> &'static str {
        match outcomes {
            [only] if only.is_accepted() => "accepted",
            [usual, other] if usual.is_accepted() && !other.is_accepted() => "either",
            [usual, lenient] if !usual.is_accepted() && lenient.is_accepted() => "refused",
            _ => "otherwise",
        }
    }

    fn attaching(world: &World, named: &[Label]) -> &'static str {
        let functions = Functions::default();
        answers(&within_label_quota(world, named, Outcome::unjudged(), &Setting::foreseen(1, None, &functions)))
    }

    #[test]
    fn twenty_labels_are_good_one_more_is_refused_and_those_of_aws_may_count() {
        let with_aws = |customs| labelled(&[custom(0..customs), AWS.to_vec()].concat());
        for (world, named, expected) in [
            (labelled(&custom(0..19)), custom(30..31), "accepted"),
            (labelled(&custom(0..20)), custom(30..31), "refused"),
            (labelled(&custom(0..19)), custom(30..32), "refused"),
            (labelled(&custom(0..20)), custom(0..1), "accepted"),
            (labelled(&custom(0..21)), custom(0..1), "accepted"),
            (labelled(&custom(0..20)), vec![Label::Current], "either"),
            (with_aws(16), custom(30..31), "accepted"),
            (with_aws(17), custom(30..31), "either"),
            (with_aws(17), vec![Label::Current], "accepted"),
            (with_aws(20), custom(30..31), "refused"),
        ] {
            assert_eq!(attaching(&world, &named), expected, "{named:?}");
        }
    }

    #[test]
    fn a_label_that_may_be_attached_counts_or_not() {
        let mut world = labelled(&custom(0..19));
        let secret = world.secret.as_mut().expect("the secret is there");
        secret.set_label(&custom(19..20)[0], Cell::open(None, None), Origin::Unknown);
        assert_eq!(attaching(&world, &custom(30..31)), "either");
        assert_eq!(attaching(&world, &custom(19..20)), "either");
    }

    #[test]
    fn the_hundredth_version_may_be_refused() {
        for (versions, expected) in [(98, "accepted"), (99, "either"), (120, "either")] {
            let mut world = labelled(&[]);
            let secret = world.secret.as_mut().expect("the secret is there");
            for number in 0..versions {
                let id = format!("v{number}").into();
                let content = Cell::known(Content::Unfilled, None);
                secret.add_version(Version::new(&id, content, Origin::Unknown, None));
            }
            let functions = Functions::default();
            let setting = Setting::foreseen(1, None, &functions);
            assert_eq!(answers(&within_quotas(&world, &[], Outcome::unjudged(), &setting)), expected, "{versions}");
        }
    }
}
