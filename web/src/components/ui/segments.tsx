import { cn } from "@/lib/classes";

interface SegmentsProps<Value extends string> {
  /** What is chosen here. */
  label: string;
  options: { value: Value; name: string }[];
  chosen: Value;
  onChoose: (value: Value) => void;
}

/** A few things of which one is shown. */
export function Segments<Value extends string>(props: SegmentsProps<Value>) {
  const { label, options, chosen, onChoose } = props;
  return (
    <fieldset
      aria-label={label}
      className="flex w-fit max-w-full gap-0.5 rounded-lg bg-sunken p-0.5"
    >
      {options.map(({ value, name }) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === chosen}
          onClick={() => onChoose(value)}
          className={cn(
            "h-8 min-w-0 truncate rounded-md px-3 text-sm transition-colors max-md:h-10",
            value === chosen
              ? "bg-raised font-medium text-ink shadow-lift"
              : "text-ink-soft hover:text-ink",
          )}
        >
          {name}
        </button>
      ))}
    </fieldset>
  );
}
