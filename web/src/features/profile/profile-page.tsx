import { useMutation } from "@tanstack/react-query";
import { Monitor, Moon, Sun } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { SettingsPage } from "@/components/settings-page";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { toastGood } from "@/components/ui/toast";
import { api, isApiError } from "@/lib/api/client";
import type { UserView } from "@/lib/api/types";
import { cn } from "@/lib/classes";
import { problemText } from "@/lib/problem-text";
import { useLogin } from "@/lib/session-user";
import { type ThemeWish, useTheme } from "@/lib/theme";
import { Box } from "./box";
import { GoingOnBox } from "./going-on-box";
import { LanguageField } from "./language-field";
import { LoginsBox } from "./logins-box";
import { NotificationsBox } from "./notifications-box";
import { TwoFactorBox } from "./two-factor-box";

const THEMES: { wish: ThemeWish; icon: typeof Sun }[] = [
  { wish: "system", icon: Monitor },
  { wish: "light", icon: Sun },
  { wish: "dark", icon: Moon },
];

export function ProfilePage() {
  const { t } = useTranslation();
  const theme = useTheme();
  return (
    <SettingsPage title={t("settings.profile")}>
      <div className="grid gap-4">
        <Box title={t("profile.name")}>
          <NameForm />
        </Box>
        <Box title={t("profile.theme")}>
          <fieldset aria-label={t("profile.theme")} className="grid grid-cols-3 gap-2">
            {THEMES.map(({ wish, icon: Icon }) => (
              <button
                key={wish}
                type="button"
                aria-pressed={theme.wish === wish}
                onClick={() => theme.choose(wish)}
                className={cn(
                  "grid place-items-center gap-1.5 rounded-xl border bg-raised py-3 text-sm",
                  theme.wish === wish && "border-tide bg-tide-soft font-medium text-tide-strong",
                )}
              >
                <Icon aria-hidden className="size-5" />
                {t(`profile.themes.${wish}`)}
              </button>
            ))}
          </fieldset>
        </Box>
        <Box title={t("profile.language")}>
          <LanguageField />
        </Box>
        <GoingOnBox />
        <NotificationsBox />
        <Box title={t("profile.password")}>
          <PasswordForm />
        </Box>
        <TwoFactorBox />
        <LoginsBox />
      </div>
    </SettingsPage>
  );
}

function NameForm() {
  const { t } = useTranslation();
  const user = useLogin((login) => login.user);
  const [name, setName] = useState(user?.name ?? "");
  const save = useMutation({
    mutationFn: () => api.patch<{ user: UserView } | UserView>("/me", { name: name.trim() }),
    onSuccess: () => {
      if (user) useLogin.setState({ user: { ...user, name: name.trim() } });
      toastGood(t("profile.saved"));
    },
  });
  // A button that is disabled when all is saved would lose the focus.
  const changed = name.trim() !== user?.name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (changed) save.mutate();
  };
  return (
    <form onSubmit={submit} className="grid max-w-md gap-4">
      {save.isError && <Notice kind="danger" text={problemText(save.error)} />}
      <TextField
        required
        label={t("auth.name")}
        hint={user?.email}
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Button
        type="submit"
        busy={save.isPending}
        look={changed ? "primary" : "secondary"}
        className="justify-self-start"
      >
        {t("common.save")}
      </Button>
    </form>
  );
}

function PasswordForm() {
  const { t } = useTranslation();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const email = useLogin((login) => login.user?.email ?? "");
  const save = useMutation({
    mutationFn: () => api.post<void>("/me/password", { current, new: next }),
    onSuccess: () => {
      setCurrent("");
      setNext("");
      toastGood(t("profile.passwordChanged"));
    },
  });
  const wrong = isApiError(save.error, "invalid_credentials");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit} className="grid max-w-md gap-4">
      {save.isError && !wrong && <Notice kind="danger" text={problemText(save.error)} />}
      {/* Password managers ask whose password it is. */}
      <input hidden readOnly autoComplete="username" value={email} />
      <TextField
        required
        type="password"
        autoComplete="current-password"
        label={t("profile.currentPassword")}
        error={wrong ? t("profile.wrongPassword") : undefined}
        value={current}
        onChange={(event) => setCurrent(event.target.value)}
      />
      <TextField
        required
        type="password"
        autoComplete="new-password"
        minLength={10}
        label={t("profile.newPassword")}
        hint={t("auth.passwordHint")}
        value={next}
        onChange={(event) => setNext(event.target.value)}
      />
      <Button type="submit" busy={save.isPending} className="justify-self-start">
        {t("profile.changePassword")}
      </Button>
    </form>
  );
}
