import { createBrowserRouter, Navigate, type RouteObject } from "react-router";
import { Spinner } from "@/components/ui/states";
import { Guest, LoggedIn } from "./guards";
import { RouteProblem } from "./route-problem";
import { loadView } from "./routes/lazy-view";
import { Shell } from "./shell";

/** A page that is loaded when somebody goes there. */
function page<Name extends string>(
  load: () => Promise<Record<Name, React.ComponentType>>,
  name: Name,
): Pick<RouteObject, "lazy"> {
  return { lazy: async () => ({ Component: (await load())[name] }) };
}

/** Both at once: the address names a conversation. */
async function loadInboxAndView() {
  const [inbox] = await Promise.all([import("./routes/inbox"), loadView()]);
  return inbox;
}

const guestPages: RouteObject[] = [
  { path: "login", ...page(() => import("@/features/auth/login-page"), "LoginPage") },
  { path: "register", ...page(() => import("@/features/auth/register-page"), "RegisterPage") },
  {
    path: "invitation/:token",
    ...page(() => import("@/features/auth/invitation-page"), "InvitationPage"),
  },
  {
    path: "forgot-password",
    ...page(() => import("@/features/auth/password-pages"), "ForgotPasswordPage"),
  },
  {
    path: "reset-password/:token",
    ...page(() => import("@/features/auth/password-pages"), "ResetPasswordPage"),
  },
];

const settingsPages: RouteObject[] = [
  { index: true, element: <Navigate to="numbers" replace /> },
  { path: "numbers", ...page(() => import("@/features/numbers/numbers-page"), "NumbersPage") },
  { path: "users", ...page(() => import("@/features/users/users-page"), "UsersPage") },
  { path: "teams", ...page(() => import("./routes/teams"), "TeamsRoute") },
  { path: "tags", ...page(() => import("./routes/tags"), "TagsRoute") },
  {
    path: "canned-responses",
    ...page(
      () => import("@/features/canned-responses/canned-responses-page"),
      "CannedResponsesPage",
    ),
  },
  { path: "macros", ...page(() => import("./routes/macros"), "MacrosRoute") },
  { path: "api-keys", ...page(() => import("@/features/api-keys/api-keys-page"), "ApiKeysPage") },
  {
    path: "audit-log",
    ...page(() => import("@/features/audit-log/audit-log-page"), "AuditLogPage"),
  },
  {
    path: "quarantine",
    ...page(() => import("@/features/quarantine/quarantine-page"), "QuarantinePage"),
  },
  { path: "cluster", ...page(() => import("./routes/cluster"), "ClusterRoute") },
  { path: "profile", ...page(() => import("@/features/profile/profile-page"), "ProfilePage") },
];

export const routes: RouteObject[] = [
  {
    errorElement: <RouteProblem />,
    hydrateFallbackElement: <Spinner className="h-dvh" />,
    children: [
      { element: <Guest />, children: guestPages },
      {
        element: <LoggedIn />,
        children: [
          {
            element: <Shell />,
            children: [
              { path: "inbox", ...page(() => import("./routes/inbox"), "InboxRoute") },
              { path: "inbox/:conversationId", ...page(loadInboxAndView, "InboxRoute") },
              { path: "search", ...page(() => import("./routes/search"), "SearchRoute") },
              {
                path: "scheduled",
                ...page(() => import("./routes/scheduled"), "ScheduledRoute"),
              },
              { path: "starred", ...page(() => import("./routes/starred"), "StarredRoute") },
              { path: "wall", ...page(() => import("./routes/wall/wall"), "WallRoute") },
              {
                path: "settings",
                ...page(() => import("./routes/settings"), "SettingsRoute"),
                children: settingsPages,
              },
            ],
          },
        ],
      },
      { path: "*", element: <Navigate to="/inbox" replace /> },
    ],
  },
];

export const router = createBrowserRouter(routes);
