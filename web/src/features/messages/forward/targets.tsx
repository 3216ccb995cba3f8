import { keepPreviousData } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { PagedList } from "@/components/paged-list";
import { Avatar } from "@/components/ui/avatar";
import { TextField } from "@/components/ui/field";
import type { Conversation, Message } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { contactName, phone } from "@/lib/format";
import { usePaged } from "@/lib/paged-query";
import { useNow } from "@/lib/use-now";
import { useSettledText } from "@/lib/use-settled-text";
import { needsTemplate, windowState } from "@/lib/window";
import { targetsQuery } from "./queries";

interface TargetsProps {
  message: Message;
  hasFile: boolean;
  chosen: string | null;
  onChoose: (row: Conversation) => void;
}

/** The conversations to choose from, and why some can't be. */
export function Targets({ message, hasFile, chosen, onChoose }: TargetsProps) {
  const { t } = useTranslation();
  const [q, setQ] = useState("");
  const { text, setText, settle } = useSettledText(q, setQ);
  const list = usePaged({ ...targetsQuery(q.trim()), placeholderData: keepPreviousData });
  const others = list.data?.filter(({ id }) => id !== message.conversation_id) ?? [];
  const none = list.isSuccess && !list.isPlaceholderData && others.length === 0;
  const nothing = <p className="text-sm text-ink-soft">{t("inbox.nothingFound")}</p>;
  return (
    <>
      <TextField
        type="search"
        label={t("forward.search")}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
          // Who presses it here wants to find, not to send.
          event.preventDefault();
          settle();
        }}
      />
      <div role="status" className={none ? undefined : "sr-only"}>
        {none && nothing}
      </div>
      <fieldset aria-label={t("forward.label")} className="-mx-2 max-h-72 min-w-0 overflow-y-auto">
        <PagedList list={list}>
          {() =>
            others.map((row) => (
              <Target
                key={row.id}
                row={row}
                isOtherNumber={hasFile && row.session_id !== message.session_id}
                checked={row.id === chosen}
                required={chosen === null}
                onChoose={() => onChoose(row)}
              />
            ))
          }
        </PagedList>
      </fieldset>
    </>
  );
}

interface TargetProps {
  row: Conversation;
  isOtherNumber: boolean;
  checked: boolean;
  required: boolean;
  onChoose: () => void;
}

function Target({ row, isOtherNumber, checked, required, onChoose }: TargetProps) {
  const { t } = useTranslation();
  const hintId = useId();
  const { contact } = row;
  const isClosed = needsTemplate(windowState(row.window_expires_at, useNow()));
  const obstacle = isOtherNumber
    ? t("forward.otherNumber")
    : isClosed
      ? t("forward.closedWindow")
      : null;
  const number = contact.phone && contact.name ? phone(contact.phone) : null;
  const name = contactName(contact);
  return (
    <label
      data-testid="forward-target"
      className={cn(
        "flex min-h-12 items-center gap-3 rounded-lg px-2 py-1.5",
        obstacle ? "opacity-60" : "hover:bg-sunken",
      )}
    >
      <input
        type="radio"
        name="forward-target"
        required={required}
        checked={checked}
        disabled={obstacle !== null}
        onChange={onChoose}
        aria-label={name}
        aria-describedby={hintId}
        className="size-4 shrink-0 accent-(--tide)"
      />
      <Avatar id={contact.id} name={name} size={32} />
      <span className="min-w-0 flex-1">
        <span className="block truncate">
          <bdi>{name}</bdi>
        </span>
        <span id={hintId} className="block text-xs text-ink-soft">
          {obstacle ?? <bdi>{number}</bdi>}
        </span>
      </span>
    </label>
  );
}
