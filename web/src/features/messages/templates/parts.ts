// A template taken apart: what it says, which places are to be filled, and the body that sends it.

import type { Template } from "@/lib/api/types";
import { fields, list, text } from "../content";

export interface Slot {
  /** `1`, `2` … or a name. */
  name: string;
  example: string | null;
}

export interface TemplateButton {
  index: number;
  kind: string;
  label: string;
  /** What a customer's tap opens; may end in a place to fill. */
  url: string | null;
  slot: Slot | null;
}

export interface TemplateParts {
  named: boolean;
  /** TEXT, IMAGE, VIDEO, DOCUMENT, LOCATION or none. */
  headerFormat: string | null;
  header: string | null;
  headerSlots: Slot[];
  body: string;
  bodySlots: Slot[];
  footer: string | null;
  buttons: TemplateButton[];
}

const PLACE = /\{\{\s*([\w]+)\s*\}\}/g;

/** The places of a text, each once. */
export function slotsIn(source: string | null, examples: (string | null)[] = []): Slot[] {
  const names = new Set<string>();
  for (const match of source?.matchAll(PLACE) ?? []) if (match[1]) names.add(match[1]);
  return [...names].map((name, index) => ({ name, example: examples[index] ?? null }));
}

function bodyExamples(example: unknown): (string | null)[] {
  const { body_text: positional, body_text_named_params: named } = fields(example);
  if (Array.isArray(named)) return list(named).map((entry) => text(entry.example));
  const first = Array.isArray(positional) ? positional[0] : [];
  return Array.isArray(first) ? first.map(text) : [];
}

function headerExamples(example: unknown): (string | null)[] {
  const { header_text: positional, header_text_named_params: named } = fields(example);
  if (Array.isArray(named)) return list(named).map((entry) => text(entry.example));
  return Array.isArray(positional) ? positional.map(text) : [];
}

export function partsOf(template: Template): TemplateParts {
  const components = list(template.components);
  const find = (type: string) =>
    components.find((component) => text(component.type)?.toUpperCase() === type) ?? {};
  const header = find("HEADER");
  const body = find("BODY");
  const headerFormat = text(header.format)?.toUpperCase() ?? (text(header.text) ? "TEXT" : null);
  return {
    named: template.parameter_format?.toUpperCase() === "NAMED",
    headerFormat,
    header: text(header.text),
    headerSlots: slotsIn(text(header.text), headerExamples(header.example)),
    body: text(body.text) ?? "",
    bodySlots: slotsIn(text(body.text), bodyExamples(body.example)),
    footer: text(find("FOOTER").text),
    buttons: list(find("BUTTONS").buttons).map(readButton),
  };
}

function readButton(button: ReturnType<typeof fields>, index: number): TemplateButton {
  const kind = text(button.type)?.toUpperCase() ?? "";
  const url = text(button.url);
  const example = Array.isArray(button.example) ? text(button.example[0]) : text(button.example);
  const code = kind === "COPY_CODE" ? { name: "code", example } : null;
  const otp = kind === "OTP" ? { name: "code", example: null } : null;
  return {
    index,
    kind,
    label: text(button.text) ?? kind,
    url,
    slot: code ?? otp ?? slotsIn(url, [example])[0] ?? null,
  };
}

/** What a person filled in; buttons by their index. */
export interface TemplateValues {
  header: Record<string, string>;
  body: Record<string, string>;
  buttons: Record<number, string>;
  /** An uploaded file for a header of a picture, film or document. */
  headerMedia: { id: string; filename: string } | null;
}

export const NO_VALUES: TemplateValues = { header: {}, body: {}, buttons: {}, headerMedia: null };

export function fill(source: string, values: Record<string, string>): string {
  return source.replace(PLACE, (place, name: string) => values[name]?.trim() || place);
}

export function needsHeaderMedia(parts: TemplateParts): boolean {
  return ["IMAGE", "VIDEO", "DOCUMENT"].includes(parts.headerFormat ?? "");
}

/** Whether WhatsApp would take it: every place filled, no line breaks in values. */
export function isFilled(parts: TemplateParts, values: TemplateValues): boolean {
  const given = (value: string | undefined) => Boolean(value?.trim());
  return (
    parts.headerSlots.every((slot) => given(values.header[slot.name])) &&
    parts.bodySlots.every((slot) => given(values.body[slot.name])) &&
    parts.buttons.every((button) => !button.slot || given(values.buttons[button.index])) &&
    (!needsHeaderMedia(parts) || values.headerMedia !== null)
  );
}

/** WhatsApp refuses line breaks, tabs and long gaps in values. */
function clean(value: string): string {
  return value.replace(/\s+/g, " ").trim();
}

function parameters(slots: Slot[], values: Record<string, string>, named: boolean): object[] {
  return slots.map((slot) => ({
    type: "text",
    ...(named && { parameter_name: slot.name }),
    text: clean(values[slot.name] ?? ""),
  }));
}

function headerComponent(parts: TemplateParts, values: TemplateValues): object | null {
  if (needsHeaderMedia(parts) && values.headerMedia) {
    const type = (parts.headerFormat ?? "").toLowerCase();
    const { id, filename } = values.headerMedia;
    const media = type === "document" ? { id, filename } : { id };
    return { type: "header", parameters: [{ type, [type]: media }] };
  }
  if (parts.headerSlots.length === 0) return null;
  return { type: "header", parameters: parameters(parts.headerSlots, values.header, parts.named) };
}

function buttonComponent(button: TemplateButton, values: TemplateValues): object | null {
  if (!button.slot) return null;
  const value = clean(values.buttons[button.index] ?? "");
  const index = String(button.index);
  if (button.kind === "COPY_CODE") {
    const parameter = { type: "coupon_code", coupon_code: value };
    return { type: "button", sub_type: "copy_code", index, parameters: [parameter] };
  }
  return { type: "button", sub_type: "url", index, parameters: [{ type: "text", text: value }] };
}

/** The Cloud API's template object. */
export function templateBody(template: Template, parts: TemplateParts, values: TemplateValues) {
  const components = [
    headerComponent(parts, values),
    parts.bodySlots.length > 0
      ? { type: "body", parameters: parameters(parts.bodySlots, values.body, parts.named) }
      : null,
    ...parts.buttons.map((button) => buttonComponent(button, values)),
  ].filter((component) => component !== null);
  return {
    name: template.name,
    language: { code: template.language },
    ...(components.length > 0 && { components }),
  };
}

/** The texts of a template with the values that a sent message carries. */
export function filledFrom(parts: TemplateParts, sent: unknown) {
  const values = (type: string, slots: Slot[]): Record<string, string> => {
    const component = list(sent).find((entry) => text(entry.type)?.toLowerCase() === type);
    const given = list(component?.parameters);
    return Object.fromEntries(
      given.flatMap((parameter, index) => {
        const name = text(parameter.parameter_name) ?? slots[index]?.name;
        const value = text(parameter.text);
        return name && value ? [[name, value]] : [];
      }),
    );
  };
  return {
    header: parts.header && fill(parts.header, values("header", parts.headerSlots)),
    body: fill(parts.body, values("body", parts.bodySlots)),
  };
}
