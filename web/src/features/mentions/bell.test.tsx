import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useLocation } from "react-router";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Mention } from "@/lib/api/types";
import { useDesktopNotices } from "@/lib/desktop-notice";
import { keys } from "@/lib/keys";
import { accessibilityProblems } from "@/testing/axe";
import { aMention, at, id } from "@/testing/builders";
import { logIn, renderWithHub, stubHub } from "@/testing/hub";
import { Bell } from "./bell";
import { noticeOnDesktop } from "./desktop-notice";

const WANTED = {
  desktop: false,
  sound: false,
  messages: true,
  given: true,
  mentions: true,
  waiting: false,
};

function Page() {
  const { pathname, search, hash } = useLocation();
  return (
    <nav>
      <Bell className="" />
      <p data-testid="where">{pathname + search + hash}</p>
    </nav>
  );
}

function show(mentions: Mention[]) {
  const hub = { mentions };
  stubHub({
    "GET /me/notifications": () => ({ body: WANTED }),
    "PUT /me/notifications": ({ body }) => ({ body }),
    "GET /mentions": ({ query }) => {
      const unseen = query.get("unseen") === "true";
      const data = hub.mentions.filter(({ seen_at: seen }) => !unseen || seen === null);
      return { body: { data, next_cursor: null } };
    },
  });
  return { hub, ...renderWithHub(<Page />, "/inbox?assignee=me") };
}

/** A browser that answers like this when it is asked. */
function browserSays(answer: NotificationPermission) {
  const shown: { title: string; body: string; notice: { onclick?: () => void } }[] = [];
  const asked = vi.fn(async () => {
    Stub.permission = answer;
    return answer;
  });
  class Stub {
    static permission: NotificationPermission = "default";
    static requestPermission = asked;
    constructor(title: string, { body }: { body: string }) {
      shown.push({ title, body, notice: this });
    }
    onclick?: () => void;
    close() {}
  }
  vi.stubGlobal("Notification", Stub);
  useDesktopNotices.setState({ wanted: false, permission: "default" });
  return { shown, asked };
}

const bell = (name: string) => screen.findByRole("button", { name });

describe("the bell", () => {
  beforeEach(logIn);
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    useDesktopNotices.setState({ wanted: false, permission: "missing" });
  });

  it("counts what was not looked at, and more as it comes", async () => {
    const { hub, client } = show([aMention(2), aMention(1, { seen_at: at(5) })]);
    expect(await bell("Mentions, 1 unseen mention")).toHaveTextContent("1");
    hub.mentions = [aMention(3), ...hub.mentions];
    await act(() => client.invalidateQueries({ queryKey: keys.anyMentions }));
    expect(await bell("Mentions, 2 unseen mentions")).toHaveTextContent("2");
    expect(screen.getByRole("status")).toHaveTextContent("2 unseen mentions");
  });

  it("lists who called and where, newest first, and leads to the note", async () => {
    show([aMention(2), aMention(1, { seen_at: at(5) })]);
    await userEvent.click(await bell("Mentions, 1 unseen mention"));
    const [first, second] = await screen.findAllByTestId("mention-row");
    expect(first).toHaveTextContent(/Customer 1.*Ben: @Mara look 2.*Unseen/);
    expect(second).not.toHaveTextContent("Unseen");
    await userEvent.click(first as HTMLElement);
    expect(screen.getByTestId("where")).toHaveTextContent(
      `/inbox/${id("cnv", 1)}?assignee=me#${id("msg", 2)}`,
    );
    expect(screen.queryByTestId("mention-row")).toBeNull();
  });

  it("says how one is called, to whom it never was", async () => {
    show([]);
    await userEvent.click(await bell("Mentions"));
    expect(await screen.findByText("Nobody has called you yet")).toBeVisible();
  });

  it("asks the browser only when somebody wants desktop notifications", async () => {
    const { shown, asked } = browserSays("granted");
    const { message } = aMention(1);
    show([]);
    await userEvent.click(await bell("Mentions"));
    const box = await screen.findByRole("checkbox", { name: /Desktop notifications/ });
    expect(asked).not.toHaveBeenCalled();
    await userEvent.click(box);
    await waitFor(() => expect(box).toBeChecked());
    // Somebody looks at the page: the bell is enough.
    noticeOnDesktop(message, () => undefined);
    expect(shown).toEqual([]);
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    const open = vi.fn();
    vi.spyOn(window, "focus").mockReturnValue();
    noticeOnDesktop(message, open);
    expect(shown).toMatchObject([{ title: "Ben called you", body: "@Mara look 1" }]);
    shown[0]?.notice.onclick?.();
    expect(open).toHaveBeenCalledOnce();
    await userEvent.click(box);
    expect(box).not.toBeChecked();
    noticeOnDesktop(message, open);
    expect(shown).toHaveLength(1);
  });

  it("says so when the browser blocks them", async () => {
    browserSays("denied");
    show([]);
    await userEvent.click(await bell("Mentions"));
    const box = await screen.findByRole("checkbox", { name: /Desktop notifications/ });
    await userEvent.click(box);
    await waitFor(() => expect(box).toBeDisabled());
    expect(box).not.toBeChecked();
    expect(box).toHaveAccessibleDescription(/The browser blocks them/);
  });

  it("breaks no rule of accessibility", async () => {
    show([aMention(2), aMention(1, { seen_at: at(5) })]);
    await userEvent.click(await bell("Mentions, 1 unseen mention"));
    await screen.findAllByTestId("mention-row");
    expect(await accessibilityProblems(document.body)).toEqual([]);
  });
});
