//! What people write: kinds of messages and how often each comes.

use std::fmt;
use std::str::FromStr;

use rand::Rng;

/// A kind of message (CLOUD_API section 4.1), as the load tools make it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Text,
    Image,
    Video,
    /// A voice note.
    Audio,
    Document,
    Sticker,
    Location,
    Contacts,
    /// A tap on a reply button or a row of a list.
    Interactive,
    /// A tap on a template's quick reply.
    Button,
    Order,
    /// An emoji on an earlier message of the same contact: no message of its own.
    Reaction,
    /// Something that the provider can't show, a poll for example.
    Unsupported,
}

const NAMES: [(&str, Kind); 13] = [
    ("text", Kind::Text),
    ("image", Kind::Image),
    ("video", Kind::Video),
    ("audio", Kind::Audio),
    ("document", Kind::Document),
    ("sticker", Kind::Sticker),
    ("location", Kind::Location),
    ("contacts", Kind::Contacts),
    ("interactive", Kind::Interactive),
    ("button", Kind::Button),
    ("order", Kind::Order),
    ("reaction", Kind::Reaction),
    ("unsupported", Kind::Unsupported),
];

impl Kind {
    /// Its `type` in a webhook.
    pub fn name(self) -> &'static str {
        NAMES
            .iter()
            .find(|(_, kind)| *kind == self)
            .map_or("text", |(name, _)| name)
    }

    /// Whether a file belongs to it that the hub fetches from the provider.
    pub const fn has_file(self) -> bool {
        matches!(
            self,
            Self::Image | Self::Video | Self::Audio | Self::Document | Self::Sticker
        )
    }
}

/// How often each kind comes: weights, whose sum may be anything.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    weights: Vec<(Kind, f64)>,
    sum: f64,
}

impl Default for Profile {
    /// Nothing but text.
    fn default() -> Self {
        Self {
            weights: vec![(Kind::Text, 1.0)],
            sum: 1.0,
        }
    }
}

/// Parts of a thousand. An assumption, not a measurement: what shops see in their inboxes, rounded.
const MIXED: &str = "text=780,image=80,audio=50,reaction=25,document=15,video=12,sticker=10,interactive=10,\
                     button=6,location=4,contacts=3,order=2,unsupported=3";

impl Profile {
    /// All kinds, as a shop's customers write them.
    pub fn mixed() -> Self {
        MIXED.parse().unwrap_or_default()
    }

    /// Whether all it says is text.
    pub fn is_plain(&self) -> bool {
        self.weights.iter().all(|(kind, _)| *kind == Kind::Text)
    }

    /// Whether files belong to it.
    pub fn has_files(&self) -> bool {
        self.weights.iter().any(|(kind, _)| kind.has_file())
    }

    /// A kind, by its weight.
    pub fn pick(&self, chance: &mut impl Rng) -> Kind {
        let mut at = chance.random::<f64>() * self.sum;
        for (kind, weight) in &self.weights {
            if at < *weight {
                return *kind;
            }
            at -= weight;
        }
        // Only by rounding: the first kind is the most common one by custom.
        self.weights.first().map_or(Kind::Text, |(kind, _)| *kind)
    }
}

impl FromStr for Profile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "plain" => return Ok(Self::default()),
            "mixed" => return Ok(Self::mixed()),
            _ => {}
        }
        let mut weights: Vec<(Kind, f64)> = Vec::new();
        for part in text.split(',') {
            let (name, weight) = part
                .split_once('=')
                .ok_or_else(|| format!("{part:?} is neither plain, mixed nor like image=8"))?;
            let kind = kind_of(name.trim())?;
            let weight: f64 = weight
                .trim()
                .parse()
                .map_err(|_| format!("{weight:?} is no number"))?;
            if !weight.is_finite() || weight < 0.0 {
                return Err(format!("{name} must weigh 0 or more"));
            }
            if weights.iter().any(|(known, _)| *known == kind) {
                return Err(format!("{name} is there twice"));
            }
            weights.push((kind, weight));
        }
        weights.retain(|(_, weight)| *weight > 0.0);
        let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
        if sum <= 0.0 {
            return Err("something must weigh more than 0".to_owned());
        }
        Ok(Self { weights, sum })
    }
}

fn kind_of(name: &str) -> Result<Kind, String> {
    NAMES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, kind)| *kind)
        .ok_or_else(|| {
            let names = NAMES.map(|(name, _)| name).join(", ");
            format!("{name:?} is none of {names}")
        })
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (kind, weight)) in self.weights.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(f, "{comma}{}={weight}", kind.name())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::chance::{Of, chance};

    fn share(profile: &Profile, wanted: Kind) -> f64 {
        let found = (0..20_000)
            .filter(|number| profile.pick(&mut chance(1, Of::Content, *number)) == wanted)
            .count();
        found as f64 / 20_000.0
    }

    #[test]
    fn kinds_come_as_often_as_they_weigh() {
        let profile: Profile = "text=75, image=25,video=0".parse().unwrap();
        assert!((share(&profile, Kind::Image) - 0.25).abs() < 0.01);
        assert_eq!(share(&profile, Kind::Video), 0.0);
        assert!((share(&Profile::mixed(), Kind::Text) - 0.78).abs() < 0.01);
    }

    #[test]
    fn a_profile_is_told_as_it_is_written() {
        let mixed = Profile::mixed();
        assert_eq!(mixed.to_string().parse(), Ok(mixed.clone()));
        assert!(mixed.has_files() && !mixed.is_plain());
        assert!(
            "plain"
                .parse::<Profile>()
                .is_ok_and(|plain| plain.is_plain())
        );
    }

    #[test]
    fn nonsense_is_refused_with_a_word_about_it() {
        for (text, word) in [
            ("many", "neither"),
            ("fax=1", "none of"),
            ("text=x", "no number"),
            ("text=-1", "0 or more"),
            ("text=0", "more than 0"),
            ("text=1,text=2", "twice"),
        ] {
            let error = text.parse::<Profile>().unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
