//! Placeholders and what they stand for while a case runs.

mod meaning;
mod name;
mod token;
mod value;

use std::collections::{BTreeMap, BTreeSet};

pub use self::meaning::meaning;
pub use self::value::{LONG, LONGEST, TOO_LONG};

use self::name::Names;
use self::token::{Tokens, replaced};
use crate::model::{
    Body, Functions, Label, Operation, Output, Request, SUFFIX_LENGTH, SecretString, Text, VersionId, is_arn_of,
};

/// Finds the version that has a label, by secret name; what a case knows of the state while it runs.
pub trait Roles {
    /// The version that the label is on, if that is known.
    fn holder(&self, name: &str, label: &Label) -> Option<VersionId>;
}

/// What the placeholders of one execution of a case stand for.
#[derive(Clone, Debug)]
pub struct Bindings {
    /// What every name starts with tells runs, cases and executions apart.
    names: Names,
    tokens: Tokens,
    /// The ARNs of each secret, the latest last.
    arns: BTreeMap<u8, Vec<Text>>,
    /// The secrets whose latest ARN was not taken: their names stand for it.
    by_name_alone: BTreeSet<u8>,
    /// Where the last listing of a secret's versions goes on, if it does and nothing has changed since.
    next: BTreeMap<u8, Text>,
    /// A function ARN that the endpoint accepts.
    function: Option<Text>,
    /// A function ARN that names no function there.
    missing: Option<Text>,
    /// One whose function the harness plays.
    acting: Option<Text>,
}

impl Bindings {
    /// Bindings without any ARN yet. `prefix` must differ for each execution.
    #[must_use]
    pub fn new(prefix: String, function: Option<Text>, missing: Option<Text>) -> Self {
        let tokens = Tokens::new(&prefix);
        let names = Names::new(prefix);
        let (arns, by_name_alone, next) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        Self { names, tokens, arns, by_name_alone, next, function, missing, acting: None }
    }

    /// The same, with the ARN of a function that the harness plays.
    #[must_use]
    pub fn with_acting(self, acting: Option<Text>) -> Self {
        Self { acting, ..self }
    }

    /// The function ARNs whose standing is known.
    pub(super) fn functions(&self) -> Functions {
        let list = |arn: &Option<Text>| arn.iter().cloned().collect();
        Functions { accepted: list(&self.function), missing: list(&self.missing), ..Functions::default() }
    }

    /// The name of a secret; the eighth has illegal characters (ROT-VAL-017).
    #[must_use]
    pub fn name(&self, secret: u8) -> Text {
        self.names.of(secret)
    }

    /// The names of the secrets that a case may have, each with its number.
    #[must_use]
    pub fn names(&self) -> impl DoubleEndedIterator<Item = (u8, &Text)> {
        self.names.all()
    }

    /// The token of this number.
    #[must_use]
    pub fn token(&self, number: u8) -> Text {
        self.tokens.text(number)
    }

    /// The number of the secret that has this name.
    #[must_use]
    pub fn secret_of(&self, name: &str) -> Option<u8> {
        self.names.secret(name)
    }

    /// The placeholder of a version id: `$t1` of the first token, and the id itself of one that is no token.
    #[must_use]
    pub fn placeholder_of(&self, id: &VersionId) -> Text {
        self.tokens.number(id).map_or_else(|| id.clone(), |number| format!("$t{number}").into())
    }

    /// Remembers the ARN that CreateSecret has answered, and tells whether it is one of that secret. One that is not may
    /// be that of a secret of somebody else, which nothing may be done to: from then on the name stands for it.
    pub fn created(&mut self, secret: u8, arn: &Text) -> bool {
        if !is_arn_of(arn, &self.name(secret)) {
            self.by_name_alone.insert(secret);
            return false;
        }
        self.by_name_alone.remove(&secret);
        let arns = self.arns.entry(secret).or_default();
        if arns.last() != Some(arn) {
            arns.push(arn.clone());
        }
        true
    }

    /// Remembers where a listing of a secret's versions goes on. A change ends it: what the service then makes of the
    /// token is not documented.
    pub fn answered(&mut self, secret: u8, operation: &Operation, body: Option<&Body>) {
        match (operation, body) {
            (Operation::ListSecretVersionIds(_), Some(Body::Output(Output::Versions(page)))) => {
                match &page.next_token {
                    Some(token) => _ = self.next.insert(secret, token.clone()),
                    None => _ = self.next.remove(&secret),
                }
            }
            (operation, _) if operation.is_read() => {}
            _ => _ = self.next.remove(&secret),
        }
    }

    /// Whether the listing of any secret's versions goes on.
    #[must_use]
    pub fn has_pages(&self) -> bool {
        !self.next.is_empty()
    }

    /// Whether the last listing of a secret's versions goes on.
    #[must_use]
    pub fn has_next_page(&self, secret: u8) -> bool {
        self.next.contains_key(&secret)
    }

    /// Every ARN that was taken from an answer to a CreateSecret of this execution.
    pub fn created_arns(&self) -> impl Iterator<Item = (u8, &Text)> {
        self.arns.iter().flat_map(|(secret, arns)| arns.iter().map(|arn| (*secret, arn)))
    }

    /// The request with every placeholder resolved.
    #[must_use]
    pub fn resolve(&self, request: &Request, roles: &impl Roles) -> Request {
        let mut resolved = request.clone();
        for_each_text(&mut resolved.operation, &mut |text| {
            if let Some(placeholder) = text.strip_prefix('$') {
                *text = self.text_for(placeholder, roles);
            }
        });
        if let Some(value) = value_of(&mut resolved.operation)
            && let Some(long) = value::resolved(value)
        {
            *value = long;
        }
        if let Operation::ListSecretVersionIds(list) = &mut resolved.operation
            && let Some(secret) = list.next_token.as_deref().and_then(secret_of_next)
        {
            list.next_token = self.next.get(&secret).cloned();
        }
        resolved
    }

    fn text_for(&self, placeholder: &str, roles: &impl Roles) -> Text {
        match placeholder {
            "function" => self.function.clone().unwrap_or_default(),
            "missing" => self.missing.clone().unwrap_or_default(),
            "acting" => self.acting.clone().unwrap_or_default(),
            _ => match (placeholder.as_bytes().first(), placeholder.split_once('.')) {
                (Some(b't'), _) => self.token(placeholder[1..].parse().unwrap_or(99)),
                (Some(b's'), None) => self.name(placeholder[1..].parse().unwrap_or(9)),
                (Some(b's'), Some((secret, part))) => self.part_of(secret[1..].parse().unwrap_or(9), part, roles),
                _ => placeholder.into(),
            },
        }
    }

    fn part_of(&self, secret: u8, part: &str, roles: &impl Roles) -> Text {
        let name = self.name(secret);
        let arns = self.arns.get(&secret).map(Vec::as_slice).unwrap_or_default();
        if self.by_name_alone.contains(&secret) && matches!(part, "arn" | "partial" | "suffixed") {
            return name;
        }
        let latest = arns.last().cloned().unwrap_or_else(|| never_given(&name).into());
        let suffix_at = latest.len().saturating_sub(SUFFIX_LENGTH);
        let (prefix, suffix) = latest.split_at_checked(suffix_at).unwrap_or((&latest, ""));
        match part {
            "arn" => latest,
            "partial" if arns.is_empty() => latest,
            "partial" => prefix.into(),
            "suffixed" => format!("{name}{suffix}").into(),
            "former" => arns.iter().rev().nth(1).cloned().unwrap_or_else(|| never_given(&name).into()),
            label => roles.holder(&name, &Label::from(label)).unwrap_or_else(|| self.token(99)),
        }
    }

    /// The text with what this execution generated turned back into placeholders, for reports and fingerprints.
    #[must_use]
    pub fn symbolize(&self, text: &str) -> String {
        let may_have_names = self.names.may_stand_in(text);
        let mut text = text.to_owned();
        for (secret, arns) in &self.arns {
            text = symbolize_arns(text, *secret, &self.name(*secret), arns);
        }
        if may_have_names {
            let names = self.names().rev();
            text = names.fold(text, |text, (secret, name)| replaced(text, name, &format!("$s{secret}")));
        }
        text = self.tokens.symbolize(&text);
        // The others may start with the accepted one.
        let functions = [(&self.missing, "$missing"), (&self.acting, "$acting"), (&self.function, "$function")];
        for (function, placeholder) in functions {
            if let Some(function) = function.as_deref().filter(|arn| !arn.is_empty()) {
                text = replaced(text, function, placeholder);
            }
        }
        value::symbolize(text)
    }
}

/// The secret of `$s1.next`.
fn secret_of_next(placeholder: &str) -> Option<u8> {
    placeholder.strip_prefix("$s")?.strip_suffix(".next")?.parse().ok()
}

/// The ARNs of one secret turned back into placeholders; what an endpoint gives for an ARN may be any text.
fn symbolize_arns(mut text: String, secret: u8, name: &str, arns: &[Text]) -> String {
    let latest = arns.last();
    for arn in arns.iter().filter(|arn| arn.len() > SUFFIX_LENGTH) {
        let part = if Some(arn) == latest { "arn" } else { "former" };
        text = replaced(text, arn, &format!("$s{secret}.{part}"));
    }
    if let Some((partial, suffix)) =
        latest.and_then(|arn| arn.split_at_checked(arn.len().saturating_sub(SUFFIX_LENGTH)))
        && !partial.is_empty()
    {
        text = replaced(text, partial, &format!("$s{secret}.partial"));
        text = replaced(text, &format!("{name}{suffix}"), &format!("$s{secret}.suffixed"));
    }
    replaced(text, &never_given(name), &format!("$s{secret}.former"))
}

fn never_given(name: &str) -> String {
    format!("arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}-000000")
}

/// The text that a request stores.
fn value_of(operation: &mut Operation) -> Option<&mut SecretString> {
    match operation {
        Operation::CreateSecret(request) => request.secret_string.as_mut(),
        Operation::PutSecretValue(request) => request.secret_string.as_mut(),
        Operation::UpdateSecret(request) => request.secret_string.as_mut(),
        _ => None,
    }
}

/// Visits each text member that may hold a placeholder.
fn for_each_text(operation: &mut Operation, visit: &mut impl FnMut(&mut Text)) {
    let mut each =
        |members: &mut [&mut Option<Text>]| members.iter_mut().filter_map(|it| it.as_mut()).for_each(&mut *visit);
    match operation {
        Operation::CreateSecret(request) => each(&mut [&mut request.name, &mut request.client_request_token]),
        Operation::DescribeSecret(request) => each(&mut [&mut request.secret_id]),
        Operation::GetSecretValue(request) => each(&mut [&mut request.secret_id, &mut request.version_id]),
        Operation::ListSecretVersionIds(request) => each(&mut [&mut request.secret_id]),
        Operation::PutSecretValue(request) => {
            each(&mut [&mut request.secret_id, &mut request.client_request_token]);
        }
        Operation::UpdateSecret(request) => each(&mut [&mut request.secret_id, &mut request.client_request_token]),
        Operation::UpdateSecretVersionStage(request) => {
            each(&mut [&mut request.secret_id, &mut request.move_to_version_id, &mut request.remove_from_version_id]);
        }
        Operation::RotateSecret(request) => {
            each(&mut [&mut request.secret_id, &mut request.client_request_token, &mut request.rotation_lambda_arn]);
        }
        Operation::CancelRotateSecret(request) => each(&mut [&mut request.secret_id]),
        Operation::DeleteSecret(request) => each(&mut [&mut request.secret_id]),
        Operation::RestoreSecret(request) => each(&mut [&mut request.secret_id]),
        Operation::TagResource(request) => each(&mut [&mut request.secret_id]),
        Operation::UntagResource(request) => each(&mut [&mut request.secret_id]),
        Operation::ValidateResourcePolicy(request) => each(&mut [&mut request.secret_id]),
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DescribeSecret, ListSecretVersionIds, PutSecretValue, VersionPage};

    struct Nobody;

    impl Roles for Nobody {
        fn holder(&self, _: &str, _: &Label) -> Option<VersionId> {
            None
        }
    }

    fn bindings() -> Bindings {
        Bindings::new("rc-1a2b-c7".to_owned(), None, None)
    }

    fn list(next_token: &str) -> Request {
        let (secret_id, next_token) = (Some("$s1".into()), Some(next_token.into()));
        Operation::ListSecretVersionIds(ListSecretVersionIds {
            secret_id,
            next_token,
            ..ListSecretVersionIds::default()
        })
        .into()
    }

    fn token_of(request: &Request) -> Option<&str> {
        let Operation::ListSecretVersionIds(list) = &request.operation else { panic!("a listing") };
        list.next_token.as_deref()
    }

    #[test]
    fn the_next_page_is_the_one_that_the_last_listing_told_until_something_changes() {
        let mut bindings = bindings();
        let resolved = |bindings: &Bindings, token| bindings.resolve(&list(token), &Nobody);
        assert_eq!(token_of(&resolved(&bindings, "$s1.next")), None, "there was no listing");
        let page = VersionPage { next_token: Some("p2".into()), ..VersionPage::default() };
        bindings.answered(1, &list("x").operation, Some(&Body::Output(Output::Versions(page))));
        assert_eq!(token_of(&resolved(&bindings, "$s1.next")), Some("p2"));
        assert_eq!(token_of(&resolved(&bindings, "$s2.next")), None, "of another secret");
        assert_eq!(token_of(&resolved(&bindings, "x")), Some("x"));
        bindings.answered(1, &Operation::DescribeSecret(DescribeSecret::default()), None);
        assert!(bindings.has_next_page(1), "reading changes nothing");
        bindings.answered(1, &Operation::PutSecretValue(PutSecretValue::default()), None);
        assert_eq!(token_of(&resolved(&bindings, "$s1.next")), None, "a change ends it, also one without an answer");
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
