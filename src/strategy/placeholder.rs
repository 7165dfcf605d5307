//! Placeholders and what they stand for while a case runs.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::model::{Label, Operation, Request, SUFFIX_LENGTH, Text, VersionId};

/// Finds the version that has a label, by secret name; what a case knows of the state while it runs.
pub trait Roles {
    /// The version that the label is on, if that is known.
    fn holder(&self, name: &str, label: &Label) -> Option<VersionId>;
}

/// What the placeholders of one execution of a case stand for.
#[derive(Clone, Debug)]
pub struct Bindings {
    /// What every name starts with; it tells runs, cases and executions apart.
    prefix: String,
    /// The ARNs of each secret, the latest last.
    arns: BTreeMap<u8, Vec<Text>>,
    /// A function ARN that the endpoint accepts.
    function: Option<Text>,
    /// A function ARN that names no function there.
    missing: Option<Text>,
}

impl Bindings {
    /// Bindings without any ARN yet. `prefix` must differ for each execution.
    #[must_use]
    pub const fn new(prefix: String, function: Option<Text>, missing: Option<Text>) -> Self {
        Self { prefix, arns: BTreeMap::new(), function, missing }
    }

    /// The name of a secret; the eighth has illegal characters (ROT-VAL-017). Apart from those made for it, names never end in a hyphen and six characters.
    #[must_use]
    pub fn name(&self, secret: u8) -> String {
        let prefix = &self.prefix;
        match secret {
            3 => format!("{prefix}/s3_+=.@-x"),
            4 => format!("{prefix}-s4-a1b2c3"),
            5 => format!("{prefix}-s5-a1b2"),
            6 => format!("{prefix}-s6-a1b2c3-"),
            8 => format!("{prefix} s8*?!]"),
            7 => format!("{prefix}-s7-{}", "n".repeat(256 - prefix.len() - 4)),
            other => format!("{prefix}-s{other}"),
        }
    }

    /// The token of this number.
    #[must_use]
    pub fn token(&self, number: u8) -> String {
        let source = format!("{}/{number}", self.prefix);
        let uuid = Uuid::new_v5(&Uuid::NAMESPACE_OID, source.as_bytes());
        match number {
            90 => uuid.simple().to_string()[..31].to_owned(),
            91 => uuid.simple().to_string(),
            92 => format!("{}{}", uuid.simple(), uuid.simple()),
            93 => format!("{}{}x", uuid.simple(), uuid.simple()),
            94 => format!("terraform-{}", &uuid.simple().to_string()[..26]),
            _ => uuid.to_string(),
        }
    }

    /// The number of the secret that has this name.
    #[must_use]
    pub fn secret_of(&self, name: &str) -> Option<u8> {
        (1..=9).find(|secret| self.name(*secret) == name)
    }

    /// Remembers the ARN that CreateSecret has answered.
    pub fn created(&mut self, secret: u8, arn: &Text) {
        let arns = self.arns.entry(secret).or_default();
        if arns.last() != Some(arn) {
            arns.push(arn.clone());
        }
    }

    /// Every ARN that a CreateSecret of this execution has answered.
    pub fn created_arns(&self) -> impl Iterator<Item = (u8, &Text)> {
        self.arns.iter().flat_map(|(secret, arns)| arns.iter().map(|arn| (*secret, arn)))
    }

    /// The request with every placeholder resolved.
    #[must_use]
    pub fn resolve(&self, request: &Request, roles: &impl Roles) -> Request {
        let mut resolved = request.clone();
        for_each_text(&mut resolved.operation, &mut |text| {
            if let Some(placeholder) = text.strip_prefix('$') {
                *text = self.text_for(placeholder, roles).into();
            }
        });
        resolved
    }

    fn text_for(&self, placeholder: &str, roles: &impl Roles) -> String {
        match placeholder {
            "function" => self.function.as_deref().unwrap_or_default().to_owned(),
            "missing" => self.missing.as_deref().unwrap_or_default().to_owned(),
            _ => match (placeholder.as_bytes().first(), placeholder.split_once('.')) {
                (Some(b't'), _) => self.token(placeholder[1..].parse().unwrap_or(99)),
                (Some(b's'), None) => self.name(placeholder[1..].parse().unwrap_or(9)),
                (Some(b's'), Some((secret, part))) => self.part_of(secret[1..].parse().unwrap_or(9), part, roles),
                _ => placeholder.to_owned(),
            },
        }
    }

    fn part_of(&self, secret: u8, part: &str, roles: &impl Roles) -> String {
        let name = self.name(secret);
        let arns = self.arns.get(&secret).map(Vec::as_slice).unwrap_or_default();
        let latest = arns.last().map_or_else(|| never_given(&name), ToString::to_string);
        let suffix_at = latest.len().saturating_sub(SUFFIX_LENGTH);
        let (prefix, suffix) = latest.split_at_checked(suffix_at).unwrap_or((&latest, ""));
        match part {
            "arn" => latest,
            "partial" if arns.is_empty() => latest,
            "partial" => prefix.to_owned(),
            "suffixed" => format!("{name}{suffix}"),
            "former" => arns.iter().rev().nth(1).map_or_else(|| never_given(&name), ToString::to_string),
            label => {
                let holder = roles.holder(&name, &Label::from(label));
                holder.map_or_else(|| self.token(99), |id| id.to_string())
            }
        }
    }

    /// The text with what this execution generated turned back into placeholders, for reports and fingerprints.
    #[must_use]
    pub fn symbolize(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (secret, arns) in &self.arns {
            let name = self.name(*secret);
            text =
                symbolize_arns(&text, *secret, &name, arns).replace(&never_given(&name), &format!("$s{secret}.former"));
        }
        for secret in (1..=9).rev() {
            text = text.replace(&self.name(secret), &format!("$s{secret}"));
        }
        for number in (1..=40).chain(90..=99) {
            text = text.replace(&self.token(number), &format!("$t{number}"));
        }
        // The missing one may start with the other.
        for (function, placeholder) in [(&self.missing, "$missing"), (&self.function, "$function")] {
            if let Some(function) = function.as_deref().filter(|arn| !arn.is_empty()) {
                text = text.replace(function, placeholder);
            }
        }
        text
    }
}

/// The ARNs of one secret turned back into placeholders; what an endpoint gives for an ARN may be any text.
fn symbolize_arns(text: &str, secret: u8, name: &str, arns: &[Text]) -> String {
    let mut text = text.to_owned();
    let latest = arns.last();
    for arn in arns.iter().filter(|arn| arn.len() > SUFFIX_LENGTH) {
        let part = if Some(arn) == latest { "arn" } else { "former" };
        text = text.replace(&**arn, &format!("$s{secret}.{part}"));
    }
    match latest.and_then(|arn| arn.split_at_checked(arn.len().saturating_sub(SUFFIX_LENGTH))) {
        Some((partial, suffix)) if !partial.is_empty() => text
            .replace(partial, &format!("$s{secret}.partial"))
            .replace(&format!("{name}{suffix}"), &format!("$s{secret}.suffixed")),
        _ => text,
    }
}

fn never_given(name: &str) -> String {
    format!("arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}-000000")
}

/// Visits each text member that may hold a placeholder.
fn for_each_text(operation: &mut Operation, visit: &mut impl FnMut(&mut Text)) {
    let mut members: Vec<&mut Option<Text>> = Vec::new();
    match operation {
        Operation::CreateSecret(request) => members.extend([&mut request.name, &mut request.client_request_token]),
        Operation::DescribeSecret(request) => members.push(&mut request.secret_id),
        Operation::GetSecretValue(request) => members.extend([&mut request.secret_id, &mut request.version_id]),
        Operation::ListSecretVersionIds(request) => members.push(&mut request.secret_id),
        Operation::PutSecretValue(request) => {
            members.extend([&mut request.secret_id, &mut request.client_request_token]);
        }
        Operation::UpdateSecret(request) => members.extend([&mut request.secret_id, &mut request.client_request_token]),
        Operation::UpdateSecretVersionStage(request) => members.extend([
            &mut request.secret_id,
            &mut request.move_to_version_id,
            &mut request.remove_from_version_id,
        ]),
        Operation::RotateSecret(request) => members.extend([
            &mut request.secret_id,
            &mut request.client_request_token,
            &mut request.rotation_lambda_arn,
        ]),
        Operation::CancelRotateSecret(request) => members.push(&mut request.secret_id),
        Operation::DeleteSecret(request) => members.push(&mut request.secret_id),
        Operation::RestoreSecret(request) => members.push(&mut request.secret_id),
        Operation::TagResource(request) => members.push(&mut request.secret_id),
        Operation::UntagResource(request) => members.push(&mut request.secret_id),
        Operation::ValidateResourcePolicy(request) => members.push(&mut request.secret_id),
        Operation::BatchGetSecretValue(request) => request.secret_id_list.iter_mut().flatten().for_each(&mut *visit),
        Operation::ListSecrets(request) => {
            request
                .filters
                .iter_mut()
                .flatten()
                .flat_map(|filter| filter.values.iter_mut().flatten())
                .for_each(&mut *visit);
        }
        Operation::Malformed(_) | Operation::Unknown(_) => {}
    }
    members.into_iter().flatten().for_each(visit);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DescribeSecret, ends_like_an_arn, has_legal_characters};

    struct Nobody;

    impl Roles for Nobody {
        fn holder(&self, _: &str, _: &Label) -> Option<VersionId> {
            None
        }
    }

    fn bindings() -> Bindings {
        Bindings::new("rc-1a2b-c7".to_owned(), None, None)
    }

    #[test]
    fn only_the_name_made_for_it_ends_like_an_arn() {
        for secret in 1..=9 {
            let name = bindings().name(secret);
            assert_eq!(ends_like_an_arn(&name), secret == 4, "{name}");
            assert_eq!(has_legal_characters(&name), secret != 8, "{name}");
            assert!(name.len() <= 256, "{name}");
        }
    }

    #[test]
    fn tokens_have_the_lengths_that_they_stand_for() {
        let lengths: Vec<_> = [1, 90, 91, 92, 93, 94].map(|number| bindings().token(number).len()).into();
        assert_eq!(lengths, [36, 31, 32, 64, 65, 36]);
    }

    #[test]
    fn resolving_and_symbolizing_are_inverse() {
        let mut bindings = bindings();
        let arn = format!("arn:aws:secretsmanager:us-east-1:123456789012:secret:{}-AbCdEf", bindings.name(1));
        bindings.created(1, &arn.as_str().into());
        for placeholder in ["$s1", "$s1.arn", "$s1.partial", "$s1.suffixed", "$t1", "$t12", "$t90"] {
            let request = Operation::DescribeSecret(DescribeSecret { secret_id: Some(placeholder.into()) }).into();
            let resolved = bindings.resolve(&request, &Nobody);
            let text = resolved.operation.secret_id().expect("given above");
            assert_ne!(&**text, placeholder);
            assert_eq!(bindings.symbolize(text), placeholder);
        }
    }
}
