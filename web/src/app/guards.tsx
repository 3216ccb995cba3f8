import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Outlet, useLocation } from "react-router";
import { Logo } from "@/components/logo";
import { LoadProblem } from "@/components/ui/states";
import { hasLogin } from "@/lib/api/auth-tokens";
import { ApiError } from "@/lib/api/problem";
import { useLogin } from "@/lib/session-user";
import { resumeLogin } from "./login";

/** Pages for those who are not logged in; who is goes to where they wanted to be. */
export function Guest() {
  const user = useLogin((login) => login.user);
  const location = useLocation();
  const from = (location.state as { from?: string } | null)?.from;
  // An invitation or a reset link is for whoever holds it, logged in or not.
  const byLink = /^\/(invitation|reset-password)\//.test(location.pathname);
  if (user && !byLink) return <Navigate to={from ?? "/inbox"} replace />;
  if (user && location.pathname.startsWith("/invitation/")) return <Navigate to="/inbox" replace />;
  return <Outlet />;
}

/** Pages for those who are; continues a remembered log-in first. */
export function LoggedIn() {
  const user = useLogin((login) => login.user);
  const organization = useLogin((login) => login.organization);
  const location = useLocation();
  const [problem, setProblem] = useState<unknown>(null);
  const [attempt, setAttempt] = useState(0);
  const complete = user !== null && organization !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is asked for by its number.
  useEffect(() => {
    if (complete || !hasLogin()) return;
    setProblem(null);
    resumeLogin().catch((error: unknown) => {
      if (!(error instanceof ApiError && error.status === 401)) setProblem(error);
    });
  }, [complete, attempt]);
  if (complete) return <Outlet />;
  if (!hasLogin()) {
    const from = location.pathname + location.search;
    return <Navigate to="/login" replace state={{ from: from === "/" ? "/inbox" : from }} />;
  }
  if (problem !== null) {
    return (
      <div className="grid h-dvh place-items-center">
        <LoadProblem error={problem} onRetry={() => setAttempt((now) => now + 1)} />
      </div>
    );
  }
  return <Splash />;
}

function Splash() {
  const { t } = useTranslation();
  return (
    <div role="status" className="grid h-dvh place-items-center text-tide">
      <span className="animate-pulse-soft">
        <Logo size={44} />
      </span>
      <span className="sr-only">{t("common.loading")}</span>
    </div>
  );
}
