import { Spinner } from "@/components/ui/states";
import { lazily } from "@/lib/lazily";

/** The same, fetched when it is opened for the first time. */
export const EmojiPicker = lazily(
  async () => (await import("./emoji-picker")).EmojiPicker,
  // As wide and high as the list to come, so that nothing jumps.
  <Spinner className="h-80 w-[19.5rem]" />,
);
