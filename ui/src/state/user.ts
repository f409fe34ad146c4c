/** Who uses the page: the analyzer asks, where it has users. */
import { signal } from '@preact/signals';
import * as api from '../api';

/** Undefined until the analyzer has said it. */
export const user = signal<api.User | undefined>(undefined);
/** The analyzer answers nobody it doesn't know. */
export const loginNeeded = signal(false);
export const loginError = signal<string | undefined>(undefined);

api.onUnauthorized(() => {
  loginNeeded.value = true;
});

/** Finds out who one is, or that one has to say it. What else goes wrong, the page's other requests tell. */
export async function findUser(): Promise<void> {
  try {
    user.value = await api.getUser();
    loginNeeded.value = false;
  } catch (error) {
    if (!(error instanceof api.ApiError) || error.status !== 401) loginNeeded.value = false;
  }
}

/** Logs in; what's wrong with name or password is in `loginError`. */
export async function login(name: string, password: string): Promise<boolean> {
  loginError.value = undefined;
  try {
    user.value = await api.login(name, password);
    loginNeeded.value = false;
    return true;
  } catch (error) {
    loginError.value = error instanceof Error ? error.message : String(error);
    return false;
  }
}

export async function logout(): Promise<void> {
  await api.logout();
  // What another user may not see must not stay in the page.
  location.reload();
}
