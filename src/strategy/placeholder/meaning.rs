//! What a placeholder stands for, in words, where a reader of a report cannot guess it.

use super::{Bindings, LONG, LONGEST, TOO_LONG};

/// What a placeholder stands for, given without its sign: `t90` is a token of 31 characters. `None` of one that says so
/// itself, and of any other text.
#[must_use]
pub fn meaning(placeholder: &str) -> Option<String> {
    let fixed = match placeholder {
        "missing" => "the ARN of a function that does not exist",
        LONG => return Some(format!("a value of {LONGEST} characters")),
        TOO_LONG => return Some(format!("a value of {} characters", LONGEST + 1)),
        _ => match (placeholder.split_at_checked(1)?, placeholder.split_once('.')) {
            (("t", number), _) => return of_token(number.parse().ok()?),
            (("s", _), Some((secret, part))) => return of_part(secret, part),
            (("s", number), None) => of_name(number.parse().ok()?)?,
            _ => return None,
        },
    };
    Some(fixed.to_owned())
}

fn of_token(number: u8) -> Option<String> {
    let length = || Bindings::new(String::new(), None, None).token(number).len();
    match number {
        90..=93 => Some(format!("a token of {} characters", length())),
        94 => Some("a token that is no UUID".to_owned()),
        99 => Some("a token that no version has".to_owned()),
        _ => None,
    }
}

const fn of_name(number: u8) -> Option<&'static str> {
    match number {
        3 => Some("a name with each kind of character that is legal"),
        4 => Some("a name that ends as ARNs do, in a hyphen and six characters"),
        5 => Some("a name that ends in a hyphen and four characters"),
        6 => Some("a name that ends in a hyphen"),
        7 => Some("a name of 256 characters"),
        8 => Some("a name with characters that are not legal"),
        _ => None,
    }
}

fn of_part(secret: &str, part: &str) -> Option<String> {
    match part {
        "partial" => Some(format!("the ARN of {secret} without its last seven characters")),
        "suffixed" => Some(format!("the name {secret} with the last seven characters of its ARN")),
        "former" => Some(format!("the ARN of a secret {secret} that is gone or never was")),
        "next" => Some(format!("where the last listing of {secret} goes on")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ends_like_an_arn, has_legal_characters};

    #[test]
    fn tokens_and_names_are_what_is_said_of_them() {
        let bindings = Bindings::new("rc-1a2b-c7".to_owned(), None, None);
        for number in 0..=u8::MAX {
            let told = meaning(&format!("t{number}")).unwrap_or_default();
            let length = bindings.token(number).len();
            assert_eq!(told.contains(&format!("of {length} characters")), length != 36, "t{number} is {told}");
        }
        for (secret, name) in bindings.names() {
            let told = meaning(&format!("s{secret}")).unwrap_or_default();
            assert_eq!(told.contains("not legal"), !has_legal_characters(name), "{told}");
            assert_eq!(told.contains("as ARNs do"), ends_like_an_arn(name), "{told}");
            assert_eq!(told.contains("of 256 characters"), name.len() == 256, "{told}");
        }
    }

    #[test]
    fn every_other_odd_placeholder_is_told_and_plain_ones_are_not() {
        for odd in ["t94", "t99", "s1.partial", "s2.suffixed", "s1.former", "s1.next", "long", "too-long", "missing"] {
            assert!(meaning(odd).is_some(), "{odd}");
        }
        for plain in ["", "t", "t1", "s1", "s2", "s1.arn", "s1.AWSPENDING", "v1", "function", "secret", "é"] {
            assert_eq!(meaning(plain), None, "{plain}");
        }
    }
}
