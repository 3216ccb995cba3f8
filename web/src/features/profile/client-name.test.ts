import { describe, expect, it } from "vitest";
import { clientName } from "./client-name";

describe("what a program calls itself", () => {
  it.each([
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
      "Edge · Windows",
      false,
    ],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
      "Safari · macOS",
      false,
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1",
      "Chrome · iPhone",
      true,
    ],
    [
      "Mozilla/5.0 (Android 15; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0",
      "Firefox · Android",
      true,
    ],
    ["curl/8.5.0", "curl/8.5.0", false],
  ])("%s", (agent, name, mobile) => {
    expect(clientName(agent)).toEqual({ name, mobile });
  });

  it("may say nothing", () => {
    expect(clientName(null)).toEqual({ name: null, mobile: false });
  });
});
