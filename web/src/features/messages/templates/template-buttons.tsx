import { ExternalLink } from "lucide-react";
import { FakeButton } from "../bubble/interactive-content";
import type { TemplateParts } from "./parts";

/** A template's buttons as the customer sees them. */
export function TemplateButtons({ buttons }: { buttons: TemplateParts["buttons"] }) {
  if (buttons.length === 0) return null;
  return (
    <div className="mt-2 grid gap-1">
      {buttons.map((button) => (
        <FakeButton key={button.index}>
          {button.kind === "URL" && <ExternalLink aria-hidden className="size-3.5" />}
          {button.label}
        </FakeButton>
      ))}
    </div>
  );
}
