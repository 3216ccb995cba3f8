import { AudioLines, Mic, Pause, Play } from "lucide-react";
import { type CSSProperties, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Media } from "@/lib/api/types";
import { playTime } from "@/lib/format";
import { MediaPlaceholder } from "./media-placeholder";
import { useMediaUrl } from "./use-media-url";

const SPEEDS = [1, 1.5, 2];

/** A player for voice notes and audio files: play, seek, speed. */
export function AudioMedia({ media }: { media: Media }) {
  const { t } = useTranslation();
  const { url, broken, renew } = useMediaUrl(media);
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(0);
  const [speed, setSpeed] = useState(1);
  useEffect(() => {
    if (audio.current) audio.current.playbackRate = speed;
  }, [speed]);

  if (broken || !url)
    return <MediaPlaceholder kind="audio" media={{ ...media, state: "failed" }} />;
  const toggle = () => {
    if (playing) audio.current?.pause();
    else void audio.current?.play().catch(() => setPlaying(false));
  };
  const next = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length] ?? 1;
  const share = length > 0 ? Math.min(100, (at / length) * 100) : 0;
  const Kind = media.voice ? Mic : AudioLines;
  return (
    <div className="flex w-card items-center gap-2.5 py-1">
      {/* biome-ignore lint/a11y/useMediaCaption: voice notes come without captions. */}
      <audio
        ref={audio}
        src={url}
        preload="metadata"
        onError={() => void renew()}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setAt(0)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
        onDurationChange={(event) => setLength(event.currentTarget.duration)}
      />
      <button
        type="button"
        onClick={toggle}
        aria-label={playing ? t("media.pause") : t("media.play")}
        className="grid size-10 shrink-0 place-items-center rounded-full bg-tide text-on-tide hover:bg-tide-strong"
      >
        {playing ? (
          <Pause aria-hidden className="size-4.5" />
        ) : (
          <Play aria-hidden className="ms-0.5 size-4.5" />
        )}
      </button>
      <div className="min-w-0 flex-1">
        <input
          type="range"
          min={0}
          max={Number.isFinite(length) && length > 0 ? length : 1}
          step={0.1}
          value={at}
          aria-label={t("media.position")}
          onChange={(event) => {
            if (audio.current) audio.current.currentTime = Number(event.target.value);
          }}
          style={{ "--share": `${share}%` } as CSSProperties}
          className="slider block w-full"
        />
        <div className="flex items-center gap-1.5 text-2xs tabular-nums text-ink-soft">
          <Kind aria-hidden className="size-3" />
          <span>{playTime(at > 0 ? at : length)}</span>
          {media.filename && !media.voice && <span className="truncate">{media.filename}</span>}
        </div>
      </div>
      <button
        type="button"
        onClick={() => setSpeed(next)}
        aria-label={t("media.speed", { speed: next })}
        className="rounded-md bg-ink/8 px-1.5 py-0.5 text-2xs font-semibold tabular-nums hover:bg-ink/15"
      >
        {speed}×
      </button>
    </div>
  );
}
