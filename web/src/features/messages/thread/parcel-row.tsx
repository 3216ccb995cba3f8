import { Pencil, RotateCcw, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { clockTime } from "@/lib/format";
import { useLogin } from "@/lib/session-user";
import { Bubble } from "../bubble/bubble";
import { mentionsOf } from "../calls";
import { useColleagues } from "../colleagues";
import { focusComposer } from "../composer/focus";
import { NO_DRAFT, useDrafts } from "../drafts";
import { dropParcel, type Parcel } from "../outbox";
import { bodyText, previewOfParcel } from "../preview";
import { useTakeMessage } from "../queries";
import { resend } from "../sending";

/** A message that the hub has not confirmed: on its way, or kept with the reason why not. */
export function ParcelRow({ parcel, contactName }: { parcel: Parcel; contactName: string }) {
  const { t } = useTranslation();
  const message = previewOfParcel(parcel);
  const me = useLogin((login) => login.user?.name) ?? t("message.you");
  const failed = parcel.state === "failed";
  return (
    <article
      data-testid="message"
      data-direction={message.direction}
      data-status={failed ? "unsent" : "queued"}
      data-client-key={parcel.key}
      aria-label={t("message.label", {
        name: t("message.you"),
        time: clockTime(parcel.createdAt),
      })}
      className="flex w-full flex-col items-end px-4 pt-2 lg:px-6"
    >
      <div className="max-w-[min(36rem,85%)]">
        <Bubble
          message={message}
          contactName={contactName}
          author={message.direction === "note" ? t("message.noteBy", { name: me }) : null}
        />
      </div>
      {parcel.state === "uploading" && (
        <progress
          value={parcel.progress}
          aria-label={t("composer.uploading")}
          className="mt-1 h-1 w-40 overflow-hidden rounded-full accent-(--tide)"
        />
      )}
      {failed && <FailedParcel parcel={parcel} />}
    </article>
  );
}

function FailedParcel({ parcel }: { parcel: Parcel }) {
  const { t } = useTranslation();
  const take = useTakeMessage();
  const { drafts, change } = useDrafts();
  const colleagues = useColleagues();
  const note = parcel.body.type === "note";
  const editable = parcel.body.type === "text" || note;
  const edit = () => {
    const draft = drafts[parcel.conversationId] ?? NO_DRAFT;
    // What was begun meanwhile stays, below.
    const begun = note ? draft.noteText : draft.text;
    const words = [bodyText(parcel.body), begun].filter(Boolean).join("\n\n");
    const called = mentionsOf(parcel.body.text);
    const picked = colleagues.filter(({ id }) => called.includes(id));
    change(
      parcel.conversationId,
      note
        ? { note, noteText: words, picked: [...draft.picked, ...picked] }
        : { note, text: words },
    );
    dropParcel(parcel.key);
    requestAnimationFrame(focusComposer);
  };
  return (
    <div role="alert" className="mt-1 max-w-80 text-end">
      <p className="text-xs text-danger">
        <strong>{t("message.notSent")}</strong> {parcel.problem}
      </p>
      <div className="mt-1 flex justify-end gap-1">
        <Button
          size="sm"
          look="secondary"
          data-testid="retry-button"
          onClick={() => void resend(parcel.key, take)}
        >
          <RotateCcw aria-hidden className="size-3.5" />
          {t("common.tryAgain")}
        </Button>
        {editable && (
          <Button size="sm" look="quiet" onClick={edit}>
            <Pencil aria-hidden className="size-3.5" />
            {t("common.edit")}
          </Button>
        )}
        <Button size="sm" look="quiet" onClick={() => dropParcel(parcel.key)}>
          <Trash2 aria-hidden className="size-3.5" />
          {t("common.discard")}
        </Button>
      </div>
    </div>
  );
}
