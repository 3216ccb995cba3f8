import { type ComponentProps, type ReactNode, useId } from "react";
import { cn } from "@/lib/classes";

export const inputClasses =
  "w-full rounded-lg border border-line-strong bg-raised px-3 text-base text-ink transition-colors placeholder:text-ink-faint hover:border-ink-faint focus-visible:border-tide focus-visible:outline-offset-0 aria-invalid:border-danger disabled:opacity-60";

/** What is typed has the direction of its own language; an empty field that of the page. */
export function ownDirection(value: unknown): "auto" | undefined {
  return value ? "auto" : undefined;
}

interface FieldFrameProps {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  /** How much of a limit is used, like `12/20`. */
  count?: string | undefined;
  children: (ids: { id: string; describedBy: string | undefined }) => ReactNode;
}

export function FieldFrame({ label, hint, error, count, children }: FieldFrameProps) {
  const id = useId();
  const note = `${id}-note`;
  const hasNote = Boolean(hint || error);
  return (
    <div className="grid min-w-0 gap-1.5">
      <div className="flex items-baseline justify-between gap-2">
        <label htmlFor={id} className="text-sm font-medium text-ink">
          {label}
        </label>
        {count && <span className="text-2xs tabular-nums text-ink-faint">{count}</span>}
      </div>
      {children({ id, describedBy: hasNote ? note : undefined })}
      {hasNote && (
        <p
          id={note}
          role={error ? "alert" : undefined}
          className={cn("text-xs", error ? "text-danger" : "text-ink-faint")}
        >
          {error ?? hint}
        </p>
      )}
    </div>
  );
}

interface TextFieldProps extends ComponentProps<"input"> {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  /** Shows how much of `maxLength` is used. */
  counted?: boolean;
}

export function TextField({ label, hint, error, counted, className, ...rest }: TextFieldProps) {
  const used = typeof rest.value === "string" ? rest.value.length : 0;
  const count = counted && rest.maxLength ? `${used}/${rest.maxLength}` : undefined;
  return (
    <FieldFrame label={label} hint={hint} error={error} count={count}>
      {({ id, describedBy }) => (
        <input
          id={id}
          aria-describedby={describedBy}
          aria-invalid={error ? true : undefined}
          dir={ownDirection(rest.value)}
          className={cn(inputClasses, "h-10", className)}
          {...rest}
        />
      )}
    </FieldFrame>
  );
}

interface TextAreaFieldProps extends ComponentProps<"textarea"> {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  counted?: boolean;
}

export function TextAreaField({
  label,
  hint,
  error,
  counted,
  className,
  ...rest
}: TextAreaFieldProps) {
  const used = typeof rest.value === "string" ? rest.value.length : 0;
  const count = counted && rest.maxLength ? `${used}/${rest.maxLength}` : undefined;
  return (
    <FieldFrame label={label} hint={hint} error={error} count={count}>
      {({ id, describedBy }) => (
        <textarea
          id={id}
          aria-describedby={describedBy}
          aria-invalid={error ? true : undefined}
          dir={ownDirection(rest.value)}
          className={cn(inputClasses, "min-h-20 py-2", className)}
          {...rest}
        />
      )}
    </FieldFrame>
  );
}

interface SelectFieldProps extends ComponentProps<"select"> {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
}

export function SelectField({
  label,
  hint,
  error,
  className,
  children,
  ...rest
}: SelectFieldProps) {
  return (
    <FieldFrame label={label} hint={hint} error={error}>
      {({ id, describedBy }) => (
        <select
          id={id}
          aria-describedby={describedBy}
          aria-invalid={error ? true : undefined}
          className={cn(inputClasses, "h-10", className)}
          {...rest}
        >
          {children}
        </select>
      )}
    </FieldFrame>
  );
}
