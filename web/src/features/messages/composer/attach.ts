import { toastBad } from "@/components/ui/toast";
import i18n from "@/lib/i18n";
import { focusComposer } from "./focus";
import { MAX_FILES, stageFiles } from "./staged";

/** Takes files along with the next message, and says which are refused and how many are too many. */
export function attachFiles(conversationId: string, files: Iterable<File>, voice = false): void {
  const { tooMany, refused } = stageFiles(conversationId, files, voice);
  const names = refused.map((file) => file.name).join(", ");
  if (names) toastBad(i18n.t("composer.refused", { names }));
  if (tooMany > 0) toastBad(i18n.t("composer.tooMany", { count: tooMany, limit: MAX_FILES }));
  focusComposer();
}
