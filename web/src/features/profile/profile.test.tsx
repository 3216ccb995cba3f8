import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { startLanguage, useLanguage } from "@/lib/language";
import { accessibilityProblems } from "@/testing/axe";
import { ME } from "@/testing/builders";
import { logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { ProfilePage } from "./profile-page";

describe("one's own profile", () => {
  beforeEach(logIn);

  it("keeps the focus on the button after the name is saved, and saves nothing twice", async () => {
    const calls = stubHub({ "PATCH /me": () => ({ body: ME }) });
    renderWithHub(<ProfilePage />);
    await userEvent.type(screen.getByLabelText("Your name"), " Lind");
    const save = screen.getByRole("button", { name: "Save" });
    await userEvent.click(save);
    await userEvent.click(save);
    const saved = calls.filter(({ method }) => method === "PATCH");
    expect(saved.map(({ body }) => body)).toEqual([{ name: "Mara Lind" }]);
    expect(save).toHaveFocus();
  });

  it("says at its field that the current password is wrong", async () => {
    stubHub({ "POST /me/password": () => refusal(401, "invalid_credentials") });
    const { container } = renderWithHub(<ProfilePage />);
    const current = screen.getByLabelText("Current password");
    await userEvent.type(current, "not this one");
    await userEvent.type(screen.getByLabelText("New password"), "long enough for it{Enter}");
    expect(await screen.findByText("This is not your current password.")).toBeVisible();
    expect(current).toBeInvalid();
    expect(await accessibilityProblems(container)).toEqual([]);
  });

  it("is shown in another language as soon as it is chosen, from right to left and as accessible", async () => {
    await startLanguage();
    const calls = stubHub({ "PATCH /me": () => ({ body: ME }) });
    const { container } = renderWithHub(<ProfilePage />);
    const field = screen.getByRole("combobox", { name: "Language" });
    await userEvent.selectOptions(field, "العربية");
    expect(await screen.findByRole("heading", { name: "الملف الشخصي" })).toBeVisible();
    expect(screen.getByRole("combobox", { name: "اللغة" })).toHaveFocus();
    expect(document.documentElement).toHaveAttribute("dir", "rtl");
    // So that it is the same on the next device.
    const saved = () => calls.filter(({ method }) => method === "PATCH").map(({ body }) => body);
    await waitFor(() => expect(saved()).toEqual([{ language: "ar" }]));
    expect(await accessibilityProblems(container)).toEqual([]);
    await act(() => useLanguage.getState().choose("en"));
    expect(screen.getByRole("heading", { name: "Profile" })).toBeVisible();
  });
});
