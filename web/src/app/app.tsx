import { QueryClientProvider } from "@tanstack/react-query";
import { Direction } from "radix-ui";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { RouterProvider } from "react-router/dom";
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
          <RouterProvider router={router} />
          <Toasts />
        </Direction.Provider>
      </LiveCacheContext>
    </QueryClientProvider>
  );
}
