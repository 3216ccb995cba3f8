import { fireEvent, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { aConversation, aSession } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { InboxRoute } from "./inbox";
import { loadView } from "./lazy-view";

vi.mock("./lazy-view", () => ({ LazyView: () => null, loadView: vi.fn() }));

const page = (data: unknown[]) => () => ({ body: { data, next_cursor: null } });

it("fetches what shows a conversation when the person first does something", async () => {
  logIn();
  stubHub({
    "GET /conversations": page([aConversation(1)]),
    "GET /sessions": page([aSession()]),
  });
  renderWithHub(<InboxRoute />, "/inbox");
  const row = await screen.findByTestId("conversation-row");
  expect(loadView).not.toHaveBeenCalled();
  fireEvent.pointerMove(row);
  expect(loadView).toHaveBeenCalledOnce();
});
