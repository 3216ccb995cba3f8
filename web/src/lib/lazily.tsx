import { type ComponentType, lazy, type ReactNode, Suspense } from "react";

/**
 * A component whose code is fetched when it is shown for the first time: for what most visits of a page never open.
 * Until it is there, `meanwhile` has its place.
 */
export function lazily<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  meanwhile: ReactNode = null,
): (props: Props) => ReactNode {
  const Part = lazy(async () => ({ default: (await load()) as ComponentType<object> }));
  return function Lazily(props) {
    return (
      <Suspense fallback={meanwhile}>
        <Part {...props} />
      </Suspense>
    );
  };
}
