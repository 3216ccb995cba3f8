import { Mic, Square, Trash2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/ui/icon-button";
import { toastBad } from "@/components/ui/toast";
import { playTime } from "@/lib/format";

/** The only recording that WhatsApp plays as a voice note. */
const FORMAT = "audio/ogg;codecs=opus";
/** Voice notes are short; this stays far below the size limit. */
const MAX_SECONDS = 300;

export function canRecord(): boolean {
  return (
    typeof MediaRecorder !== "undefined" &&
    Boolean(navigator.mediaDevices?.getUserMedia) &&
    MediaRecorder.isTypeSupported(FORMAT)
  );
}

/** Records a voice note; hidden where the browser can't record what WhatsApp takes. */
export function VoiceRecorder({ onRecorded }: { onRecorded: (file: File) => void }) {
  const { t } = useTranslation();
  const [recorder, setRecorder] = useState<MediaRecorder | null>(null);
  const [seconds, setSeconds] = useState(0);
  const keep = useRef(true);

  useEffect(() => {
    if (!recorder) return;
    const timer = setInterval(() => setSeconds((now) => now + 1), 1_000);
    return () => clearInterval(timer);
  }, [recorder]);
  useEffect(() => {
    if (seconds >= MAX_SECONDS) recorder?.stop();
  }, [seconds, recorder]);
  useEffect(() => {
    if (!recorder) return;
    return () => {
      for (const track of recorder.stream.getTracks()) track.stop();
    };
  }, [recorder]);

  const start = async () => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
      const next = new MediaRecorder(stream, { mimeType: FORMAT });
      const chunks: Blob[] = [];
      keep.current = true;
      next.ondataavailable = (event) => chunks.push(event.data);
      next.onstop = () => {
        setRecorder(null);
        setSeconds(0);
        if (keep.current) {
          onRecorded(new File(chunks, "voice-note.ogg", { type: "audio/ogg; codecs=opus" }));
        }
      };
      next.start();
      setRecorder(next);
    } catch {
      toastBad(t("composer.noMicrophone"));
    }
  };
  const finish = (wanted: boolean) => {
    keep.current = wanted;
    recorder?.stop();
  };
  if (!recorder) {
    return <IconButton icon={Mic} label={t("composer.record")} onClick={() => void start()} />;
  }
  return (
    <fieldset aria-label={t("composer.recording")} className="flex items-center gap-1 text-danger">
      <span aria-hidden className="size-2.5 animate-pulse-soft rounded-full bg-danger" />
      <span role="timer" className="w-10 text-sm tabular-nums">
        {playTime(seconds)}
      </span>
      <IconButton icon={Trash2} label={t("common.discard")} onClick={() => finish(false)} />
      <IconButton
        // The button that was pressed is gone; this one says that the recording runs.
        autoFocus
        icon={Square}
        label={t("composer.stopRecording")}
        onClick={() => finish(true)}
      />
    </fieldset>
  );
}
