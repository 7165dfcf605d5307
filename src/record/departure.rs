//! Departures as text: the name, then what it holds, for instance `WithoutValue Tags []`.

use crate::model::Departure;

/// What can stand in place of a member without a value.
const FOUND: [&str; 5] = ["null", "[]", "{}", "\"\"", "false"];

pub(super) fn to_text(departure: &Departure) -> String {
    match departure {
        Departure::MediaType(text) => format!("MediaType {text}"),
        Departure::NoRequestId => "NoRequestId".to_owned(),
        Departure::TypeNotBare(text) => format!("TypeNotBare {text}"),
        Departure::MessageSpelling(text) => format!("MessageSpelling {text}"),
        Departure::NotADate(member) => format!("NotADate {member}"),
        Departure::NotBase64 => "NotBase64".to_owned(),
        Departure::WithoutValue(member, found) => format!("WithoutValue {member} {found}"),
        Departure::ExtraMember(member) => format!("ExtraMember {member}"),
        Departure::WrongShape(member) => format!("WrongShape {member}"),
    }
}

pub(super) fn from_text(text: &str) -> Option<Departure> {
    let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
    Some(match name {
        "MediaType" => Departure::MediaType(rest.to_owned()),
        "NoRequestId" => Departure::NoRequestId,
        "TypeNotBare" => Departure::TypeNotBare(rest.to_owned()),
        "MessageSpelling" => Departure::MessageSpelling(rest.to_owned()),
        "NotADate" => Departure::NotADate(rest.to_owned()),
        "NotBase64" => Departure::NotBase64,
        "WithoutValue" => {
            let (member, found) = rest.rsplit_once(' ')?;
            let found = FOUND.into_iter().find(|known| *known == found)?;
            Departure::WithoutValue(member.to_owned(), found)
        }
        "ExtraMember" => Departure::ExtraMember(rest.to_owned()),
        "WrongShape" => Departure::WrongShape(rest.to_owned()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_departure_is_read_as_it_was_written() {
        let member = || "Versions[].Two words".to_owned();
        let mut departures = vec![
            Departure::MediaType("text/html".to_owned()),
            Departure::NoRequestId,
            Departure::TypeNotBare("a b#C".to_owned()),
            Departure::MessageSpelling("message".to_owned()),
            Departure::NotADate(member()),
            Departure::NotBase64,
            Departure::ExtraMember(member()),
            Departure::WrongShape(member()),
        ];
        departures.extend(FOUND.map(|found| Departure::WithoutValue(member(), found)));
        for departure in departures {
            assert_eq!(from_text(&to_text(&departure)), Some(departure));
        }
    }

    #[test]
    fn what_is_no_departure_is_not() {
        for text in ["", "Paint", "nobase64", "WithoutValue", "WithoutValue Tags", "WithoutValue Tags 0"] {
            assert_eq!(from_text(text), None, "{text}");
        }
    }
}
