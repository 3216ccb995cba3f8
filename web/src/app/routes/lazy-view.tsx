import { Suspense, use } from "react";
import { Spinner } from "@/components/ui/states";
import type { ViewProps } from "./conversation-view";

type View = typeof import("./conversation-view").ConversationView;

let view: View | undefined;
let loading: Promise<View> | undefined;

/** Fetches what shows a conversation: most of the page's code, and not needed to see the list. */
export function loadView(): Promise<View> {
  loading ??= import("./conversation-view").then((loaded) => {
    view = loaded.ConversationView;
    return view;
  });
  return loading;
}

/** An open conversation, at once when its code is here. Give it the id as `key`. */
export function LazyView(props: ViewProps) {
  return (
    <Suspense fallback={<Spinner className="flex-1" />}>
      <Loaded {...props} />
    </Suspense>
  );
}

function Loaded(props: ViewProps) {
  const ConversationView = view ?? use(loadView());
  return <ConversationView {...props} />;
}
