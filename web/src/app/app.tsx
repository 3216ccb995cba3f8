import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect } from "react";
import { RouterProvider } from "react-router";
import { Toasts } from "@/components/ui/toast";
import { LiveCacheContext } from "@/lib/live-context";
import { liveCache, queryClient } from "./clients";
import { watchLogin } from "./login";
import { router } from "./router";

export function App() {
  useEffect(watchLogin, []);
  return (
    <QueryClientProvider client={queryClient}>
      <LiveCacheContext value={liveCache}>
        <RouterProvider router={router} />
        <Toasts />
      </LiveCacheContext>
    </QueryClientProvider>
  );
}
