/**
 * Runs `work` now and then every `interval` ms, or as many as it says after each run, never twice at a time, and only
 * while the tab is visible; coming back to the tab runs it at once. The returned function asks for a run out of turn.
 */
export function poll(work: () => Promise<void>, interval: number | (() => number)): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = false;
  let again = false;

  const run = async (): Promise<void> => {
    clearTimeout(timer);
    if (running) {
      again = true;
      return;
    }
    if (document.visibilityState !== 'visible') return;
    running = true;
    try {
      await work();
    } finally {
      running = false;
      timer = setTimeout(() => void run(), again ? 0 : typeof interval === 'number' ? interval : interval());
      again = false;
    }
  };

  document.addEventListener('visibilitychange', () => void run());
  void run();
  return () => void run();
}
