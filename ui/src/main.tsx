import { render } from 'preact';
import { App } from './shell/App';
import { Login } from './shell/Login';
import { reconnectNow, start } from './state/store';
import { findUser, loginNeeded } from './state/user';
import './style.css';

const root = document.getElementById('app');
if (!root) throw new Error('the page has no element #app');

let started = false;
/** Nothing is asked for before it's known that it may be. */
function begin(): void {
  if (started) reconnectNow();
  else start();
  started = true;
}

render(
  <>
    <App />
    <Login onDone={begin} />
  </>,
  root,
);
void findUser().then(() => {
  if (!loginNeeded.value) begin();
});
