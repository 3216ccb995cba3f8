import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Logo } from "@/components/logo";
import { useTitle } from "@/lib/use-title";

interface FrameProps {
  title: string;
  hint?: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
}

/** The page around every form that is filled in before one is logged in. */
export function AuthFrame({ title, hint, children, footer }: FrameProps) {
  const { t } = useTranslation();
  useTitle(title);
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(0,1fr)_minmax(0,1.05fr)]">
      <main className="grid place-items-center overflow-y-auto bg-panel px-5 py-10">
        <div className="w-full max-w-sm">
          <div className="mb-8 flex items-center gap-2.5 text-tide-strong">
            <Logo size={34} />
            <span className="text-lg font-semibold tracking-tight text-ink">{t("app.name")}</span>
          </div>
          <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
          {hint && <p className="mt-1.5 text-ink-soft">{hint}</p>}
          <div className="mt-6">{children}</div>
          {footer && <div className="mt-6 text-sm text-ink-soft">{footer}</div>}
        </div>
      </main>
      <AuthPicture />
    </div>
  );
}

/** The idea of the product in one picture: conversations, and the day that each one has left. */
function AuthPicture() {
  const { t } = useTranslation();
  const rings = [
    { size: 520, left: 0.82, turn: 20 },
    { size: 400, left: 0.55, turn: 95 },
    { size: 280, left: 0.3, turn: 210 },
    { size: 160, left: 0.12, turn: 300, late: true },
  ];
  return (
    <aside className="relative hidden place-items-center overflow-hidden bg-rail text-rail-ink lg:grid">
      <svg aria-hidden viewBox="-300 -300 600 600" className="w-[min(46rem,92%)]">
        {rings.map(({ size, left, turn, late }) => {
          const radius = size / 2;
          const around = 2 * Math.PI * radius;
          return (
            <g key={size} transform={`rotate(${turn})`} fill="none" strokeWidth="10">
              <circle r={radius} className="stroke-rail-active" />
              <circle
                r={radius}
                strokeLinecap="round"
                strokeDasharray={`${around * left} ${around}`}
                className={late ? "stroke-ember" : "stroke-[#7cc7de]"}
                opacity={late ? 1 : 0.35 + size / 900}
              />
            </g>
          );
        })}
        <circle r="14" className="fill-white" />
      </svg>
      <p className="absolute inset-x-0 bottom-12 px-12 text-center text-xl leading-snug font-medium text-balance text-white">
        {t("auth.motto")}
      </p>
    </aside>
  );
}
