import type { Builder } from "../composer/plus-menu";
import type { SendBody } from "../outbox";
import type { LaterWay } from "../scheduled/leaving";
import { TemplateDialog } from "../templates/template-dialog";
import { ContactDialog } from "./contact-dialog";
import { InteractiveDialog } from "./interactive-dialog";
import { LocationDialog } from "./location-dialog";

export interface BuilderProps {
  onSend: (body: SendBody) => void;
  later: LaterWay;
  onClose: () => void;
}

/** The form behind an entry of the "+" menu. */
export function BuilderDialog({
  builder,
  sessionId,
  ...rest
}: BuilderProps & { builder: Builder; sessionId: string }) {
  switch (builder) {
    case "location":
      return <LocationDialog {...rest} />;
    case "contact":
      return <ContactDialog {...rest} />;
    case "interactive":
      return <InteractiveDialog {...rest} />;
    case "template":
      return <TemplateDialog sessionId={sessionId} {...rest} />;
  }
}
