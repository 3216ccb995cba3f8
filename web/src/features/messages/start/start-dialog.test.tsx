import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { aMessage, aSession, aTemplate, id } from "@/testing/builders";
import { logIn, refusal, renderWithHub, stubHub } from "@/testing/hub";
import { readRecipient, StartDialog } from "./start-dialog";

beforeEach(logIn);

it.each([
  ["+49 151 2345-6789", "+4915123456789"],
  ["0049 (151) 23456789", "+4915123456789"],
  ["12345", null],
  ["call me", null],
  ["+49 151 2345 6789 0123 4567", null],
])("reads the number %j", (typed, number) => {
  expect(readRecipient(typed)).toBe(number);
});

it("writes to a new number with a template, under a new key after a refusal", async () => {
  let refused = false;
  const calls = stubHub({
    "GET /templates": () => ({ body: { data: [aTemplate()], next_cursor: null } }),
    "POST /messages": () => {
      if (!refused) {
        refused = true;
        return refusal(409, "session_stopped");
      }
      return { status: 202, body: aMessage(1) };
    },
  });
  const onStarted = vi.fn();
  renderWithHub(
    <StartDialog sessions={[aSession()]} onStarted={onStarted} onClose={() => undefined} />,
  );
  await userEvent.type(screen.getByTestId("start-phone"), "+49 151 23456789");
  await userEvent.click(await screen.findByTestId("template-option"));
  for (const field of screen.getAllByTestId("template-value")) await userEvent.type(field, "x");
  await userEvent.click(screen.getByTestId("start-send"));
  expect(await screen.findByText(/can't send at the moment/)).toBeVisible();
  await userEvent.click(screen.getByTestId("start-send"));
  await waitFor(() => expect(onStarted).toHaveBeenCalledWith(id("cnv", 1)));
  const posts = calls.filter((call) => call.method === "POST");
  expect(posts[1]?.body).toMatchObject({
    session_id: id("ses", 1),
    to: "+4915123456789",
    type: "template",
  });
  expect(posts[0]?.key).not.toBe(posts[1]?.key);
});
