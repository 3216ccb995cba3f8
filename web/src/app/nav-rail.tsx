import {
  Activity,
  Command,
  Inbox,
  Keyboard,
  LogOut,
  Moon,
  Search,
  Settings,
  Star,
  Sun,
  UserRound,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { NavLink, useNavigate } from "react-router";
import { Logo } from "@/components/logo";
import { Avatar } from "@/components/ui/avatar";
import { CountMark } from "@/components/ui/count-mark";
import { Menu, MenuItem, MenuLabel, MenuLine } from "@/components/ui/menu";
import { OwnStatus, StatusItems } from "@/features/agents/status-items";
import { Bell } from "@/features/mentions/bell";
import { cn } from "@/lib/classes";
import { useLogin, useMay } from "@/lib/session-user";
import { useTheme } from "@/lib/theme";
import { useAlertCount } from "./alerts/alert-count";
import { openCommandBar } from "./command-bar/command-bar-dialog";
import { ConnectionBadge } from "./connection-badge";
import { logOut } from "./login";
import { showShortcutsHelp } from "./shortcuts-dialog";

const itemClasses =
  "grid h-11 max-w-14 min-w-0 flex-1 place-items-center rounded-xl text-rail-ink transition-colors hover:bg-rail-active hover:text-white focus-visible:outline-white md:w-11 md:flex-none";

/** The dark edge: where one can go, how the connection is, who one is. */
export function NavRail({ className }: { className?: string }) {
  const { t } = useTranslation();
  const supervises = useMay("supervisor");
  const alerts = useAlertCount(({ count }) => count);
  return (
    <nav
      aria-label={t("nav.label")}
      className={cn(
        "flex shrink-0 items-center justify-around gap-1.5 bg-rail px-2 py-1.5 pb-[max(0.375rem,env(safe-area-inset-bottom))] text-rail-ink md:w-16 md:flex-col md:justify-start md:py-3",
        className,
      )}
    >
      <span className="mb-4 hidden text-white md:block">
        <Logo size={30} />
      </span>
      <RailLink to="/inbox" icon={Inbox} label={t("nav.inbox")} />
      {/* On a phone the inbox's own field leads there. */}
      <RailLink to="/search" icon={Search} label={t("search.title")} className="max-md:hidden" />
      {supervises && (
        <RailLink
          to="/wall"
          icon={Activity}
          label={[t("nav.live"), alerts > 0 && t("wall.alertCount", { count: alerts })]
            .filter(Boolean)
            .join(", ")}
          count={alerts}
        />
      )}
      <RailLink to="/settings" icon={Settings} label={t("nav.settings")} />
      <span className="hidden md:block md:flex-1" />
      <Bell className={itemClasses} />
      <ConnectionBadge />
      <ThemeToggle />
      <UserMenu />
    </nav>
  );
}

interface RailLinkProps {
  to: string;
  icon: typeof Inbox;
  label: string;
  /** What is to be looked at there. */
  count?: number;
  className?: string;
}

function RailLink({ to, icon: Icon, label, count = 0, className }: RailLinkProps) {
  return (
    <NavLink
      to={to}
      aria-label={label}
      title={label}
      className={({ isActive }) =>
        cn(itemClasses, "relative", isActive && "bg-rail-active text-white", className)
      }
    >
      <Icon aria-hidden className="size-5.5" strokeWidth={1.9} />
      <CountMark count={count} />
    </NavLink>
  );
}

function ThemeToggle() {
  const { t } = useTranslation();
  const { dark, choose } = useTheme();
  const label = dark ? t("nav.light") : t("nav.dark");
  const Icon = dark ? Sun : Moon;
  return (
    <button
      type="button"
      data-testid="theme-toggle"
      aria-label={label}
      title={label}
      onClick={() => choose(dark ? "light" : "dark")}
      className={itemClasses}
    >
      <Icon aria-hidden className="size-5" strokeWidth={1.9} />
    </button>
  );
}

function UserMenu() {
  const { t } = useTranslation();
  const { user, organization } = useLogin();
  const navigate = useNavigate();
  if (!user) return null;
  return (
    <Menu
      side="top"
      align="start"
      trigger={
        <button type="button" data-testid="user-menu" className={cn(itemClasses, "rounded-full")}>
          <span className="relative">
            <Avatar id={user.id} name={user.name} size={34} />
            <OwnStatus className="absolute -end-0.5 -bottom-0.5" />
          </span>
          <span className="sr-only">{t("nav.account", { name: user.name })}</span>
        </button>
      }
    >
      <MenuLabel>
        <span className="block font-medium text-ink">{user.name}</span>
        {organization?.name}
      </MenuLabel>
      <MenuLine />
      <StatusItems />
      <MenuLine />
      <MenuItem icon={UserRound} onSelect={() => navigate("/settings/profile")}>
        {t("settings.profile")}
      </MenuItem>
      <MenuItem icon={Star} onSelect={() => navigate("/starred")}>
        {t("star.page")}
      </MenuItem>
      <MenuItem icon={Command} onSelect={openCommandBar}>
        {t("commandBar.title")}
      </MenuItem>
      <MenuItem icon={Keyboard} onSelect={showShortcutsHelp}>
        {t("shortcuts.title")}
      </MenuItem>
      <MenuItem icon={LogOut} onSelect={() => void logOut()}>
        {t("nav.logOut")}
      </MenuItem>
    </Menu>
  );
}
