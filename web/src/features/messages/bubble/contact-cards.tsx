import { Mail, Phone } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Avatar } from "@/components/ui/avatar";
import { CopyButton } from "@/components/ui/copy-button";
import { readCards } from "../content";

export function ContactCards({ content }: { content: unknown }) {
  const { t } = useTranslation();
  const cards = readCards(content);
  return (
    <ul className="grid w-card gap-1.5">
      {cards.map((card, index) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: cards have no ids and never move.
          key={index}
          className="rounded-lg bg-raised px-3 py-2.5"
        >
          <div className="flex items-center gap-2.5">
            <Avatar id={card.name ?? ""} name={card.name ?? ""} size={34} />
            <div className="min-w-0">
              <p className="truncate font-medium">{card.name ?? t("contact.unnamed")}</p>
              {card.organization && (
                <p className="truncate text-xs text-ink-soft">{card.organization}</p>
              )}
            </div>
          </div>
          {card.phones.map((phone) => (
            <CardLine key={phone} icon={Phone} text={phone} label={t("contact.copyPhone")} />
          ))}
          {card.emails.map((email) => (
            <CardLine key={email} icon={Mail} text={email} label={t("contact.copyEmail")} />
          ))}
        </li>
      ))}
    </ul>
  );
}

function CardLine({
  icon: Icon,
  text,
  label,
}: {
  icon: typeof Phone;
  text: string;
  label: string;
}) {
  return (
    <div className="mt-1 flex items-center gap-2 text-sm text-ink-soft">
      <Icon aria-hidden className="size-3.5" />
      <span className="min-w-0 flex-1 truncate tabular-nums">{text}</span>
      <CopyButton text={text} label={label} />
    </div>
  );
}
