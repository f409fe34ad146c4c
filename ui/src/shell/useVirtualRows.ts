import { useEffect, useRef, useState } from 'preact/hooks';

/**
 * Which rows of a long list are to be drawn: those on screen and some around them; a list of up to `whole` rows is
 * drawn whole. Rows have one height.
 */
export function useVirtualRows(count: number, rowHeight: number, whole = 250) {
  const container = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });

  useEffect(() => {
    const element = container.current;
    if (!element) return;
    const measure = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    measure();
    element.addEventListener('scroll', measure, { passive: true });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', measure);
      observer.disconnect();
    };
  }, []);

  if (count <= whole) return { container, first: 0, end: count, before: 0, after: 0 };
  const margin = 20;
  const first = Math.max(0, Math.min(count, Math.floor(view.top / rowHeight) - margin));
  const end = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + margin);
  return { container, first, end, before: first * rowHeight, after: (count - end) * rowHeight };
}

/** Scrolls a container so that a row can be seen; `header` is what covers its upper end. */
export function revealRow(container: HTMLElement | null, index: number, rowHeight: number, header = 0): void {
  if (!container) return;
  const top = index * rowHeight;
  if (top < container.scrollTop) container.scrollTop = top;
  else if (top + rowHeight + header > container.scrollTop + container.clientHeight) {
    container.scrollTop = top + rowHeight + header - container.clientHeight;
  }
}
