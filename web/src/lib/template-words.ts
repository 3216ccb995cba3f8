// The words for what WhatsApp calls the kinds and states of templates; what is new there is shown as it comes.

import i18n from "./i18n";

function plain(code: string): string {
  return code.toLowerCase().replaceAll("_", " ");
}

export function templateCategory(code: string): string {
  const key = `template.category.${code}` as "template.category.UTILITY";
  return i18n.t(key, { defaultValue: plain(code) });
}

export function templateStatus(code: string): string {
  const key = `template.status.${code}` as "template.status.APPROVED";
  return i18n.t(key, { defaultValue: plain(code) });
}
