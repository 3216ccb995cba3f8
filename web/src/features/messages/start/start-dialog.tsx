import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { SelectField, TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { api } from "@/lib/api/client";
import { isPassing } from "@/lib/api/problem";
import type { Message, Session, Template } from "@/lib/api/types";
import { problemText } from "@/lib/problem-text";
import {
  isFilled,
  NO_VALUES,
  partsOf,
  type TemplateValues,
  templateBody,
} from "../templates/parts";
import { TemplateChooser } from "../templates/template-chooser";
import { TemplateForm } from "../templates/template-form";

interface StartProps {
  sessions: Session[];
  onStarted: (conversationId: string) => void;
  onClose: () => void;
}

/** International, with or without the plus and the usual gaps. */
export function readRecipient(typed: string): string | null {
  const digits = typed.replace(/\D/g, "").replace(/^00/, "");
  return /^[+\d\s().-]+$/.test(typed) && digits.length >= 7 && digits.length <= 15
    ? `+${digits}`
    : null;
}

/** Writes to somebody who has not written yet: only a template may do that. */
export function StartDialog({ sessions, onStarted, onClose }: StartProps) {
  const { t } = useTranslation();
  const [sessionId, setSessionId] = useState(sessions[0]?.id ?? "");
  const [phone, setPhone] = useState("");
  const [template, setTemplate] = useState<Template | null>(null);
  const [values, setValues] = useState<TemplateValues>(NO_VALUES);
  const key = useRef(crypto.randomUUID());
  const to = readRecipient(phone);
  const parts = template && partsOf(template);
  const send = useMutation({
    mutationFn: (body: object) =>
      api.post<Message>("/messages", body, { idempotencyKey: key.current }),
    onSuccess: (message) => onStarted(message.conversation_id),
    // What is sent after a refusal is another message; after a lost answer it is the same one.
    onError: (error) => {
      if (!isPassing(error)) key.current = crypto.randomUUID();
    },
  });
  const submit = () => {
    if (!template || !parts || !to) return;
    send.mutate({
      session_id: sessionId,
      to,
      type: "template",
      template: templateBody(template, parts, values),
    });
  };
  const choose = (next: Template | null) => {
    setTemplate(next);
    setValues(NO_VALUES);
  };
  return (
    <Dialog
      wide={template !== null}
      step={template?.id}
      title={t("start.title")}
      description={t("start.hint")}
      onClose={onClose}
      footer={
        template && (
          <>
            <Button look="quiet" onClick={() => choose(null)}>
              {t("common.back")}
            </Button>
            <Button
              data-testid="start-send"
              busy={send.isPending}
              disabled={!to || !parts || !isFilled(parts, values)}
              onClick={submit}
            >
              {t("template.send")}
            </Button>
          </>
        )
      }
    >
      <div className="grid gap-4">
        {send.isError && <Notice kind="danger" text={problemText(send.error)} />}
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={t("start.to")}
            type="tel"
            data-testid="start-phone"
            placeholder="+49 151 23456789"
            value={phone}
            onChange={(event) => setPhone(event.target.value)}
            error={phone.length > 6 && !to ? t("start.invalid") : undefined}
          />
          <SelectField
            label={t("start.from")}
            value={sessionId}
            onChange={(event) => {
              setSessionId(event.target.value);
              choose(null);
            }}
          >
            {sessions.map((session) => (
              <option key={session.id} value={session.id}>
                {session.name}
              </option>
            ))}
          </SelectField>
        </div>
        {template && parts ? (
          <TemplateForm
            template={template}
            parts={parts}
            values={values}
            onChange={setValues}
            sessionId={sessionId}
          />
        ) : (
          <TemplateChooser sessionId={sessionId} onChoose={choose} />
        )}
      </div>
    </Dialog>
  );
}
