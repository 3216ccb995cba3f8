import { describe, expect, it } from "vitest";
import type { Media } from "@/lib/api/types";
import { aMessage, at, id } from "@/testing/builders";
import { forwardedOf } from "./body";

function aMedia(part: Partial<Media> = {}): Media {
  return {
    id: id("med", 1),
    mime_type: "image/png",
    filename: null,
    size: 10,
    state: "stored",
    url: "/api/v1/media/1",
    voice: false,
    animated: false,
    error: null,
    ...part,
  };
}

describe("a message said again to somebody else", () => {
  it("has the same words, without what it answered", () => {
    const quoting = { id: id("msg", 9), provider_id: "wamid.9", text: "?", direction: null };
    expect(forwardedOf(aMessage(1, { text: "Hello", reply_to: quoting }))).toEqual({
      body: { type: "text", text: { body: "Hello" } },
      hasFile: false,
    });
  });

  it("has the same file by its id, with its words", () => {
    const file = (type: string, media: Partial<Media>, text: string | null) =>
      forwardedOf(aMessage(1, { type, text, media: [aMedia(media)] }));
    expect(file("image", {}, "Look")).toEqual({
      body: { type: "image", image: { id: id("med", 1), caption: "Look" } },
      hasFile: true,
    });
    expect(file("document", { filename: "Plan.pdf" }, "Plan.pdf")?.body).toEqual({
      type: "document",
      document: { id: id("med", 1), filename: "Plan.pdf" },
    });
    expect(file("audio", { voice: true }, null)?.body).toEqual({
      type: "audio",
      audio: { id: id("med", 1), voice: true },
    });
    expect(file("image", { state: "expired" }, null)).toBeNull();
  });

  it("has the same place and the same cards, in the form that is taken", () => {
    const content = { latitude: 1.5, longitude: "2.5", name: "Shop", url: "https://x.example" };
    expect(forwardedOf(aMessage(1, { type: "location", content }))?.body).toEqual({
      type: "location",
      location: { latitude: 1.5, longitude: 2.5, name: "Shop" },
    });
    const cards = [
      {
        name: { formatted_name: "Jonas Weber" },
        phones: [{ wa_id: "491701234567" }],
        birthday: "1990-01-01",
      },
    ];
    expect(forwardedOf(aMessage(1, { type: "contacts", content: cards }))?.body).toEqual({
      type: "contacts",
      contacts: [
        {
          name: { formatted_name: "Jonas Weber", first_name: "Jonas" },
          phones: [{ phone: "491701234567", wa_id: "491701234567" }],
        },
      ],
    });
  });

  it("is none for notes, templates, choices and what was taken back", () => {
    const none = [
      aMessage(1, { direction: "note" }),
      aMessage(1, { direction: "outbound", type: "template" }),
      aMessage(1, { type: "interactive", content: { type: "button_reply" } }),
      aMessage(1, { type: "order" }),
      aMessage(1, { revoked_at: at(1) }),
      aMessage(1, { text: null }),
    ];
    expect(none.map(forwardedOf)).toEqual(none.map(() => null));
  });
});
