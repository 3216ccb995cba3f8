import { LayoutTemplate } from "lucide-react";
import type { Message } from "@/lib/api/types";
import { usePaged } from "@/lib/paged-query";
import { fields, text } from "../content";
import { templatesQuery } from "../queries";
import { filledFrom, partsOf } from "../templates/parts";
import { TemplateButtons } from "../templates/template-buttons";
import { FormattedText } from "./formatted-text";

/** A template as the customer got it, if the template is known here; else what the hub says it reads like. */
export function TemplateContent({ message }: { message: Message }) {
  const sent = fields(message.content);
  const name = text(sent.name) ?? "";
  const language = text(fields(sent.language).code) ?? "";
  const { data: templates } = usePaged({
    ...templatesQuery(message.session_id),
    enabled: message.session_id !== "",
  });
  const template = templates?.find((known) => known.name === name && known.language === language);
  const parts = template && partsOf(template);
  const filled = parts && filledFrom(parts, sent.components);
  return (
    <div className="w-card">
      <p className="mb-1 flex items-center gap-1.5 text-2xs text-ink-soft">
        <LayoutTemplate aria-hidden className="size-3" />
        <span className="truncate">
          {name} {language && `· ${language}`}
        </span>
      </p>
      {filled?.header && <p className="font-semibold">{filled.header}</p>}
      {(filled?.body ?? message.text) && (
        <FormattedText text={filled?.body ?? message.text ?? ""} />
      )}
      {parts?.footer && <p className="mt-1 text-xs text-ink-soft">{parts.footer}</p>}
      {parts && <TemplateButtons buttons={parts.buttons} />}
    </div>
  );
}
