//! Blame that falls beside what a defect announces, and why it falls rightly.
//!
//! A defect announces the rules that it breaks by itself. Where its case holds more than that, another rule may own
//! what the answer shows: that is listed here, and a test holds every other blame to be a fault of judge or defect.

use crate::model::Bound;
use crate::rule::RuleId;
use crate::service::Defect;

/// Rules that may be blamed for any defect.
const FOR_ANY: &[(RuleId, &str)] = &[
    (
        RuleId::Idem015,
        "it owns the acceptance of a token that another secret has used, whatever else permits the request",
    ),
    (RuleId::Ident003, "it owns the acceptance of a request by partial ARN, whatever else permits it"),
    (
        RuleId::State015,
        "it owns the acceptance of a removal, and of AWSPREVIOUS alone where that is not where it should be",
    ),
    (RuleId::State001, "a law: the same answer shows a label twice, and the model forks on where it is"),
    (RuleId::State002, "a law: the same answer shows that AWSCURRENT is gone, and no fact differs"),
    (
        RuleId::Prog010,
        "CancelRotateSecret answers the version that has AWSPENDING, where that is not where it should be",
    ),
    (RuleId::State009, "whether a version is listed follows from its labels, where those are not what they should be"),
    (RuleId::Read008, "it owns what BatchGetSecretValue shows of a version, wherever AWSCURRENT ought to be"),
    (RuleId::Val020, "a refusal between cause and read required the cell to stay, and so was the last to own it"),
    (RuleId::Err007, "a deletion between cause and read required the cell to stay, and so was the last to own it"),
];

/// Rules that may be blamed for one defect.
const FOR_ONE: &[(&str, &[RuleId], &str)] = &[
    (
        "rotation-fills-pending",
        &[RuleId::Idem009, RuleId::Err014, RuleId::State023],
        "storing under the rotation's token, reading its version or listing it meets a value before the version was \
         looked at",
    ),
    ("current-twice-after-rotation", &[RuleId::State012], "which holder a refused move names, where there are two"),
    ("no-version-as-bad-request", &[RuleId::Ident005], "it owns the refusal of a name with a suffix, of the same type"),
    (
        "against:ROT-LIFE-009",
        &[RuleId::Idem009, RuleId::Err014, RuleId::Read004, RuleId::State023],
        "as with rotation-fills-pending; and a value from nowhere has no date",
    ),
    (
        "put-strips-other-labels",
        &[RuleId::Idem004, RuleId::State008, RuleId::Wire009, RuleId::Wire012],
        "the labels of a version stored again are those of the retry, and of one that gets its value those that it names; \
         a version without labels is off the page",
    ),
    ("days-drift", &[RuleId::Conf010, RuleId::Conf013], "whichever request set the days last owns them"),
    (
        "progress-by-flag",
        &[
            RuleId::Val002,
            RuleId::Val008,
            RuleId::Val010,
            RuleId::Conf002,
            RuleId::Conf006,
            RuleId::Conf007,
            RuleId::Prog003,
        ],
        "whichever rule permits the RotateSecret owns that",
    ),
    (
        "pending-refilled",
        &[RuleId::Idem003],
        "a version that has AWSPENDING and AWSCURRENT is refused by the rule for any version",
    ),
    ("read-shows-one-label", &[RuleId::Life023], "a later read shows the label that the one before did not"),
    ("current-lost-to-pending", &[RuleId::Wire009], "a version that has lost its only label has none to answer"),
    (
        "previous-moves-with-every-put",
        &[RuleId::Idem004],
        "a repeated put is one too, and then the labels are the retry's",
    ),
    ("token-optional", &[RuleId::Val006], "a token that nobody asks for is not missed before the secret is"),
    ("put-ignores-stages", &[RuleId::Val014], "labels that are not read are not refused either"),
    (
        "function-forgotten",
        &[RuleId::Prog001],
        "where AWSPENDING is in the way too, the refusal is for another reason, of the same type and with another text",
    ),
    ("test-stores-nothing", &[RuleId::Prog001], "as with function-forgotten"),
    (
        "deprecated-pruned",
        &[RuleId::State012, RuleId::Read002, RuleId::Idem006],
        "a version that was removed can neither be read nor have a label moved to it, and its token is free",
    ),
    (
        "against:ROT-STATE-011",
        &[RuleId::State012],
        "AWSCURRENT was lost to an earlier move, which the case observed does not show: reads change what the rule owns",
    ),
    ("against:ROT-IDEM-010", &[RuleId::Idem003, RuleId::Read002, RuleId::Wire007], "a lie about a stored value"),
    (
        "against:ROT-VAL-002",
        &[RuleId::Ident001],
        "the secret that a refused creation was said to have made is not there",
    ),
    (
        "against:ROT-ERR-014",
        &[RuleId::Conf018],
        "a value that is answered where it must not be counts as read, and the service has read none",
    ),
    ("against:ROT-ERR-013", &[RuleId::Conf018], "as with against:ROT-ERR-014"),
    ("rotation-promotes", &[RuleId::State012], "AWSCURRENT is no longer where a move says that it is"),
    ("token-must-be-uuid", &[RuleId::Idem002], "whichever rule permits the PutSecretValue owns that"),
    (
        "description-makes-version",
        &[RuleId::Idem006],
        "the token of the description is in use, so that a creation that repeats it is refused with another text",
    ),
    ("against:ROT-ERR-015", &[RuleId::Idem006], "where a name is in use, that rule owns the type of the refusal"),
    ("against:ROT-READ-001", &[RuleId::Prog014], "the version that is read in place of the current one has no value"),
    ("against:ROT-READ-005", &[RuleId::Read003], "GetSecretValue disagrees with the listing that lied before"),
    (
        "against:ROT-STATE-009",
        &[RuleId::State003, RuleId::Idem001, RuleId::Idem007, RuleId::State011],
        "a version from nowhere",
    ),
    ("whole-days-refused", &[RuleId::Prog002], "whichever rule permits the RotateSecret owns that"),
    (
        "days-computed-wrong",
        &[RuleId::Conf010],
        "a cancellation required the days to stay, and so was the last to own them",
    ),
    ("against:ROT-STATE-012", &[RuleId::Life023], "AWSPENDING goes from where AWSCURRENT did not move to"),
    ("against:ROT-STATE-018", &[RuleId::Read002, RuleId::Wire007], "the value was not read before by this case"),
    ("beyond:ROT-LIFE-026:previous", &[RuleId::Err013], "AWSPREVIOUS is on a version that has no value"),
    (
        "stored-value-hidden",
        &[RuleId::State012, RuleId::Read005],
        "a version without a value is not listed, and a label that is moved to it goes with it",
    ),
    ("placeholder-late", &[RuleId::Life011], "what the function stores meets a version that lacks its label"),
    ("rules-changed-during-rotation", &[RuleId::Prog001], "as after any rotation that is in progress"),
    ("against:ROT-WIRE-007", &[RuleId::Read002], "the value is no longer known to be bytes"),
];

/// Defects after which any request about the secret fails, so that each rule that permits one, or refuses it for
/// another reason, may be blamed.
const EVERYWHERE: &[(&str, &str)] = &[
    ("restore-does-nothing", "every request after the RestoreSecret finds the secret marked for deletion"),
    ("arn-unknown", "every request by ARN finds nothing"),
    ("partial-arn-unknown", "every request by partial ARN finds nothing"),
    ("old-arn-finds-successor", "a forced delete by the old ARN succeeds in any case, and then the successor is gone"),
    ("name-with-suffix-found", "a write by that name is carried out, and every rule may own what it left"),
    ("fifth-version-evicts-first", "every label on the first version, and every later use of its token, is gone"),
    ("labels-of-account", "whichever request put the label, or required it to stay, owns it"),
];

/// Why any rule may be blamed where an open rotation marks the secret for deletion.
const MARKED: &str = "every request after the RotateSecret finds the secret marked for deletion";

/// Why ROT-CONF-015 may be blamed where an open rotation moves AWSCURRENT.
const PROMOTED: &str = "the service takes AWSCURRENT on the version of the rotation for its success, and dates it";

/// Rules about requests that set the rotation configuration.
const SETS_CONFIGURATION: &[RuleId] = &[RuleId::Conf001, RuleId::Conf002, RuleId::Conf007, RuleId::Conf013];

/// Why one of them may be blamed where an open rotation changes the configuration.
const CONFIGURED: &str = "whichever request set the member last owns it";

/// Why this rule may be blamed for this defect, which does not announce it; `None` if there is no good reason.
#[must_use]
pub fn beside(defect: Defect, rule: RuleId) -> Option<&'static str> {
    let name = defect.to_string();
    let of_one = FOR_ONE.iter().find(|(of, rules, _)| *of == name && rules.contains(&rule)).map(|(_, _, why)| *why);
    let everywhere = || EVERYWHERE.iter().find(|(of, _)| *of == name).map(|(_, why)| *why);
    let of_any = || FOR_ANY.iter().find(|(of, _)| *of == rule).map(|(_, why)| *why);
    let beyond = || match defect {
        Defect::Beyond(_, Bound::Deletion) => Some(MARKED),
        Defect::Beyond(_, Bound::Configuration) => Some(CONFIGURED).filter(|_| SETS_CONFIGURATION.contains(&rule)),
        Defect::Beyond(_, Bound::Current) => Some(PROMOTED).filter(|_| rule == RuleId::Conf015),
        Defect::Bug(_) | Defect::Against(_) | Defect::Beyond(..) => None,
    };
    of_one.or_else(everywhere).or_else(beyond).or_else(of_any)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_about_a_defect_that_there_is() {
        for name in FOR_ONE.iter().map(|(name, _, _)| name).chain(EVERYWHERE.iter().map(|(name, _)| name)) {
            assert!(name.parse::<Defect>().is_ok(), "{name}");
        }
    }

    #[test]
    fn what_a_defect_does_not_announce_needs_a_reason() {
        let defect = |name: &str| name.parse().expect("a defect");
        assert!(beside(defect("days-drift"), RuleId::Conf013).is_some());
        assert!(beside(defect("days-drift"), RuleId::Conf003).is_none());
        assert!(beside(defect("retry-refused"), RuleId::Idem015).is_some());
    }
}
