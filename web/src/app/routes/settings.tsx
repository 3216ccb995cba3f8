import {
  KeyRound,
  MessageSquareQuote,
  Phone,
  ScrollText,
  Server,
  ShieldAlert,
  TagIcon,
  UserRound,
  Users,
  UsersRound,
  Workflow,
} from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, NavLink, Outlet, useLocation } from "react-router";
import { toastGood } from "@/components/ui/toast";
import type { Role } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { isAtLeast, useLogin } from "@/lib/session-user";

export const PAGES: { path: string; name: SettingsName; icon: typeof Phone; needs: Role }[] = [
  { path: "numbers", name: "numbers", icon: Phone, needs: "agent" },
  { path: "users", name: "users", icon: Users, needs: "admin" },
  { path: "teams", name: "teams", icon: UsersRound, needs: "supervisor" },
  { path: "tags", name: "tags", icon: TagIcon, needs: "supervisor" },
  { path: "canned-responses", name: "canned", icon: MessageSquareQuote, needs: "agent" },
  { path: "macros", name: "macros", icon: Workflow, needs: "agent" },
  { path: "api-keys", name: "apiKeys", icon: KeyRound, needs: "admin" },
  { path: "audit-log", name: "auditLog", icon: ScrollText, needs: "admin" },
  { path: "quarantine", name: "quarantine", icon: ShieldAlert, needs: "admin" },
  { path: "cluster", name: "cluster", icon: Server, needs: "admin" },
  { path: "profile", name: "profile", icon: UserRound, needs: "agent" },
];

type SettingsName =
  | "numbers"
  | "users"
  | "teams"
  | "tags"
  | "canned"
  | "macros"
  | "apiKeys"
  | "auditLog"
  | "quarantine"
  | "cluster"
  | "profile";

/** Leads to where everybody may be, and says why. */
function Forbidden({ needs }: { needs: Role }) {
  const { t } = useTranslation();
  useEffect(() => {
    toastGood(t(needs === "supervisor" ? "settings.onlySupervisors" : "settings.onlyAdmins"));
  }, [t, needs]);
  return <Navigate to="/settings/profile" replace />;
}

/** The settings that one's role may see. */
export function SettingsRoute() {
  const { t } = useTranslation();
  const role = useLogin((login) => login.user?.role);
  const { pathname } = useLocation();
  const current = PAGES.find((page) => pathname.startsWith(`/settings/${page.path}`));
  if (current && !isAtLeast(role, current.needs)) {
    return <Forbidden key={pathname} needs={current.needs} />;
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col md:flex-row">
      <nav
        aria-label={t("nav.settings")}
        className="shrink-0 border-b bg-panel md:w-56 md:border-e md:border-b-0 md:p-3"
      >
        <p className="hidden px-3 pt-2 pb-3 text-lg font-semibold md:block">{t("nav.settings")}</p>
        <ul className="flex flex-wrap gap-1 p-2 md:grid md:p-0">
          {PAGES.filter((page) => isAtLeast(role, page.needs)).map(({ path, name, icon: Icon }) => (
            <li key={path}>
              <NavLink
                to={path}
                className={({ isActive }) =>
                  cn(
                    "flex h-9.5 items-center gap-2.5 rounded-lg px-3 whitespace-nowrap text-ink-soft transition-colors hover:bg-sunken hover:text-ink",
                    isActive && "bg-tide-soft font-medium text-tide-strong",
                  )
                }
              >
                <Icon aria-hidden className="size-4" />
                {t(`settings.${name}`)}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <main
        key={current?.path}
        tabIndex={-1}
        className="min-h-0 flex-1 overflow-y-auto outline-none"
      >
        <Outlet />
      </main>
    </div>
  );
}
