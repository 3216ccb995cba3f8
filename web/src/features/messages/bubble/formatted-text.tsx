import { Fragment, type ReactNode, useMemo } from "react";
import { cn } from "@/lib/classes";
import { isJumbo, richText } from "../rich-text";

interface TextProps {
  text: string;
  className?: string;
  /** Draws what is neither markup nor link. */
  plain?: (text: string) => ReactNode;
}

/** A message's words with WhatsApp's markup and links. */
export function FormattedText({ text, className, plain }: TextProps) {
  const pieces = useMemo(() => richText(text), [text]);
  const jumbo = useMemo(() => isJumbo(text), [text]);
  return (
    <p
      dir="auto"
      className={cn(
        "whitespace-pre-wrap text-start [overflow-wrap:anywhere]",
        jumbo && "py-1 text-[2.25rem] leading-none",
        className,
      )}
    >
      {pieces.map((piece, index) => {
        const key = `${index}-${piece.kind}`;
        switch (piece.kind) {
          case "bold":
            return <strong key={key}>{piece.text}</strong>;
          case "italic":
            return <em key={key}>{piece.text}</em>;
          case "strike":
            return <s key={key}>{piece.text}</s>;
          case "code":
            return (
              <code key={key} className="rounded bg-ink/8 px-1 py-0.5 font-mono text-[0.92em]">
                {piece.text}
              </code>
            );
          case "link":
            return (
              <a
                key={key}
                href={piece.href}
                target="_blank"
                rel="noopener noreferrer nofollow"
                className="text-tide-strong underline decoration-tide-line underline-offset-2 hover:decoration-current"
              >
                {piece.text}
              </a>
            );
          default:
            return plain ? <Fragment key={key}>{plain(piece.text)}</Fragment> : piece.text;
        }
      })}
    </p>
  );
}
