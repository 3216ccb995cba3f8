import { cva, type VariantProps } from "class-variance-authority";
import { LoaderCircle } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "@/lib/classes";

const button = cva(
  "inline-flex items-center justify-center gap-2 rounded-lg font-medium whitespace-nowrap transition-colors disabled:opacity-50 disabled:cursor-not-allowed aria-busy:cursor-progress aria-busy:opacity-50",
  {
    variants: {
      look: {
        primary: "bg-tide text-on-tide hover:bg-tide-strong",
        secondary: "border border-line-strong bg-raised text-ink hover:bg-sunken",
        quiet: "text-ink-soft hover:bg-sunken hover:text-ink",
        danger: "border border-danger-line bg-raised text-danger hover:bg-danger-soft",
      },
      size: {
        sm: "h-8 px-3 text-sm",
        md: "h-9.5 px-4 text-base",
        lg: "h-11 px-5 text-lg",
      },
    },
    defaultVariants: { look: "primary", size: "md" },
  },
);

export interface ButtonProps extends ComponentProps<"button">, VariantProps<typeof button> {
  busy?: boolean;
}

/** While it is busy nothing more can be asked of it, but it keeps the focus: a disabled one would lose it. */
export function Button({ look, size, busy, className, children, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={cn(button({ look, size }), className)}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      {...rest}
    >
      {busy && <LoaderCircle aria-hidden className="size-4 animate-spin" />}
      {children}
    </button>
  );
}

export function buttonClasses(variants: VariantProps<typeof button>): string {
  return button(variants);
}
