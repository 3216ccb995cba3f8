// Reads the Cloud API's own objects. They come from outside and may lack anything, so nothing is believed.

export type Fields = Record<string, unknown>;

export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {};
}

export function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}

export function text(value: unknown): string | null {
  if (typeof value === "string") return value === "" ? null : value;
  return typeof value === "number" ? String(value) : null;
}

export function number(value: unknown): number | null {
  const result = typeof value === "string" ? Number.parseFloat(value) : value;
  return typeof result === "number" && Number.isFinite(result) ? result : null;
}

export interface Place {
  latitude: number;
  longitude: number;
  name: string | null;
  address: string | null;
}

export function readPlace(content: unknown): Place | null {
  const place = fields(content);
  const latitude = number(place.latitude);
  const longitude = number(place.longitude);
  if (latitude === null || longitude === null) return null;
  return { latitude, longitude, name: text(place.name), address: text(place.address) };
}

export interface Card {
  name: string | null;
  organization: string | null;
  phones: string[];
  emails: string[];
}

export function readCards(content: unknown): Card[] {
  const cards = Array.isArray(content) ? content : fields(content).contacts;
  return list(cards).map((card) => ({
    name: text(fields(card.name).formatted_name) ?? text(fields(card.name).first_name),
    organization: text(fields(card.org).company),
    phones: list(card.phones).flatMap((entry) => text(entry.phone) ?? text(entry.wa_id) ?? []),
    emails: list(card.emails).flatMap((entry) => text(entry.email) ?? []),
  }));
}

export interface Row {
  title: string;
  description: string | null;
}

export interface Interactive {
  kind: string;
  header: string | null;
  body: string | null;
  footer: string | null;
  buttons: string[];
  /** What the button that opens the list says. */
  listButton: string | null;
  sections: { title: string | null; rows: Row[] }[];
  link: { label: string; url: string } | null;
  asksLocation: boolean;
  /** What a customer chose or filled in. */
  reply: Row | null;
  answers: [string, string][];
}

export function readInteractive(content: unknown): Interactive {
  const object = fields(content);
  const action = fields(object.action);
  const parameters = fields(action.parameters);
  const kind = text(object.type) ?? "";
  const url = text(parameters.url);
  const reply = fields(object[kind]);
  const title = text(reply.title) ?? text(reply.body);
  return {
    kind,
    header: text(fields(object.header).text),
    body: text(fields(object.body).text),
    footer: text(fields(object.footer).text),
    buttons: list(action.buttons).flatMap((button) => text(fields(button.reply).title) ?? []),
    listButton: text(action.button),
    sections: list(action.sections).map((section) => ({
      title: text(section.title),
      rows: list(section.rows).map((row) => ({
        title: text(row.title) ?? "",
        description: text(row.description),
      })),
    })),
    link: url ? { label: text(parameters.display_text) ?? url, url } : null,
    asksLocation: kind === "location_request_message",
    reply: title ? { title, description: text(reply.description) } : null,
    answers: readAnswers(reply.response_json),
  };
}

/** The fields of a submitted flow: JSON inside JSON, which may be anything. */
function readAnswers(value: unknown): [string, string][] {
  if (typeof value !== "string") return [];
  try {
    return Object.entries(fields(JSON.parse(value)))
      .filter(([name]) => name !== "flow_token")
      .map(([name, answer]) => [
        name,
        typeof answer === "string" ? answer : JSON.stringify(answer),
      ]);
  } catch {
    return [["", value]];
  }
}

export interface OrderItem {
  id: string;
  quantity: number;
  price: number;
  currency: string;
}

export function readOrder(content: unknown): { note: string | null; items: OrderItem[] } {
  const order = fields(content);
  return {
    note: text(order.text),
    items: list(order.product_items).map((item) => ({
      id: text(item.product_retailer_id) ?? "",
      quantity: number(item.quantity) ?? 0,
      price: number(item.item_price) ?? 0,
      currency: text(item.currency) ?? "",
    })),
  };
}

export interface Referral {
  headline: string | null;
  body: string | null;
  url: string | null;
}

export function readReferral(value: unknown): Referral | null {
  if (!value) return null;
  const referral = fields(value);
  const url = text(referral.source_url);
  return {
    headline: text(referral.headline),
    body: text(referral.body),
    url: url && /^https?:\/\//i.test(url) ? url : null,
  };
}

/** Only web addresses become links; `javascript:` and friends stay text. */
export function webAddress(url: string | null): string | null {
  return url && /^https?:\/\//i.test(url) ? url : null;
}
