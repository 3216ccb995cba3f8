import { act, render, screen } from "@testing-library/react";
import { useTranslation } from "react-i18next";
import { expect, it, vi } from "vitest";

it("writes phone numbers as they came until it knows how, and then anew wherever they are shown", async () => {
  vi.resetModules();
  const { loadLanguage } = await import("./i18n");
  await loadLanguage("en");
  const { loadNumbers, phone } = await import("./format");
  function Shown() {
    useTranslation();
    return <p>{phone("4915112345678")}</p>;
  }
  render(<Shown />);
  expect(screen.getByText("+4915112345678")).toBeVisible();
  await act(loadNumbers);
  expect(screen.getByText("+49 1511 2345678")).toBeVisible();
});
