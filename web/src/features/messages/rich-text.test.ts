import { expect, it } from "vitest";
import { isJumbo, richText } from "./rich-text";

const shown = (source: string) =>
  richText(source).map((piece) =>
    piece.kind === "text" ? piece.text : `${piece.kind}(${piece.text})`,
  );

it.each([
  ["plain", ["plain"]],
  ["a *bold* word", ["a ", "bold(bold)", " word"]],
  ["_it_ and ~gone~", ["italic(it)", " and ", "strike(gone)"]],
  ["`code` ```block\nof code```", ["code(code)", " ", "code(block\nof code)"]],
  ["2*3*4 and snake_case_name stay", ["2*3*4 and snake_case_name stay"]],
  ["* not bold *", ["* not bold *"]],
  ["see https://example.com/a?b=1.", ["see ", "link(https://example.com/a?b=1)", "."]],
  ["(www.example.com)", ["(", "link(www.example.com)", ")"]],
  ["", []],
])("reads %j", (source, pieces) => {
  expect(shown(source)).toEqual(pieces);
});

it("links only to the web", () => {
  expect(
    richText("javascript:alert(1) data:text/html,x").every((piece) => piece.kind === "text"),
  ).toBe(true);
  const link = richText("www.example.com")[0];
  expect(link).toMatchObject({ kind: "link", href: "https://www.example.com" });
});

it("loses no letter of what was written", () => {
  const source = "Hi *you*, see https://x.example/ok, `a` _b_ ~c~ *open";
  const text = richText(source)
    .map((piece) => piece.text)
    .join("");
  expect(text).toBe("Hi you, see https://x.example/ok, a b c *open");
});

it.each([
  ["👍", true],
  ["👨‍👩‍👧 ❤️", true],
  ["🇩🇪🇫🇷", true],
  ["👍👍👍👍", false],
  ["ok 👍", false],
  ["12", false],
  ["", false],
])("shows %j large: %s", (source, jumbo) => {
  expect(isJumbo(source)).toBe(jumbo);
});
