import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "@/components/ui/avatar";
import { cn } from "@/lib/classes";
import type { Picker } from "./use-picker";

/** Over the field, which keeps the focus: the keys go through the list from there. */
export function PickerList({ picker }: { picker: Picker }) {
  const { t } = useTranslation();
  const { listId, kind, options, unknown, index, choose } = picker;
  const active = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever another one is marked.
  useEffect(() => {
    active.current?.scrollIntoView({ block: "nearest" });
  }, [index]);
  return (
    <>
      <p role="status" className="sr-only">
        {options.length > 0 && t("picker.found", { count: options.length })}
      </p>
      {unknown && (
        <p
          role="status"
          className="absolute inset-x-2 bottom-full z-10 mb-1.5 rounded-xl bg-raised px-3 py-2.5 text-sm text-ink-soft shadow-pop sm:max-w-md"
        >
          {t("picker.noCanned")}
        </p>
      )}
      {options.length > 0 && (
        <div
          role="listbox"
          id={listId}
          data-testid="picker"
          aria-label={kind === "colleague" ? t("picker.colleagues") : t("picker.canned")}
          className="absolute inset-x-2 bottom-full z-10 mb-1.5 max-h-64 overflow-y-auto overscroll-contain rounded-xl bg-raised p-1.5 shadow-pop sm:max-w-md"
        >
          {options.map((option, place) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys.
            <div
              key={option.id}
              ref={place === index ? active : undefined}
              id={`${listId}-${place}`}
              role="option"
              tabIndex={-1}
              aria-selected={place === index}
              // The field keeps the focus.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(option)}
              className={cn(
                "flex min-h-9 cursor-pointer items-center gap-2.5 rounded-lg px-2.5 py-1.5 max-md:min-h-11",
                place === index ? "bg-tide-soft" : "hover:bg-sunken",
              )}
            >
              {option.person && <Avatar id={option.id} name={option.label} size={24} />}
              <span className={cn("truncate", !option.person && "max-w-1/2 shrink-0 font-medium")}>
                <bdi>{option.label}</bdi>
              </span>
              {option.preview && (
                <span dir="auto" className="min-w-0 flex-1 truncate text-sm text-ink-soft">
                  {option.preview}
                </span>
              )}
            </div>
          ))}
        </div>
      )}
    </>
  );
}
