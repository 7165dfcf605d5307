//! The calls of a finding with shell variables in place of placeholders.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::{DescribeSecret, Label, ListSecretVersionIds, Operation, Request, Text};
use crate::runner::Finding;
use crate::strategy::{Bindings, LONG, LONGEST, TOO_LONG};

/// What `$RUN` stands for is as long as this, so that a name that has to have a certain length has it.
const RUN: &str = "rc-0000000000";
/// What stands around a shell expression until the text around it is quoted; no request has such characters.
const MARKS: [char; 2] = ['\u{e000}', '\u{e001}'];
/// The number of the token that no version has.
const NOBODY: u8 = 99;
/// The members that may hold a placeholder.
const PLACES: [&str; 11] = [
    "Name",
    "SecretId",
    "ClientRequestToken",
    "VersionId",
    "MoveToVersionId",
    "RemoveFromVersionId",
    "RotationLambdaARN",
    "SecretIdList",
    "Values",
    "NextToken",
    "SecretString",
];

/// One thing that the commands do.
pub(super) enum Action {
    /// A call of the case, with its number.
    Call {
        number: usize,
        request: Request,
        /// The secret whose ARN the answer has, if that is needed later.
        arn_of: Option<u8>,
        /// The secret whose next page the answer names, if that is needed later.
        next_of: Option<u8>,
    },
    /// A read between two calls, without which the violation does not show.
    Read(Request),
    /// The id of the version that has a label, into a variable.
    Find { variable: String, secret: u8, label: Label },
}

/// The commands in order, for every tool.
pub(super) struct Script {
    pub actions: Vec<Action>,
    /// Whether a call names a function.
    pub needs_function: bool,
    /// The secrets that have to be deleted at the end.
    pub created: BTreeSet<u8>,
    placeholders: BTreeSet<Placeholder>,
}

/// A placeholder of a case ([`crate::strategy::Case`]).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Placeholder {
    Secret(u8),
    /// The whole, or the part after the dot: `arn`, `partial`, `suffixed`, `former`.
    Arn(u8, String),
    Holder(u8, String),
    /// The page of its versions that comes next.
    Next(u8),
    Token(u8),
    Function,
    Missing,
    /// A value of so many characters.
    Value(usize),
}

impl Placeholder {
    fn read(text: &str) -> Option<Self> {
        let text = text.strip_prefix('$')?;
        match (text, text.split_at_checked(1)?) {
            ("function", _) => Some(Self::Function),
            ("missing", _) => Some(Self::Missing),
            (LONG, _) => Some(Self::Value(LONGEST)),
            (TOO_LONG, _) => Some(Self::Value(LONGEST + 1)),
            (_, ("t", number)) => number.parse().ok().map(Self::Token),
            (_, ("s", secret)) => match secret.split_once('.') {
                None => secret.parse().ok().map(Self::Secret),
                Some((secret, part @ ("arn" | "partial" | "suffixed" | "former"))) => {
                    Some(Self::Arn(secret.parse().ok()?, part.to_owned()))
                }
                Some((secret, "next")) => secret.parse().ok().map(Self::Next),
                Some((secret, label)) => Some(Self::Holder(secret.parse().ok()?, label.to_owned())),
            },
            _ => None,
        }
    }

    /// The shell expression for it, to stand between double quotes.
    fn expression(&self) -> String {
        match self {
            Self::Secret(secret) => format!("$S{secret}"),
            Self::Arn(secret, part) => match part.as_str() {
                "partial" => format!("${{S{secret}_ARN%-??????}}"),
                "suffixed" => format!("$S{secret}-${{S{secret}_ARN##*-}}"),
                "former" => format!("$S{secret}_FORMER"),
                _ => format!("$S{secret}_ARN"),
            },
            Self::Holder(secret, label) => format!("${{{}:-$T{NOBODY}}}", version_variable(*secret, label)),
            Self::Next(secret) => format!("$S{secret}_NEXT"),
            Self::Token(number) => format!("$T{number}"),
            Self::Value(length) => format!("$(printf '%{length}s' '' | tr ' ' x)"),
            Self::Function => "$FUNCTION_ARN".to_owned(),
            Self::Missing => "$FUNCTION_ARN-missing".to_owned(),
        }
    }
}

fn version_variable(secret: u8, label: &str) -> String {
    let word: String = label.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '_' }).collect();
    format!("S{secret}_{word}")
}

impl Action {
    /// The call of the case that it makes.
    pub(super) const fn request(&self) -> Option<&Request> {
        match self {
            Self::Call { request, .. } => Some(request),
            Self::Read(_) | Self::Find { .. } => None,
        }
    }
}

impl Script {
    pub(super) fn of(finding: &Finding) -> Self {
        let mut script = Self {
            actions: Vec::new(),
            needs_function: !finding.case.needs().is_empty(),
            created: BTreeSet::new(),
            placeholders: BTreeSet::new(),
        };
        for index in 0..finding.case.steps.len() {
            script.push(finding, index);
        }
        let needs_arn: BTreeSet<u8> = script.placeholders.iter().filter_map(Placeholder::needs_arn).collect();
        let placeholders = &script.placeholders;
        for action in &mut script.actions {
            if let Action::Call { arn_of, next_of, .. } = action {
                *arn_of = arn_of.filter(|secret| needs_arn.contains(secret));
                *next_of = next_of.filter(|secret| placeholders.contains(&Placeholder::Next(*secret)));
            }
        }
        script
    }

    fn push(&mut self, finding: &Finding, index: usize) {
        let asked = &finding.case.steps[index];
        let step = finding.steps.get(index);
        let shown = step.map(|step| members(&step.request));
        let mut request = serde_json::to_value(asked).unwrap_or_default();
        if shown.as_ref().is_some_and(|shown| shown.get("NextToken").is_none())
            && let Some(members) = request["request"].as_object_mut()
        {
            members.shift_remove("NextToken");
        }
        self.place(&mut request["request"], "", shown.as_ref().unwrap_or(&Value::Null));
        let request = serde_json::from_value(request).unwrap_or_else(|_| asked.clone());
        let created = created(asked);
        self.created.extend(created);
        self.actions.push(Action::Call { number: index + 1, request, arn_of: created, next_of: listed(asked) });
        if finding.is_observed {
            let secrets = step.into_iter().flat_map(|step| &step.labels).filter_map(|line| line.split_once(": "));
            for (name, _) in secrets {
                self.read(name);
            }
        }
    }

    /// The reads that a complete observation makes.
    fn read(&mut self, name: &str) {
        let Some(secret) = Placeholder::read(name) else { return };
        let id: Text = marked(&secret.expression()).into();
        self.placeholders.insert(secret);
        let describe = DescribeSecret { secret_id: Some(id.clone()) };
        let include_deprecated = Some(true);
        let list = ListSecretVersionIds { secret_id: Some(id), include_deprecated, ..ListSecretVersionIds::default() };
        let reads = [Operation::DescribeSecret(describe), Operation::ListSecretVersionIds(list)];
        self.actions.extend(reads.map(|read| Action::Read(read.into())));
    }

    /// Puts marked shell expressions in place of placeholders. `shown` is the same part of the request as it was
    /// sent: where a label's version was one that the case itself made, its token is known.
    fn place(&mut self, part: &mut Value, member: &str, shown: &Value) {
        match part {
            Value::Object(members) => {
                for (name, value) in members {
                    let shown = shown.get(name).unwrap_or(&Value::Null);
                    self.place(value, name, shown);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.place(item, member, &Value::Null)),
            Value::String(text) if PLACES.contains(&member) => {
                let Some(placeholder) = Placeholder::read(text) else { return };
                // Any other value is what it says.
                if (member == "SecretString") != matches!(placeholder, Placeholder::Value(_)) {
                    return;
                }
                let known = shown.as_str().and_then(Placeholder::read);
                *text = self.expression(placeholder, known);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn expression(&mut self, placeholder: Placeholder, known: Option<Placeholder>) -> String {
        let placeholder = match (placeholder, known) {
            (Placeholder::Holder(..), Some(token @ Placeholder::Token(_))) => token,
            (placeholder, _) => placeholder,
        };
        if let Placeholder::Holder(secret, label) = &placeholder {
            let variable = version_variable(*secret, label);
            self.placeholders.extend([Placeholder::Secret(*secret), Placeholder::Token(NOBODY)]);
            self.actions.push(Action::Find { variable, secret: *secret, label: label.as_str().into() });
        }
        let expression = marked(&placeholder.expression());
        self.placeholders.insert(placeholder);
        expression
    }

    /// The variables whose values need no call, in the order in which they have to be set; values are ready for the
    /// shell.
    pub(super) fn variables(&self) -> Vec<(String, String)> {
        let bindings = Bindings::new(RUN.to_owned(), None, None);
        let mut variables = Vec::new();
        let with_arn: BTreeSet<u8> = self.placeholders.iter().filter_map(Placeholder::needs_arn).collect();
        let named = self.placeholders.iter().filter_map(|it| match it {
            Placeholder::Secret(secret) | Placeholder::Arn(secret, _) => Some(*secret),
            _ => None,
        });
        for secret in named.chain(self.created.iter().copied()).collect::<BTreeSet<_>>() {
            let name = bindings.name(secret).replacen(RUN, &marked("$RUN"), 1);
            variables.push((format!("S{secret}"), double_quoted(&name)));
            if with_arn.contains(&secret) {
                let never = format!("arn:aws:secretsmanager:us-east-1:123456789012:secret:$S{secret}-000000");
                let never = double_quoted(&marked(&never));
                variables.extend([(format!("S{secret}_ARN"), never.clone()), (format!("S{secret}_FORMER"), never)]);
            }
        }
        for placeholder in &self.placeholders {
            match placeholder {
                Placeholder::Token(number) => {
                    variables.push((format!("T{number}"), bindings.token(*number).to_string()));
                }
                Placeholder::Next(secret) => variables.push((format!("S{secret}_NEXT"), String::new())),
                _ => {}
            }
        }
        variables
    }
}

impl Placeholder {
    fn needs_arn(&self) -> Option<u8> {
        match self {
            Self::Arn(secret, _) => Some(*secret),
            Self::Secret(_)
            | Self::Holder(..)
            | Self::Next(_)
            | Self::Token(_)
            | Self::Function
            | Self::Missing
            | Self::Value(_) => None,
        }
    }
}

/// The secret that a request creates.
fn created(request: &Request) -> Option<u8> {
    let Operation::CreateSecret(create) = &request.operation else { return None };
    match Placeholder::read(create.name.as_deref()?)? {
        Placeholder::Secret(secret) => Some(secret),
        _ => None,
    }
}

/// The secret whose versions a request lists.
fn listed(request: &Request) -> Option<u8> {
    let Operation::ListSecretVersionIds(list) = &request.operation else { return None };
    match Placeholder::read(list.secret_id.as_deref()?)? {
        Placeholder::Secret(secret) | Placeholder::Arn(secret, _) => Some(secret),
        _ => None,
    }
}

/// The members of a request as they are written.
pub(super) fn members(request: &Request) -> Value {
    let mut written = serde_json::to_value(request).unwrap_or_default();
    written.get_mut("request").map(Value::take).unwrap_or_default()
}

fn marked(expression: &str) -> String {
    format!("{}{expression}{}", MARKS[0], MARKS[1])
}

/// The text with every character for which the function says yes escaped for the shell, and shell expressions as they
/// are.
fn escaped(text: &str, is_special: impl Fn(char) -> bool) -> String {
    let mut is_expression = false;
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            letter if MARKS.contains(&letter) => is_expression = letter == MARKS[0],
            letter => {
                if !is_expression && is_special(letter) {
                    escaped.push('\\');
                }
                escaped.push(letter);
            }
        }
    }
    escaped
}

/// Whether the text is a shell expression.
pub(super) fn is_from_an_answer(text: &str) -> bool {
    text.starts_with(MARKS[0])
}

/// The text as it stands in a here-document.
pub(super) fn for_here_document(text: &str) -> String {
    escaped(text, |letter| matches!(letter, '\\' | '$' | '`'))
}

fn double_quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text, |letter| matches!(letter, '\\' | '$' | '`' | '"')))
}

/// The text as one word of a command, shell expressions in it evaluated.
pub(super) fn word(text: &str) -> String {
    if text.contains(MARKS[0]) { double_quoted(text) } else { super::quoted(text) }
}

/// The name of a secret in a command or a body.
pub(super) fn name_of(secret: u8) -> Text {
    marked(&format!("$S{secret}")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_read_and_other_texts_are_not() {
        for (text, expression) in [
            ("$s1", Some("$S1")),
            ("$s12.arn", Some("$S12_ARN")),
            ("$s1.partial", Some("${S1_ARN%-??????}")),
            ("$s1.suffixed", Some("$S1-${S1_ARN##*-}")),
            ("$s2.AWSPENDING", Some("${S2_AWSPENDING:-$T99}")),
            ("$s1.next", Some("$S1_NEXT")),
            ("$long", Some("$(printf '%65536s' '' | tr ' ' x)")),
            ("$too-long", Some("$(printf '%65537s' '' | tr ' ' x)")),
            ("$t90", Some("$T90")),
            ("$function", Some("$FUNCTION_ARN")),
            ("$missing", Some("$FUNCTION_ARN-missing")),
            ("", None),
            ("$", None),
            ("s1", None),
            ("$tx", None),
            ("$sé", None),
        ] {
            assert_eq!(Placeholder::read(text).map(|it| it.expression()).as_deref(), expression, "{text}");
        }
    }

    #[test]
    fn texts_are_quoted_and_expressions_are_not() {
        let text = format!("a\"b$c`d\\{}", marked("${S1_ARN%-??????}"));
        assert_eq!(word(&text), r#""a\"b\$c\`d\\${S1_ARN%-??????}""#);
        assert_eq!(for_here_document(&text), r#"a"b\$c\`d\\${S1_ARN%-??????}"#);
        assert_eq!(word("it's $5"), r"'it'\''s $5'");
    }
}
