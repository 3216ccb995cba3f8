import { ExternalLink, MapPin } from "lucide-react";
import { useTranslation } from "react-i18next";
import { readPlace } from "../content";

/** A place, drawn here: nothing is asked of a map service until somebody follows the link. */
export function PlaceCard({ content }: { content: unknown }) {
  const { t } = useTranslation();
  const place = readPlace(content);
  if (!place) return <p className="text-sm text-ink-soft">{t("kind.location")}</p>;
  const { latitude, longitude, name, address } = place;
  const position = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  const href = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return (
    <div className="w-card overflow-hidden rounded-lg border border-line bg-raised">
      <svg aria-hidden viewBox="0 0 256 96" className="block w-full bg-tide-soft">
        <g fill="none" className="stroke-tide-line">
          <path d="M-8 70C60 40 90 92 150 62S240 22 270 40" strokeWidth="9" />
          <path d="M40-8C52 40 30 70 58 108M196-8c-8 44 20 60 8 116M-8 24h272" strokeWidth="3" />
        </g>
      </svg>
      <div className="relative px-3 pt-2 pb-2.5">
        <span className="absolute inset-x-0 -top-8 mx-auto grid size-9 place-items-center rounded-full bg-ember text-on-ember shadow-lift">
          <MapPin aria-hidden className="size-5" />
        </span>
        <p className="truncate font-medium" dir="auto">
          {name ?? t("kind.location")}
        </p>
        {address && (
          <p className="text-sm text-ink-soft" dir="auto">
            {address}
          </p>
        )}
        <a
          href={href}
          target="_blank"
          rel="noopener noreferrer"
          className="mt-1 inline-flex items-center gap-1 text-xs text-tide-strong tabular-nums hover:underline"
        >
          <bdi dir="ltr">{position}</bdi>
          <ExternalLink aria-label={t("media.openMap")} className="size-3" />
        </a>
      </div>
    </div>
  );
}
