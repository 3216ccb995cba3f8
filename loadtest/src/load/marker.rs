//! Message ids that tell, wherever they turn up, which run and which message they belong to.

/// What every id of this tool begins with.
pub const PREFIX: &str = "wamid.LT";
const RUN_DIGITS: usize = 8;
const CONTACT_DIGITS: usize = 6;
const NUMBER_DIGITS: usize = 10;

/// One run's ids: `wamid.LT<run>C<contact>N<number>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    prefix: String,
}

/// What an id tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marked {
    pub contact: u32,
    pub number: u64,
}

impl Marker {
    /// The ids of a run.
    pub fn new(run: u32) -> Self {
        Self {
            prefix: format!("{PREFIX}{run:0RUN_DIGITS$x}C"),
        }
    }

    /// The id of a message.
    pub fn write(&self, out: &mut Vec<u8>, marked: Marked) {
        use std::io::Write;

        // Writing to a Vec can't fail.
        let _ = write!(
            out,
            "{}{:0CONTACT_DIGITS$}N{:0NUMBER_DIGITS$}",
            self.prefix, marked.contact, marked.number
        );
    }

    /// The message that an id at the start of these bytes belongs to, if it is of this run.
    pub fn read(&self, bytes: &[u8]) -> Option<Marked> {
        let rest = bytes.strip_prefix(self.prefix.as_bytes())?;
        let contact = digits(rest.get(..CONTACT_DIGITS)?)?;
        let rest = rest.get(CONTACT_DIGITS..)?.strip_prefix(b"N")?;
        let number = digits(rest.get(..NUMBER_DIGITS)?)?;
        Some(Marked {
            contact: u32::try_from(contact).ok()?,
            number,
        })
    }
}

/// A number for the ids of a run; never the same twice, because a hub forgets no id for days.
pub fn fresh_run() -> anyhow::Result<u32> {
    let mut bytes = [0_u8; 4];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    Ok(u32::from_be_bytes(bytes))
}

fn digits(bytes: &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for byte in bytes {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + u64::from(byte - b'0');
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_its_message_and_only_that_of_its_run() {
        let (mine, other) = (Marker::new(7), Marker::new(8));
        let marked = Marked {
            contact: 1999,
            number: 123_456,
        };
        let mut id = Vec::new();
        mine.write(&mut id, marked);
        assert_eq!(id, b"wamid.LT00000007C001999N0000123456");
        assert_eq!(mine.read(&id), Some(marked));
        assert_eq!(other.read(&id), None);
        assert_eq!(mine.read(b"wamid.LT00000007C00"), None);
    }
}
