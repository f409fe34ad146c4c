/** The bar between map and flows: dragged, or moved by the arrow keys. */
export function Splitter({ value, onChange }: { value: number; onChange: (height: number) => void }) {
  const bound = (height: number): number => Math.round(Math.max(90, Math.min(window.innerHeight - 380, height)));
  const drag = (start: PointerEvent): void => {
    const target = start.currentTarget as HTMLElement;
    target.setPointerCapture(start.pointerId);
    const move = (event: PointerEvent): void => onChange(bound(value + start.clientY - event.clientY));
    const end = (): void => {
      target.removeEventListener('pointermove', move);
      target.removeEventListener('pointerup', end);
      target.removeEventListener('pointercancel', end);
    };
    target.addEventListener('pointermove', move);
    target.addEventListener('pointerup', end);
    target.addEventListener('pointercancel', end);
  };
  return (
    <div
      class="splitter"
      role="separator"
      aria-orientation="horizontal"
      aria-label="Height of the flow table"
      aria-valuenow={value}
      tabIndex={0}
      onPointerDown={drag}
      onKeyDown={(event) => {
        if (event.key === 'ArrowUp') onChange(bound(value + 24));
        else if (event.key === 'ArrowDown') onChange(bound(value - 24));
        else return;
        event.preventDefault();
      }}
    />
  );
}
