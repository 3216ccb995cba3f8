import { act, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startLanguage, useLanguage } from "@/lib/language";
import { ME } from "@/testing/builders";
import { logIn, stubHub } from "@/testing/hub";
import { resumeLogin } from "./login";

async function resume(language: string | null): Promise<void> {
  const organization = { id: "org_1", name: "Radwerk" };
  stubHub({ "GET /me": () => ({ body: { user: ME, organization, language } }) });
  await act(resumeLogin);
}

describe("the language of whoever logs in", () => {
  beforeEach(async () => {
    logIn();
    await startLanguage();
  });
  afterEach(() => act(() => useLanguage.getState().choose("system")));

  it("is the one that they chose on another device", async () => {
    await resume("es");
    await waitFor(() => expect(document.documentElement).toHaveAttribute("lang", "es"));
    await resume("system");
    await waitFor(() => expect(document.documentElement).toHaveAttribute("lang", "en"));
  });

  it("stays what this browser was told, for who never chose or chose one that is not here", async () => {
    await act(() => useLanguage.getState().choose("pt"));
    await resume(null);
    await resume("tlh");
    expect(useLanguage.getState().wish).toBe("pt");
    expect(document.documentElement).toHaveAttribute("lang", "pt");
  });
});
