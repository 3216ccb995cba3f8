// WhatsApp's own little markup and web addresses, as pieces to render. No HTML is ever made of a message.

export type Piece =
  | { kind: "text"; text: string }
  | { kind: "bold" | "italic" | "strike" | "code"; text: string }
  | { kind: "link"; text: string; href: string };

const MARKS: Record<string, "bold" | "italic" | "strike"> = {
  "*": "bold",
  _: "italic",
  "~": "strike",
};

const TOKEN =
  /```([\s\S]+?)```|`([^`\n]+)`|(https?:\/\/[^\s<>"]+|www\.[^\s<>"]+\.[^\s<>"]+)|(?<![\p{L}\p{N}])([*_~])(?=\S)([^\n]*?\S)\4(?![\p{L}\p{N}])/giu;

/** Punctuation that ends a sentence is not part of the address before it. */
const TAIL = /[.,;:!?)\]}'"»]+$/;

export function richText(source: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  const plain = (to: number) => {
    if (to > from) pieces.push({ kind: "text", text: source.slice(from, to) });
  };
  for (const match of source.matchAll(TOKEN)) {
    const [whole, block, code, link, mark, marked] = match;
    plain(match.index);
    from = match.index + whole.length;
    if (link) {
      const tail = TAIL.exec(link)?.[0] ?? "";
      const address = link.slice(0, link.length - tail.length);
      from -= tail.length;
      pieces.push({ kind: "link", text: address, href: withScheme(address) });
    } else if (mark && marked) {
      pieces.push({ kind: MARKS[mark] ?? "bold", text: marked });
    } else {
      pieces.push({ kind: "code", text: (block ?? code ?? "").trim() });
    }
  }
  plain(source.length);
  return pieces;
}

function withScheme(address: string): string {
  return /^https?:/i.test(address) ? address : `https://${address}`;
}

const EMOJI_ONLY =
  /^(?:\p{RI}\p{RI}|[\p{Emoji_Presentation}\p{Extended_Pictographic}](?:\uFE0F|\p{EMod}|\u200D[\p{Emoji_Presentation}\p{Extended_Pictographic}])*|\s){1,12}$/u;

/** One to three emoji alone are shown large. */
export function isJumbo(source: string): boolean {
  const trimmed = source.trim();
  if (!trimmed || !EMOJI_ONLY.test(trimmed)) return false;
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return [...segmenter.segment(trimmed.replace(/\s/g, ""))].length <= 3;
}
