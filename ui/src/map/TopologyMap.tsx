import { effect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Glyph, RoleIcon } from '../shell/Icon';
import { focusRequest } from '../state/focus';
import {
  connection,
  graphVersion,
  hasSnapshot,
  highlighted,
  journey,
  picking,
  selectedNode,
  selectNode,
  structureVersion,
  topology,
  touchedNodes,
  tunnels,
} from '../state/store';
import { installInspection } from './inspection';
import type { Role } from './roles';
import { MapView } from './view';

const legend: [Role, string][] = [
  ['host', 'Host'],
  ['netns', 'Namespace'],
  ['bridge', 'Bridge'],
  ['port', 'Port'],
  ['nic', 'NIC'],
  ['veth', 'Veth'],
  ['virtual', 'Virtual'],
  ['tunnel', 'Tunnel'],
  ['switch', 'Fabric'],
];

export function TopologyMap() {
  const container = useRef<HTMLDivElement>(null);
  const map = useRef<MapView>(null);

  useEffect(() => {
    const element = container.current;
    if (!element) return;
    const view = new MapView(element, topology, selectNode, () => {
      element.dataset['laidOut'] = String(structureVersion.peek());
    });
    map.current = view;
    installInspection(view, element);
    const stop = [
      effect(() => {
        if (structureVersion.value > 0) view.structureChanged();
      }),
      effect(() => {
        if (graphVersion.value > 0) view.nodesChanged(touchedNodes.value);
      }),
      effect(() => {
        view.show({
          highlight: highlighted.value,
          journey: journey.value,
          tunnels: tunnels.value,
          selected: selectedNode.value,
        });
      }),
      effect(() => {
        if (focusRequest.value) view.focus(focusRequest.value.id);
      }),
    ];
    return () => stop.forEach((end) => end());
  }, []);

  void graphVersion.value;
  return (
    <section class="map" aria-label="Topology map" data-testid="map">
      <div
        class={connection.value.phase === 'open' ? 'canvas' : 'canvas stale'}
        ref={container}
        data-testid="map-canvas"
      />
      {topology.nodes.size === 0 && <Nothing />}
      {picking.value && (
        <div class="hintbar" role="status" data-testid="picking">
          Click the {picking.value === 'src' ? 'sending' : 'receiving'} interface on the map or in the list.{' '}
          <kbd>Esc</kbd> cancels.
        </div>
      )}
      <div class="map-tools" role="toolbar" aria-label="Map">
        <button
          type="button"
          class="icon"
          title="Zoom in (+)"
          aria-label="Zoom in"
          onClick={() => map.current?.zoom(0.66)}
        >
          <Glyph name="plus" />
        </button>
        <button
          type="button"
          class="icon"
          title="Zoom out (-)"
          aria-label="Zoom out"
          onClick={() => map.current?.zoom(1.5)}
        >
          <Glyph name="minus" />
        </button>
        <button
          type="button"
          class="icon"
          title="Show everything (f)"
          aria-label="Show everything"
          data-testid="map-fit"
          onClick={() => map.current?.fit()}
        >
          <Glyph name="fit" />
        </button>
      </div>
      <ul class="legend" aria-label="Legend">
        {legend.map(([role, name]) => (
          <li key={role}>
            <RoleIcon role={role} size={14} /> {name}
          </li>
        ))}
        <li>
          <i class="line journey" /> Flow
        </li>
        <li>
          <i class="rec" /> Captured
        </li>
      </ul>
    </section>
  );
}

function Nothing() {
  if (!hasSnapshot.value) {
    return (
      <div class="empty big">
        <span class="spinner" />
        <p>{connection.value.phase === 'open' ? 'Loading the topology…' : 'Connecting to the analyzer…'}</p>
      </div>
    );
  }
  return (
    <div class="empty big" data-testid="map-empty">
      <h3>No agent has reported yet</h3>
      <p>
        An agent on each host sends what it finds: interfaces, bridges, namespaces, tunnels. Hosts appear here as soon
        as they connect.
      </p>
      <p>
        <code>./skydive agent</code> starts one on this machine; <code>./skydive up</code> brings up the lab of three
        hosts.
      </p>
    </div>
  );
}
