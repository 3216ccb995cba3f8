import { Check } from "lucide-react";
import {
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/classes";
import { inputClasses } from "./field";
import { Popover } from "./popover";

export interface Option {
  value: string;
  name: string;
  /** What stands before the name. */
  mark?: ReactNode;
  /** Also searched; shown faintly behind the name. */
  detail?: string;
}

interface PickerProps {
  /** What is chosen here. */
  label: string;
  trigger: ReactNode;
  options: Option[];
  chosen: string[];
  onChoose: (value: string) => void;
  /** Several can be chosen: it stays open. */
  several?: boolean;
  /** What to say where there is nothing to choose from. */
  empty?: ReactNode;
  align?: "start" | "end";
}

/** A list to choose from by typing a few letters. */
export function Picker(props: PickerProps) {
  const { label, trigger, align = "start", several, onChoose } = props;
  const [open, setOpen] = useState(false);
  const choose = (value: string) => {
    onChoose(value);
    if (!several) setOpen(false);
  };
  return (
    <Popover
      label={label}
      trigger={trigger}
      side="bottom"
      align={align}
      open={open}
      onOpenChange={setOpen}
    >
      <Choices {...props} onChoose={choose} />
    </Popover>
  );
}

type ChoicesProps = Pick<
  PickerProps,
  "label" | "options" | "chosen" | "onChoose" | "several" | "empty"
> & {
  /** It goes on to its field when it appears. */
  takesFocus?: boolean;
  /** More is on its way. */
  busy?: boolean;
  className?: string;
};

/** The list itself, with the field above it; where it is not opened by a button of its own. */
export function Choices(props: ChoicesProps) {
  const { label, options, chosen, onChoose, several, empty, takesFocus, busy, className } = props;
  const { t } = useTranslation();
  const ids = useId();
  const [wanted, setWanted] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  // At once: letters typed between its appearing and a later effect would go astray.
  useLayoutEffect(() => {
    if (takesFocus) field.current?.focus();
  }, [takesFocus]);
  const found = options.filter((option) => matches(option, wanted));
  const active = Math.min(at, found.length - 1);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const option = found[active];
    if (step !== 0 && found.length > 0) setAt((active + step + found.length) % found.length);
    else if (event.key === "Enter" && option) onChoose(option.value);
    else return;
    event.preventDefault();
  };
  if (options.length === 0 && empty) {
    return <div className="w-64 p-3.5 text-sm text-ink-soft">{empty}</div>;
  }
  return (
    <div className={cn("grid w-64 gap-1 p-1.5", className)}>
      <input
        ref={field}
        role="combobox"
        aria-expanded
        aria-controls={`${ids}-list`}
        aria-activedescendant={found[active] ? `${ids}-${active}` : undefined}
        aria-label={t("picker.search", { what: label })}
        placeholder={t("picker.placeholder")}
        value={wanted}
        onChange={(event) => {
          setWanted(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        className={cn(inputClasses, "h-9")}
      />
      <div
        ref={list}
        id={`${ids}-list`}
        role="listbox"
        aria-label={label}
        aria-multiselectable={several}
        className="max-h-64 overflow-y-auto"
      >
        {found.map((option, index) => {
          const selected = chosen.includes(option.value);
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are for the field, which keeps the focus.
            <div
              key={option.value}
              id={`${ids}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={selected}
              onPointerMove={() => setAt(index)}
              onClick={() => onChoose(option.value)}
              className={cn(
                "flex h-9 cursor-pointer items-center gap-2.5 rounded-lg px-2.5 max-md:h-10",
                index === active && "bg-sunken",
                selected && "font-medium text-tide-strong",
              )}
            >
              {option.mark}
              <bdi className="min-w-0 truncate">{option.name}</bdi>
              <span className="min-w-0 flex-1 truncate text-xs font-normal text-ink-faint">
                {option.detail}
              </span>
              <Check aria-hidden className={cn("size-4 shrink-0", !selected && "invisible")} />
            </div>
          );
        })}
      </div>
      <p role="status" className={found.length > 0 ? "sr-only" : "p-2 text-sm text-ink-soft"}>
        {found.length === 0 && t(busy ? "common.loading" : "inbox.nothingFound")}
      </p>
    </div>
  );
}

function matches({ name, detail = "" }: Option, wanted: string): boolean {
  return `${name} ${detail}`.toLocaleLowerCase().includes(wanted.trim().toLocaleLowerCase());
}
