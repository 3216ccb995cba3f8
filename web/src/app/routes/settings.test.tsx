import { render, screen, waitFor } from "@testing-library/react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { expect, it } from "vitest";
import { Toasts } from "@/components/ui/toast";
import { useLogin } from "@/lib/session-user";
import { ME } from "@/testing/builders";
import { SettingsRoute } from "./settings";

it("leads away from a second page that is not one's own before the way from the first was drawn", async () => {
  useLogin.setState({ user: { ...ME, role: "agent" } });
  const children = ["users", "cluster", "profile"].map((path) => ({ path, element: path }));
  const router = createMemoryRouter([{ path: "settings", element: <SettingsRoute />, children }], {
    initialEntries: ["/settings/profile"],
  });
  render(
    <>
      <RouterProvider router={router} />
      <Toasts />
    </>,
  );
  const where = () => router.state.location.pathname;
  let led = 0;
  router.subscribe(() => {
    if (where() !== "/settings/profile") return;
    led += 1;
    if (led === 1) void router.navigate("/settings/cluster");
  });
  await router.navigate("/settings/users");
  await waitFor(() => expect(led).toBe(2));
  expect(await screen.findByText("Only admins see that page")).toBeVisible();
  expect(where()).toBe("/settings/profile");
});
