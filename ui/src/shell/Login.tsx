import { useEffect, useRef, useState } from 'preact/hooks';
import { login, loginError, loginNeeded, logout, user } from '../state/user';

/** Asks who one is, in front of everything else, while the analyzer wants to know. */
export function Login({ onDone }: { onDone: () => void }) {
  const first = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => first.current?.focus(), [loginNeeded.value]);
  if (!loginNeeded.value) return null;
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const fields = new FormData(form);
    setBusy(true);
    const welcome = await login(String(fields.get('username')), String(fields.get('password')));
    setBusy(false);
    if (welcome) {
      form.reset();
      onDone();
    }
  };
  return (
    <div class="login" role="dialog" aria-modal="true" aria-labelledby="login-title">
      <form data-testid="login-form" onSubmit={(event) => void submit(event)}>
        <h2 id="login-title">Log in to Skydive</h2>
        <label>
          Name
          <input ref={first} name="username" autocomplete="username" required data-testid="login-name" />
        </label>
        <label>
          Password
          <input
            name="password"
            type="password"
            autocomplete="current-password"
            required
            data-testid="login-password"
          />
        </label>
        {loginError.value && (
          <p class="error" role="alert" data-testid="login-error">
            {loginError.value}
          </p>
        )}
        <button type="submit" disabled={busy} data-testid="login-submit">
          {busy ? 'Logging in…' : 'Log in'}
        </button>
      </form>
    </div>
  );
}

/** Says who one is, where the analyzer asks. */
export function WhoAmI() {
  const me = user.value;
  if (!me?.Asked) return null;
  return (
    <span
      class="who"
      data-testid="user"
      data-role={me.Role}
      title={`${me.Role}${me.RawPackets ? ', raw packets' : ''}`}
    >
      {me.Name}
      <button type="button" data-testid="logout" onClick={() => void logout()}>
        Log out
      </button>
    </span>
  );
}
