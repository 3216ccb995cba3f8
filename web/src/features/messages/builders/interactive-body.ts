// Buttons, lists and links within WhatsApp's limits.

export const LIMITS = {
  buttonBody: 1024,
  listBody: 4096,
  footer: 60,
  header: 60,
  buttons: 3,
  buttonTitle: 20,
  rows: 10,
  rowTitle: 24,
  rowDescription: 72,
  listButton: 20,
  linkLabel: 20,
};

export type InteractiveKind = "button" | "list" | "cta_url" | "location_request_message";

export interface InteractiveForm {
  kind: InteractiveKind;
  header: string;
  body: string;
  footer: string;
  buttons: string[];
  listButton: string;
  rows: { title: string; description: string }[];
  linkLabel: string;
  linkUrl: string;
}

export const EMPTY_FORM: InteractiveForm = {
  kind: "button",
  header: "",
  body: "",
  footer: "",
  buttons: [""],
  listButton: "",
  rows: [{ title: "", description: "" }],
  linkLabel: "",
  linkUrl: "",
};

/** The ids come back when the customer chooses: readable, and unique within the message. */
function idOf(title: string, index: number): string {
  const slug = title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .slice(0, 40);
  return `${index + 1}_${slug}`;
}

function actionOf(form: InteractiveForm): object {
  switch (form.kind) {
    case "button":
      return {
        buttons: filled(form.buttons).map((title, index) => ({
          type: "reply",
          reply: { id: idOf(title, index), title },
        })),
      };
    case "list":
      return {
        button: form.listButton.trim(),
        sections: [
          {
            rows: form.rows
              .filter((row) => row.title.trim())
              .map((row, index) => ({
                id: idOf(row.title, index),
                title: row.title.trim(),
                ...(row.description.trim() && { description: row.description.trim() }),
              })),
          },
        ],
      };
    case "cta_url":
      return {
        name: "cta_url",
        parameters: { display_text: form.linkLabel.trim(), url: form.linkUrl.trim() },
      };
    case "location_request_message":
      return { name: "send_location" };
  }
}

/** The Cloud API's message; complete or not. */
export function interactiveBody(form: InteractiveForm) {
  const plain = form.kind === "location_request_message";
  return {
    type: "interactive",
    interactive: {
      type: form.kind,
      ...(!plain && form.header.trim() && { header: { type: "text", text: form.header.trim() } }),
      body: { text: form.body.trim() },
      ...(!plain && form.footer.trim() && { footer: { text: form.footer.trim() } }),
      action: actionOf(form),
    },
  };
}

/** Whether WhatsApp would take it. */
export function isComplete(form: InteractiveForm): boolean {
  if (!form.body.trim()) return false;
  switch (form.kind) {
    case "button":
      return areUnique(filled(form.buttons));
    case "list":
      return form.listButton.trim() !== "" && areUnique(filled(form.rows.map((row) => row.title)));
    case "cta_url":
      return form.linkLabel.trim() !== "" && /^https?:\/\/\S+\.\S+/i.test(form.linkUrl.trim());
    case "location_request_message":
      return true;
  }
}

function filled(titles: string[]): string[] {
  return titles.map((title) => title.trim()).filter(Boolean);
}

function areUnique(titles: string[]): boolean {
  return titles.length > 0 && new Set(titles).size === titles.length;
}
