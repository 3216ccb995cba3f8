import { describe, expect, it } from "vitest";
import { NO_DRAFT } from "../drafts";
import { attachmentKind, isTooLarge } from "./attachment-kinds";
import { piecesOf } from "./bodies";
import type { StagedFile } from "./staged";

function staged(kind: StagedFile["kind"], part: Partial<StagedFile> = {}): StagedFile {
  const file = new File(["x"], `${kind}.bin`);
  return { id: kind, file, kind, tooLarge: false, url: "", voice: false, ...part };
}

const bodies = (...given: Parameters<typeof piecesOf>) =>
  piecesOf(...given).map(({ body }) => body);

describe("what a draft becomes", () => {
  it("words alone are a text, with a preview when they hold an address", () => {
    expect(bodies({ ...NO_DRAFT, text: " hi " }, [])).toEqual([
      { type: "text", text: { body: "hi" } },
    ]);
    expect(bodies({ ...NO_DRAFT, text: "https://x.example" }, [])).toEqual([
      { type: "text", text: { body: "https://x.example", preview_url: true } },
    ]);
    expect(bodies({ ...NO_DRAFT, text: "  " }, [])).toEqual([]);
  });

  it("words with files are the caption of the first one", () => {
    expect(bodies({ ...NO_DRAFT, text: "look" }, [staged("image"), staged("document")])).toEqual([
      { type: "image", image: { caption: "look" } },
      { type: "document", document: { filename: "document.bin" } },
    ]);
  });

  it("words that no caption can hold follow as a text", () => {
    expect(bodies({ ...NO_DRAFT, text: "listen" }, [staged("audio", { voice: true })])).toEqual([
      { type: "audio", audio: { voice: true } },
      { type: "text", text: { body: "listen" } },
    ]);
    expect(bodies({ ...NO_DRAFT, text: "x".repeat(1025) }, [staged("image")])).toHaveLength(2);
  });

  it("a quote belongs to the first message only", () => {
    const reply = {
      id: "msg_1",
      providerId: "wamid.1",
      text: "q",
      type: "text",
      direction: "inbound" as const,
    };
    const [first, second] = bodies({ ...NO_DRAFT, reply }, [staged("image"), staged("image")]);
    expect(first).toMatchObject({ context: { message_id: "wamid.1" } });
    expect(second).not.toHaveProperty("context");
  });

  it("files that are too large are not sent", () => {
    expect(bodies(NO_DRAFT, [staged("image", { tooLarge: true })])).toEqual([]);
  });

  it("a note takes the words and leaves the files", () => {
    const draft = { ...NO_DRAFT, text: "reply", noteText: "n", note: true };
    expect(bodies(draft, [staged("image")])).toEqual([{ type: "note", text: { body: "n" } }]);
  });

  it("a note calls those whose names stand in it", () => {
    const ben = { id: "usr_2", name: "Ben" };
    const draft = { ...NO_DRAFT, noteText: "@Ben look", picked: [ben], note: true };
    expect(bodies(draft, [], [ben, { id: "usr_3", name: "Cem" }])).toEqual([
      { type: "note", text: { body: "@Ben look", mentions: ["usr_2"] } },
    ]);
    expect(bodies({ ...draft, noteText: "look" }, [], [ben])).toEqual([
      { type: "note", text: { body: "look" } },
    ]);
  });
});

it.each([
  ["image/jpeg", "a.jpg", "image"],
  ["image/png", "a.png", "image"],
  ["image/webp", "a.webp", "sticker"],
  ["image/gif", "a.gif", null],
  ["image/heic", "a.heic", null],
  ["video/mp4", "a.mp4", "video"],
  ["video/quicktime", "a.mov", null],
  ["audio/ogg; codecs=opus", "a.ogg", "audio"],
  ["audio/x-m4a", "a.m4a", "audio"],
  ["audio/webm", "a.webm", null],
  ["application/pdf", "a.pdf", "document"],
  ["text/plain", "a.log", "document"],
  ["application/vnd.ms-excel", "a.csv", null],
  ["application/zip", "a.zip", null],
  ["", "A.DOCX", "document"],
  ["", "a", null],
] as const)("a file of type %j and name %s goes as %s", (type, name, kind) => {
  expect(attachmentKind({ type, name })).toBe(kind);
});

it("knows what is too large", () => {
  expect(isTooLarge("image", 5_000_001)).toBe(true);
  expect(isTooLarge("document", 5_000_001)).toBe(false);
});
