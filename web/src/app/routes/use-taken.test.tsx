import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { useChangeConversation, useConversation } from "@/features/conversations/queries";
import { Composer } from "@/features/messages/composer/composer";
import { clearDrafts } from "@/features/messages/drafts";
import type { Conversation } from "@/lib/api/types";
import { keys } from "@/lib/keys";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, aMessage, id, ME } from "@/testing/builders";
import { type Call, logIn, renderWithHub, stubHub } from "@/testing/hub";
import { useTaken } from "./use-taken";

vi.setConfig({ testTimeout: 20_000 });

const ID = id("cnv", 1);
const ben = { id: id("usr", 2), name: "Ben" };
const open = new Date(Date.now() + 3_600_000).toISOString();
const mine = aConversation(1, {
  assignee: { id: ME.id, name: ME.name },
  window_expires_at: open,
});

function Loaded({ conversation }: { conversation: Conversation }) {
  const taken = useTaken(conversation);
  const change = useChangeConversation();
  return (
    <>
      <button type="button" onClick={() => void change(ID, { assignee: ben })}>
        To Ben
      </button>
      <Composer conversation={conversation} contactName="Ann" taken={taken} />
    </>
  );
}

function Page() {
  const { data } = useConversation(ID);
  return data ? <Loaded conversation={data} /> : null;
}

function show(row = mine) {
  const calls = stubHub({
    [`GET /conversations/${ID}`]: () => ({ body: row }),
    [`PATCH /conversations/${ID}`]: () => ({ body: { ...row, seq: 9, assignee: ben } }),
    [`POST /conversations/${ID}/messages`]: (call: Call) => ({
      status: 202,
      body: aMessage(2, { direction: "outbound", client_key: call.key }),
    }),
    [`POST /conversations/${ID}/typing`]: () => ({ status: 204 }),
  });
  const view = renderWithHub(<Page />);
  const tell = (part: Partial<Conversation>) =>
    act(() => view.client.setQueryData(keys.conversation(ID), { ...row, ...part }));
  const sends = () => calls.filter(({ path }) => path.endsWith("/messages"));
  return { ...view, tell, sends };
}

const input = () => screen.findByTestId("composer-input");

describe("a conversation that is taken from oneself", () => {
  beforeEach(() => {
    logIn();
    clearDrafts();
  });

  it("says who has it, and asks before what is written goes", async () => {
    const { container, tell, sends } = show();
    await userEvent.type(await input(), "Hello");
    tell({ assignee: ben });
    expect(await screen.findByText("Ben has this conversation now.")).toBeVisible();
    await userEvent.type(await input(), "{Enter}");
    expect(screen.getByTestId("taken-line")).toHaveTextContent("Send your words all the same?");
    expect(await accessibilityProblems(container)).toEqual([]);
    expect(sends()).toHaveLength(0);
    await userEvent.type(await input(), "{Enter}");
    await waitFor(() => expect(sends()).toHaveLength(1));
    expect(screen.queryByTestId("taken-line"), "one knows").toBeNull();
  });

  it("is said no more when it comes back, or when one has read it", async () => {
    const { tell } = show();
    await input();
    tell({ assignee: ben });
    await screen.findByTestId("taken-line");
    tell({ assignee: mine.assignee });
    await waitFor(() => expect(screen.queryByTestId("taken-line")).toBeNull());
    tell({ assignee: ben });
    await screen.findByTestId("taken-line");
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    expect(screen.queryByTestId("taken-line")).toBeNull();
  });

  it("is no news when one gave it away, or when another's changed hands", async () => {
    const { tell } = show();
    await input();
    await userEvent.click(screen.getByRole("button", { name: "To Ben" }));
    await act(async () => undefined);
    tell({ seq: 10, assignee: { id: id("usr", 3), name: "Cem" } });
    await userEvent.type(await input(), "x");
    expect(screen.queryByTestId("taken-line")).toBeNull();
  });

  it("is left to the bar that offered it while it was not accepted", async () => {
    const row = { ...mine, reserved_until: open };
    const { tell } = show(row);
    await input();
    tell({ assignee: ben, reserved_until: null });
    await userEvent.type(await input(), "x");
    expect(screen.queryByTestId("taken-line")).toBeNull();
  });
});
