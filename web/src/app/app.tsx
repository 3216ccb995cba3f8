import { QueryClientProvider } from "@tanstack/react-query";
import { Direction } from "radix-ui";
import { useEffect } from "react";
import { flushSync } from "react-dom";
import { useTranslation } from "react-i18next";
import { RouterProvider } from "react-router";
import { Toasts } from "@/components/ui/toast";
import { LiveCacheContext } from "@/lib/live-context";
import { liveCache, queryClient } from "./clients";
import { watchLogin } from "./login";
import { router } from "./router";

export function App() {
  useEffect(watchLogin, []);
  const { i18n } = useTranslation();
  return (
    <QueryClientProvider client={queryClient}>
      <LiveCacheContext value={liveCache}>
        <Direction.Provider dir={i18n.dir()}>
          <RouterProvider router={router} flushSync={now} />
          <Toasts />
        </Direction.Provider>
      </LiveCacheContext>
    </QueryClientProvider>
  );
}

/** For pages that must be there before another key can come. */
function now(change: () => unknown): undefined {
  flushSync(change);
}
