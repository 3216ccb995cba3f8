import { BellOff } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "@/components/ui/avatar";
import { CopyButton } from "@/components/ui/copy-button";
import { Notice } from "@/components/ui/notice";
import type { Conversation, Session } from "@/lib/api/types";
import { contactName, duration, fullTime, phone } from "@/lib/format";
import { useNow } from "@/lib/use-now";
import { windowState } from "@/lib/window";
import { ContactName } from "./contact-name";
import { useContact } from "./queries";

interface ContactPaneProps {
  conversation: Conversation;
  session: Session | undefined;
  /** Who takes care of it, and how. */
  actions: ReactNode;
  /** What else there is with this person. */
  others?: ReactNode;
}

/** Who writes, on which number, and who of us answers. */
export function ContactPane({ conversation, session, actions, others }: ContactPaneProps) {
  const { t } = useTranslation();
  const brief = conversation.contact;
  const { data: contact } = useContact(brief.id);
  const name = contactName(brief);
  const window = windowState(conversation.window_expires_at, useNow());
  const urgent = window.state === "closing";
  return (
    <div className="grid content-start gap-5 overflow-y-auto p-5">
      <div className="grid justify-items-center gap-3">
        <Avatar id={brief.id} name={name} size={84} windowLeft={window.share} urgent={urgent} />
        <div className="w-full text-center">
          <ContactName id={brief.id} shown={name} name={brief.name} />
          <p className={urgent ? "text-sm text-ember-ink" : "text-sm text-ink-soft"}>
            {window.state === "open" || urgent
              ? t("window.left", { left: duration(window.leftMs) })
              : t(window.state === "none" ? "window.neverTitle" : "window.closedTitle")}
          </p>
        </div>
      </div>
      {contact?.opted_out_at && (
        <Notice
          kind="time"
          text={
            <>
              <BellOff aria-hidden className="me-1 inline size-3.5" />
              {t("contact.optedOut", { at: fullTime(contact.opted_out_at) })}
            </>
          }
        />
      )}
      {actions}
      <dl className="grid gap-3 border-t pt-4">
        <Fact
          label={t("contact.phone")}
          value={brief.phone && phone(brief.phone)}
          copy={brief.phone && `+${brief.phone}`}
        />
        <Fact
          label={t("contact.username")}
          value={brief.username && `@${brief.username.replace(/^@/, "")}`}
        />
        <Fact label={t("contact.userId")} value={brief.user_id} copy={brief.user_id} />
        <Fact label={t("contact.number")} value={session?.name ?? null} />
        <Fact
          label={t("contact.windowEnds")}
          value={conversation.window_expires_at && fullTime(conversation.window_expires_at)}
        />
        <Fact label={t("contact.since")} value={contact ? fullTime(contact.created_at) : null} />
      </dl>
      {others}
    </div>
  );
}

interface FactProps {
  label: string;
  value: string | null;
  copy?: string | null;
}

function Fact({ label, value, copy }: FactProps) {
  const { t } = useTranslation();
  if (!value) return null;
  return (
    <div>
      <dt className="text-xs text-ink-faint">{label}</dt>
      <dd className="flex min-h-7 items-center gap-2 tabular-nums">
        <span className="flex min-w-0 flex-1">
          <bdi className="truncate">{value}</bdi>
        </span>
        {copy && <CopyButton text={copy} label={t("common.copyWhat", { what: label })} />}
      </dd>
    </div>
  );
}
