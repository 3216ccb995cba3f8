import { CornerDownRight, ExternalLink, List, MapPin } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Interactive, readInteractive, webAddress } from "../content";
import { FormattedText } from "./formatted-text";

/** Buttons, lists and links as the customer sees them; answers as what was chosen. */
export function InteractiveContent({ content }: { content: unknown }) {
  const shown = readInteractive(content);
  if (shown.reply)
    return <Choice title={shown.reply.title} description={shown.reply.description} />;
  if (shown.answers.length > 0) return <Answers answers={shown.answers} />;
  return (
    <div className="w-card">
      {shown.header && <p className="font-semibold">{shown.header}</p>}
      {shown.body && <FormattedText text={shown.body} />}
      {shown.footer && <p className="mt-1 text-xs text-ink-soft">{shown.footer}</p>}
      <Choices shown={shown} />
    </div>
  );
}

function Choices({ shown }: { shown: Interactive }) {
  const { t } = useTranslation();
  const href = webAddress(shown.link?.url ?? null);
  return (
    <div className="mt-2 grid gap-1">
      {shown.buttons.map((title) => (
        <FakeButton key={title}>{title}</FakeButton>
      ))}
      {shown.link && (
        <FakeButton>
          <ExternalLink aria-hidden className="size-3.5" />
          {href ? (
            <a href={href} target="_blank" rel="noopener noreferrer" className="hover:underline">
              {shown.link.label}
            </a>
          ) : (
            shown.link.label
          )}
        </FakeButton>
      )}
      {shown.asksLocation && (
        <FakeButton>
          <MapPin aria-hidden className="size-3.5" />
          {t("message.sendLocation")}
        </FakeButton>
      )}
      {shown.sections.length > 0 && (
        <details className="rounded-lg bg-ink/5">
          <summary className="flex h-9 items-center justify-center gap-2 text-sm font-medium text-tide-strong">
            <List aria-hidden className="size-3.5" />
            {shown.listButton}
          </summary>
          {shown.sections.map((section, index) => (
            <div key={section.title ?? index} className="px-3 pb-2">
              {section.title && (
                <p className="pt-1 text-xs font-medium text-ink-soft">{section.title}</p>
              )}
              {section.rows.map((row) => (
                <div key={row.title} className="py-1">
                  <p className="text-sm">{row.title}</p>
                  {row.description && <p className="text-xs text-ink-soft">{row.description}</p>}
                </div>
              ))}
            </div>
          ))}
        </details>
      )}
    </div>
  );
}

/** Looks like the customer's button; there is nothing to press here. */
export function FakeButton({ children }: { children: ReactNode }) {
  return (
    <span className="flex min-h-9 items-center justify-center gap-2 rounded-lg bg-ink/5 px-3 py-1.5 text-center text-sm font-medium text-tide-strong">
      {children}
    </span>
  );
}

/** What a customer tapped. */
export function Choice({ title, description }: { title: string; description?: string | null }) {
  return (
    <div className="flex items-start gap-2">
      <CornerDownRight aria-hidden className="mt-0.5 size-4 shrink-0 text-tide rtl:-scale-x-100" />
      <div>
        <p className="font-medium" dir="auto">
          {title}
        </p>
        {description && <p className="text-sm text-ink-soft">{description}</p>}
      </div>
    </div>
  );
}

function Answers({ answers }: { answers: [string, string][] }) {
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1 text-sm">
      {answers.map(([name, answer]) => (
        <div key={name} className="contents">
          <dt className="text-ink-soft">{name}</dt>
          <dd dir="auto">{answer}</dd>
        </div>
      ))}
    </dl>
  );
}
