import { FileText, Film, Image, MapPin } from "lucide-react";
import { useTranslation } from "react-i18next";
import { FormattedText } from "../bubble/formatted-text";
import { fill, type TemplateParts, type TemplateValues } from "./parts";
import { TemplateButtons } from "./template-buttons";

const HEADER_ICONS: Record<string, typeof Image> = {
  IMAGE: Image,
  VIDEO: Film,
  DOCUMENT: FileText,
  LOCATION: MapPin,
};

/** The template as it will arrive; places that are not filled stay visible. */
export function TemplatePreview({
  parts,
  values,
}: {
  parts: TemplateParts;
  values: TemplateValues;
}) {
  const { t } = useTranslation();
  const HeaderIcon = HEADER_ICONS[parts.headerFormat ?? ""];
  return (
    <section aria-label={t("builder.preview")} className="rounded-xl bg-canvas p-4">
      <div className="ms-auto w-card rounded-2xl rounded-se-md border border-own-line bg-own px-3 py-2">
        {HeaderIcon && (
          <div className="mb-2 grid h-24 place-items-center rounded-lg bg-ink/8 text-ink-soft">
            <span className="flex max-w-full items-center gap-2 px-2 text-xs">
              <HeaderIcon aria-hidden className="size-5 shrink-0" />
              <span className="truncate">{values.headerMedia?.filename}</span>
            </span>
          </div>
        )}
        {parts.header && <p className="font-semibold">{fill(parts.header, values.header)}</p>}
        <FormattedText text={fill(parts.body, values.body)} />
        {parts.footer && <p className="mt-1 text-xs text-ink-soft">{parts.footer}</p>}
        <TemplateButtons buttons={parts.buttons} />
      </div>
    </section>
  );
}
