import { CalendarClock, Paperclip, SendHorizontal, Smile } from "lucide-react";
import { useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import { EmojiPicker } from "@/components/emoji/lazy-emoji-picker";
import { IconButton } from "@/components/ui/icon-button";
import { Popover } from "@/components/ui/popover";
import type { Conversation } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { lazily } from "@/lib/lazily";
import { useNow } from "@/lib/use-now";
import { needsTemplate, windowState } from "@/lib/window";
import { isDraftEmpty } from "../drafts";
import { hasRival, useOthers, useWriting } from "../presence/attendance";
import { useOvertaken } from "../presence/overtaken";
import { PresenceLine } from "../presence/presence-line";
import { NOT_TAKEN, type Taken } from "../presence/taken";
import { TakenLine } from "../presence/taken-line";
import { LaterMenu } from "../scheduled/later-menu";
import type { LaterWay } from "../scheduled/leaving";
import { attachFiles } from "./attach";
import { AttachmentTray } from "./attachment-tray";
import { ClosedWindow } from "./closed-window";
import { ComposerInput } from "./composer-input";
import { FilePicker } from "./file-picker";
import { focusComposer } from "./focus";
import { LettersLeft } from "./letters-left";
import { ModeSwitch } from "./mode-switch";
import { PickerList } from "./picker-list";
import { type Builder, PlusMenu } from "./plus-menu";
import { ReplyBar } from "./reply-bar";
import { useComposer } from "./use-composer";
import { usePicker } from "./use-picker";
import { useTyping } from "./use-typing";
import { canRecord, VoiceRecorder } from "./voice-recorder";
import { WindowBanner } from "./window-banner";
import { useArrival } from "./write-into";

const BuilderDialog = lazily(
  async () => (await import("../builders/builder-dialog")).BuilderDialog,
);

interface ComposerProps {
  conversation: Conversation;
  contactName: string;
  taken?: Taken;
}

/** Where answers are written. Give it the conversation's id as `key`. */
export function Composer({ conversation, contactName, taken = NOT_TAKEN }: ComposerProps) {
  const { t } = useTranslation();
  const { id, session_id: sessionId } = conversation;
  const window = windowState(conversation.window_expires_at, useNow());
  const composer = useComposer(id, sessionId);
  const { draft, change, text, write, callable, called, isEmpty, canSend, send, sendBody } =
    composer;
  const later: LaterWay = {
    windowExpiresAt: conversation.window_expires_at,
    leave: composer.leaveBody,
  };
  const typing = useTyping(id);
  useArrival(id);
  const others = useOthers(id);
  const { write: startWriting, rest: stopWriting } = useWriting(id);
  const [asks, setAsks] = useState(false);
  const overtaken = useOvertaken(id, !draft.note && !isEmpty);
  const input = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const [builder, setBuilder] = useState<Builder | null>(null);
  const closed = needsTemplate(window) && !draft.note;

  const onWrite = (words: string) => {
    write(words);
    if (!draft.note) (words ? startWriting : stopWriting)();
    if (words && !draft.note) typing();
  };
  const picking = usePicker({
    input,
    text,
    note: draft.note,
    contact: conversation.contact,
    callable,
    onPick: (words, person) => {
      write(words);
      if (person) change({ picked: [...draft.picked, person] });
    },
  });
  const insert = (emoji: string) => {
    const at = input.current?.selectionStart ?? text.length;
    const end = input.current?.selectionEnd ?? at;
    flushSync(() => write(text.slice(0, at) + emoji + text.slice(end)));
    // The next one comes behind it.
    input.current?.setSelectionRange(at + emoji.length, at + emoji.length);
  };
  const submit = () => {
    if (!canSend) return;
    // The first time it is asked back, the second time it is meant.
    const isSecond = taken.by !== null || overtaken.by !== null || hasRival(id, others);
    if (!draft.note && !asks && isSecond) return setAsks(true);
    setAsks(false);
    if (!draft.note) taken.accept();
    // The others hear that one writes until they see what was written.
    void send().then(() => isDraftEmpty(id) && stopWriting());
  };
  const wait = () => {
    setAsks(false);
    taken.accept();
    overtaken.accept();
    focusComposer();
  };
  const attach = (files: File[]) => attachFiles(id, files);
  // What was pressed is gone after it: go on with writing.
  const changeAndWrite = (part: Parameters<typeof change>[0]) => {
    flushSync(() => change(part));
    focusComposer();
  };

  return (
    <div
      data-testid="composer"
      data-composer={id}
      data-mode={draft.note ? "note" : "reply"}
      className={cn(
        "relative transition-colors",
        draft.note ? "border-t-2 border-note-line bg-note" : "border-t bg-panel",
      )}
    >
      <PickerList picker={picking} />
      {!draft.note && <WindowBanner window={window} />}
      <TakenLine taken={taken} asks={asks && !draft.note} onSend={submit} onWait={wait} />
      {!draft.note && (
        <PresenceLine
          others={others}
          answeredBy={overtaken.by}
          asks={asks && taken.by === null}
          onSend={submit}
          onWait={wait}
        />
      )}
      <ModeSwitch
        note={draft.note}
        called={called}
        hasCanned={picking.hasCanned && !closed}
        onSwitch={(note) => changeAndWrite({ note })}
      />
      {closed ? (
        <ClosedWindow
          window={window}
          sessionId={sessionId}
          draftKept={draft.text !== ""}
          onSend={sendBody}
          later={later}
        />
      ) : (
        <>
          {draft.reply && !draft.note && (
            <ReplyBar
              quote={draft.reply}
              contactName={contactName}
              onCancel={() => changeAndWrite({ reply: null })}
            />
          )}
          {!draft.note && <AttachmentTray conversationId={id} />}
          <LettersLeft text={text} />
          <div className="flex items-end gap-0.5 px-2 py-2 pb-[max(0.5rem,env(safe-area-inset-bottom))]">
            {!draft.note && (
              <>
                <PlusMenu onAttach={() => picker.current?.click()} onBuild={setBuilder} />
                <IconButton
                  icon={Paperclip}
                  label={t("composer.attach")}
                  data-testid="attach-button"
                  onClick={() => picker.current?.click()}
                  className="max-sm:hidden"
                />
              </>
            )}
            <ComposerInput
              inputRef={input}
              value={text}
              note={draft.note}
              picker={picking}
              onChange={onWrite}
              onSend={submit}
              onEscape={() => change({ reply: null })}
              onFiles={attach}
            />
            <Popover
              align="end"
              label={t("composer.emoji")}
              trigger={<IconButton icon={Smile} label={t("composer.emoji")} />}
            >
              <EmojiPicker onPick={insert} />
            </Popover>
            {!draft.note && isEmpty && canRecord() && (
              <VoiceRecorder onRecorded={(file) => attachFiles(id, [file], true)} />
            )}
            {!draft.note && (!isEmpty || composer.leaving) && (
              <LaterMenu
                windowExpiresAt={later.windowExpiresAt}
                onLeave={(when) => {
                  stopWriting();
                  void composer.leave(when).then(focusComposer);
                }}
                trigger={
                  <IconButton
                    icon={CalendarClock}
                    label={t("later.button")}
                    data-testid="composer-later"
                    disabled={!canSend}
                  />
                }
              />
            )}
            <IconButton
              icon={SendHorizontal}
              label={draft.note ? t("composer.saveNote") : t("composer.send")}
              data-testid="composer-send"
              disabled={!canSend}
              onClick={submit}
              className={cn(
                "disabled:bg-sunken disabled:text-ink-faint rtl:-scale-x-100",
                draft.note
                  ? "bg-note-ink text-note hover:bg-note-ink/85 hover:text-note"
                  : "bg-tide text-on-tide hover:bg-tide-strong hover:text-on-tide",
              )}
            />
          </div>
        </>
      )}
      <FilePicker pickerRef={picker} onFiles={attach} />
      {builder && (
        <BuilderDialog
          builder={builder}
          sessionId={sessionId}
          onSend={sendBody}
          later={later}
          onClose={() => setBuilder(null)}
        />
      )}
    </div>
  );
}
