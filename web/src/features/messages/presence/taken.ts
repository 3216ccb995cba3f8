/** That a conversation was one's own until somebody else got it, while one looked at it. */
export interface Taken {
  /** Who has it; null when nothing like that happened, or one knows. */
  by: string | null;
  /** One knows now. */
  accept(): void;
}

export const NOT_TAKEN: Taken = { by: null, accept: () => undefined };
