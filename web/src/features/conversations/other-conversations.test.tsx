import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Conversation } from "@/lib/api/types";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, aSession, at, id } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { applyToContacts } from "./events";
import { OtherConversations } from "./other-conversations";

vi.setConfig({ testTimeout: 20_000 });

const HERE = aConversation(1);
const SESSIONS = [aSession(), aSession({ id: id("ses", 2), name: "Repairs" })];

function show(rows: Conversation[]) {
  const calls = stubHub({
    "GET /conversations": () => ({ body: { data: rows, next_cursor: null } }),
  });
  const view = renderWithHub(
    <OtherConversations conversation={HERE} sessions={SESSIONS} search="?status=all" />,
  );
  return { calls, ...view };
}

describe("the other conversations of a contact", () => {
  beforeEach(logIn);

  it("are named by their number, with where they stand, and can be opened", async () => {
    const other = aConversation(2, {
      session_id: id("ses", 2),
      contact: HERE.contact,
      status: "closed",
    });
    const { calls, container } = show([HERE, other]);
    const link = await screen.findByRole("link");
    expect(link).toHaveTextContent(/^Repairs.*Closed/);
    expect(link).toHaveAttribute("href", `/inbox/${other.id}?status=all`);
    expect(calls[0]?.query.get("contact")).toBe(HERE.contact.id);
    expect(await accessibilityProblems(container)).toEqual([]);
  });

  it("take no room where there are none", async () => {
    const { calls, client, container } = show([HERE]);
    await waitFor(() => expect(client.isFetching()).toBe(0));
    expect(calls).toHaveLength(1);
    expect(container).toBeEmptyDOMElement();
  });

  it("follow what happens in them", () => {
    const [one, two] = [aConversation(3), aConversation(2)];
    const later = { ...two, seq: 9, updated_at: at(90) };
    expect(applyToContacts([one, two], later)).toEqual([later, one]);
    const known = [one, two];
    expect(applyToContacts(known, two)).toBe(known);
    expect(applyToContacts([two], one)).toEqual([one, two]);
  });
});
