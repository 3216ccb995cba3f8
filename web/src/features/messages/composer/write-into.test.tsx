import { fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { aConversation, id } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { useDrafts } from "../drafts";
import { Composer } from "./composer";
import { writeInto } from "./write-into";

const soon = new Date(Date.now() + 3_600_000).toISOString();
const conversation = (number: number, window_expires_at: string | null = soon) =>
  aConversation(number, { window_expires_at });
const composer = (number: number) => (
  <Composer key={number} conversation={conversation(number)} contactName="Ann" />
);
const input = () => screen.getByTestId<HTMLTextAreaElement>("composer-input");
const textOf = (number: number) => useDrafts.getState().drafts[id("cnv", number)]?.text ?? "";

describe("writing before the conversation is there", () => {
  beforeEach(() => {
    logIn();
    stubHub({});
    useDrafts.setState({ drafts: {} });
  });

  it("loses no letter, and goes on in the field when it comes", async () => {
    const { again } = renderWithHub(<p>Loading</p>);
    writeInto(id("cnv", 2));
    await userEvent.keyboard("Helo{Backspace}lo{Enter}");
    again(composer(2));
    expect(input()).toHaveFocus();
    await userEvent.keyboard(" Mia");
    expect(input()).toHaveValue("Hello Mia");
  });

  it("puts nothing into the message to the one before", async () => {
    const { again } = renderWithHub(composer(1));
    input().focus();
    await userEvent.keyboard("To Ann");
    writeInto(id("cnv", 2));
    await userEvent.keyboard("To Mia{Enter}");
    expect(input()).toHaveValue("To Ann");
    again(composer(2));
    expect(input()).toHaveValue("To Mia");
    expect(textOf(1)).toBe("To Ann");
  });

  it("ends when somebody turns to something else", async () => {
    renderWithHub(<input aria-label="Search" />);
    writeInto(id("cnv", 2));
    fireEvent.pointerDown(screen.getByRole("textbox"));
    await userEvent.type(screen.getByRole("textbox"), "Mia");
    expect(screen.getByRole("textbox")).toHaveValue("Mia");
    expect(textOf(2)).toBe("");
  });
});
