import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Dialog } from "@/components/ui/dialog";
import { Notice } from "@/components/ui/notice";
import { saveFile } from "@/lib/save-file";
import { useLogin } from "@/lib/session-user";

const FILE = "recovery-codes.txt";

/** Shows recovery codes the only time that they can be seen. */
export function RecoveryCodesDialog({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const { t } = useTranslation();
  const email = useLogin((login) => login.user?.email ?? "");
  const text = codes.join("\n");
  const download = () => {
    const lines = [`${t("app.name")} · ${email}`, t("twoFactor.codesTitle"), "", text, ""];
    saveFile(new Blob([lines.join("\n")], { type: "text/plain" }), FILE);
  };
  return (
    <Dialog
      title={t("twoFactor.codesTitle")}
      description={t("twoFactor.codesHint")}
      once
      step="codes"
      onClose={onClose}
      footer={
        <>
          <Button look="secondary" onClick={download}>
            <Download aria-hidden className="size-4" />
            {t("twoFactor.download")}
          </Button>
          <Button onClick={onClose} data-testid="recovery-codes-done">
            {t("common.done")}
          </Button>
        </>
      }
    >
      <Notice kind="time" text={t("twoFactor.codesOnce")} className="mb-3" />
      <div className="flex items-start gap-1 rounded-lg border bg-sunken py-2 ps-4 pe-1">
        <ul
          dir="ltr"
          aria-label={t("twoFactor.codesTitle")}
          className="grid min-w-0 flex-1 gap-x-6 gap-y-1.5 py-1 font-mono text-sm select-all sm:grid-cols-2"
        >
          {codes.map((code) => (
            <li key={code} data-testid="recovery-code">
              {code}
            </li>
          ))}
        </ul>
        <CopyButton text={text} label={t("common.copyWhat", { what: t("twoFactor.codesTitle") })} />
      </div>
    </Dialog>
  );
}
