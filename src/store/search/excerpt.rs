//! The piece of a text that shows why it was found.

use serde::Serialize;

use super::words::{Term, Word, words};

/// Letters that a piece has at most.
const LONGEST: usize = 240;
/// Letters before the first word that was found, in a text that is longer.
const LEAD: usize = 60;

/// A stretch of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Stretch {
    pub text: String,
    /// Whether it is what was looked for.
    pub hit: bool,
}

/// Where something stands in a text: its first byte, and the first after it.
type Span = (usize, usize);

/// Whether each of the terms is in one of the texts.
pub(super) fn has_all<'a>(terms: &[Term], texts: impl Iterator<Item = &'a str>) -> bool {
    let there: Vec<Word> = texts.flat_map(words).collect();
    terms
        .iter()
        .all(|term| there.iter().any(|word| term.finds(&word.text)))
}

/// The piece of the text with most to show; of several the first.
pub(super) fn excerpt<'a>(terms: &[Term], texts: impl Iterator<Item = &'a str>) -> Vec<Stretch> {
    let mut best: Option<(usize, &str, Vec<Span>)> = None;
    for text in texts {
        let there = words(text);
        let found = terms
            .iter()
            .filter(|term| there.iter().any(|word| term.finds(&word.text)))
            .count();
        if best.as_ref().is_none_or(|(most, ..)| found > *most) {
            best = Some((found, text, places(terms, &there)));
        }
    }
    best.map_or_else(Vec::new, |(_, text, places)| cut(text, &places))
}

/// Where the words stand that were found, in order, joined where they touch.
fn places(terms: &[Term], there: &[Word]) -> Vec<Span> {
    let mut places: Vec<Span> = Vec::new();
    for word in there {
        let Some(term) = terms.iter().find(|term| term.finds(&word.text)) else {
            continue;
        };
        // Of a pair only its first letter may be meant.
        let end = match word.middle {
            Some(middle) if term.is_prefix => middle,
            _ => word.end,
        };
        match places.last_mut() {
            Some(last) if last.1 >= word.start => last.1 = last.1.max(end),
            _ => places.push((word.start, end)),
        }
    }
    places
}

fn cut(text: &str, places: &[Span]) -> Vec<Stretch> {
    let first = places.first().map_or(0, |place| place.0);
    let (from, to) = window(text, first);
    let mut stretches = Vec::new();
    let mut add = |piece: &str, hit| {
        if !piece.is_empty() {
            stretches.push(Stretch {
                text: piece.to_owned(),
                hit,
            });
        }
    };
    let mut at = from;
    if from > 0 {
        add("…", false);
    }
    for (start, end) in places {
        let (start, end) = ((*start).max(at), (*end).min(to));
        if start < end {
            add(&text[at..start], false);
            add(&text[start..end], true);
            at = end;
        }
    }
    add(&text[at..to], false);
    if to < text.len() {
        add("…", false);
    }
    stretches
}

/// The part of a text around the byte `first` that is shown.
fn window(text: &str, first: usize) -> (usize, usize) {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    if starts.len() <= LONGEST {
        return (0, text.len());
    }
    let hit = starts.partition_point(|at| *at < first);
    let end = (hit.saturating_sub(LEAD) + LONGEST).min(starts.len());
    let begin = end - LONGEST;
    let from = starts.get(begin).copied().unwrap_or(0);
    // Not in the middle of a word, if one ends soon.
    let from = match (begin, text[from..first.max(from)].find(' ')) {
        (0, _) | (_, None) => from,
        (_, Some(space)) => from + space + 1,
    };
    (from, starts.get(end).copied().unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::super::words::terms;
    use super::*;

    fn shown(q: &str, texts: &[&str]) -> String {
        let stretches = excerpt(&terms(q), texts.iter().copied());
        let shown = stretches.into_iter().map(|stretch| match stretch.hit {
            true => format!("[{}]", stretch.text),
            false => stretch.text,
        });
        shown.collect()
    }

    #[test]
    fn whole_words_are_marked_as_they_are_written() {
        let text = "Crème BRÛLÉE, cremes!";
        assert_eq!(shown("creme", &[text]), "[Crème] BRÛLÉE, [cremes]!");
        assert_eq!(shown("nothing", &[text]), text);
    }

    #[test]
    fn letters_in_a_row_are_marked_as_one() {
        assert_eq!(shown("订单号", &["查询订单号码"]), "查询[订单号]码");
        assert_eq!(shown("订", &["查询订单号码"]), "查询[订]单号码");
        assert_eq!(shown("码", &["查询订单号码"]), "查询订单号[码]");
    }

    #[test]
    fn a_long_text_is_cut_around_what_was_found() {
        let text = format!("{}needle {}", "häy ".repeat(500), "straw ".repeat(500));
        let shown = shown("needle", &[&text]);
        assert!(
            shown.starts_with("…häy ") && shown.ends_with('…'),
            "{shown}"
        );
        assert!(shown.contains("[needle] straw"));
        assert!(shown.chars().count() <= LONGEST + 4);
    }

    #[test]
    fn the_text_with_most_to_show_is_taken() {
        let texts = ["see attached", "invoice march.pdf"];
        assert_eq!(shown("invoice", &texts), "[invoice] march.pdf");
        assert_eq!(
            shown("attached invoice march", &texts),
            "[invoice] [march].pdf"
        );
        assert_eq!(shown("x", &[]), "");
    }
}
