import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import type { Media, Message } from "@/lib/api/types";
import { accessibilityProblems } from "@/testing/axe";
import { aConversation, aMessage, at, id } from "@/testing/builders";
import { type Call, logIn, renderWithHub, stubHub } from "@/testing/hub";
import { FilesButton } from "./files-button";
// Fetched already, so that no test waits for them.
import "../bubble/lightbox";
import "./gallery";

const PATH = `/conversations/${id("cnv", 1)}/messages`;

function aFile(number: number, type: string, part: Partial<Media> = {}): Message {
  const media: Media = {
    id: id("med", number),
    mime_type: `${type}/x`,
    filename: type === "document" ? `File ${number}.pdf` : null,
    size: 1_000,
    state: "stored",
    url: `/api/v1/media/${number}`,
    voice: false,
    animated: false,
    error: null,
    ...part,
  };
  return aMessage(number, { type, text: null, media: [media] });
}

function hub(files: Message[], size = 40) {
  return stubHub({
    [`GET ${PATH}`]: ({ query }: Call) => {
      const type = query.get("type");
      const wanted = files.filter((file) => !type || file.type === type);
      const start = Number(query.get("cursor") ?? 0);
      const next = start + size < wanted.length ? String(start + size) : null;
      return { body: { data: wanted.slice(start, start + size), next_cursor: next } };
    },
  });
}

async function open() {
  const view = renderWithHub(
    <FilesButton conversation={aConversation(1)} onOpen={() => undefined} />,
    "/?status=open",
  );
  await userEvent.click(screen.getByRole("button", { name: "Files" }));
  await screen.findByRole("dialog", { name: "Files" });
  return view;
}

describe("the files of a conversation", () => {
  beforeEach(logIn);

  it("are pictures and videos first, which open large", async () => {
    const revoked = { ...aFile(5, "image"), revoked_at: at(9) };
    const calls = hub([revoked, aFile(4, "video"), aFile(3, "document"), aFile(2, "image")]);
    const { container } = await open();
    const tiles = await screen.findByRole("list", { name: "Pictures and videos" });
    expect(within(tiles).getAllByRole("button")).toHaveLength(2);
    expect(calls[0]?.query.get("files")).toBe("true");
    expect(calls[0]?.query.get("type")).toBeNull();
    expect(await accessibilityProblems(container)).toEqual([]);
    await userEvent.click(within(tiles).getByRole("button", { name: /^Photo of Customer 1/ }));
    const large = await screen.findByRole("dialog", { name: /^Photo of Customer 1/ });
    expect(within(large).getByRole("button", { name: "Download" })).toBeVisible();
  });

  it("say where a picture is no longer there", async () => {
    hub([aFile(2, "image", { state: "expired", url: null })]);
    await open();
    expect(await screen.findByText(/^No longer available/)).toBeVisible();
  });

  it("are documents on request, with the way to their messages", async () => {
    const calls = hub([aFile(3, "document"), aFile(2, "image")]);
    await open();
    await userEvent.click(screen.getByRole("button", { name: "Documents" }));
    const line = await screen.findByTestId("file-line");
    expect(within(line).getByRole("button", { name: /File 3.pdf/ })).toBeVisible();
    expect(calls.at(-1)?.query.get("type")).toBe("document");
    const way = within(line).getByRole("link");
    expect(way).toHaveAttribute("href", `/inbox/${id("cnv", 1)}?status=open#${id("msg", 3)}`);
    await userEvent.click(way);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("come page by page, also where a page has none of the kind", async () => {
    hub([aFile(3, "document"), aFile(2, "image")], 1);
    await open();
    await userEvent.click(await screen.findByRole("button", { name: "Show more" }));
    await waitFor(() =>
      expect(screen.getByRole("button", { name: /^Photo of Customer 1/ })).toBeVisible(),
    );
    expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  });

  it("say that there are none", async () => {
    hub([]);
    await open();
    expect(await screen.findByText("No pictures or videos yet")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Audio" }));
    expect(await screen.findByText("No recordings yet")).toBeVisible();
  });
});
