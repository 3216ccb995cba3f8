import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/ui/dialog";
import { Spinner } from "@/components/ui/states";
import { lazily } from "@/lib/lazily";
import { closeMacros, useMacros } from "./run";

const ChooseMacro = lazily(
  async () => (await import("./choose-macro")).ChooseMacro,
  <Spinner className="h-40" />,
);
const MacroRefused = lazily(async () => (await import("./macro-refused")).MacroRefused);

/** Where a macro is chosen, and where is said why one was not done: whatever page is shown by then. */
export function MacroDialogs() {
  const { t } = useTranslation();
  const choosing = useMacros((macros) => macros.choosing);
  const refused = useMacros((macros) => macros.refused);
  return (
    <>
      {choosing && (
        // It is there before its code: what is typed meanwhile must not go into an answer.
        <Dialog title={t("macro.run")} onClose={closeMacros}>
          <ChooseMacro conversationId={choosing} />
        </Dialog>
      )}
      {refused && <MacroRefused refused={refused} />}
    </>
  );
}
