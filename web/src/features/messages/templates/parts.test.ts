import { describe, expect, it } from "vitest";
import { aTemplate } from "@/testing/builders";
import { filledFrom, isFilled, NO_VALUES, partsOf, templateBody } from "./parts";

const named = aTemplate({
  name: "sale",
  parameter_format: "NAMED",
  components: [
    { type: "HEADER", format: "TEXT", text: "Hello {{name}}" },
    {
      type: "BODY",
      text: "{{discount}} off, {{name}}!",
      example: { body_text_named_params: [{ param_name: "discount", example: "10 %" }] },
    },
    { type: "FOOTER", text: "Stop: write STOP" },
    {
      type: "BUTTONS",
      buttons: [
        { type: "QUICK_REPLY", text: "Show me" },
        { type: "URL", text: "Open", url: "https://x.example/{{1}}", example: ["abc"] },
        { type: "COPY_CODE", example: "SPRING" },
      ],
    },
  ],
});

describe("a template", () => {
  it("is taken apart into what is to be filled", () => {
    const parts = partsOf(named);
    expect(parts.headerSlots).toEqual([{ name: "name", example: null }]);
    expect(parts.bodySlots).toEqual([
      { name: "discount", example: "10 %" },
      { name: "name", example: null },
    ]);
    expect(parts.buttons.map((button) => button.slot?.name)).toEqual([undefined, "1", "code"]);
    expect(parts.footer).toBe("Stop: write STOP");
  });

  it("is complete when every place is filled, and becomes the Cloud API's object", () => {
    const parts = partsOf(named);
    const values = {
      ...NO_VALUES,
      header: { name: "Ann" },
      body: { discount: "10\n %", name: "Ann" },
      buttons: { 1: "abc", 2: "SPRING" },
    };
    expect(isFilled(parts, { ...values, buttons: { 1: "abc" } })).toBe(false);
    expect(isFilled(parts, values)).toBe(true);
    expect(templateBody(named, parts, values)).toEqual({
      name: "sale",
      language: { code: "en" },
      components: [
        { type: "header", parameters: [{ type: "text", parameter_name: "name", text: "Ann" }] },
        {
          type: "body",
          parameters: [
            { type: "text", parameter_name: "discount", text: "10 %" },
            { type: "text", parameter_name: "name", text: "Ann" },
          ],
        },
        {
          type: "button",
          sub_type: "url",
          index: "1",
          parameters: [{ type: "text", text: "abc" }],
        },
        {
          type: "button",
          sub_type: "copy_code",
          index: "2",
          parameters: [{ type: "coupon_code", coupon_code: "SPRING" }],
        },
      ],
    });
  });

  it("without places is sent without components", () => {
    const plain = aTemplate({ components: [{ type: "BODY", text: "Hello!" }] });
    const body = templateBody(plain, partsOf(plain), NO_VALUES);
    expect(body).toEqual({ name: "bike_ready", language: { code: "en" } });
  });

  it("with a picture in its header waits for the picture", () => {
    const picture = aTemplate({
      components: [
        { type: "HEADER", format: "IMAGE" },
        { type: "BODY", text: "Look!" },
      ],
    });
    const parts = partsOf(picture);
    expect(isFilled(parts, NO_VALUES)).toBe(false);
    const values = { ...NO_VALUES, headerMedia: { id: "med_1", filename: "a.png" } };
    expect(templateBody(picture, parts, values)).toMatchObject({
      components: [{ type: "header", parameters: [{ type: "image", image: { id: "med_1" } }] }],
    });
  });

  it("that was sent reads as the customer got it", () => {
    const template = aTemplate();
    const sent = [
      {
        type: "body",
        parameters: [
          { type: "text", text: "Ann" },
          { type: "text", text: "Friday" },
        ],
      },
    ];
    expect(filledFrom(partsOf(template), sent).body).toBe(
      "Hello Ann, your bike is ready on Friday.",
    );
  });

  it("of a form that nobody knows breaks nothing", () => {
    for (const components of [null, "x", [null, 7], [{ type: "BUTTONS", buttons: {} }]]) {
      expect(partsOf(aTemplate({ components })).body).toBe("");
    }
  });
});
