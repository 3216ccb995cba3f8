//! What counts as a word, for every language and both databases: messages are indexed by what is found here, and what
//! somebody looks for is cut by the same rules. Case and accents do not count, nothing is known of any grammar. Scripts
//! that put no spaces between words (Chinese, Japanese, Thai …) are cut into pairs of letters that overlap: whoever looks
//! for some letters in a row finds every text that has all pairs of them.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Letters of a word that count: the rest of long numbers, addresses and the like does not make them easier to find.
const MOST_LETTERS: usize = 40;
/// Words that one search looks for; what is said beyond them does not count.
const MOST_TERMS: usize = 16;

/// A word, and where it stands in the text (in bytes).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Without case and accents.
    pub text: String,
    pub start: usize,
    pub end: usize,
    /// Of a pair: where its first letter ends.
    pub middle: Option<usize>,
}

/// Something that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub text: String,
    /// Words that begin so are meant as well.
    pub is_prefix: bool,
}

impl Term {
    /// Whether a word is meant.
    pub fn finds(&self, word: &str) -> bool {
        match self.is_prefix {
            true => word.starts_with(&self.text),
            false => word == self.text,
        }
    }
}

/// The words of a text, in its order.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut cutter = Cutter::default();
    for (at, letter) in text.char_indices() {
        cutter.take(letter, at, at + letter.len_utf8());
    }
    cutter.end();
    cutter.words
}

/// What is looked for when somebody asks for `q`; nothing when there is no word in it.
pub(super) fn terms(q: &str) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    let found = words(q);
    for (index, word) in found.iter().enumerate() {
        // The last letter of several in a row is in the pair before it.
        let before = index.checked_sub(1).and_then(|index| found.get(index));
        let is_pair = word.middle.is_some_and(|middle| middle < word.end);
        let is_tail = word.middle == Some(word.end)
            && before.is_some_and(|before| before.end == word.end && before.middle.is_some());
        let term = Term {
            text: word.text.clone(),
            is_prefix: !is_pair,
        };
        if !is_tail && !terms.contains(&term) {
            terms.push(term);
        }
    }
    terms.truncate(MOST_TERMS);
    terms
}

/// How a letter is written as part of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    /// Between words there is something else.
    Spaced,
    /// Between words there is nothing.
    Dense,
}

#[derive(Default)]
struct Cutter {
    words: Vec<Word>,
    /// The letters of the word at hand: folded, from where, to where.
    letters: Vec<(String, usize, usize)>,
    script: Option<Script>,
}

impl Cutter {
    fn take(&mut self, letter: char, start: usize, end: usize) {
        if is_silent(letter) {
            // It belongs to the letter before, which is all that is known of it.
            if let Some(last) = self.letters.last_mut() {
                last.2 = end;
            }
            return;
        }
        let folded = fold(letter);
        let is_mark = is_combining_mark(letter);
        if folded.is_empty() || (is_mark && self.letters.is_empty()) {
            return self.end();
        }
        let script = match is_dense(letter) {
            true => Script::Dense,
            false => Script::Spaced,
        };
        if self.script != Some(script) {
            self.end();
        }
        self.script = Some(script);
        self.letters.push((folded, start, end));
    }

    /// The word at hand is complete.
    fn end(&mut self) {
        let letters = std::mem::take(&mut self.letters);
        match self.script.take() {
            Some(Script::Spaced) => self.words.extend(whole(&letters)),
            Some(Script::Dense) => self.words.extend(pairs(&letters)),
            None => {}
        }
    }
}

fn whole(letters: &[(String, usize, usize)]) -> Option<Word> {
    let folded = letters.iter().take(MOST_LETTERS);
    Some(Word {
        text: folded.map(|(folded, ..)| folded.as_str()).collect(),
        start: letters.first()?.1,
        end: letters.last()?.2,
        middle: None,
    })
}

/// Each letter with the one behind it; the last one alone, so that it is found as well.
fn pairs(letters: &[(String, usize, usize)]) -> impl Iterator<Item = Word> {
    letters
        .iter()
        .enumerate()
        .map(|(index, (folded, start, end))| {
            let next = letters.get(index + 1);
            Word {
                text: next.map_or_else(|| folded.clone(), |(next, ..)| format!("{folded}{next}")),
                start: *start,
                end: next.map_or(*end, |(.., end)| *end),
                middle: Some(*end),
            }
        })
}

/// A letter without case and accents; nothing if it belongs to no word.
fn fold(letter: char) -> String {
    let mut folded = String::new();
    for letter in std::iter::once(letter).nfkd().flat_map(char::to_lowercase) {
        match letter {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            letter if is_silent(letter) => {}
            letter if letter.is_alphanumeric() || is_combining_mark(letter) => folded.push(letter),
            _ => {}
        }
    }
    folded
}

/// Accents, vowel points, joiners: what may be written or not in the same word. Vowel signs of India and South-East Asia
/// are letters like others.
const fn is_silent(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}'
        | '\u{5bf}' | '\u{5c1}'..='\u{5c2}' | '\u{5c4}'..='\u{5c5}' | '\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6dc}' | '\u{6df}'..='\u{6e4}' | '\u{6e7}'..='\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{200b}'..='\u{200d}' | '\u{2060}'
        | '\u{20d0}'..='\u{20ff}' | '\u{3099}'..='\u{309a}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}'
        | '\u{feff}' | '\u{ff9e}'..='\u{ff9f}')
}

/// Thai, Lao, Burmese, Khmer, Japanese, Chinese, Bopomofo.
const fn is_dense(letter: char) -> bool {
    matches!(letter,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3040}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}'
        | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{a9e0}'..='\u{a9ff}'
        | '\u{aa60}'..='\u{aa7f}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9d}' | '\u{1b000}'..='\u{1b16f}'
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.text).collect()
    }

    /// Whether whoever looks for `q` finds `text`.
    fn finds(q: &str, text: &str) -> bool {
        let (terms, there) = (terms(q), cut(text));
        !terms.is_empty()
            && terms
                .iter()
                .all(|term| there.iter().any(|word| term.finds(word)))
    }

    #[test]
    fn case_and_accents_do_not_count() {
        for (text, wanted) in [
            ("Crème BRÛLÉE", "creme brulee"),
            ("Straße nach Łódź", "strasse nach lodz"),
            ("ΟΔΟΣ οδός", "οδοσ οδοσ"),
            ("Ёлка, Київ", "елка киів"),
            ("İstanbul ISPARTA ısı", "istanbul isparta isi"),
            ("مَدْرَسَة مـدرسة", "مدرسة مدرسة"),
            ("שָׁלוֹם שלום", "שלום שלום"),
            ("ﬁne Ｆｕｌｌ ①", "fine full 1"),
            ("e\u{301}te\u{301}", "ete"),
        ] {
            let wanted: Vec<&str> = wanted.split(' ').collect();
            assert_eq!(cut(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_no_letter_parts_words() {
        assert_eq!(
            cut("a.b@c.de, \"x\" AND (y:*) | !z & it's 1\u{fe0f}\u{20e3} 😀\0'--"),
            ["a", "b", "c", "de", "x", "and", "y", "z", "it", "s", "1"]
        );
        for empty in ["", " ", "\"", "😀🎉", "\0\0", "()&|!:*'\\", "\u{301}"] {
            assert_eq!(terms(empty), [], "{empty:?}");
        }
    }

    #[test]
    fn a_word_is_found_by_how_it_begins_and_not_by_what_is_inside() {
        assert!(finds("deliv", "Your DELIVERY is late"));
        assert!(finds("late deliv", "Your delivery is late"));
        assert!(!finds("livery", "Your delivery is late"));
        assert!(!finds("delivery today", "Your delivery is late"));
        assert!(finds("한구", "한국어"), "a syllable that is not complete");
    }

    #[test]
    fn scripts_without_spaces_are_found_by_any_letters_in_a_row() {
        let text = "我想查询订单号码 iPhone手机ですか。สวัสดีครับ";
        for q in [
            "订单",
            "单",
            "订单号",
            "查询订单",
            "码",
            "手机",
            "です",
            "ですか",
            "สวัส",
            "ดีครับ",
            "iphone手机",
        ] {
            assert!(finds(q, text), "{q}");
        }
        for q in ["单订", "机手", "ครับสวัสดี", "单号査"] {
            assert!(!finds(q, text), "{q}");
        }
        assert!(finds("ガイド", "ｶﾞｲﾄﾞ"), "half width");
        assert!(finds("が", "か\u{3099}"), "in two pieces");
    }

    #[test]
    fn vowel_signs_of_india_are_letters() {
        assert_eq!(cut("हिन्दी में"), ["हिन्दी", "में"]);
        assert!(finds("हिन्", "हिन्दी"));
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "Où est Zoë?";
        let places: Vec<&str> = words(text)
            .iter()
            .map(|word| &text[word.start..word.end])
            .collect();
        assert_eq!(places, ["Où", "est", "Zoë"]);
    }

    #[test]
    fn neither_long_words_nor_long_questions_grow_without_end() {
        let long = "a".repeat(10_000);
        assert_eq!(cut(&long), ["a".repeat(MOST_LETTERS)]);
        assert!(finds(&long, &long));
        let many: String = (0..5000).map(|n| format!("w{n} ")).collect();
        assert_eq!(terms(&many).len(), MOST_TERMS);
    }
}
