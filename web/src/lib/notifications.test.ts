import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useDesktopNotices } from "./desktop-notice";
import { tell, useWantedNews } from "./notifications";
import { ring } from "./sound";

vi.mock("./sound", () => ({ ring: vi.fn() }));

const NOTICE = { title: "Ann", body: "Hello", tag: "messages cnv_1" };
const ALL = { messages: true, given: true, mentions: true, waiting: true };

describe("what is told", () => {
  const shown = vi.fn();

  beforeEach(() => {
    vi.mocked(ring).mockClear();
    shown.mockClear();
    vi.stubGlobal("Notification", Object.assign(shown, { permission: "granted" }));
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    useDesktopNotices.setState({ wanted: true, permission: "granted" });
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    useDesktopNotices.setState({ wanted: false, permission: "missing" });
  });

  it("is nothing that is not wanted", () => {
    useWantedNews.setState({ ...ALL, sound: true, messages: false });
    tell("messages", NOTICE, () => undefined);
    expect(ring).not.toHaveBeenCalled();
    expect(shown).not.toHaveBeenCalled();
    tell("given", NOTICE, () => undefined);
    expect(ring).toHaveBeenCalledOnce();
  });

  it("makes one sound, the page's or the desktop's", () => {
    useWantedNews.setState({ ...ALL, sound: false });
    tell("messages", NOTICE, () => undefined);
    expect(ring).not.toHaveBeenCalled();
    useWantedNews.setState({ sound: true });
    tell("messages", NOTICE, () => undefined);
    expect(ring).toHaveBeenCalledOnce();
    const silent = shown.mock.calls.map(([, options]) => options.silent);
    expect(silent).toEqual([false, true]);
  });

  it("is heard though no desktop notices are wanted", () => {
    useDesktopNotices.setState({ wanted: false });
    useWantedNews.setState({ ...ALL, sound: true });
    tell("waiting", NOTICE, () => undefined);
    expect(ring).toHaveBeenCalledOnce();
    expect(shown).not.toHaveBeenCalled();
  });
});
