import { render } from 'preact';
import { App } from './shell/App';
import { start } from './state/store';
import './style.css';

const root = document.getElementById('app');
if (!root) throw new Error('the page has no element #app');
render(<App />, root);
start();
