//! Departures read back from their text, for instance `WithoutValue Tags []`.

use crate::model::Departure;

/// What can stand in place of a member without a value.
const FOUND: [&str; 5] = ["null", "[]", "{}", "\"\"", "false"];

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
            assert_eq!(from_text(&departure.to_string()), Some(departure));
        }
    }

    #[test]
    fn what_is_no_departure_is_not() {
        for text in ["", "Paint", "nobase64", "WithoutValue", "WithoutValue Tags", "WithoutValue Tags 0"] {
            assert_eq!(from_text(text), None, "{text}");
        }
    }
}
