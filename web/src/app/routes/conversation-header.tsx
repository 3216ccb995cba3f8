import { ArrowLeft, PanelRight } from "lucide-react";
import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Avatar } from "@/components/ui/avatar";
import { IconButton } from "@/components/ui/icon-button";
import { mostPressing } from "@/features/conversations/sla";
import { SlaCountdown } from "@/features/conversations/sla-countdown";
import type { Conversation, Session } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { contactName, duration, phone, soonTime } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import { windowState } from "@/lib/window";

interface HeaderProps {
  conversation: Conversation;
  session: Session | undefined;
  search: string;
  actions: ReactNode;
  onContact: () => void;
}

/** Whose conversation it is; the line below is the 24-hour window running down. */
export function ConversationHeader(props: HeaderProps) {
  const { conversation, session, search, actions, onContact } = props;
  const { t } = useTranslation();
  const { contact } = conversation;
  const name = contactName(contact);
  const now = useNow();
  const window = windowState(conversation.window_expires_at, now);
  const urgent = window.state === "closing";
  const pressing = mostPressing(conversation);
  const facts = [contact.phone && contact.name ? phone(contact.phone) : null, session?.name];
  return (
    <header className="relative flex h-16 shrink-0 items-center gap-3 border-b bg-panel ps-2 pe-3 md:ps-5">
      <Link
        to={{ pathname: "/inbox", search }}
        data-testid="back-button"
        aria-label={t("common.back")}
        className="grid size-10 place-items-center rounded-lg text-ink-soft hover:bg-sunken md:hidden"
      >
        <ArrowLeft aria-hidden className="size-5 rtl:-scale-x-100" />
      </Link>
      <Avatar id={contact.id} name={name} size={40} />
      <div className="grid min-w-0 flex-1 justify-items-start">
        <h1
          id="conversation-title"
          tabIndex={-1}
          className="max-w-full truncate text-lg font-semibold outline-none"
          dir="auto"
        >
          {name}
        </h1>
        <p className="max-w-full truncate text-xs text-ink-soft" dir="auto">
          {pressing && <SlaCountdown t={t} mark={pressing} className="me-2 align-bottom text-xs" />}
          {conversation.status === "snoozed" && (
            <span className="me-2 font-semibold text-tide-strong">
              {conversation.snoozed_until
                ? t("care.snoozedUntil", { at: soonTime(conversation.snoozed_until, now) })
                : t("care.snoozedUntilWrites")}
            </span>
          )}
          {facts.filter(Boolean).map((fact, index) => (
            <Fragment key={fact}>
              {index > 0 && " · "}
              <bdi>{fact}</bdi>
            </Fragment>
          ))}
          {urgent && (
            <span className="ms-2 font-semibold text-ember-ink">
              {t("window.left", { left: duration(window.leftMs) })}
            </span>
          )}
        </p>
      </div>
      {actions}
      <IconButton
        icon={PanelRight}
        label={t("contact.show")}
        onClick={onContact}
        className="rtl:-scale-x-100 xl:hidden"
      />
      <span
        aria-hidden
        className={cn("absolute start-0 -bottom-px h-0.5", urgent ? "bg-ember" : "bg-tide")}
        style={{ width: `${window.share * 100}%` }}
      />
    </header>
  );
}
