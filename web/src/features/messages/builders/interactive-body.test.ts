import { expect, it } from "vitest";
import { EMPTY_FORM, interactiveBody, isComplete } from "./interactive-body";

it("makes buttons with ids of their own", () => {
  const form = { ...EMPTY_FORM, body: " When? ", buttons: ["Friday 17:00", "", "Saturday"] };
  expect(isComplete(form)).toBe(true);
  expect(interactiveBody(form)).toEqual({
    type: "interactive",
    interactive: {
      type: "button",
      body: { text: "When?" },
      action: {
        buttons: [
          { type: "reply", reply: { id: "1_friday_17_00", title: "Friday 17:00" } },
          { type: "reply", reply: { id: "2_saturday", title: "Saturday" } },
        ],
      },
    },
  });
});

it("takes no two buttons of the same name, and no message without words", () => {
  expect(isComplete({ ...EMPTY_FORM, body: "x", buttons: ["A", "A"] })).toBe(false);
  expect(isComplete({ ...EMPTY_FORM, body: "x", buttons: [""] })).toBe(false);
  expect(isComplete({ ...EMPTY_FORM, body: " ", buttons: ["A"] })).toBe(false);
});

it("makes lists, links and questions for a place", () => {
  const rows = [{ title: "M", description: "forest green" }];
  const list = { ...EMPTY_FORM, kind: "list" as const, body: "Size?", listButton: "Sizes", rows };
  expect(isComplete(list)).toBe(true);
  expect(interactiveBody(list).interactive.action).toEqual({
    button: "Sizes",
    sections: [{ rows: [{ id: "1_m", title: "M", description: "forest green" }] }],
  });
  const link = { ...EMPTY_FORM, kind: "cta_url" as const, body: "See", linkLabel: "Open" };
  expect(isComplete({ ...link, linkUrl: "javascript:x" })).toBe(false);
  expect(isComplete({ ...link, linkUrl: "https://x.example" })).toBe(true);
  const place = {
    ...EMPTY_FORM,
    kind: "location_request_message" as const,
    body: "Where?",
    header: "x",
  };
  expect(interactiveBody(place).interactive).toEqual({
    type: "location_request_message",
    body: { text: "Where?" },
    action: { name: "send_location" },
  });
});
