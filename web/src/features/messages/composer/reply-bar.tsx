import { X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/ui/icon-button";
import { Quoted } from "../bubble/quoted";
import type { Quote } from "../drafts";

interface ReplyBarProps {
  quote: Quote;
  contactName: string;
  onCancel: () => void;
}

export function ReplyBar({ quote, contactName, onCancel }: ReplyBarProps) {
  const { t } = useTranslation();
  return (
    <div className="flex items-center gap-2 px-3 pt-2.5">
      <div className="min-w-0 flex-1">
        <Quoted
          direction={quote.direction}
          text={quote.text}
          type={quote.type}
          contactName={contactName}
        />
      </div>
      <IconButton small icon={X} label={t("composer.cancelReply")} onClick={onCancel} />
    </div>
  );
}
