import { UserRound } from "lucide-react";
import { cn } from "@/lib/classes";
import { initials, stableHue } from "@/lib/format";
import { useTheme } from "@/lib/theme";

interface AvatarProps {
  /** Decides the colour. */
  id: string;
  name: string;
  size?: number;
  /** What is left of the 24-hour window, 0 to 1; null when there never was one; absent: no ring. */
  windowLeft?: number | null | undefined;
  /** The window is about to close. */
  urgent?: boolean;
  className?: string;
}

/** A face made of letters. The ring around it is the customer's 24-hour window running down. */
export function Avatar({ id, name, size = 42, windowLeft, urgent, className }: AvatarProps) {
  const dark = useTheme((theme) => theme.dark);
  const letters = initials(name);
  const hue = stableHue(id);
  const ring = windowLeft !== undefined;
  const radius = size / 2 - 1.25;
  const around = 2 * Math.PI * radius;
  const inset = ring ? 3.5 : 0;
  return (
    <span
      aria-hidden
      className={cn("relative inline-grid shrink-0 place-items-center", className)}
      style={{ width: size, height: size }}
    >
      {ring && (
        <svg aria-hidden viewBox={`0 0 ${size} ${size}`} className="absolute inset-0 -rotate-90">
          <circle
            cx={size / 2}
            cy={size / 2}
            r={radius}
            fill="none"
            strokeWidth={1.75}
            className="stroke-line"
            strokeDasharray={windowLeft ? undefined : "2 3.2"}
          />
          {windowLeft ? (
            <circle
              cx={size / 2}
              cy={size / 2}
              r={radius}
              fill="none"
              strokeWidth={2.5}
              strokeLinecap="round"
              className={urgent ? "stroke-ember" : "stroke-tide"}
              strokeDasharray={`${around * windowLeft} ${around}`}
            />
          ) : null}
        </svg>
      )}
      <span
        className="grid place-items-center rounded-full font-semibold"
        style={{
          width: size - inset * 2,
          height: size - inset * 2,
          fontSize: size * 0.33,
          background: dark ? `oklch(0.36 0.055 ${hue})` : `oklch(0.9 0.05 ${hue})`,
          color: dark ? `oklch(0.9 0.055 ${hue})` : `oklch(0.38 0.085 ${hue})`,
        }}
      >
        {letters || <UserRound style={{ width: size * 0.42, height: size * 0.42 }} />}
      </span>
    </span>
  );
}
