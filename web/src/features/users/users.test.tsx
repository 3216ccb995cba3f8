import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { Invitation, UserView } from "@/lib/api/types";
import { useLogin } from "@/lib/session-user";
import { accessibilityProblems } from "@/testing/axe";
import { at, id, ME } from "@/testing/builders";
import { logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { UsersPage } from "./users-page";

const JONAS: UserView = {
  ...ME,
  id: id("usr", 2),
  name: "Jonas",
  email: "jonas@x.test",
  role: "agent",
};
const invitation = (number: number): Invitation => ({
  id: id("inv", number),
  email: `new${number}@x.test`,
  role: "agent",
  invited_by: "Mara",
  created_at: at(0),
  mail: null,
  expires_at: new Date(Date.now() + (number - 1.5) * 86_400_000).toISOString(),
});

function show(people: UserView[], part: Parameters<typeof stubHub>[0] = {}) {
  let invitations = [invitation(1), invitation(2)];
  const calls = stubHub({
    "GET /users": () => ({ body: { data: people, next_cursor: null } }),
    "GET /invitations": () => ({ body: { data: invitations, next_cursor: null } }),
    [`DELETE /invitations/${id("inv", 1)}`]: () => {
      invitations = [invitation(2)];
      return { status: 204 };
    },
    [`PATCH /users/${JONAS.id}`]: () => ({ body: { ...JONAS, disabled: true } }),
    ...part,
  });
  return { calls, ...renderWithHub(<UsersPage />) };
}

/** A hub that invites, and sends mail or none. */
const inviting = (mail: boolean): Parameters<typeof stubHub>[0] => ({
  "GET /setup": () => ({ body: { registration_open: false, demo: null, version: "1", mail } }),
  "POST /invitations": ({ body }) => {
    const { send_mail: mails } = body as { send_mail?: boolean };
    return {
      status: 201,
      body: {
        invitation: { ...invitation(3), mail: mails ? "sent" : null },
        url: "https://hub/invitation/3",
      },
    };
  },
});

const changes = (calls: ReturnType<typeof stubHub>) =>
  calls.filter(({ method }) => method !== "GET");

describe("the people's page", () => {
  beforeEach(logIn);

  it("asks before somebody is locked out", async () => {
    const { calls } = show([ME, JONAS]);
    await userEvent.click(await screen.findByRole("button", { name: "Actions for Jonas" }));
    await userEvent.click(screen.getByRole("menuitem", { name: "Disable" }));
    expect(changes(calls)).toEqual([]);
    const dialog = within(screen.getByRole("dialog", { name: "Disable Jonas?" }));
    await userEvent.click(dialog.getByRole("button", { name: "Disable" }));
    expect(await screen.findByText("Disabled")).toBeVisible();
    expect(changes(calls).map(({ body }) => body)).toEqual([{ disabled: true }]);
  });

  it("says what ends with somebody, and keeps their API keys when that is wanted", async () => {
    const { calls, container } = show([ME, JONAS]);
    await userEvent.click(await screen.findByRole("button", { name: "Actions for Jonas" }));
    await userEvent.click(screen.getByRole("menuitem", { name: "Disable" }));
    const dialog = screen.getByRole("dialog", { name: "Disable Jonas?" });
    expect(dialog).toHaveAccessibleDescription(/open invitations, password links .* API keys/);
    const box = screen.getByRole("checkbox", { name: "Keep the API keys that Jonas made" });
    expect(box).not.toBeChecked();
    expect(box).toHaveAccessibleDescription(/locked out at once/);
    expect(await accessibilityProblems(container)).toEqual([]);
    await userEvent.click(box);
    await userEvent.click(within(dialog).getByRole("button", { name: "Disable" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(changes(calls)[0]?.body).toEqual({ disabled: true, keep_api_keys: true });
  });

  it("asks before a lower role, which ends what reaches above it, and not before a higher one", async () => {
    const { calls } = show([ME, { ...JONAS, role: "supervisor" }]);
    const choose = async (role: string) => {
      await userEvent.click(await screen.findByRole("button", { name: "Actions for Jonas" }));
      await userEvent.click(screen.getByRole("menuitemcheckbox", { name: role }));
    };
    await choose("Agent");
    const dialog = screen.getByRole("dialog", { name: "Make Jonas Agent?" });
    expect(changes(calls)).toEqual([]);
    await userEvent.click(within(dialog).getByRole("button", { name: "Give the lower role" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await choose("Admin");
    await waitFor(() =>
      expect(changes(calls).map(({ body }) => body)).toEqual([
        { role: "agent" },
        { role: "admin" },
      ]),
    );
  });

  it("no longer shows the invitations that ended with somebody", async () => {
    let open = [invitation(1), invitation(2)];
    show([ME, JONAS], {
      "GET /invitations": () => ({ body: { data: open, next_cursor: null } }),
      [`PATCH /users/${JONAS.id}`]: () => {
        open = [invitation(2)];
        return { body: { ...JONAS, disabled: true } };
      },
    });
    expect(await screen.findByText("new1@x.test")).toBeVisible();
    await userEvent.click(await screen.findByRole("button", { name: "Actions for Jonas" }));
    await userEvent.click(screen.getByRole("menuitem", { name: "Disable" }));
    await userEvent.click(
      within(screen.getByRole("dialog")).getByRole("button", { name: "Disable" }),
    );
    await waitFor(() => expect(screen.queryByText("new1@x.test")).toBeNull());
    expect(screen.getByText("new2@x.test")).toBeVisible();
  });

  it("asks on when the hub does not let somebody be locked out", async () => {
    show([ME, JONAS], { [`PATCH /users/${JONAS.id}`]: () => refusal(409, "last_owner") });
    await userEvent.click(await screen.findByRole("button", { name: "Actions for Jonas" }));
    await userEvent.click(screen.getByRole("menuitem", { name: "Disable" }));
    const dialog = within(screen.getByRole("dialog"));
    await userEvent.click(dialog.getByRole("button", { name: "Disable" }));
    expect(await dialog.findByRole("alert")).toHaveTextContent(/at least one owner/);
    expect(screen.queryByText("Disabled")).toBeNull();
  });

  it("offers nothing about those who may do more", async () => {
    useLogin.setState({ user: { ...ME, role: "admin" } });
    const owner = { ...ME, id: id("usr", 3), name: "Olga" };
    show([owner, JONAS]);
    expect(await screen.findByRole("button", { name: "Actions for Jonas" })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Actions for Olga" })).toBeNull();
  });

  it("says which invitation has expired, withdraws it when that is meant, and keeps the focus there", async () => {
    const { calls } = show([ME]);
    const button = await screen.findByRole("button", {
      name: "Withdraw the invitation of new1@x.test",
    });
    expect(screen.getAllByText("Expired")).toHaveLength(1);
    await userEvent.click(button);
    await userEvent.click(
      within(screen.getByRole("dialog")).getByRole("button", { name: "Withdraw" }),
    );
    await waitFor(() => expect(screen.queryByText("new1@x.test")).toBeNull());
    expect(changes(calls).map(({ method }) => method)).toEqual(["DELETE"]);
    await waitFor(() => expect(screen.getByRole("button", { name: /new2@x.test/ })).toHaveFocus());
  });

  it("invites by mail when that is wanted, and gives the link in any case", async () => {
    const { calls } = show([ME], inviting(true));
    await userEvent.click(await screen.findByRole("button", { name: "Invite" }));
    await userEvent.type(screen.getByLabelText("E-mail"), "new3@x.test");
    const box = await screen.findByRole("checkbox", { name: "Send it by e-mail" });
    expect(box).toBeChecked();
    expect(box).toHaveAccessibleDescription(/the link to hand over/);
    await userEvent.click(screen.getByRole("button", { name: "Send the invitation" }));
    expect(await screen.findByText(/The mail is on its way/)).toBeVisible();
    expect(screen.getByTestId("link-url")).toHaveTextContent("https://hub/invitation/3");
    expect(changes(calls)[0]?.body).toEqual({
      email: "new3@x.test",
      role: "agent",
      send_mail: true,
    });
  });

  it("only makes the link when no mail is wanted, or the hub sends none", async () => {
    const { calls, unmount } = show([ME], inviting(true));
    await userEvent.click(await screen.findByRole("button", { name: "Invite" }));
    await userEvent.click(await screen.findByRole("checkbox", { name: "Send it by e-mail" }));
    await userEvent.type(screen.getByLabelText("E-mail"), "new3@x.test");
    await userEvent.click(screen.getByRole("button", { name: "Make the link" }));
    expect(await screen.findByText(/Send this link to them/)).toBeVisible();
    expect(changes(calls)[0]?.body).toEqual({ email: "new3@x.test", role: "agent" });
    unmount();
    const { client } = show([ME], inviting(false));
    await userEvent.click(await screen.findByRole("button", { name: "Invite" }));
    expect(await screen.findByRole("button", { name: "Make the link" })).toBeVisible();
    await waitFor(() => expect(client.isFetching()).toBe(0));
    expect(screen.queryByRole("checkbox")).toBeNull();
  });

  it("says how far the mail of an invitation came", async () => {
    const list = [
      { ...invitation(2), mail: "sent" },
      { ...invitation(3), mail: "failed" },
    ];
    show([ME], { "GET /invitations": () => ({ body: { data: list, next_cursor: null } }) });
    expect(await screen.findByText("Mail sent")).toBeVisible();
    expect(screen.getByText("Mail not sent")).toBeVisible();
    expect(screen.getByText(/invite once more/)).toBeVisible();
  });

  it("finds one of many", async () => {
    const many = Array.from({ length: 20 }, (_, n) => ({
      ...ME,
      id: id("usr", 100 + n),
      name: `Agent ${n}`,
    }));
    show([JONAS, ...many]);
    await userEvent.type(await screen.findByRole("searchbox"), "JONAS@x");
    expect(
      within(screen.getByRole("list", { name: "People" })).getAllByRole("listitem"),
    ).toHaveLength(1);
    await userEvent.type(screen.getByRole("searchbox"), "y");
    expect(screen.getByText("Nothing found")).toBeVisible();
  });

  it("breaks no rule of accessibility", async () => {
    const { container } = show([ME, JONAS]);
    await screen.findByText("new1@x.test");
    expect(await accessibilityProblems(container)).toEqual([]);
  });
});
