//! A deployment package: a ZIP archive of one stored file, written by hand.

/// Writes an archive with one file, uncompressed, readable for everyone.
pub(super) fn package(name: &str, content: &str) -> Vec<u8> {
    let shared = shared_fields(name, content);
    let mut archive = Vec::new();
    archive.extend(b"PK\x03\x04");
    archive.extend(&shared);
    archive.extend(name.as_bytes());
    archive.extend(content.as_bytes());
    let directory_start = archive.len();
    archive.extend(b"PK\x01\x02");
    archive.extend(MADE_ON_UNIX);
    archive.extend(&shared);
    archive.extend([0; 6]);
    archive.extend((0o100_644_u32 << 16).to_le_bytes());
    archive.extend([0; 4]);
    archive.extend(name.as_bytes());
    let directory_bytes = archive.len() - directory_start;
    archive.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    archive.extend(length(directory_bytes));
    archive.extend(length(directory_start));
    archive.extend([0; 2]);
    archive
}

/// Version 2.0 of the format, with Unix permissions.
const MADE_ON_UNIX: [u8; 2] = [20, 3];

/// What the file's header and its entry in the directory have in common: from the version needed to the length of the
/// extra field.
fn shared_fields(name: &str, content: &str) -> Vec<u8> {
    let mut fields = vec![20, 0, 0, 0, 0, 0];
    fields.extend(FIRST_OF_JANUARY_1980);
    fields.extend(crc32(content.as_bytes()).to_le_bytes());
    fields.extend(length(content.len()));
    fields.extend(length(content.len()));
    fields.extend(&length(name.len())[..2]);
    fields.extend([0; 2]);
    fields
}

/// Midnight of the first day that the format can write.
const FIRST_OF_JANUARY_1980: [u8; 4] = [0, 0, 0x21, 0];

fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).expect("a rotation function has a few hundred bytes").to_le_bytes()
}

/// The checksum of ZIP and Ethernet, bit by bit: the input is short.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn an_archive_points_to_its_directory() {
        let archive = package("index.py", "pass\n");
        let end = &archive[archive.len() - 22..];
        let start = u32::from_le_bytes(end[16..20].try_into().unwrap()) as usize;
        assert!(archive.starts_with(b"PK\x03\x04") && archive[start..].starts_with(b"PK\x01\x02"));
        assert_eq!(u32::from_le_bytes(end[12..16].try_into().unwrap()) as usize, archive.len() - 22 - start);
        assert_eq!(&archive[30..43], b"index.pypass\n");
    }
}
