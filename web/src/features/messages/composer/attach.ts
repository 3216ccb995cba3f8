import { toastBad } from "@/components/ui/toast";
import i18n from "@/lib/i18n";
import { focusComposer } from "./focus";
import { MAX_FILES, stageFiles } from "./staged";

/** Takes files along with the next message, and says so when they are too many. */
export function attachFiles(conversationId: string, files: Iterable<File>, voice = false): void {
  const left = stageFiles(conversationId, files, voice);
  if (left > 0) toastBad(i18n.t("composer.tooMany", { count: left, limit: MAX_FILES }));
  focusComposer();
}
